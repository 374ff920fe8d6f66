"""Which claims of a reply nothing supports. Pure: the same words and evidence give the same answer."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Set
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from itertools import chain

from app.agents.grounding.language import CueTemplates, languages
from app.agents.grounding.leaks import leaks_in
from app.agents.grounding.opinion import review
from app.agents.grounding.reading import ActionClaim, SentenceReading, is_question, read
from app.agents.grounding.sentences import plain, split
from app.agents.grounding.sources import (
    BY_DESK,
    DENIES,
    STEM,
    Claim,
    Evidence,
    counts,
    offering,
    reading_of,
    readings_of,
    states,
    stems,
)
from app.agents.grounding.telling import is_behind, is_ending, names, tellings
from app.core.company import in_use
from app.core.quantities import Value

ALIKE = 0.7  # of the words of both sentences together: nearly verbatim
ANY_DAY = date(2000, 1, 3)
ECHO = 0.75  # of the longer words of a claim

# What must have been done for the words of each group of cues; a group that is not named needs its own name.
NEEDS: dict[str, frozenset[str]] = {
    "approval": frozenset({"refund_requested", "approval"}),
    "approved": frozenset({"refund", "discount", "compensation", "credit"}),
    "subscription": frozenset({"subscription", "cancellation", "compensation"}),
    "ticket": frozenset({"ticket", "complaint", "escalated", "refund_requested", "approval"}),
    "passed_on": frozenset({"transfer", "escalated", "refund_requested", "approval", "ticket", "complaint"}),
    "credit": frozenset({"credit", "compensation", "refund"}),
    "compensation": frozenset({"compensation", "credit"}),
    "transfer": frozenset({"transfer", "escalated"}),
    "contact": frozenset({"callback", "transfer", "ticket", "complaint", "escalated"}),
    "repair": frozenset(),
    "beyond": frozenset(),
    "seen": frozenset(),
    "on_plan": frozenset({"subscription"}),
    "fulfilled": frozenset(),
    "landed": frozenset(),
    "stopped": frozenset({"subscription", "cancellation"}),
    "progress": frozenset(),
    "verdict": frozenset(),
    "resumed": frozenset({"resumed"}),
    "unbooked": frozenset({"unbooked"}),
    "closed": frozenset({"closed"}),
    "span": frozenset({"compensation", "credit"}),
    "sum": frozenset({"refund", "compensation", "credit", "order", "subscription"}),
    "authority": frozenset({"refund_requested", "approval"}),
    "answer": frozenset({"ticket", "complaint", "escalated", "refund_requested", "approval", "callback"}),
    "ceased": frozenset({"cancellation", "refund"}),
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
_PLAN = re.compile(r'"(?:next_)?plan": "([^"]+)"')
_VALUE = re.compile(r': "([^"]* [^"]*)"')  # a sentence: a code does not tell what it is about
_WORD = re.compile(r"[^\W_]+(?:-[^\W_]+)*")
SAYS, UNLESS = "says", "unless"
MATTERS = ("order", "subscription")


def claims(text: str, lang: str) -> list[Claim]:
    """Everything in the text that would need support."""
    return [c for sentence in split(text) for c in _claims(read(sentence, lang, ANY_DAY))]


def unsupported(text: str, evidence: Evidence, lang: str) -> list[Claim]:
    pieces = split(text)
    return [
        c
        for b, piece in zip(["", *pieces], pieces, strict=False)
        for c in unsupported_after(b, piece, evidence, lang)
    ]


def unsupported_after(before: str, sentence: str, evidence: Evidence, lang: str) -> list[Claim]:
    """Behind a question of ours stands what the customer's yes would end."""
    return unsupported_in(sentence, offering(evidence) if is_question(before.strip()) else evidence, lang)


def unsupported_in(sentence: str, evidence: Evidence, lang: str) -> list[Claim]:
    """Of one sentence, in its order of kinds: values, then deeds. Of a leak nothing else is looked at."""
    if leaked := leaks_in(sentence, evidence):
        return leaked
    reading = reading_of(sentence, evidence, lang)
    found = _claims(
        reading,
        lambda value: states(value, reading, evidence, lang),
        lambda deed: (
            _done(deed, evidence)
            or _proposed(deed, evidence)
            or _told(deed, reading, evidence)
            or _foretold(deed, evidence)
            or _quoted(deed, reading, evidence, lang)
        ),
    )
    return review(found, reading, evidence, lang) if evidence.reader else found


def _claims(
    reading: SentenceReading,
    stated: Callable[[Value], bool] = lambda _: False,
    done: Callable[[ActionClaim], bool] = lambda _: False,
) -> list[Claim]:
    values = (v for v in reading.values if counts(v, reading) and not stated(v))
    found = [Claim(v.kind, v.text, reading.sentence) for v in values]
    return found + [Claim(d.kind, d.text, reading.sentence) for d in reading.deeds if not done(d)]


def _done(deed: ActionClaim, evidence: Evidence) -> bool:
    groups = deed.also or {deed.group}
    if deed.group == "transfer" and (names(deed, "ticket") or is_behind(deed)):
        groups = {*groups, "ticket"}
    if deed.group == "landed" and deed.ahead:  # what a bank will do with what was returned
        groups = {"refund"}
    needed = frozenset(chain.from_iterable(NEEDS.get(group, {group}) for group in groups))
    told = (
        kind
        for cue, kind, matter in REPORTED
        if kind in needed
        and not deed.own
        and _is_about(deed, matter)
        and any(re.search(cue, t) for t in evidence.texts)
    )
    if deed.group == "stopped" and "resumed" in evidence.done:
        needed -= {"subscription"}
    any_act = "outcome" in groups and not deed.ahead  # what is yet to come is of its own kind
    achieved = evidence.done - BY_DESK if any_act else needed & evidence.done
    return bool(achieved) or any(told)


def _is_about(deed: ActionClaim, matter: str) -> bool:
    """A deed that names another matter is about that one."""
    return not matter or names(deed, matter) or not any(names(deed, other) for other in MATTERS)


def _proposed(deed: ActionClaim, evidence: Evidence) -> bool:
    """What a proposed act will end with."""
    consequence = (deed.ahead or not deed.own) and names(deed, "subscription") and deed.kind != "approval"
    waits = {"refund", "cancellation", "subscription"} & evidence.proposed
    return consequence and deed.general and bool(waits) and is_ending(deed)


def _told(deed: ActionClaim, reading: SentenceReading, evidence: Evidence) -> bool:
    kinds = {*deed.also, deed.group} | ({deed.kind} - {"outcome"} if deed.group == "beyond" else {deed.kind})
    if deed.group == "on_plan":
        return on_plan(deed.text, evidence.texts)
    return not deed.own and (recorded(kinds, reading.words, evidence.texts) or _worded(deed, evidence))


def _worded(deed: ActionClaim, evidence: Evidence) -> bool:
    """A result says so in these words: "already shipped". What it denies is no such word."""
    mine = {word[:STEM] for word in tellings(deed)}
    values = (value for text in evidence.texts for value in _VALUE.findall(text) if text.startswith("{"))
    told = {
        word[:STEM] for value in values if not DENIES.search(value) for word in _WORD.findall(value.lower())
    }
    return bool(mine) and not deed.ahead and mine <= told


def _foretold(deed: ActionClaim, evidence: Evidence) -> bool:
    """What will be, as an article says in other words; a state that the customer told us of."""
    if not deed.general or not (deed.ahead or deed.kind == "outcome"):
        return False
    mine = stems(deed.text)
    told = [text for text in evidence.texts if not text.startswith("{")] if deed.ahead else evidence.asked
    sentences = (plain(sentence) for text in told for sentence in split(text))
    return any(len(mine & stems(sentence)) >= ECHO * len(mine) for sentence in sentences)


def _quoted(deed: ActionClaim, reading: SentenceReading, evidence: Evidence, lang: str) -> bool:
    """An article, or an agent before, says nearly the same words and means the same deed."""
    return any(
        deed.group in {d.group for d in known.deeds} and _alike(reading.words, known.words)
        for source in (*evidence.texts, *evidence.said)
        for known in readings_of(source, evidence, lang)
    )


def _alike(one: frozenset[str], other: frozenset[str]) -> bool:
    return len(one & other) >= ALIKE * len(one | other)


@dataclass(frozen=True, slots=True)
class Record:
    kinds: frozenset[str]
    find: re.Pattern[str]
    words: CueTemplates

    def supports(self, kinds: Set[str], words: Iterable[str], texts: Iterable[str]) -> bool:
        if self.kinds.isdisjoint(kinds) or not any(self.find.search(text) for text in texts):
            return False
        fits = frozenset[str]().union(*map(self.words.fits, words))
        return f"<{SAYS}>" in fits and f"<{UNLESS}>" not in fits


def recorded(kinds: Set[str], words: Iterable[str], texts: Iterable[str]) -> bool:
    """Whether a record says what these words of a sentence say of something of these kinds."""
    known = [text for text in texts if text.startswith("{")]
    return bool(known) and any(record.supports(kinds, words, known) for record in _records())


def on_plan(said: str, texts: Iterable[str]) -> bool:
    """Whether the plan that is named is one that a result tells of."""
    own = [text for text in texts if '"plans"' not in text]  # a list of all of them tells nothing
    told = {plan for text in own for value in _PLAN.findall(text) for plan in _plans(value)}
    return bool(told & _plans(said))


def _plans(text: str) -> set[str]:
    """Names of the plans that a text tells in any language, inflected or not."""
    words = re.findall(r"\w+", text.lower())
    stems = {
        plan.name: tuple({plan.name, *(t.lower()[:STEM] for t in plan.titles.values())})
        for plan in in_use().catalogue.plans.values()
    }
    return {plan for plan, begins in stems.items() if any(word.startswith(begins) for word in words)}


@lru_cache
def _records() -> list[Record]:
    return list(_read())


def _read() -> Iterator[Record]:
    for one in languages():
        for rule in one.records:
            words = {SAYS: rule.says, UNLESS: rule.unless}
            yield Record(rule.kinds, re.compile(rule.find), CueTemplates({}, words, ("<says>", "<unless>")))
