"""The list beside the article: what a search finds with its scores, or all articles by agent."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from urllib.parse import quote

from app.core.models import CLEAR, RELEVANT, Article, Passage
from app.ui.format import number
from app.ui.parts import badge, empty
from app.ui.words import Words


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
