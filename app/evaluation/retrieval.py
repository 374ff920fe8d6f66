"""Does the search find the article that answers? Sets of questions, recall and reciprocal rank."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from app.core import jsonlines
from app.core.stats import Interval, wilson
from app.core.text import language_of
from app.evaluation.cases import SetInvalid, numbered_lines

DEPTH = 10  # articles asked for; a reciprocal rank below that counts as 0
Search = Callable[[str, str, int], Sequence[str]]
"""(question, lang, top) -> ids of articles, best first."""


class LabelledQuestion(BaseModel):
    """`articles` are all ids that answer it; the language is told by the letters where it is not given."""

    model_config = ConfigDict(extra="forbid")

    id: str
    text: str = Field(min_length=1)
    articles: list[str] = Field(min_length=1)
    tags: list[str] = Field(default_factory=list)
    lang: str = ""

    @property
    def language(self) -> str:
        return self.lang or language_of(self.text)


class QuestionResult(BaseModel):
    """`found` are the first ids; `rank` counts from 1 and is None where no right one is among them."""

    question: LabelledQuestion
    found: list[str]
    rank: int | None


class RetrievalFigures(BaseModel):
    """Shares of questions whose article is first, or among five; `mrr` is cut at DEPTH."""

    recall_at_1: Interval
    recall_at_5: Interval
    mrr: float
    n: int


class RetrievalReport(BaseModel):
    overall: RetrievalFigures
    by_language: dict[str, RetrievalFigures]
    misses: list[QuestionResult] = Field(description="Not among the first five.")


def is_questions(path: Path) -> bool:
    """Sets of questions stand beside the labelled sets and are told apart by their name."""
    return path.name.removeprefix("dev_").startswith("knowledge")


def read_questions(path: Path) -> list[LabelledQuestion]:
    """Raises SetInvalid for the first bad line."""
    questions: dict[str, LabelledQuestion] = {}
    for number, line in numbered_lines(path):
        question = _question(path.name, number, line)
        if question.id in questions:
            raise SetInvalid(path.name, number, f"the id {question.id} stands twice")
        questions[question.id] = question
    if not questions:
        raise SetInvalid(path.name, 0, "there is no question in it")
    return list(questions.values())


def ask(search: Search, question: LabelledQuestion) -> QuestionResult:
    found = list(search(question.text, question.language, DEPTH))
    ranks = [rank for rank, name in enumerate(found, 1) if name in question.articles]
    return QuestionResult(question=question, found=found, rank=min(ranks, default=None))


def report(asked: Iterable[QuestionResult]) -> RetrievalReport:
    every = list(asked)
    languages = sorted({each.question.language for each in every})
    return RetrievalReport(
        overall=_figures(every),
        by_language={lang: _figures([a for a in every if a.question.language == lang]) for lang in languages},
        misses=[each for each in every if each.rank is None or each.rank > 5],
    )


def _figures(asked: Sequence[QuestionResult]) -> RetrievalFigures:
    n = len(asked)
    ranks = [each.rank for each in asked if each.rank]
    return RetrievalFigures(
        recall_at_1=wilson(sum(rank == 1 for rank in ranks), n),
        recall_at_5=wilson(sum(rank <= 5 for rank in ranks), n),
        mrr=sum(1 / rank for rank in ranks) / n if n else 0,
        n=n,
    )


def _question(where: str, number: int, line: str) -> LabelledQuestion:
    try:
        return LabelledQuestion.model_validate(jsonlines.loads(line))
    except ValidationError as error:
        first = error.errors(include_input=False)[0]
        field = ".".join(map(str, first["loc"]))
        raise SetInvalid(where, number, f"{field}: {first['msg']}") from None
    except ValueError as error:
        raise SetInvalid(where, number, str(error)) from None
