"""The general reading: a clause that no cue has claimed, and what it says becomes of a matter."""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby

from app.agents.grounding.language import CueTemplates, Hit, Language, SentenceWord, languages

GENERAL = ":general"
DONE, WILL, NEVER, EXCUSE, DENIAL, TRAILING, BREAK, JOIN = (
    "done",
    "will",
    "never",
    "excuse",
    "denial",
    "trailing",
    "break",
    "join",
)
NOUN, VERB, MATTER, REPAIRED, FAULTS = "noun.", "verb.", "matter", "repaired", "faults"
LANDED = "landed"
OUTCOME, REPAIR, CEASED, SPAN, SUM = "outcome", "repair", "ceased", "span", "sum"
WEAK = {SPAN, SUM, OUTCOME}
"""Kinds beside those of tools: anything else, a fault that is over, no more charges, days that are given."""
PAID = {"refund", "subscription", "cancellation", "credit"}

TURNS = {"resumed": "back_on", "unbooked": "called_off", "closed": "shut_down"}
TURNED = {
    "subscription": ["resumed"],
    "cancellation": ["resumed"],
    "callback": ["unbooked"],
    "ticket": ["closed"],
    "complaint": ["closed"],
}
"""What undoes a kind is another one, and the list of words that tells it."""

NEAR = 3  # words behind the claim
PARTICLE, BEHIND, GROUND = "particle", "behind_particle", "ground"
LEADING = ("authority", "refund")
"""Kinds that others in the same words do not soften."""
AND = "+"  # between the kinds of a claim about several matters
WORDS = (REPAIRED, FAULTS, PARTICLE, BEHIND, GROUND, *TURNS.values())


@dataclass(frozen=True, slots=True)
class ClauseCues:
    """The general rules of one language."""

    templates: CueTemplates
    kinds: tuple[str, ...]
    verbs: tuple[str, ...]

    def hits(self, words: Sequence[SentenceWord]) -> Iterator[Hit]:
        """Of a whole sentence, clause by clause."""
        for clause in self._clauses(words):
            yield from self._hits([words[at].text for at in clause], clause[0])

    def _clauses(self, words: Sequence[SentenceWord]) -> Iterator[list[int]]:
        """Punctuation and some words begin a clause, "that" goes on; numbers of list items are no part."""
        numbered: list[tuple[int, int]] = []
        number = 0
        for at, word in enumerate(words):
            fits = self.templates.fits(word.text)
            apart = at > 0 and word.clause != words[at - 1].clause and f"<{JOIN}>" not in fits
            number += apart or f"<{BREAK}>" in fits
            if at or not word.text.isdecimal():
                numbered.append((at, number))
        for _, group in groupby(numbered, key=lambda pair: pair[1]):
            yield [at for at, _ in group]

    def _hits(self, texts: list[str], start: int) -> Iterator[Hit]:
        found = list(self.templates.hits(texts))
        excuses = [hit for hit in found if hit.group == EXCUSE]
        denials = [hit for hit in found if hit.group == DENIAL]
        if any(hit.group == TRAILING for hit in found):
            return
        for hit in found:
            bars = {DONE: [*excuses, *denials], WILL: [*excuses, *denials], NEVER: excuses}.get(hit.group, [])
            told = hit.group in (DONE, WILL, NEVER) and not self._goes_on(texts, hit)
            if told and all(bar.first > hit.last for bar in bars):
                group = WILL if hit.group == NEVER else hit.group
                kind = self._kind(texts, hit)
                if hit.group == NEVER and kind in PAID:
                    kind = CEASED
                if hit.group == NEVER and kind == "callback":
                    continue  # to call nobody is no promise
                yield Hit(f"{group}:{kind}{GENERAL}", hit.first + start, hit.last + start)

    def _goes_on(self, texts: list[str], hit: Hit) -> bool:
        """ "Is over" is a claim and "is over 5 000" none; so are "booked" and "booked calls"."""
        behind = texts[hit.last + 1 : hit.last + 2]
        part = hit.first == hit.last or self._fits(PARTICLE, [texts[hit.last]])
        return bool(behind) and part and not self._fits(BEHIND, behind)

    def _kind(self, texts: list[str], hit: Hit) -> str:
        """What must have been done: as the verb tells, else the matters in the words or the clause."""
        told = texts[hit.first : hit.last + 1]
        near = texts[hit.first : hit.last + 1 + NEAR]
        if self._fits(VERB + LANDED, told):  # a bank repairs nothing
            return LANDED
        if self._fits(REPAIRED, near) and self._fits(FAULTS, near):
            return REPAIR
        verbs = (kind for kind in self.verbs if self._fits(VERB + kind, texts))
        verb = next((kind for kind in verbs if kind != CEASED or hit.group == NEVER), None)
        if verb:
            return self._turned(verb, texts) or verb
        if (cut := self._ground(told)) is not None:
            return cut
        named = self._all_named(told, WEAK) or self._all_named(texts, {OUTCOME})
        leading = next((kind for kind in LEADING if kind in named), next(iter(named), OUTCOME))
        return self._turned(leading, texts) or (leading if leading in LEADING else AND.join(named) or OUTCOME)

    def _ground(self, told: list[str]) -> str | None:
        """Days "for the outage" are days: what they are given for is no matter of the claim."""
        at = next((n for n, word in enumerate(told) if self._fits(GROUND, [word])), 0)
        return SPAN if set(self._all_named(told[:at], set())) == {SPAN} else None

    def _turned(self, kind: str, texts: list[str]) -> str | None:
        return next((turned for turned in TURNED.get(kind, ()) if self._fits(TURNS[turned], texts)), None)

    def _all_named(self, words: Sequence[str], but: Set[str]) -> dict[str, None]:
        """In their order, each once."""
        return dict.fromkeys(kind for word in words if (kind := self._named(word)) and kind not in but)

    def _named(self, word: str) -> str | None:
        fits = self.templates.fits(word)
        return next((kind for kind in self.kinds if f"<{NOUN}{kind}>" in fits), None)

    def _fits(self, name: str, words: list[str]) -> bool:
        return any(f"<{name}>" in self.templates.fits(word) for word in words)


@lru_cache
def clause_cues() -> list[ClauseCues]:
    return [_cues(one) for one in languages()]


def _cues(one: Language) -> ClauseCues:
    rules = one.clauses
    nouns = {kind: [*rules.nouns.get(kind, ()), *one.net.nouns.get(kind, ())]
             for kind in dict.fromkeys((*rules.nouns, *one.net.nouns))}  # fmt: skip
    named = {NOUN + kind: words for kind, words in nouns.items()}
    vocabulary = {
        **one.vocabulary(),
        **named,
        MATTER: [w for kind, words in nouns.items() if kind != SPAN for w in words],
    }
    groups = {
        DONE: rules.done,
        WILL: rules.will,
        NEVER: rules.never,
        EXCUSE: rules.excuses,
        DENIAL: rules.denials,
        TRAILING: rules.trailing,
    }
    vocabulary |= {VERB + kind: words for kind, words in rules.verbs.items()}
    vocabulary |= {name: vocabulary.get(name, []) for name in WORDS} | {
        BREAK: rules.breaks,
        JOIN: rules.joins,
    }
    known = (f"<{name}>" for name in (*named, *(VERB + kind for kind in rules.verbs), *WORDS, BREAK, JOIN))
    return ClauseCues(CueTemplates(groups, vocabulary, known), tuple(nouns), tuple(rules.verbs))
