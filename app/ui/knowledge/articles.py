"""One article as it is read, and the answers that cite it. Whatever a document holds is shown, never run.

The list beside the article: what a search finds with its scores, or all articles by agent.

Tables of what the team has put in: documents with their versions, approved answers.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from html import escape
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from app.core.knowledge import ApprovedAnswer, DocumentRecord, DocumentVersion
from app.core.models import CLEAR, RELEVANT, Article, Passage
from app.services.knowledge.citations import Citations, Cited
from app.ui.format import moment, number
from app.ui.room import badge, empty
from app.ui.words import Words

if TYPE_CHECKING:
    from markdown_it import MarkdownIt


def documents_table(records: Sequence[DocumentRecord], words: Words, language: str) -> str:
    if not records:
        return empty(words["no_documents"])
    titles = "".join(f'<th scope="col">{escape(title)}</th>' for title in words["columns"].values())
    rows = "".join(
        _row(record, version, words, language) for record in records for version in reversed(record.versions)
    )
    return _table(titles, rows)


def _row(record: DocumentRecord, version: DocumentVersion, words: Words, language: str) -> str:
    now = version is record.current
    used = f' <span class="cc-tag">{escape(words["searched"])}</span>' if now else ""
    cells = (
        f"<b>{escape(record.name)}</b>" if now else "",
        f"{version.version}{used}",
        escape(version.file),
        escape(words["formats"][version.format]),
        number(version.articles, language),
        escape(", ".join(version.langs)),
        moment(version.added, language),
    )
    return f"<tr{'' if now else ' class=cc-old'}>{''.join(f'<td>{cell}</td>' for cell in cells)}</tr>"


def approvals_table(approvals: Sequence[ApprovedAnswer], words: Words, language: str) -> str:
    """Newest first."""
    if not approvals:
        return empty(words["no_approvals"])
    titles = "".join(f'<th scope="col">{escape(title)}</th>' for title in words["approval_columns"].values())
    rows = "".join(_approval(approval, language) for approval in reversed(approvals))
    return _table(titles, rows)


def _approval(approval: ApprovedAnswer, language: str) -> str:
    answer = f"<code>{escape(approval.article_id)}</code>" if approval.article_id else escape(approval.text)
    cells = (
        escape(approval.question),
        escape(approval.lang.upper()),
        answer,
        escape(approval.by),
        moment(approval.approved, language),
    )
    return f"<tr>{''.join(f'<td>{cell}</td>' for cell in cells)}</tr>"


def _table(titles: str, rows: str) -> str:
    return (
        f'<div class="cc-scroll" tabindex="0"><table class="cc-table"><thead><tr>{titles}</tr></thead>'
        f"<tbody>{rows}</tbody></table></div>"
    )


def found_list(passages: Sequence[Passage], words: Words, agents: Words) -> str:
    if not passages:
        return empty(words["nothing_found"])
    items = "".join(_item(p.article, words, agents, _score(p.score, words)) for p in passages)
    told = words["near" if passages[0].score >= RELEVANT else "none_near"]
    return f'<p class="cc-note" role="status">{escape(told)}</p><ul class="cc-hits">{items}</ul>'


def shelf_list(articles: Iterable[Article], words: Words, agents: Words) -> str:
    by_agent: dict[str, list[Article]] = {}
    for article in articles:
        by_agent.setdefault(article.agent, []).append(article)
    if not by_agent:
        return empty(words["no_articles"])
    parts = (
        f"<h4>{badge(agent, agents)} <small>{len(shelf)}</small></h4><ul class='cc-hits'>"
        f"{''.join(_item(a, words, agents) for a in sorted(shelf, key=lambda a: a.title))}</ul>"
        for agent, shelf in by_agent.items()
    )
    return f'<p class="cc-note">{escape(words["browse"])}</p>{"".join(parts)}'


def _item(article: Article, words: Words, agents: Words, score: str = "") -> str:
    own = f'<span class="cc-tag">{escape(words["own"])}</span>' if article.source else ""
    agent = badge(article.agent, agents) if score else ""
    lang = f"<span>{escape(article.lang.upper())}</span>" if score else ""
    return (
        f'<li><a class="cc-hit" href="?tab=knowledge&amp;article={quote(article.id)}" '
        f'data-article="{escape(article.id)}" data-lang="{escape(article.lang)}">'
        f"<b>{escape(article.title)}</b>{score}"
        f'<span class="cc-hit-more">{agent}<code>{escape(article.id)}</code>'
        f"{lang}{own}</span></a></li>"
    )


def _score(score: float, words: Words) -> str:
    level = "clear" if score >= CLEAR else "relevant" if score >= RELEVANT else "far"
    filled = f'<i style="width:{score * 100:.0f}%" aria-hidden="true"></i>'
    told = f"{number(score, words['lang'], 2)} · {words['levels'][level]}"
    return (
        f'<span class="cc-score cc-{level}">{filled}</span><span class="cc-score-told">{escape(told)}</span>'
    )


LISTED = 10
ASKED = 160  # characters of a customer's question


@lru_cache
def _markdown() -> MarkdownIt:
    """HTML is escaped; pictures are not fetched: they would call strangers."""
    from markdown_it import MarkdownIt  # noqa: PLC0415

    reader = MarkdownIt("commonmark", {"html": False}).enable("table").disable("image")
    reader.add_render_rule("link_open", _outward)
    return reader


def _outward(self: Any, tokens: Any, index: int, options: Any, env: Any) -> str:
    tokens[index].attrs |= {"target": "_blank", "rel": "noopener noreferrer nofollow"}
    return str(self.renderToken(tokens, index, options, env))


def article_page(article: Article, twins: list[Article], words: Words, agents: Words) -> str:
    questions = "".join(f"<li>{escape(question)}</li>" for question in article.questions)
    asked = (
        f"<details><summary>{escape(words['questions'])} ({len(article.questions)})</summary>"
        f"<ul>{questions}</ul></details>"
        if questions
        else ""
    )
    return (
        f'<article class="cc-article" lang="{escape(article.lang)}"><h2>{escape(article.title)}</h2>'
        f'<p class="cc-facts" lang="{words["lang"]}">{badge(article.agent, agents)}'
        f"<code>{escape(article.id)}</code><span>{_source(article, words)}</span>{_twins(twins, words)}</p>"
        f'<div class="cc-body">{_markdown().render(article.body)}</div>{asked}</article>'
    )


def _source(article: Article, words: Words) -> str:
    if not article.source:
        return escape(words["shipped"])
    return escape(words["of_document"].format(name=article.source, version=article.version))


def _twins(twins: list[Article], words: Words) -> str:
    return "".join(
        f'<a class="cc-link" href="?tab=knowledge&amp;article={quote(twin.id)}" '
        f'data-article="{escape(twin.id)}" data-lang="{escape(twin.lang)}">'
        f"{escape(words['in_language'].get(twin.lang, twin.lang))}</a>"
        for twin in twins
    )


def citations_page(found: Citations, words: Words, agents: Words, language: str) -> str:
    limits = words["looked_all" if found.complete else "looked_latest"].format(
        n=number(found.looked, language)
    )
    title = f"<h3>{escape(words['cited'])}</h3>"
    if not found.found:
        return f'{title}<p class="cc-note">{escape(words["cited_never"])} {escape(limits)}</p>'
    told = words["cited_in"].format(
        dialogs=number(found.dialogs, language), answers=number(len(found.found), language)
    )
    rows = "".join(_cited(cited, words, agents, language) for cited in found.found[:LISTED])
    more = len(found.found) - LISTED
    rest = f'<p class="cc-note">{escape(words["cited_more"].format(n=more))}</p>' if more > 0 else ""
    return (
        f"{title}<p>{escape(told)} <span class='cc-note'>{escape(limits)}</span></p>"
        f'<ul class="cc-cites">{rows}</ul>{rest}'
    )


def _cited(cited: Cited, words: Words, agents: Words, language: str) -> str:
    asked = cited.question if len(cited.question) <= ASKED else f"{cited.question[:ASKED]}…"
    name = quote(cited.dialog_id)
    return (
        f'<li><a class="cc-link" href="?tab=chat&amp;dialog={name}">{escape(asked) or "—"}</a>'
        f'<span class="cc-hit-more">{badge(cited.agent, agents)}<span>{moment(cited.at, language)}</span>'
        f'<a class="cc-link" href="?tab=monitor&amp;watch={name}">{escape(words["in_monitor"])}</a>'
        "</span></li>"
    )
