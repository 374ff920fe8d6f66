"""Routing in a live dialog: a failure is not a label, but a customer must be served."""

from __future__ import annotations

from dataclasses import dataclass

from app.core.exceptions import RoutingFailed
from app.core.models import Decision, RouteQuery
from app.core.ports import Router


@dataclass(frozen=True)
class LiveRouter:
    """Where `router` fails, `spare` decides (degraded), else who serves stays (fallback), else it fails."""

    router: Router
    legal: frozenset[str]
    spare: Router | None = None

    async def route(self, query: RouteQuery) -> Decision:
        try:
            return self._checked(await self.router.route(query))
        except RoutingFailed as failed:
            return await self._replace(query, failed)

    def _checked(self, decision: Decision) -> Decision:
        if decision.agent not in self.legal:
            raise RoutingFailed("unparsed", "unknown_agent")
        return decision

    async def _replace(self, query: RouteQuery, failed: RoutingFailed) -> Decision:
        mark = {"degraded": True, "failure": failed.outcome}
        try:
            if self.spare:
                return (await self.spare.route(query)).model_copy(update=mark)
        except RoutingFailed:
            pass
        if query.serving is None:
            raise failed
        return Decision(
            agent=query.serving, confidence=0, source="fallback", reason=failed.reason
        ).model_copy(update=mark)
