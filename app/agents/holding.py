"""A router that moves a customer only where it is sure enough."""

from __future__ import annotations

from dataclasses import dataclass

from app.core.models import Decision, RouteQuery
from app.core.ports import Router

HELD = "less sure than the threshold: stays"


@dataclass(frozen=True)
class Holding:
    """Below `threshold` the serving agent keeps the customer, at first contact `front` does."""

    near: Router
    threshold: float
    front: str

    async def route(self, query: RouteQuery) -> Decision:
        decision = await self.near.route(query)
        keeper = query.serving or self.front
        if decision.confidence >= self.threshold or decision.agent == keeper:
            return decision
        share = decision.scores.get(keeper, 0.0)
        held = {"agent": keeper, "confidence": share, "source": "sticky", "reason": HELD}
        return decision.model_copy(update=held)
