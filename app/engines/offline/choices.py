""" "For a month or for a year?": a question of ours with few answers, and what a line leaves of it."""

from __future__ import annotations

from app.engines.offline import acts
from app.engines.offline.agreement import answer_to
from app.engines.offline.calling_off import says_only_cancel
from app.engines.offline.conversation import Scene
from app.engines.offline.counting import bare_count
from app.engines.offline.entities import Slots, slots_in
from app.engines.offline.refusals import has_refusal

CHOICES = frozenset({"item", "plan", "period", "delivery"})
COURIER = "courier"
AGAIN = "again"
"""In the place of our question that a line answers: it answers none, and the choice is put again."""
_OTHERS = acts.WANTED | acts.CANNOT | acts.FIXED | {"goodbye", "undo", "vent"} | acts.SHORT_QUESTIONS


def is_open(scene: Scene) -> bool:
    return scene.matter.asked in CHOICES


def withdraws(text: str) -> bool:
    """ "Cancel that" beside a question of ours means the question, whatever could be cancelled besides."""
    return says_only_cancel(text) or has_refusal(text)


def details_in(text: str, scene: Scene) -> Slots:
    """What the line says of the thing instead of choosing: another one, or how many."""
    if not is_open(scene) or "?" in text:
        return {}
    said = slots_in(text, scene.today, past=False)
    found: Slots = {slot: said[slot] for slot in ("item", "plan", "goods", "quantity") if slot in said}
    pieces = bare_count(text) if "goods" in scene.matter.slots else None
    return found if found or pieces is None else {"quantity": pieces}


def leaves_open(act: str, text: str, scene: Scene) -> bool:
    """A yes that chooses nothing, or words that mean nothing beside it."""
    return is_open(scene) and "?" not in text and (act == scene.matter.act or act not in _OTHERS)


def taken(text: str, scene: Scene) -> tuple[Slots, str]:
    """What the order then is, and which question is answered: a bare yes takes the courier."""
    known: Slots = dict(scene.matter.slots)
    agreed = answer_to("create_order", text, "") in ("yes", "ack")
    if scene.matter.asked == "delivery" and agreed:
        return known | {"delivery": COURIER}, "delivery"
    return known, AGAIN
