"""Two wishes in one message: where a line may be divided, and which of its parts are wishes."""

from __future__ import annotations

import re
from collections.abc import Sequence

from app.core.models import Reading

Part = tuple[str, Reading]
CLEAR = 0.6
"""Probability from which a part by itself reads clearly."""
SURE = 0.9
"""Probability of a whole line from which its parts are looked at only where n-grams see two wishes."""
GLIMPSED = 0.3
"""Probability by n-grams alone from which a part may be a wish."""
MOST = 4
"""Parts that are looked at: what a longer message says after them stays with the last."""
SHORTEST = 2
"""Words of a part that can be a wish."""
WISHES = frozenset(
    {"refund", "cancel_plan", "resume_plan", "order", "cancel_order", "change_plan", "change_address"}
    | {"pay_link", "open_ticket", "add_to_ticket", "close_ticket", "complaint", "callback", "move_call"}
    | {"cancel_call", "compensation", "delete_account", "person", "unsubscribe_mail"}
    | {"ask_plan", "ask_next_charge", "ask_payments", "ask_debt", "ask_order", "ask_ticket", "ask_call"}
    | {"ask_refund_status", "ask_usage", "ask_outage", "ask_price", "ask_plans", "ask_delivery", "ask_how"}
    | {"ask_rules", "fault", "phishing", "card_stolen", "hacked", "bereavement", "self_harm"}
)
"""Acts that want something by themselves. Others lead up to a wish, lean on it, or end it."""
ABSORBED = {
    "refund": {"fault", "ask_payments", "ask_refund_status"},
    "cancel_plan": {"fault"},
    "compensation": {"fault", "ask_outage"},
    "complaint": {"fault", "ask_payments", "ask_call", "ask_order", "ask_ticket"},
    "open_ticket": {"fault", "add_to_ticket", "ask_outage"},
    "add_to_ticket": {"fault", "open_ticket"},
    "ask_outage": {"fault"},
    "person": {"fault", "complaint", "callback"},
    "callback": {"fault", "ask_call", "person"},
    "order": {"ask_price"},
    "hacked": {"fault"},
    "bereavement": {"cancel_plan", "ask_rules", "ask_payments"},
}
"""What beside a wish is its reason or its detail, and no second one."""
_BREAK = re.compile(
    r"\s*\n\s*"
    r"|(?<=[.!?;…])\s+(?=\S)"
    r"|[,;]?\s+(?:и\s+(?:ещ[её]|заодно|также|кстати)|а\s+(?:ещ[её]|также|заодно)|да\s+и\s+ещ[её]"
    r"|плюс(?:\s+к\s+этому)?|кроме\s+того"
    r"|and\s+(?:also|another\s+thing|by\s+the\s+way)|also|plus|besides)[,:]?\s+",
    re.IGNORECASE,
)


def split_parts(line: str) -> list[str]:
    """Sentences and clauses that may be wishes by themselves; the line where there is one of them at most."""
    pieces: list[str] = []
    for piece in filter(None, (each.strip() for each in _BREAK.split(line))):
        if pieces and (len(pieces) == MOST or len(piece.split()) < SHORTEST):
            pieces[-1] = f"{pieces[-1]} {piece}"
        else:
            pieces.append(piece)
    return pieces if len(pieces) > 1 else [line]


def may_divide(whole: Reading, glimpses: Sequence[Reading]) -> bool:
    """Whether a closer look at the parts can change anything. `glimpses` are readings of n-grams alone."""
    seen = {reading.best for reading in glimpses if is_wish(reading, GLIMPSED)}
    return not is_wish(whole, SURE) or len(seen) > 1


def join_parts(line: str, whole: Reading, parts: Sequence[Part]) -> list[Part]:
    """The parts that are wishes of different kinds, each with what stands around it.

    A line of one wish stays whole: it is read as that wish, unless it reads clearly as another one itself.
    """
    wishes = _distinct([part for part in parts if is_wish(part[1], CLEAR)])
    if not wishes:
        return [(line, whole)]
    if len(wishes) == 1:
        return [(line, whole if is_wish(whole, CLEAR) else wishes[0][1])]
    places = [parts.index(wish) for wish in wishes]
    ends = [*places[1:], len(parts)]
    starts = [0, *places[1:]]
    return [
        (" ".join(text for text, _ in parts[start:end]), reading)
        for start, end, (_, reading) in zip(starts, ends, wishes, strict=True)
    ]


def is_wish(reading: Reading, least: float) -> bool:
    return reading.best in WISHES and reading.p(reading.best) >= least


def _distinct(wishes: list[Part]) -> list[Part]:
    """The first part of each act, without those that another one absorbs."""
    acts = {reading.best for _, reading in wishes}
    absorbed = {act for kept in acts for act in ABSORBED.get(kept, set()) & acts}
    first: dict[str, Part] = {}
    for part in wishes:
        if part[1].best not in absorbed:
            first.setdefault(part[1].best, part)
    return list(first.values()) or wishes[:1]
