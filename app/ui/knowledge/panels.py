"""What the knowledge room opens: an article, who cites it, a document, an approved answer; and a search."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from app.core.html import render_markdown, split_blocks
from app.core.knowledge import ApprovedAnswer, Document, DocumentRecord
from app.core.models import Article
from app.core.text import shorten
from app.services.knowledge.citations import Citations, Cited
from app.services.knowledge.library import Embedded
from app.services.knowledge.prospect import Foreseen, Prospect
from app.ui.knowledge.catalogue import DOCUMENT, answer_place, heading_of, place_of, subject_of
from app.ui.room import render
from app.ui.words import NOTHING, RoomTexts, describe_left_out

CITATIONS = 10  # of an article on the page
QUESTION = 160  # characters of a customer's question
LINES = 600  # characters of a document that was not added yet
USED = ("answer", "background")


class SearchHit(NamedTuple):
    article: Article
    place: str
    use: str
    score: str


def render_prospect(found: Prospect, texts: RoomTexts) -> str:
    hits = [_hit(each, texts) for each in found.found]
    said = found.approved.text if found.approved else found.reply.text if found.reply else ""
    return render(
        "knowledge.prospect",
        mark=_mark(found),
        used=[hit for hit in hits if hit.use in USED],
        near=[hit for hit in hits if hit.use == "spare"],
        far=[hit for hit in hits if hit.use == "far"],
        ground=found.ground,
        nearer=found.nearer,
        nearer_place=place_of(found.nearer, texts.language) if found.nearer else "",
        said=split_blocks(shorten(said, LINES)),
        agent=found.agent,
        t=texts,
    )


def _mark(found: Prospect) -> str:
    """A price from the records is as good as an article, unless a document of the team is passed over. What a
    stranger is told shows neither that the answer is right nor that it is wrong.
    """
    nearer = found.nearer
    passed_over = nearer is not None and (found.ground in ("article", "stranger") or bool(nearer.source))
    if passed_over or found.ground in ("words", "nothing"):
        return "warn"
    return "plain" if found.ground == "stranger" else "good"


def _hit(each: Foreseen, texts: RoomTexts) -> SearchHit:
    return SearchHit(
        each.article, place_of(each.article, texts.language), each.use, texts.number(each.score, 2)
    )


def render_article(article: Article, twins: Sequence[Article], texts: RoomTexts) -> str:
    """`twins` are the same article in other languages."""
    return render(
        "knowledge.article",
        article=article,
        body=render_markdown(article.body),
        subject=subject_of(article, texts),
        twins=[(twin.lang, place_of(twin, texts.language)) for twin in twins],
        document=DOCUMENT + article.source,
        t=texts,
    )


class Probe(NamedTuple):
    """`own`: the agent would answer from the document; None where that was not tried yet."""

    question: str
    own: bool | None


def render_document(record: DocumentRecord, pieces: Sequence[Article], texts: RoomTexts) -> str:
    """With its text where it is one article."""
    listed = [(place_of(piece, texts.language), piece.title) for piece in pieces]
    only = pieces[0] if len(pieces) == 1 else None
    left_out = [describe_left_out(record.name, each, texts.language) for each in record.current.left_out]
    return render(
        "knowledge.document",
        record=record,
        heading=heading_of(record.name, pieces),
        pieces=listed,
        body=render_markdown(only.body) if only else "",
        left_out=left_out,
        t=texts,
    )


def render_probes(probes: Sequence[Probe], texts: RoomTexts) -> str:
    return render("knowledge.probes", probes=probes, t=texts) if probes else ""


def render_answer(
    approval: ApprovedAnswer, article: Article | None, titles: Sequence[str], texts: RoomTexts
) -> str:
    """`article` is the one that answers; `titles` are offered where it is changed."""
    body = render_markdown(approval.text or (article.body if article else ""))
    place = place_of(article, texts.language) if article else ""
    return render(
        "knowledge.answer",
        approval=approval,
        place=answer_place(approval),
        article=article,
        article_place=place,
        body=body,
        titles=titles,
        t=texts,
    )


class DocumentPreview(NamedTuple):
    """`version` is the one that the document would get."""

    name: str
    version: int
    langs: Sequence[str]
    pieces: int
    titles: Sequence[str]
    lines: str
    left_out: Sequence[str]


def render_previews(documents: Sequence[Document], known: Sequence[DocumentRecord], texts: RoomTexts) -> str:
    versions = {record.name: record.current.version for record in known}
    shown = [_preview(document, versions, texts) for document in documents]
    return render("knowledge.previews", previews=shown, t=texts)


def _preview(document: Document, versions: dict[str, int], texts: RoomTexts) -> DocumentPreview:
    name, articles = document.upload.name, document.articles
    return DocumentPreview(
        name,
        versions.get(name, 0) + 1,
        sorted({article.lang for article in articles}),
        len(articles),
        [article.title for article in articles[:5]],
        render_markdown(shorten(articles[0].body, LINES)) if articles else "",
        [describe_left_out(name, each, texts.language) for each in document.left_out],
    )


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


def render_progress(step: Embedded | None, left: int | None, texts: RoomTexts) -> str:
    """`left` is seconds; None while nothing can be said of it."""
    words = texts.words
    if step is None or not step.total:
        return render("knowledge.progress", done=0, total=0, text=words["reading"], w=words)
    rest = f" · {words['left'].format(seconds=left)}" if left else ""
    text = words["embedding"].format(done=step.done, total=step.total) + rest
    return render("knowledge.progress", done=step.done, total=step.total, text=text, w=words)
