"""What model calls cost."""

from __future__ import annotations

from dataclasses import dataclass

from langchain_core.messages import AIMessage

from app.core.models import Usage


@dataclass(frozen=True, slots=True)
class Price:
    """US dollars per million tokens."""

    input: float = 0.0
    output: float = 0.0


FREE = Price()


def usage_of(message: AIMessage, price: Price) -> Usage:
    """Usage of one call; zero tokens where the provider reported none."""
    meta = message.usage_metadata
    asked, said = (meta["input_tokens"], meta["output_tokens"]) if meta else (0, 0)
    cost = (asked * price.input + said * price.output) / 1_000_000
    return Usage(input_tokens=asked, output_tokens=said, cost=cost, calls=1)
