"""Whether a line names an act that needs consent lest it be done: "don't cancel it", "I want no refund"."""

from __future__ import annotations

import re

from app.engines.offline.agreement import phrases_of
from app.engines.offline.conversation import LinePart
from app.engines.offline.lexicon import Stems, acts_of, contains, manner, plain
from app.engines.offline.question_words import TOKEN, longest

_STOP = re.compile(r"[.,!?;:\n]+|\s[—–-]+\s")  # "no need, cancel it" cancels
_WEAK = ("", "resume_plan", "cancel_plan", "tried", "refuse", "undo")
_ORDERS = ("act", "plan", "open")


def forbids(tool: str, said: str) -> bool:
    """And nowhere orders it: "don't refund it to the card, send the money to my account" does."""
    tokens = TOKEN.findall(_STOP.sub(" | ", plain(said)))
    deeds = tuple(stem for words in acts_of(tool) for stem in words.deed)
    named = {at: kind for at in range(len(tokens)) if (kind := _named_at(tool, tokens, at, deeds))}
    denied = {at for at in _denied(tokens, manner("forbid")) if named.get(at) in _ORDERS}
    denied |= named.keys() & _denied(tokens, manner("unwilling"))
    unneeded = any(
        longest(tokens, _past_asides(tokens, at + 1), manner("unneeded"))
        for at, kind in named.items()
        if kind in ("deed", "infinitive")
    )
    ordered = {at for at, kind in named.items() if kind in _ORDERS} - denied
    return bool(denied or unneeded) and not ordered


def _named_at(tool: str, tokens: list[str], at: int, deeds: Stems) -> str:
    phrases = phrases_of(tool)
    kind = phrases.get(" ".join(tokens[at : at + longest(tokens, at, phrases)]), "")
    return kind if kind in (*_ORDERS, "infinitive") else "deed" if contains(deeds, tokens[at]) else ""


def _denied(tokens: list[str], negations: Stems) -> set[int]:
    """Where what is denied begins; what somebody else does not do is none of it."""
    return {
        _past_asides(tokens, at + size)
        for at in range(len(tokens))
        if (size := longest(tokens, at, negations)) and not (at and tokens[at - 1] in manner("others"))
    }


def _past_asides(tokens: list[str], at: int) -> int:
    while at < len(tokens) and tokens[at] in manner("aside"):
        at += 1
    return at


def stops_renewal(part: LinePart) -> bool:
    """ "So that nothing is charged any more" is a demand, though all of it is a "not"."""
    weak = part.reading.best in _WEAK and "?" not in part.text
    return weak and contains(manner("no_renewal"), part.text)
