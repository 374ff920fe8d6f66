"""One article as it is read, and the answers that cite it. Whatever a document holds is shown, never run."""

from __future__ import annotations

from functools import lru_cache
from html import escape
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from app.core.models import Article
from app.services.knowledge.citations import Citations, Cited
from app.ui.format import moment, number
from app.ui.parts import badge
from app.ui.words import Words

if TYPE_CHECKING:
    from markdown_it import MarkdownIt

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
