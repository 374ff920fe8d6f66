"""What a person does in the monitor: the same services, checks and limits as over REST."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from app.core.exceptions import CallCenterError
from app.services.dialogs.idempotency import Request
from app.services.workbench import Workbench
from app.ui.admission import admit
from app.ui.monitor.asked import Deed
from app.ui.monitor.words import Said

Json = dict[str, Any]


@dataclass(frozen=True)
class Acts:
    bench: Workbench
    said: Said

    async def act(self, given: Json) -> Json:
        """`done` tells whether it happened, `said` is a sentence either way."""
        try:
            deed = Deed.of(given)
            admit(self.bench.settings, deed.key)
            return {"done": True, "said": await self._ways[deed.what](deed)}
        except CallCenterError as error:
            return {"done": False, "said": self.said.problem(error)}

    @property
    def _ways(self) -> dict[str, Callable[[Deed], Awaitable[str]]]:
        return {
            "take_over": self._take_over,
            "force": self._take_over,
            "reply": self._reply,
            "hand_back": self._hand_back,
            "reroute": self._reroute,
            "close": self._close,
            "approve": self._decide,
            "reject": self._decide,
        }

    async def _take_over(self, deed: Deed) -> str:
        await self.bench.people.take_over(deed.dialog, deed.operator, deed.text, deed.what == "force")
        return self._done("taken")

    async def _reply(self, deed: Deed) -> str:
        body = {"operator": deed.operator, "message": deed.text}
        request = Request.of(deed.request, "reply", body) if deed.request else None
        await self.bench.people.reply(deed.dialog, deed.operator, deed.text, request)
        return self._done("sent")

    async def _hand_back(self, deed: Deed) -> str:
        held = await self.bench.people.hand_back(deed.dialog, deed.operator, deed.text, deed.agent or None)
        return self._done("handed_back", agent=self.said.agent(held.assigned_agent))

    async def _reroute(self, deed: Deed) -> str:
        rerouting = self.bench.monitor.rerouting
        done = await rerouting.reroute(deed.dialog, deed.operator, deed.agent, deed.text)
        return self._done("proposed" if done.proposal else "rerouted", agent=self.said.agent(deed.agent))

    async def _close(self, deed: Deed) -> str:
        await self.bench.people.close(deed.dialog, deed.operator)
        return self._done("closed")

    async def _decide(self, deed: Deed) -> str:
        yes = deed.what == "approve"
        await self.bench.people.decide(deed.number, yes, deed.operator, deed.text)
        return self._done("approved" if yes else "rejected", number=deed.number)

    def _done(self, name: str, **values: str) -> str:
        sentence: str = self.said.words["done"][name]
        return sentence.format(**values)
