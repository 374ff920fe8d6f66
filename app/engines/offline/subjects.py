"""The customer's own words that a ticket, a complaint or a note is made of."""

from __future__ import annotations

import re

from app.engines.offline.addresses import address_in
from app.engines.offline.conversation import Scene
from app.engines.offline.entities import Slots
from app.engines.offline.intents import Skill
from app.engines.offline.lexicon import Phrasebook, phrasebook
from app.engines.offline.wishes import OFFER, TEXTS, Intent

SUBJECT, DETAILS, LEAST = 200, 2000, 3  # characters
_CONTENT = re.compile(r":\s+|,?\s(?:что|that)\s", re.IGNORECASE)
WINDOW = 6  # lines of the customer that are looked at
ENOUGH = 4  # words of weight in a demand that says itself what the matter is


def texts_of(skill: Skill, wish: Intent, scene: Scene) -> Slots:
    wanted = set(skill.slots.values())
    if not wanted & {"subject", "note", "details", "tried", "words", "address"}:
        return {}
    book = phrasebook(scene.language)
    subject = _subject(wish, scene, book)
    lines = [line for line in scene.customer[-WINDOW:] if book.rest(line) >= ENOUGH]
    details = clip(" / ".join(lines), DETAILS)
    found = {
        "subject": subject,
        "note": clip(_note(wish, book), DETAILS),
        "address": address_in(wish.said) or (wish.said if wish.answers == "address" else ""),
        "details": details if details != subject else "",
        "tried": clip(" / ".join(line for line in lines if book.tried(line)), DETAILS),
        "words": clip(wish.said, SUBJECT),
    }
    return {slot: text for slot, text in found.items() if len(text) >= LEAST and slot in wanted}


def _note(wish: Intent, book: Phrasebook) -> str:
    """What follows "that" or a colon; else the line, where it says enough."""
    if wish.answers == "note":
        return wish.said
    told = _CONTENT.split(wish.said, maxsplit=1)
    if len(told) > 1 and book.rest(told[1]) >= 1:
        return told[1]
    return wish.said if book.rest(wish.said) >= ENOUGH else ""


def _subject(wish: Intent, scene: Scene, book: Phrasebook) -> str:
    """What is said now, if it says enough; else the words that opened the matter, or earlier ones."""
    if wish.answers in TEXTS:
        return clip(wish.said, SUBJECT)
    if wish.answers != OFFER and book.rest(wish.said) >= ENOUGH:
        return clip(wish.said, SUBJECT)
    told = [wish.text if wish.text != wish.said else "", scene.matter.text, *scene.customer[-WINDOW:-1]]
    return clip(next((line for line in told if book.rest(line) >= ENOUGH - 1), ""), SUBJECT)


def clip(text: str, limit: int) -> str:
    """Whole words of it."""
    one_line = " ".join(text.split())
    return one_line if len(one_line) <= limit else one_line[: limit + 1].rsplit(" ", 1)[0][:limit]
