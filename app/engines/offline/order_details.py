"""What a customer says of an order of goods: how many, where to, and what an order cannot record."""

from __future__ import annotations

from app.core.company import in_use
from app.engines.offline.addresses import address_in
from app.engines.offline.choices import COURIER
from app.engines.offline.conversation import Scene
from app.engines.offline.counting import bare_count
from app.engines.offline.entities import Slots, day_in, slots_in
from app.engines.offline.lexicon import contains, manner, skillbook
from app.engines.offline.wishes import Intent


def with_details(slots: Slots, wish: Intent) -> Slots:
    """A courier brings it to an address, unless another way was named."""
    if slots.get("item") not in in_use().catalogue.goods:
        return slots
    found: Slots = {}
    if "quantity" not in slots and (pieces := bare_count(wish.said)):
        found["quantity"] = pieces
    brought = "address" in slots or contains(manner("brought"), wish.said)
    if brought and "delivery" not in slots:
        found["delivery"] = COURIER
    return slots | found


def unrecorded(wish: Intent, item: str, scene: Scene) -> str:
    """What the line wishes and no order can hold, said once."""
    if item not in in_use().catalogue.goods:
        return ""
    words = skillbook(scene.language).skills["order"].say
    told = (" ".join(words[kind]) for kind in _kinds(wish, scene))
    return " ".join(text for text in told if not any(text in line for line in scene.agent_lines))


def _kinds(wish: Intent, scene: Scene) -> list[str]:
    said, slots = wish.said, wish.slots
    day = day_in(said, scene.today, past=False) if scene.today else None
    ahead = day is not None and scene.today is not None and day >= scene.today
    kinds = {
        "by_courier": wish.answers == "delivery" and _is_by_default(slots, said),
        "no_day": ahead or contains(manner("wish_day"), said),
        "no_look": contains(manner("wish_look"), said),
        "no_note": contains(manner("wish_note"), said) and not address_in(said),
    }
    return [kind for kind, named in kinds.items() if named]


def _is_by_default(slots: Slots, said: str) -> bool:
    named = slots_in(said, None, past=False).get("delivery")
    return slots.get("delivery") == COURIER and "address" not in slots and not named
