"""The knowledge room's HTML: the list, one article and who cites it, documents and approved answers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from app.core.html import render_markdown
from app.core.knowledge import ApprovedAnswer, DocumentRecord, DocumentVersion
from app.core.models import CLEAR, RELEVANT, Article, Passage
from app.core.text import shorten
from app.services.knowledge.citations import Citations, Cited
from app.services.knowledge.library import Embedded
from app.ui.room import render
from app.ui.words import NOTHING, RoomTexts

CITATIONS = 10  # of an article on the page
QUESTION = 160  # characters of a customer's question


class ShownScore(NamedTuple):
    """`level` is clear, relevant or far; `part` is per cent."""

    level: str
    part: str
    text: str


class SearchHit(NamedTuple):
    article: Article
    score: ShownScore


def render_hits(passages: Sequence[Passage], texts: RoomTexts) -> str:
    hits = [SearchHit(passage.article, _score(passage.score, texts)) for passage in passages]
    near = bool(passages) and passages[0].score >= RELEVANT
    return render("knowledge.found", hits=hits, near=near, t=texts)


def _score(score: float, texts: RoomTexts) -> ShownScore:
    level = "clear" if score >= CLEAR else "relevant" if score >= RELEVANT else "far"
    text = f"{texts.number(score, 2)} · {texts.words['levels'][level]}"
    return ShownScore(level, f"{score * 100:.0f}", text)


def render_shelves(articles: Iterable[Article], texts: RoomTexts) -> str:
    """By agent, each shelf by title."""
    by_agent: dict[str, list[Article]] = {}
    for article in articles:
        by_agent.setdefault(article.agent, []).append(article)
    shelves = [(agent, sorted(shelf, key=lambda a: a.title)) for agent, shelf in by_agent.items()]
    return render("knowledge.shelves", shelves=shelves, t=texts)


def render_article(article: Article, twins: Sequence[Article], texts: RoomTexts) -> str:
    """`twins` are the same article in other languages."""
    source = texts.words["shipped"]
    if article.source:
        source = texts.words["of_document"].format(name=article.source, version=article.version)
    body = render_markdown(article.body)
    return render("knowledge.article", article=article, body=body, source=source, twins=twins, t=texts)


@dataclass(frozen=True)
class Citation:
    dialog: str
    question: str
    agent: str
    at: str


def render_citations(citations: Citations, texts: RoomTexts) -> str:
    words, found = texts.words, citations.found
    looked = words["looked_all" if citations.complete else "looked_latest"]
    count = words["cited_in"].format(
        dialogs=texts.number(citations.dialogs), answers=texts.number(len(found))
    )
    return render(
        "knowledge.citations",
        count=count,
        limits=looked.format(n=texts.number(citations.looked)),
        rows=[_citation(cited, texts) for cited in found[:CITATIONS]],
        more=len(found) - CITATIONS,
        t=texts,
    )


def _citation(cited: Cited, texts: RoomTexts) -> Citation:
    question = shorten(cited.question, QUESTION + 1)
    return Citation(cited.dialog_id, question or NOTHING, cited.agent, texts.moment(cited.at))


@dataclass(frozen=True)
class DocumentRow:
    """One version of a document; `searched` is the current one."""

    name: str
    searched: bool
    version: int
    file: str
    format: str
    articles: str
    langs: str
    added: str


def render_documents(records: Sequence[DocumentRecord], texts: RoomTexts) -> str:
    """The versions of a document from the newest on."""
    rows = [_document(record, version, texts) for record in records for version in reversed(record.versions)]
    return render("knowledge.documents", rows=rows, t=texts)


def _document(record: DocumentRecord, version: DocumentVersion, texts: RoomTexts) -> DocumentRow:
    return DocumentRow(
        name=record.name,
        searched=version is record.current,
        version=version.version,
        file=version.file,
        format=texts.words["formats"][version.format],
        articles=texts.number(version.articles),
        langs=", ".join(version.langs),
        added=texts.moment(version.added),
    )


def render_approvals(approvals: Sequence[ApprovedAnswer], texts: RoomTexts) -> str:
    """Newest first."""
    return render("knowledge.approvals", rows=approvals[::-1], t=texts)


def render_progress(step: Embedded | None, left: int | None, texts: RoomTexts) -> str:
    """`left` is seconds; None while nothing can be said of it."""
    words = texts.words
    if step is None or not step.total:
        return render("shared.status", sentence=words["reading"])
    rest = f" · {words['left'].format(seconds=left)}" if left else ""
    text = words["embedding"].format(done=step.done, total=step.total) + rest
    return render("knowledge.progress", done=step.done, total=step.total, text=text, w=words)
