"""What a reply may rest on: articles, results and lines of the dialog, and the values that these state."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from functools import lru_cache
from itertools import chain
from typing import Any, Literal, cast, get_args

from app.agents.grounding.reading import ENTITLED, ActionKind, SentenceReading, has_word, read
from app.agents.grounding.sentences import plain, split
from app.core.company import in_use
from app.core.ports import Understanding
from app.core.quantities import Meaning, Value, ValueKind

ECHOED = 4000  # characters of a line of the customer's that may be told back
KEPT = 500  # characters at most of a sentence that is remembered
DAY = 24 * 60  # minutes
YEAR = 366  # days
MOST_MORE = 50  # of what is paid for one by one
_THOUSANDS = re.compile(r"(?<=\d)[,\s](?=\d{3}(?!\d))")
DENIES = re.compile(r"\b(?:not?|never|\w+n't|не|нет)\b", re.IGNORECASE)
_WORDS = re.compile(r"\w+(?:-\w+)*")
_TIMES = re.compile(r"\b(\d{1,2}) ?[×xх*] ?(?=\d)")  # "5 × 290 ₽"
Kind = ValueKind | ActionKind | Literal["prompt"]
VALUES = set(get_args(ValueKind))
BY_DESK = {"transfer", "discount"}  # true of a desk or of a price without anything having been done
STEM = 5  # letters that tell a word in another form: "отменён", "отменили"
SHORT = 4  # letters of a word that tells something


@dataclass(frozen=True, slots=True)
class Claim:
    """`text` is the words that claim something, `sentence` where they stand."""

    kind: Kind
    text: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Evidence:
    """What this dialog may rest on. `today` is the company's day: "tomorrow" is counted from it."""

    today: date
    texts: tuple[str, ...] = ()  # articles and tool results as the model was shown them
    done: frozenset[str] = field(default_factory=frozenset)  # what tool results report as achieved
    proposed: frozenset[str] = field(default_factory=frozenset)  # what waits for the customer's yes
    asked: tuple[str, ...] = ()  # the customer's lines: may be echoed, never promised
    said: tuple[str, ...] = ()  # earlier lines of agents, already checked
    secret: str = ""  # the agent's prompt
    reader: Understanding | None = field(default=None, compare=False, repr=False)  # a second opinion
    memo: dict[Any, Any] = field(default_factory=dict, init=False, compare=False, repr=False)
    """What was read of people's words: it is kept no longer than they are needed."""


def offering(evidence: Evidence) -> Evidence:
    """The same, while a refund is only asked about."""
    offered = replace(evidence, proposed=evidence.proposed | {"refund"})
    offered.memo.update(evidence.memo)
    return offered


def known_values(part: str, evidence: Evidence, lang: str) -> dict[str, set[Meaning]]:
    """The values that a part of the evidence holds, by their kind."""
    key = (part, lang)
    if key not in evidence.memo:
        found: dict[str, set[Meaning]] = {}
        for line in getattr(evidence, part):
            source = line[:ECHOED] if part == "asked" else line
            for value in chain.from_iterable(r.values for r in readings_of(source, evidence, lang)):
                found.setdefault(value.kind, set()).update(value.meanings)
        evidence.memo[key] = found
    return cast(dict[str, set[Meaning]], evidence.memo[key])


def readings_of(source: str, evidence: Evidence, lang: str) -> list[SentenceReading]:
    """Articles come again in every turn, so what they say is kept. What people say, and what results of
    tools tell of them, is read anew."""
    key = (source, lang, split)
    if key not in evidence.memo:
        again = source in evidence.texts and not source.startswith("{")
        one = _article if again else read
        evidence.memo[key] = [one(sentence, lang, evidence.today) for sentence in split(source)]
    return cast(list[SentenceReading], evidence.memo[key])


def stems(text: str) -> frozenset[str]:
    return frozenset(w[:STEM] for w in plain(text).lower().split() if len(w.strip(".,:;!?")) >= SHORT)


def reading_of(sentence: str, evidence: Evidence, lang: str) -> SentenceReading:
    """Sentences of a stream come again when it is checked as a whole."""
    key = (sentence, lang, read)
    if key not in evidence.memo:
        evidence.memo[key] = read(sentence, lang, evidence.today)
    return cast(SentenceReading, evidence.memo[key])


def _article(sentence: str, lang: str, today: date) -> SentenceReading:
    return _kept(sentence, lang, today) if len(sentence) <= KEPT else read(sentence, lang, today)


_kept = lru_cache(maxsize=4096)(read)


def counts(value: Value, reading: SentenceReading) -> bool:
    """Durations, times and "tomorrow" are claims only beside a promise."""
    return reading.committed or not (value.kind in ("duration", "time") or value.relative)


def states(value: Value, reading: SentenceReading, evidence: Evidence, lang: str) -> bool:
    """What articles and results do not hold is looked for in what was said; customers may only be echoed."""
    if (reading.asks and _offered(value)) or (value.relative and is_today(value, evidence)):
        return True
    if value.kind == "percent" and not (DENIES.search(reading.sentence) or _entitles(reading, evidence)):
        return False
    known = known_values("texts", evidence, lang)
    computed = _computed(value, reading, known) or _multiplies(value, reading)
    return computed or is_ours(value, evidence, lang, echoed=not reading.committed)


def is_ours(value: Value, evidence: Evidence, lang: str, *, echoed: bool = False) -> bool:
    """An article, a result or an earlier line of ours holds it; `echoed`, or the customer's own."""
    return any(
        _agrees(meant, known_values(part, evidence, lang).get(meant.kind, set()))
        for part in ("texts", "said", *(["asked"] if echoed else []))
        for meant in _meant(value, evidence)
    )


def _offered(value: Value) -> bool:
    """Our own prices and numbers may stand in a question: an act has a question of its own."""
    return value.kind == "number" or any(price in value.meanings for price in _prices())


@lru_cache
def _prices() -> frozenset[Meaning]:
    sold = in_use().catalogue
    plans = (price for plan in sold.plans.values() for price in (plan.month_rub, plan.year_rub))
    return frozenset(
        ("RUB", Decimal(price)) for price in (*plans, *(item.price_rub for item in sold.items.values()))
    )


def is_today(value: Value, evidence: Evidence) -> bool:
    """What a proposed or done act ends, it ends today."""
    day = evidence.today
    ends = {"refund", "cancellation"} & (evidence.done | evidence.proposed)
    return bool(ends) and (day.year, day.month, day.day) in value.meanings


def _computed(value: Value, reading: SentenceReading, known: dict[str, set[Meaning]]) -> bool:
    """The sentence itself gives what it is computed from: twelve months, a percentage off, a difference, a
    price for so many and another for each more. An article's sum may be told without its currency."""
    told = set(re.findall(r"\d+", _THOUSANDS.sub("", reading.sentence)))
    sums = {m[1] for v in reading.values if v.kind == "amount" and v is not value for m in v.meanings}
    sums |= {m[1] for m in known.get("amount", set()) if str(m[1]) in told}
    if value.kind != "amount" or not sums:
        return False
    months = {m[1] for v in reading.values if v.kind == "duration" for m in v.meanings if m[2] == "months"}
    shares = {m[0] for v in reading.values if v.kind == "percent" for m in v.meanings}
    parts = cast(set[Decimal], sums)
    times = {Decimal(n) for n in _TIMES.findall(reading.sentence)}
    results = {a * n for a in parts for n in cast(set[Decimal], months) | times}
    results |= {a * part / 100 for a in parts for p in cast(set[Decimal], shares) for part in (p, 100 - p)}
    results |= {a - b for a in parts for b in parts if a > b}
    results |= {a + n * b for a in parts for b in parts if b < a for n in range(2, MOST_MORE + 1)}
    return any(m[1] in results for m in value.meanings)


def _entitles(reading: SentenceReading, evidence: Evidence) -> bool:
    """A share off is for those whom the evidence names."""
    told = frozenset(w[:STEM] for text in evidence.texts for w in _WORDS.findall(plain(text).lower()))
    return all(w[:STEM] in told for w in reading.words if has_word(ENTITLED, [w]))


def _multiplies(value: Value, reading: SentenceReading) -> bool:
    """Months that one sum of the sentence is taken for, so that another comes out."""
    months = {m[1] for m in value.meanings if value.kind == "duration" and m[2] == "months"}
    sums = cast(set[Decimal], {m[1] for v in reading.values if v.kind == "amount" for m in v.meanings})
    return any(a * n in sums for a in sums for n in cast(set[Decimal], months) if n > 1)


def _meant(value: Value, evidence: Evidence) -> Iterator[Value]:
    """ "In three days" is a date too."""
    yield value
    spans = [m for m in value.meanings if value.kind == "duration"]
    days = (cast(Decimal, m[1]) / DAY for m in spans if m[0] == m[1] and m[2:] == ("minutes", False))
    dates = [evidence.today + timedelta(days=int(n)) for n in days if 1 <= n <= YEAR]
    if dates:
        yield replace(value, kind="date", meanings=frozenset((d.year, d.month, d.day) for d in dates))


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
