"""Questions about the company itself: its hours of work are known, the rest is not made up."""

from __future__ import annotations

from dataclasses import replace

from app.core.company import in_use
from app.core.models import CLEAR
from app.engines.offline import acts, talk
from app.engines.offline.conversation import Say, Scene
from app.engines.offline.lexicon import contains, manner
from app.engines.offline.responses import fill
from app.engines.offline.wishes import OFFER, Intent

WEEK = 7


def speak_of_us(wish: Intent, scene: Scene) -> Say | None:
    """None where an article or a demand is nearer."""
    if wish.act in acts.DEMANDS or wish.act in acts.FIXED:
        return None
    if asks_hours(wish.said):
        hours = in_use().profile.hours
        facts = {"opens": f"{hours.opens}:00", "closes": f"{hours.closes}:00"}
        key = "our_hours_daily" if hours.workdays == WEEK else "our_hours"
        text = fill(talk.words(scene.language)[key], facts, scene.language)
        return Say(text, matter=scene.matter)
    is_ours = contains(manner("about_us"), wish.said) and not scene.best(CLEAR)
    return unknown(wish, scene) if is_ours else None


def asks_hours(said: str) -> bool:
    at_work = contains(manner("we_work"), said) and contains(manner("we_work_when"), said)
    return at_work or contains(manner("our_hours"), said)


def unknown(wish: Intent, scene: Scene) -> Say:
    """No article answers it, and nothing near it is told instead."""
    text = talk.pick(talk.words(scene.language)["not_understood_again"], scene)
    return Say(text, matter=replace(wish, act="").matter(OFFER, talk.PERSON))
