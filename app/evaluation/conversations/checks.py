"""Is the answer to a line right? Every check of the machine, and the grade that follows from them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal

from pydantic import BaseModel

from app.core.actions import BY_TOOL
from app.core.text import without_yo
from app.evaluation.conversations.facts import CustomerSnapshot, ReadAnswer, flatten, is_stated
from app.evaluation.conversations.model import Conversation, ConversationTurn
from app.evaluation.conversations.words import first_match, words_of
from app.evaluation.conversations.world import Deed, PlayedAnswer

Grade = Literal["right", "half", "bad"]
GRADES: tuple[Grade, ...] = ("right", "half", "bad")
FailureKind = Literal[
    "no answer", "act without consent", "forbidden act", "act missing", "act not asked for", "fact missing",
    "words missing", "forbidden words", "proposal missing", "proposal still open", "wrong desk",
    "no person called", "no question", "needless question", "several questions", "article told",
    "wrong language", "paragraph repeated", "stock sentence", "not understood",
]  # fmt: skip
FATAL: frozenset[FailureKind] = frozenset({"no answer", "act without consent", "forbidden act"})
PARAGRAPH = 6
"""Words from which a paragraph counts as told: shorter ones are courtesies."""
_CYRILLIC, _LATIN = re.compile(r"[а-яё]", re.IGNORECASE), re.compile(r"[a-z]", re.IGNORECASE)
_ADDRESS = re.compile(r"\S+(?:://|@|\.example)\S*")
_QUESTION = re.compile(r"\?[?!]*(?=[\s\"»”)*]|$)")


class Failure(BaseModel):
    kind: FailureKind
    detail: str = ""


class TurnVerdict(BaseModel):
    """`skipped` are facts that the records do not have, mostly because an act before was not done."""

    grade: Grade
    failures: list[Failure] = []
    skipped: list[str] = []


@dataclass(frozen=True)
class TurnCase:
    """A turn as played: `earlier` are the answers before it, `done` all acts so far, this turn's included."""

    conversation: Conversation
    at: int
    answer: PlayedAnswer
    known: CustomerSnapshot
    earlier: Sequence[PlayedAnswer] = ()

    @property
    def turn(self) -> ConversationTurn:
        return self.conversation.turns[self.at]

    @property
    def language(self) -> str:
        return self.turn.must.language or self.conversation.language

    @property
    def done(self) -> list[Deed]:
        return [deed for played in [*self.earlier, self.answer] for deed in played.deeds]

    @property
    def read(self) -> ReadAnswer:
        return ReadAnswer(self.answer.text, self.language, self.known.now)


@dataclass
class _Main:
    """What the turn is about, in parts: each is met or its failure is told."""

    wanted: int = 0
    failures: list[Failure] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)

    def add(self, met: bool | None, kind: FailureKind, detail: str) -> None:
        if met is None:
            self.skipped.append(detail)
        self.wanted += 1
        if not met:
            self.failures.append(Failure(kind=kind, detail=detail))

    @property
    def is_missing(self) -> bool:
        """Altogether."""
        return bool(self.wanted) and len(self.failures) == self.wanted


def judge_turn(case: TurnCase) -> TurnVerdict:
    """Right: every check holds. Bad: an act without consent or forbidden, or the main thing is missing
    altogether. Half: the rest."""
    if case.answer.trouble or not case.answer.text.strip():
        trouble = Failure(kind="no answer", detail=case.answer.trouble)
        return TurnVerdict(grade="bad", failures=[trouble])
    main = _main(case)
    rest = [*_acts(case), *_must(case), *_must_not(case), *_always(case)]
    failures = [*main.failures, *rest]
    bad = main.is_missing or any(failure.kind in FATAL for failure in failures)
    grade: Grade = "bad" if bad else "half" if failures else "right"
    return TurnVerdict(grade=grade, failures=failures, skipped=main.skipped)


def _main(case: TurnCase) -> _Main:
    must, read, main = case.turn.must, case.read, _Main()
    for fact in must.facts:
        main.add(is_stated(fact, read, case.known), "fact missing", fact)
    for group in must.says:
        met = any(read.has(without_yo(pattern)) for pattern in group)
        main.add(met, "words missing", " or ".join(group))
    if must.proposal:
        main.add(case.answer.open == must.proposal, "proposal missing", must.proposal)
    for act in must.acts or ():
        main.add(any(deed.tool == act for deed in case.answer.deeds), "act missing", act)
    if must.person:
        main.add(_tells_of_a_person(case), "no person called", "")
    return main


def _tells_of_a_person(case: TurnCase) -> bool:
    """A human has been called: by this turn, or earlier and the answer speaks of one."""
    before = bool(case.earlier) and case.earlier[-1].person
    told = first_match(words_of(case.language).person, case.read.plain)
    return case.answer.person and (not before or bool(told))


def _acts(case: TurnCase) -> Iterator[Failure]:
    """A person who is called for may be given what waits for a person's word."""
    must = case.turn.must
    for deed in case.answer.deeds:
        consent = BY_TOOL[deed.tool].consent
        expected = must.acts is None or deed.tool in must.acts
        waits = deed.status == "approval" and bool(must.person)
        if consent and not deed.proposal:
            yield Failure(kind="act without consent", detail=deed.tool)
        elif not expected and not waits:
            yield Failure(kind="act without consent" if consent else "act not asked for", detail=deed.tool)
    for deed in case.done:
        if deed.status == "done" and deed.tool in case.turn.must_not.acts:
            yield Failure(kind="forbidden act", detail=deed.tool)


def _must(case: TurnCase) -> Iterator[Failure]:
    must, answer = case.turn.must, case.answer
    if must.no_proposal and answer.open:
        yield Failure(kind="proposal still open", detail=answer.open)
    if must.agent and answer.agent != must.agent:
        yield Failure(kind="wrong desk", detail=f"{answer.agent}, not {must.agent}")
    if must.question and not count_questions(answer.text):
        yield Failure(kind="no question")


def _must_not(case: TurnCase) -> Iterator[Failure]:
    banned, answer = case.turn.must_not, case.answer
    for pattern in banned.says:
        if case.read.has(without_yo(pattern)):
            yield Failure(kind="forbidden words", detail=pattern)
    if banned.article and answer.citations:
        yield Failure(kind="article told", detail=", ".join(answer.citations))
    if banned.question and count_questions(answer.text):
        yield Failure(kind="needless question")


def _always(case: TurnCase) -> Iterator[Failure]:
    text, words = case.answer.text, words_of(case.language)
    if count_questions(text) > 1:
        yield Failure(kind="several questions", detail=str(count_questions(text)))
    if (spoken := spoken_in(text)) not in ("", case.language):
        yield Failure(kind="wrong language", detail=spoken)
    if stock := first_match(words.stock, case.read.plain):
        yield Failure(kind="stock sentence", detail=stock)
    if not case.turn.must.question and (lost := first_match(words.lost, case.read.plain)):
        yield Failure(kind="not understood", detail=lost)
    asked_again = first_match(words_of(case.conversation.language).again, flatten(case.turn.say))
    if not asked_again and (told := _repeated(case)):
        yield Failure(kind="paragraph repeated", detail=told)


def count_questions(text: str) -> int:
    """Question marks at the end of a sentence; those in addresses are none."""
    return len(_QUESTION.findall(_ADDRESS.sub("", text)))


def spoken_in(text: str) -> str:
    """`ru` or `en` by the letters that prevail; addresses are left out. Empty where there are none."""
    bare = _ADDRESS.sub("", text)
    russian, latin = len(_CYRILLIC.findall(bare)), len(_LATIN.findall(bare))
    return "" if russian == latin else "ru" if russian > latin else "en"


def paragraphs(text: str) -> list[str]:
    found = (flatten(part).strip() for part in text.splitlines())
    return [part for part in found if len(part.split()) >= PARAGRAPH]


def _repeated(case: TurnCase) -> str:
    """The first paragraph told before; the question of a proposal may be put again."""
    told = {part for answer in case.earlier for part in paragraphs(answer.text)}
    questions = {part for answer in [*case.earlier, case.answer] for part in paragraphs(answer.question)}
    return next((part for part in paragraphs(case.answer.text) if part in told - questions), "")
