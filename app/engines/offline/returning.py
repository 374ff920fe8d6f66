"""What the embedded model makes of a customer who was here before."""

from __future__ import annotations

from app.core.models import Article
from app.engines.offline.conversation import Call, Scene
from app.engines.offline.phrasebook import Phrasebook

TICKETS = "find_tickets"


def tried_in_vain(scene: Scene, book: Phrasebook, article: Article) -> str:
    """Steps that did not help last time are not given again, unless the customer goes on all the same."""
    words = book.say["in_vain"]
    said = any(words in line for line in scene.agent_lines)
    return "" if said or scene.told(article) or article.id not in scene.unhelpful else words


def look_up(scene: Scene) -> Call | None:
    """An open ticket may be about the same: its number and subject come from the records."""
    opens = not scene.agent_lines and scene.open_tickets and TICKETS in scene.offered
    return Call(TICKETS, {}) if opens and scene.result(TICKETS) is None else None


def open_ticket(scene: Scene, book: Phrasebook) -> str:
    """A word about the latest one; empty where none was looked up, or not at the beginning."""
    rows = (scene.result(TICKETS) or {}).get("tickets", ()) if not scene.agent_lines else ()
    row = next((row for row in rows if row.get("number") in scene.open_tickets), None)
    if row is None:
        return ""
    return book.say["open_ticket"].replace("{number}", row["number"])
