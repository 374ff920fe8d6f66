"""One sentence: its values, what it says we did or will do, and whether it commits us at all."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Literal, cast

from app.agents.grounding.clauses import AND, GENERAL, clause_cues
from app.agents.grounding.language import CueTemplates, Hit, Language, SentenceWord, languages, words_of
from app.agents.grounding.sentences import plain
from app.core.quantities import Value, scale

ActionKind = Literal[
    "refund", "discount", "order", "cancellation", "subscription", "ticket", "complaint", "credit",
    "compensation", "callback", "transfer", "approval", "outcome",
]  # fmt: skip
DONE, WILL, COMMITS, EXCUSE = "done:", "will:", "commits:", "excuse:"
IDIOMS = EXCUSE + "idioms"
NET, NOUN, OWN, PERFECT, BEHIND = ":net", "noun.", "own", "perfect", "behind_desk"
ENDING = "ending"
SPECIAL = ("gift", "rank", "blame")
OUTSIDE, ENTITLED = "outside", "entitled"
LISTS = (OWN, PERFECT, BEHIND, ENDING, OUTSIDE, ENTITLED, *SPECIAL)
NEAR = 4  # words between "you say that" or "you" and the deed
LABEL = 3  # words between "the button" and its quotation
TAG = 2  # words of a question that only asks for consent: "…, all right?"

VAGUE, STRONG = (
    {"staff", "contact"},
    {
        "approved",
        "authority",
        "beyond",
        "refund",
        "closed",
        "resumed",
        "unbooked",
        "landed",
        "progress",
        "verdict",
    },
)
"""That a colleague does something leaves room for a stronger claim in the same words: what was decided."""

# Groups of cues that are no kind of their own.
KINDS: dict[str, str] = {
    "approved": "approval",
    "contact": "callback",
    "passed_on": "transfer",
    "payment_link": "order",
    "repair": "outcome",
    "ceased": "cancellation",
    "beyond": "outcome",
    "span": "compensation",
    "sum": "refund",
    "resumed": "subscription",
    "unbooked": "callback",
    "closed": "ticket",
    "seen": "refund",
    "on_plan": "subscription",
    "fulfilled": "order",
    "answer": "ticket",
    "landed": "refund",
    "stopped": "subscription",
    "progress": "ticket",
    "verdict": "approval",
    "authority": "approval",
    "staff": "callback",
}


@dataclass(frozen=True, slots=True)
class ActionClaim:
    """An action claim; `group` is the list of cues that knew it, `also` what else it may be about."""

    group: str
    text: str
    also: frozenset[str] = frozenset()
    general: bool = False
    own: bool = False  # "I have …": an act, which no record stands for
    ahead: bool = False  # it will be, it has not been

    @property
    def kind(self) -> ActionKind:
        return cast(ActionKind, KINDS.get(self.group, self.group))  # the files hold no other


@dataclass(frozen=True, slots=True)
class SentenceReading:
    """`committed`: a deed or promise stands here, even under a condition, and values are promised too."""

    sentence: str
    values: tuple[Value, ...]
    deeds: tuple[ActionClaim, ...]
    committed: bool
    words: frozenset[str]

    @property
    def asks(self) -> bool:
        return not self.committed and is_question(self.sentence)


def read(sentence: str, lang: str, today: date) -> SentenceReading:
    bare = plain(sentence)
    values = scale(lang).read(bare, today)
    words = words_of(bare, values)
    texts = [w.text for w in words]
    scenes = [_Scene(bare, words, cues.hits(texts)) for cues in templates()]
    for scene, general in zip(scenes, clause_cues(), strict=True):
        scene.add(general.hits(words))
    idle = {i for scene in scenes for i in scene.idle}
    kept = [v for v in values if not any(v.start <= words[i].start < v.end for i in idle)]
    deeds = [deed for scene in scenes for deed in scene.deeds()]
    committed = any(scene.commits() for scene in scenes)
    return SentenceReading(sentence.strip(), tuple(kept), tuple(deeds), committed, frozenset(texts))


def is_question(sentence: str) -> bool:
    return sentence.rstrip("»”\"') ").endswith("?")


def has_word(name: str, words: Iterable[str]) -> bool:
    return any(f"<{name}>" in cues.fits(word) for word in words for cues in templates())


class _Scene:
    """A sentence with what the cues of one language found in it."""

    def __init__(self, sentence: str, words: Sequence[SentenceWord], hits: Iterable[Hit]) -> None:
        self.sentence, self.words = sentence, words
        self._found: dict[str, list[Hit]] = {}
        self.add(hits)
        # words of sayings that mean nothing: "if you have questions", "100 % sure"
        self.idle = {i for hit in self._found.get(IDIOMS, ()) for i in range(hit.first, hit.last + 1)}

    def add(self, hits: Iterable[Hit]) -> None:
        for hit in hits:
            self._found.setdefault(hit.group, []).append(hit)

    def deeds(self) -> list[ActionClaim]:
        """Where two claim a word, the group that stands first in the file has it, excused or not; general
        rules get what no cue has claimed, those of clauses also what was excused."""
        taken: set[int] = set()
        claimed: set[int] = set()
        vague: set[int] = set()
        found = []
        hits = sorted(self._of(DONE, WILL), key=_rank)
        for hit in hits:
            span = set(range(hit.first, hit.last + 1))
            general = hit.group.endswith(GENERAL)
            if span & (claimed if general else taken) or (span & vague and _kind(hit) not in STRONG):
                continue
            taken |= span
            if not self._excused(hit):
                (vague if _kind(hit) in VAGUE or hit.group.endswith(NET) else claimed).update(span)
                found.append(self._claim(hit, hits))
        return found

    def _claim(self, hit: Hit, hits: Sequence[Hit]) -> ActionClaim:
        general, ahead = hit.group.endswith(GENERAL), hit.group.startswith(WILL)
        own = _kind(hit) != "seen" and has_word(OWN, [w.text for w in self.words[hit.first : hit.last + 1]])
        first, *others = _kind(hit).split(AND)
        also = frozenset((first, *others)) if others else _about(hit, hits)
        return ActionClaim(first, self._text(hit), also, general, own, ahead)

    def commits(self) -> bool:
        return any(
            (hit.group.endswith(GENERAL) or not self._denied(hit)) and not self._asked(hit)
            for hit in self._of(DONE, WILL, COMMITS)
        )

    def _of(self, *groups: str) -> list[Hit]:
        return [hit for group, hits in self._found.items() if group.startswith(groups) for hit in hits]

    def _text(self, hit: Hit) -> str:
        return self.sentence[self.words[hit.first].start : self.words[hit.last].end]

    def _excused(self, hit: Hit) -> bool:
        denied = not hit.group.endswith(GENERAL) and self._denied(hit)
        if denied or self._asked(hit) or self._told(hit) or self._label(hit):
            return True
        if hit.group.endswith(GENERAL) and (self._cues("unsure") or self._is_timed(hit)):
            return True
        if not hit.group.startswith(WILL):
            return False
        return bool(self._cues("conditions")) or any(c.last < hit.first for c in self._cues("offers"))

    def _is_timed(self, hit: Hit) -> bool:
        """ "Once you pay, it is lifted" claims nothing, "once again, it has been lifted" does."""
        told = [word.text for word in self.words[hit.first : hit.last + 1]]
        return bool(self._cues("timings")) and not has_word(PERFECT, told)

    def _cues(self, name: str) -> list[Hit]:
        return [hit for hit in self._found.get(EXCUSE + name, ()) if hit.first not in self.idle]

    def _denied(self, hit: Hit) -> bool:
        """A negation in it or right before; a subordinate clause; somebody else's deed."""
        clauses = {self.words[hit.first].clause, self.words[hit.last].clause}
        return (
            self._near("negations", hit, 1)
            or self._near("others", hit, NEAR)
            or any(
                c.last <= hit.last and self.words[c.last].clause in clauses
                for c in self._cues("subordinates")
            )
        )

    def _near(self, name: str, hit: Hit, words: int) -> bool:
        """The cue stands inside, or at most so many words before in the same clause."""
        clause = self.words[hit.first].clause
        return any(
            hit.first <= c.first <= hit.last
            or (hit.first - words <= c.last < hit.first and self.words[c.last].clause == clause)
            for c in self._cues(name)
        )

    def _asked(self, hit: Hit) -> bool:
        """The question is about it: not a statement with a question behind, "we did it, all right?"."""
        if not is_question(self.sentence):
            return False
        ends = self.words[-1].clause
        tail = sum(w.clause == ends for w in self.words)
        asks = self.words[hit.last].clause == ends
        will = hit.group.startswith(WILL) or hit.group.endswith((NET, GENERAL))
        return asks or (will and tail > TAG)

    def _told(self, hit: Hit) -> bool:
        """What the customer said, told back."""
        least = -1 if hit.group.endswith(GENERAL) else 0
        return any(least <= hit.first - c.last - 1 <= NEAR for c in self._cues("reported"))

    def _label(self, hit: Hit) -> bool:
        """The name of a button or status, or words that the customer is to write."""
        if hit.group.endswith(GENERAL) and self._cues("labels"):
            return any(word.quoted for word in self.words[hit.first : hit.last + 1])
        quote = self.words[hit.first].quoted
        if not quote or self.words[hit.last].quoted != quote:
            return False
        opens = next(i for i, w in enumerate(self.words) if w.quoted == quote)
        return any(0 <= opens - c.last - 1 <= LABEL for c in self._cues("labels"))


def _kind(hit: Hit) -> str:
    return hit.group.split(":")[1]


def _about(hit: Hit, hits: Sequence[Hit]) -> frozenset[str]:
    """Of a general rule: all matters named beside that verb ("updated your ticket about the order")."""
    if not hit.group.endswith(NET):
        return frozenset()
    near = (h for h in hits if h.group.endswith(NET) and h.first <= hit.last and hit.first <= h.last)
    return frozenset(_kind(h) for h in near)


def _rank(hit: Hit) -> tuple[int, int, int]:
    """Cues, then general rules of a sentence, then those of a clause, which are read from the left."""
    if hit.group.endswith(GENERAL):
        return 2, hit.first, hit.first - hit.last
    return int(hit.group.endswith(NET)), _places().index(_kind(hit)), hit.last - hit.first


@lru_cache
def _places() -> list[str]:
    return list(dict.fromkeys(group for one in languages() for group in (*one.actions, *one.net.nouns)))


@lru_cache
def templates() -> list[CueTemplates]:
    return [
        CueTemplates(dict(_groups(one)), _words(one), [f"<{name}>" for name in LISTS]) for one in languages()
    ]


def _words(one: Language) -> dict[str, list[str]]:
    return {
        **{name: [] for name in LISTS},
        **one.vocabulary(),
        **{NOUN + kind: nouns for kind, nouns in one.net.nouns.items()},
    }


def _groups(one: Language) -> Iterable[tuple[str, list[str]]]:
    for group, deeds in one.actions.items():
        yield DONE + group, deeds.done
        yield WILL + group, deeds.will
    for kind in one.net.nouns:
        yield DONE + kind + NET, [_named(text, kind) for text in one.net.done]
        yield WILL + kind + NET, [_named(text, kind) for text in one.net.will]
    yield COMMITS, one.commits
    for name, cues in one.excuses.items():
        yield EXCUSE + name, cues


def _named(template: str, kind: str) -> str:
    return template.replace("<noun>", f"<{NOUN}{kind}>")
