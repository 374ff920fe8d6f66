"""After a second line that is not understood: the nearest articles to choose from, and a person."""

from __future__ import annotations

import re
from dataclasses import replace

from app.core.models import Article
from app.engines.offline import talk
from app.engines.offline.articles import AT_ONCE, next_steps
from app.engines.offline.conversation import Move, Say, Scene
from app.engines.offline.lexicon import plain, values, whole
from app.engines.offline.named_subjects import shared_words
from app.engines.offline.responses import fill
from app.engines.offline.wishes import OFFER, Intent

MOST, SHARED = 3, 0.25
_ROW = re.compile(r"^(\d)\. (.+)$", re.MULTILINE)
_NUMBER = re.compile(r"(?<!\w)([1-9])(?!\w)")
FEW = 4  # words of a line that only chooses


def with_nearest(said: Say, scene: Scene) -> Say:
    """The offer of a person with the titles of what was found, if anything was."""
    near = [f.article for f in scene.found] or resembling(" ".join(scene.customer[-2:]), scene)
    titles = [article.title for article in near if not scene.has_told(article)]
    if not titles:
        return said
    rows = "\n".join(f"{n}. {title}" for n, title in enumerate(dict.fromkeys(titles[:MOST]), 1))
    head = fill(talk.words(scene.language)["nearest"], {}, scene.language)
    asked = talk.pick(talk.words(scene.language)["nearest_or_person"], scene)
    return replace(said, text=f"{head}\n{rows}\n{asked}")


def take_chosen(wish: Intent, scene: Scene) -> Move | None:
    """The article of the list that the line names by its number or its title."""
    if scene.matter.asked != OFFER or scene.matter.offered != talk.PERSON:
        return None
    title = _named(wish.said, dict(_ROW.findall(scene.last)))
    article = next((a for a in _shelf(scene) if a.title == title), None) if title else None
    if article is None:
        return None
    wish = replace(wish, act="fault" if article.steps else "ask_rules", text=title)
    if len(article.steps) > AT_ONCE:
        return next_steps(wish, scene, article)
    return Say(article.body, [article.id], wish.matter())


def _named(said: str, rows: dict[str, str]) -> str:
    text = plain(said)
    if whole_title := next((title for title in rows.values() if plain(title) in text), ""):
        return whole_title
    if len(text.split()) > FEW:
        return ""
    if number := _NUMBER.search(text):
        return rows.get(number[1], "")
    ordinals = values("ordinal").items()
    return next((rows[n] for n, words in ordinals if n in rows and whole(words).search(text)), "")


def resembling(said: str, scene: Scene) -> list[Article]:
    """By the words that the lines share with titles and questions, the rarer the better."""
    shelf = _shelf(scene)
    weights = [(shared_words(article, said, shelf), article) for article in shelf]
    best = sorted((pair for pair in weights if pair[0] >= SHARED), key=lambda pair: -pair[0])
    return [article for _, article in best[:MOST]]


def _shelf(scene: Scene) -> list[Article]:
    return [a for (language, _), a in scene.library.items() if language == scene.language]
