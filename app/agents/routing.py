"""Routing in a live dialog: a failure is not a label, but a customer must be served."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass

from app.core.exceptions import RoutingFailed
from app.core.models import Decision, RouteQuery
from app.core.ports import Router


@dataclass(frozen=True)
class LiveRouter:
    """Where `router` fails, `spare` decides (degraded), else who serves stays (fallback), else it fails.

    An agent that does not work here (any more) is chosen by nobody, and serves nobody.
    """

    router: Router
    legal: frozenset[str]
    spare: Router | None = None

    async def route(self, query: RouteQuery) -> Decision:
        if query.serving not in self.legal:
            query = query.model_copy(update={"serving": None})
        try:
            return await self._asked(self.router, query)
        except RoutingFailed as failed:
            return await self._replace(query, failed)

    async def _asked(self, router: Router, query: RouteQuery) -> Decision:
        decision = await router.route(query)
        if decision.agent not in self.legal:
            raise RoutingFailed("unparsed", "unknown_agent")
        return decision

    async def _replace(self, query: RouteQuery, failed: RoutingFailed) -> Decision:
        mark = {"degraded": True, "failure": failed.outcome}
        if self.spare and self.spare is not self.router:
            with suppress(RoutingFailed):
                return (await self._asked(self.spare, query)).model_copy(update=mark)
        if query.serving is None:
            raise failed
        return Decision(
            agent=query.serving, confidence=0, source="fallback", reason=failed.reason
        ).model_copy(update=mark)
