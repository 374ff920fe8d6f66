"""What a claim is, and what may support it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal

from app.core.quantities import ValueKind

ActionKind = Literal[
    "refund", "discount", "order", "cancellation", "subscription", "ticket", "complaint", "credit",
    "compensation", "callback", "transfer", "approval",
]  # fmt: skip
Kind = ValueKind | ActionKind


@dataclass(frozen=True, slots=True)
class Claim:
    """`text` is the words that claim something, `sentence` where they stand."""

    kind: Kind
    text: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Evidence:
    """What this dialog may rest on. `today` is the company's day: "tomorrow" is counted from it."""

    today: date
    texts: tuple[str, ...] = ()  # articles and tool results as the model was shown them
    done: frozenset[str] = field(default_factory=frozenset)  # what tool results report as achieved
    asked: tuple[str, ...] = ()  # the customer's lines: may be echoed, never promised
    said: tuple[str, ...] = ()  # earlier lines of agents, already checked
    memo: dict[Any, Any] = field(default_factory=dict, init=False, compare=False, repr=False)
    """What was read of people's words: it is kept no longer than they are needed."""
