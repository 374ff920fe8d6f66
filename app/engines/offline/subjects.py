"""The customer's own words that a ticket, a complaint or a note is made of."""

from __future__ import annotations

from app.engines.offline.addresses import address_in
from app.engines.offline.conversation import Scene
from app.engines.offline.entities import Slots
from app.engines.offline.intents import Skill
from app.engines.offline.lexicon import Phrasebook, phrasebook
from app.engines.offline.wishes import OFFER, TEXTS, Intent

SUBJECT, DETAILS, LEAST = 200, 2000, 3  # characters
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
        "note": clip(wish.said, DETAILS) if _speaks(wish, "note", book) else "",
        "address": address_in(wish.said) or (wish.said if wish.answers == "address" else ""),
        "details": details if details != subject else "",
        "tried": clip(" / ".join(line for line in lines if book.tried(line)), DETAILS),
        "words": clip(wish.said, SUBJECT),
    }
    return {slot: text for slot, text in found.items() if len(text) >= LEAST and slot in wanted}


def _speaks(wish: Intent, slot: str, book: Phrasebook) -> bool:
    return wish.answers == slot or book.rest(wish.said) >= ENOUGH


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
