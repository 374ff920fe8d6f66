"""Which claims of a reply nothing supports. Pure: the same words and evidence give the same answer."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from functools import lru_cache
from itertools import chain

from app.agents.promises.evidence import Claim, Evidence
from app.agents.promises.reading import Deed, Reading, read
from app.agents.promises.sentences import plain, split
from app.agents.promises.values import Meaning, Value

ALIKE = 0.7  # of the words of both sentences together: nearly verbatim
ANY_DAY = date(2000, 1, 3)
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

# What tool results say of earlier turns: `"reason": "already_refunded"` and its like.
REPORTED = {
    '"already_refunded"': "refund",
    '"already_cancelled"': "cancellation",
    '"already_compensated"': "compensation",
    '"already_booked"': "callback",
    '"cancelled"': "cancellation",
}


def claims(text: str, lang: str) -> list[Claim]:
    """Everything in the text that would need support."""
    return [c for sentence in split(text) for c in _claims(read(sentence, lang, ANY_DAY))]


def unsupported(text: str, evidence: Evidence, lang: str) -> list[Claim]:
    return [c for sentence in split(text) for c in unsupported_in(sentence, evidence, lang)]


def unsupported_in(sentence: str, evidence: Evidence, lang: str) -> list[Claim]:
    """Of one sentence, in its order of kinds: values, then deeds."""
    reading = read(sentence, lang, evidence.today)
    return _claims(
        reading,
        lambda value: _stated(value, reading, evidence, lang),
        lambda deed: _done(deed, evidence) or _quoted(deed, reading, evidence, lang),
    )


def _claims(
    reading: Reading,
    stated: Callable[[Value], bool] = lambda _: False,
    done: Callable[[Deed], bool] = lambda _: False,
) -> list[Claim]:
    values = (v for v in reading.values if _counts(v, reading) and not stated(v))
    found = [Claim(v.kind, v.text, reading.sentence) for v in values]
    return found + [Claim(d.kind, d.text, reading.sentence) for d in reading.deeds if not done(d)]


def _counts(value: Value, reading: Reading) -> bool:
    """Durations and "tomorrow" are claims only beside a promise."""
    return reading.committed or not (value.kind == "duration" or value.relative)


def _stated(value: Value, reading: Reading, evidence: Evidence, lang: str) -> bool:
    sources = [*evidence.texts, *evidence.said, *(() if reading.committed else evidence.asked)]
    return any(
        _agree(value, known)
        for source in sources
        for sentence in _readings(source, lang, evidence.today)
        for known in sentence.values
        if known.kind == value.kind
    )


def _done(deed: Deed, evidence: Evidence) -> bool:
    groups = deed.also or {deed.group}
    needed = frozenset(chain.from_iterable(NEEDS.get(group, {group}) for group in groups))
    told = (kind for word, kind in REPORTED.items() if any(word in text for text in evidence.texts))
    return bool(needed & evidence.done) or not needed.isdisjoint(told) or _recorded(deed, evidence)


def _recorded(deed: Deed, evidence: Evidence) -> bool:
    """`"order_status": "shipped"` supports "your order has been shipped"."""
    known = {stem for text in evidence.texts for stem in _states(text)}
    return any(word.lower().startswith(stem) for word in plain(deed.text).split() for stem in known)


@lru_cache(maxsize=512)
def _states(text: str) -> frozenset[str]:
    words = (word for state in _STATE.findall(text) for word in plain(state).lower().split())
    return frozenset(word[:STEM] for word in words if len(word) >= STEM)


def _quoted(deed: Deed, reading: Reading, evidence: Evidence, lang: str) -> bool:
    """An article, or an agent before, says nearly the same words and means the same deed."""
    return any(
        deed.group in {d.group for d in known.deeds} and _alike(reading.words, known.words)
        for source in (*evidence.texts, *evidence.said)
        for known in _readings(source, lang, evidence.today)
    )


@lru_cache(maxsize=2048)
def _readings(text: str, lang: str, today: date) -> tuple[Reading, ...]:
    return tuple(read(sentence, lang, today) for sentence in split(text))


def _alike(one: frozenset[str], other: frozenset[str]) -> bool:
    return len(one & other) >= ALIKE * len(one | other)


def _agree(value: Value, known: Value) -> bool:
    return any(_same(value.kind, mine, theirs) for mine, theirs in _pairs(value.meanings, known.meanings))


def _pairs(ours: Iterable[Meaning], theirs: Iterable[Meaning]) -> Iterator[tuple[Meaning, Meaning]]:
    known = list(theirs)
    return ((one, other) for one in ours for other in known)


def _same(kind: str, mine: Meaning, theirs: Meaning) -> bool:
    if kind == "date":
        return mine[1:] == theirs[1:] and (mine[0] == theirs[0] or None in (mine[0], theirs[0]))
    return _covered(mine, theirs) if kind == "duration" else mine == theirs


def _covered(mine: Meaning, theirs: Meaning) -> bool:
    """The same span or its longer end ("3–5 days" holds "within 5 days"); working days are no plain days."""
    low, high, unit, working = mine
    span = (low, high) == theirs[:2] or low == high == theirs[1]
    return span and unit == theirs[2] and (bool(working) or not theirs[3])
