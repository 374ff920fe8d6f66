"""What customers answer to a proposal: lines that agree, that only acknowledge, and that agree to nothing."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import product
from pathlib import Path
from typing import Any

import yaml

from app.agents.proposing import question_of
from app.core.backoffice import Value

_READ: dict[str, Any] = yaml.load(
    Path(__file__).with_suffix(".yaml").read_text(encoding="utf-8"), yaml.CSafeLoader
)
NOW, LATER = datetime(2026, 3, 18, 12, tzinfo=UTC), datetime(2026, 4, 17, 12, tzinfo=UTC)
_SPAN: dict[str, Value] = {"days_from": 3, "days_to": 5}
TERMS: dict[str, dict[str, Value]] = {
    "create_order": {"item": "hub", "quantity": 1, "delivery_by": "courier", "total_rub": 12900, **_SPAN},
    "change_subscription": {"plan": "pro", "period": "month", "difference_rub": 1000, "renews": LATER},
    "cancel_subscription": {"plan": "basic", "until": LATER},
    "resume_subscription": {"plan": "basic", "period": "month", "renews": LATER, "price_rub": 990},
    "cancel_order": {"order": "O-1005", "item": "key", "quantity": 1, "total_rub": 2490, "due_rub": 0},
    "change_delivery": {"order": "O-1005", "item": "key", "total_rub": 2840, "delivery_by": "courier"},
    "grant_credit": {"amount_rub": 300},
    "compensate_outage": {"incident": "I-1003", "days": 2, "renews": LATER},
    "refund_payment": {"payment": "P-1009", "amount_rub": 1990, "paid": NOW, "until": NOW, **_SPAN},
}
OFFERS = tuple(product(TERMS, ("ru", "en")))
"""Each act that needs consent, in each language."""


def question_to(tool: str, language: str) -> str:
    return question_of(tool, TERMS[tool], NOW, language).text


def said_to(kind: str, tool: str, language: str) -> list[str]:
    """What is said to any question of that language, and to this: agree, acknowledge, decline, other."""
    known = _READ[kind]
    return [*known[f"any-{language}"], *known.get(f"{tool}-{language}", [])]
