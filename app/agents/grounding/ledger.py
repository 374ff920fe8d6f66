"""Which claims of a reply nothing supports. Pure: the same words and evidence give the same answer."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from functools import lru_cache
from itertools import chain
from typing import cast

from app.agents.grounding.evidence import Claim, Evidence
from app.agents.grounding.reading import ActionClaim, SentenceReading, names, read
from app.agents.grounding.sentences import plain, split
from app.core.quantities import Meaning, Value

ALIKE = 0.7  # of the words of both sentences together: nearly verbatim
ANY_DAY = date(2000, 1, 3)
ECHOED = 4000  # characters of a line of the customer's that may be told back
KEPT = 500  # characters at most of a sentence that is remembered
STEM = 5  # letters that tell a state in another form: "отменён", "отменили"
_STATE = re.compile(r'"order_status": "([^"]+)"')

# What must have been done for the words of each group of cues; a group that is not named needs its own name.
NEEDS: dict[str, frozenset[str]] = {
    "approval": frozenset({"refund_requested", "approval"}),
    "approved": frozenset({"refund", "discount", "compensation", "credit"}),
    "subscription": frozenset({"subscription", "cancellation", "compensation"}),
    "ticket": frozenset({"ticket", "complaint", "escalated", "refund_requested", "approval"}),
    "passed_on": frozenset({"transfer", "escalated", "refund_requested", "approval", "ticket", "complaint"}),
    "credit": frozenset({"credit", "compensation"}),
    "compensation": frozenset({"compensation", "credit"}),
    "transfer": frozenset({"transfer", "escalated"}),
    "contact": frozenset({"callback", "transfer", "ticket", "complaint", "escalated"}),
    "staff": frozenset(
        {
            "callback",
            "transfer",
            "ticket",
            "complaint",
            "escalated",
            "refund_requested",
            "approval",
        }
    ),
}

# What tool results say of earlier turns, and whether that is about an order or a subscription.
REPORTED = (
    ('"already_refunded"', "refund", ""),
    ('"already_compensated"', "compensation", ""),
    ('"already_booked"', "callback", ""),
    ('"already_cancelled"', "cancellation", "subscription"),
    (r'"subscription": "cancelled"|"problems": \[[^]]*"cancelled"', "cancellation", "subscription"),
    ('"(?:reason|order_status)": "cancelled"', "cancellation", "order"),
)
MATTERS = ("order", "subscription")


def claims(text: str, lang: str) -> list[Claim]:
    """Everything in the text that would need support."""
    return [c for sentence in split(text) for c in _claims(read(sentence, lang, ANY_DAY))]


def unsupported(text: str, evidence: Evidence, lang: str) -> list[Claim]:
    return [c for sentence in split(text) for c in unsupported_in(sentence, evidence, lang)]


def unsupported_in(sentence: str, evidence: Evidence, lang: str) -> list[Claim]:
    """Of one sentence, in its order of kinds: values, then deeds."""
    reading = _reading(sentence, evidence, lang)
    return _claims(
        reading,
        lambda value: _stated(value, reading, evidence, lang),
        lambda deed: _done(deed, evidence) or _quoted(deed, reading, evidence, lang),
    )


def _claims(
    reading: SentenceReading,
    stated: Callable[[Value], bool] = lambda _: False,
    done: Callable[[ActionClaim], bool] = lambda _: False,
) -> list[Claim]:
    values = (v for v in reading.values if _counts(v, reading) and not stated(v))
    found = [Claim(v.kind, v.text, reading.sentence) for v in values]
    return found + [Claim(d.kind, d.text, reading.sentence) for d in reading.deeds if not done(d)]


def _counts(value: Value, reading: SentenceReading) -> bool:
    """Durations and "tomorrow" are claims only beside a promise."""
    return reading.committed or not (value.kind == "duration" or value.relative)


def _stated(value: Value, reading: SentenceReading, evidence: Evidence, lang: str) -> bool:
    """What articles and results do not hold is looked for in what was said; customers may only be echoed."""
    parts = ("texts", "said") if reading.committed else ("texts", "said", "asked")
    return any(_agrees(value, _known(part, evidence, lang).get(value.kind, set())) for part in parts)


def _known(part: str, evidence: Evidence, lang: str) -> dict[str, set[Meaning]]:
    """The values that a part of the evidence holds, by their kind."""
    key = (part, lang)
    if key not in evidence.memo:
        found: dict[str, set[Meaning]] = {}
        for line in getattr(evidence, part):
            source = line[:ECHOED] if part == "asked" else line
            for value in chain.from_iterable(r.values for r in _readings(source, evidence, lang)):
                found.setdefault(value.kind, set()).update(value.meanings)
        evidence.memo[key] = found
    return cast(dict[str, set[Meaning]], evidence.memo[key])


def _done(deed: ActionClaim, evidence: Evidence) -> bool:
    groups = deed.also or {deed.group}
    needed = frozenset(chain.from_iterable(NEEDS.get(group, {group}) for group in groups))
    told = (
        kind
        for cue, kind, matter in REPORTED
        if kind in needed and _is_about(deed, matter) and any(re.search(cue, t) for t in evidence.texts)
    )
    return bool(needed & evidence.done) or any(told) or _recorded(deed, evidence)


def _is_about(deed: ActionClaim, matter: str) -> bool:
    """A deed that names another matter is about that one."""
    return not matter or names(deed, matter) or not any(names(deed, other) for other in MATTERS)


def _recorded(deed: ActionClaim, evidence: Evidence) -> bool:
    """`"order_status": "shipped"` supports "your order has been shipped"."""
    known = {stem for text in evidence.texts for stem in _states(text)}
    told = any(word.lower().startswith(stem) for word in plain(deed.text).split() for stem in known)
    return told and _is_about(deed, "order")


def _states(text: str) -> frozenset[str]:
    words = (word for state in _STATE.findall(text) for word in plain(state).lower().split())
    return frozenset(word[:STEM] for word in words if len(word) >= STEM)


def _quoted(deed: ActionClaim, reading: SentenceReading, evidence: Evidence, lang: str) -> bool:
    """An article, or an agent before, says nearly the same words and means the same deed."""
    return any(
        deed.group in {d.group for d in known.deeds} and _alike(reading.words, known.words)
        for source in (*evidence.texts, *evidence.said)
        for known in _readings(source, evidence, lang)
    )


def _readings(source: str, evidence: Evidence, lang: str) -> list[SentenceReading]:
    """Articles come again in every turn, so what they say is kept. What people say, and what results of
    tools tell of them, is read anew."""
    key = (source, lang, split)
    if key not in evidence.memo:
        again = source in evidence.texts and not source.startswith("{")
        one = _article if again else read
        evidence.memo[key] = [one(sentence, lang, evidence.today) for sentence in split(source)]
    return cast(list[SentenceReading], evidence.memo[key])


def _reading(sentence: str, evidence: Evidence, lang: str) -> SentenceReading:
    """Sentences of a stream come again when it is checked as a whole."""
    key = (sentence, lang, read)
    if key not in evidence.memo:
        evidence.memo[key] = read(sentence, lang, evidence.today)
    return cast(SentenceReading, evidence.memo[key])


def _article(sentence: str, lang: str, today: date) -> SentenceReading:
    return _kept(sentence, lang, today) if len(sentence) <= KEPT else read(sentence, lang, today)


_kept = lru_cache(maxsize=4096)(read)


def _alike(one: frozenset[str], other: frozenset[str]) -> bool:
    return len(one & other) >= ALIKE * len(one | other)


def _agrees(value: Value, known: set[Meaning]) -> bool:
    loose = value.kind in ("date", "duration")  # others are the same or they are not
    return not value.meanings.isdisjoint(known) or (
        loose and any(_same(value.kind, mine, theirs) for mine in value.meanings for theirs in known)
    )


def _same(kind: str, mine: Meaning, theirs: Meaning) -> bool:
    if kind == "date":
        return mine[1:] == theirs[1:] and (mine[0] == theirs[0] or None in (mine[0], theirs[0]))
    return _covered(mine, theirs)


def _covered(mine: Meaning, theirs: Meaning) -> bool:
    """The same span or its longer end ("3–5 days" holds "within 5 days"); working days are no plain days."""
    low, high, unit, working = mine
    span = (low, high) == theirs[:2] or low == high == theirs[1]
    return span and unit == theirs[2] and (bool(working) or not theirs[3])
