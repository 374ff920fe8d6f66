"""The list of the knowledge room: articles by subject, the team's documents, approved answers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from hashlib import sha256
from typing import NamedTuple

from app.core.catalogue import title_in
from app.core.company import in_use
from app.core.knowledge import ApprovedAnswer, DocumentRecord
from app.core.models import Article
from app.ui.room import render
from app.ui.words import RoomTexts

DOCUMENT, ANSWER, ADD = "document:", "answer:", "add:"
"""What stands in the address before a name that is no article's."""
INSIDE = " › "
"""Between the heading of a document and those below it."""


class ListEntry(NamedTuple):
    """`place` is what the address says of it; `langs` are its languages, `words` what a filter reads."""

    place: str
    title: str
    langs: Sequence[str]
    words: str


class ListGroup(NamedTuple):
    key: str
    title: str
    kind: str
    entries: list[ListEntry]


def place_of(article: Article, language: str) -> str:
    return article.id if article.lang == language else f"{article.lang}/{article.id}"


def answer_place(approval: ApprovedAnswer) -> str:
    return ANSWER + sha256("\n".join(approval.key).encode()).hexdigest()[:12]


def render_catalogue(
    articles: Iterable[Article],
    documents: Sequence[DocumentRecord],
    approvals: Sequence[ApprovedAnswer],
    texts: RoomTexts,
) -> str:
    every = list(articles)
    shipped = [article for article in every if not article.source]
    groups = [
        ListGroup("documents", texts.words["documents"], "document", _documents(documents, every)),
        ListGroup(
            "approvals", texts.words["approvals"], "approved", [_answer(each) for each in approvals[::-1]]
        ),
        *_subjects(shipped, texts),
    ]
    langs = sorted({lang for group in groups for entry in group.entries for lang in entry.langs})
    return render("knowledge.catalogue", groups=[g for g in groups if g.entries], langs=langs, t=texts)


def subject_of(article: Article, texts: RoomTexts) -> str:
    """Where it is listed."""
    found = next((s for s in in_use().subjects.values() if article.id in s.articles), None)
    return title_in(found.titles, texts.language) if found else _other(article.agent, texts)


def _subjects(articles: Sequence[Article], texts: RoomTexts) -> Iterator[ListGroup]:
    """In the order of the company's list; what is on none follows by agent."""
    shelves: dict[str, list[Article]] = {
        title_in(each.titles, texts.language): [] for each in in_use().subjects.values()
    }
    for article in articles:
        shelves.setdefault(subject_of(article, texts), []).append(article)
    for at, (title, shelf) in enumerate(shelves.items()):
        ordered = sorted(shelf, key=lambda article: article.title)
        entries = [ListEntry(place_of(a, texts.language), a.title, [a.lang], a.title) for a in ordered]
        yield ListGroup(f"subject-{at}", title, "article", entries)


def _other(agent: str, texts: RoomTexts) -> str:
    return str(texts.words["other_subject"]).format(agent=texts.agent(agent))


def _documents(records: Sequence[DocumentRecord], articles: Sequence[Article]) -> list[ListEntry]:
    pieces: Mapping[str, list[Article]] = {record.name: [] for record in records}
    for article in articles:
        if article.source in pieces:
            pieces[article.source].append(article)
    return [
        ListEntry(
            DOCUMENT + name, heading_of(name, mine), record.current.langs,
            " ".join([name, *(piece.title for piece in mine)]),
        )
        for record in records
        for name, mine in [(record.name, pieces[record.name])]
    ]  # fmt: skip


def heading_of(name: str, pieces: Sequence[Article]) -> str:
    """The heading that all its pieces stand below; else the name of its file, as for a list of questions."""
    first = {piece.title.partition(INSIDE)[0] for piece in pieces if not piece.questions}
    return first.pop() if len(first) == 1 and not any(piece.questions for piece in pieces) else name


def _answer(approval: ApprovedAnswer) -> ListEntry:
    return ListEntry(answer_place(approval), approval.question, [approval.lang], approval.question)
