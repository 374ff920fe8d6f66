"""What was told of one thing holds for another only where it fits, and gives way to what is said now."""

from __future__ import annotations

from app.core.company import in_use
from app.engines.offline.entities import Slots, slots_in
from app.engines.offline.lexicon import contains, manner, values

COUNTS = ("people", "quantity")
ORDERS = frozenset({"order", "change_plan"})


def onward(known: Slots, said: Slots) -> Slots:
    """Four people of a large plan are not carried to one that takes three; "only me" is one place."""
    merged = known | said
    if any(slot in said for slot in COUNTS):
        merged = {slot: value for slot, value in merged.items() if slot not in COUNTS or slot in said}
    plan = in_use().catalogue.plans.get(str(merged.get("item")))
    if plan is None or plan.seat_rub is not None:
        return merged
    return {s: v for s, v in merged.items() if s in said or s not in COUNTS or int(v) <= plan.people}


def other_terms(said: str, known: Slots, offered: str) -> Slots:
    """Of an order that is offered: "no, make it the other plan" is no refusal but the latest wish."""
    if offered not in ORDERS or "?" in said:
        return {}
    named = slots_in(said, None, past=False)
    wanted = contains((*manner("take"), *values("correction")["from"]), said)
    other = wanted and named.get("item", known.get("item")) != known.get("item")
    return named if other else {}
