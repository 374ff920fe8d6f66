"""What the customer says in own words: the subject of a ticket, a note, what was tried."""

from __future__ import annotations

from app.engines.offline.agreement import is_yes
from app.engines.offline.conversation import Scene
from app.engines.offline.entities import Slots
from app.engines.offline.phrasebook import Phrasebook
from app.engines.offline.tracker import Matter
from app.engines.offline.understanding import beyond, remainder, without

SUBJECT, DETAILS, LEAST = 200, 2000, 3  # characters
BACK = 6
ENOUGH = 2  # words of weight that make a subject


def texts_for(matter: Matter, scene: Scene, book: Phrasebook) -> Slots:
    name, now = matter.skill.name, scene.now
    lines = [without(name, line) for line in scene.customer[-BACK:]]
    subject = _subject(matter, lines, book)
    details = _clip(" / ".join(line for line in lines if line and not is_yes(line)), DETAILS)
    found = {
        "subject": subject,
        "note": _clip(now if matter.answer == "note" else _note(name, now, book), DETAILS),
        "details": details if details != subject else "",
        "tried": _clip(" / ".join(line for line in lines if book.tried(line)), DETAILS),
        "words": _clip(now, SUBJECT),
    }
    return {slot: text for slot, text in found.items() if len(text) >= LEAST}


def _note(name: str, now: str, book: Phrasebook) -> str:
    """What is left of a line whose demand stands apart; else what follows the demand."""
    apart = without(name, now)
    return _weighty(apart if apart and len(apart) < len(now) - 2 else beyond(name, now), book)


def _subject(matter: Matter, lines: list[str], book: Phrasebook) -> str:
    """What is said now, if it says enough; else the weightiest of the lines before."""
    if matter.answer == "subject" or (_weighty(lines[-1], book) and not matter.agreed):
        return _clip(lines[-1] or matter.lines[-1], SUBJECT)
    if not matter.answer and _weighty(remainder(matter.skill.name, matter.lines[-1]), book):
        return _clip(matter.lines[-1], SUBJECT)
    told = [line for line in lines if _weighty(line, book) and not is_yes(line)]
    return _clip(max(told, key=book.rest, default=""), SUBJECT)


def _weighty(text: str, book: Phrasebook) -> str:
    return text.strip() if book.rest(text) >= ENOUGH else ""


def _clip(text: str, limit: int) -> str:
    """Whole words of it."""
    one_line = " ".join(text.split())
    return one_line if len(one_line) <= limit else one_line[: limit + 1].rsplit(" ", 1)[0][:limit]
