"""What a person does in the monitor: the same services, checks and limits as over REST.

What a page asks of the monitor. It comes from outside and is checked here.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from app.core.exceptions import BadRequestBody, CallCenterError
from app.core.ports import DialogQuery
from app.services.dialogs.admission import Request
from app.services.workbench import Workbench
from app.ui.monitor.words import MonitorTexts
from app.ui.request import admit

SHOWN = 50
Short = Field(default="", max_length=200)
Mark = Annotated[str, Field(max_length=64)]


class MonitorRequest(BaseModel):
    """`operator` is the name that the person typed."""

    model_config = ConfigDict(extra="forbid")

    key: str = Field(default="", max_length=500)
    operator: str = Field(default="", max_length=100)
    dialog: str = Field(default="", max_length=100)

    @classmethod
    def of(cls, given: Any) -> Self:
        """Raises BadRequestBody."""
        try:
            return cls.model_validate(given)
        except ValidationError as error:
            raise BadRequestBody("The page requested an unknown action.") from error


class PanelPoll(MonitorRequest):
    """`page` is one open page; `have` are the marks of the parts that it shows."""

    page: str = Field(max_length=64)
    version: int = Field(default=0, ge=0, le=2**53)
    have: dict[Mark, Mark] = Field(default_factory=dict, max_length=10)
    agent: str = Short
    status: Literal["", "active", "closed"] = ""
    lang: str = Short
    waiting: bool = False
    customer: str = Short
    text: str = Short

    @property
    def query(self) -> DialogQuery:
        return DialogQuery(
            limit=SHOWN,
            status=self.status or None,
            agent=self.agent or None,
            customer_id=self.customer.strip() or None,
            text=self.text.strip() or None,
            escalated=self.waiting or None,
        )

    @property
    def narrowed(self) -> bool:
        return bool(self.lang) or self.query != DialogQuery(limit=SHOWN)

    @property
    def language(self) -> str | None:
        return self.lang or None


class OperatorAction(MonitorRequest):
    """`what` a person does, to the dialog that they see or to the approval of that `number`.

    A repeat with the same `request` writes no second line.
    """

    what: Literal["take_over", "force", "reply", "hand_back", "reroute", "close", "approve", "reject"]
    text: str = Field(default="", max_length=20_000)
    agent: str = Short
    number: str = Field(default="", max_length=40)
    request: str = Field(default="", max_length=100)


Json = dict[str, Any]


@dataclass(frozen=True)
class Acts:
    bench: Workbench
    said: MonitorTexts

    async def act(self, given: Json) -> Json:
        """`done` tells whether it happened, `said` is a sentence either way."""
        try:
            deed = OperatorAction.of(given)
            admit(self.bench.settings, deed.key)
            return {"done": True, "said": await self._ways[deed.what](deed)}
        except CallCenterError as error:
            return {"done": False, "said": self.said.problem(error)}

    @property
    def _ways(self) -> dict[str, Callable[[OperatorAction], Awaitable[str]]]:
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

    async def _take_over(self, deed: OperatorAction) -> str:
        await self.bench.people.take_over(deed.dialog, deed.operator, deed.text, deed.what == "force")
        return self._done("taken")

    async def _reply(self, deed: OperatorAction) -> str:
        body = {"operator": deed.operator, "message": deed.text}
        request = Request.of(deed.request, "reply", body) if deed.request else None
        await self.bench.people.reply(deed.dialog, deed.operator, deed.text, request)
        return self._done("sent")

    async def _hand_back(self, deed: OperatorAction) -> str:
        held = await self.bench.people.hand_back(deed.dialog, deed.operator, deed.text, deed.agent or None)
        return self._done("handed_back", agent=self.said.agent(held.assigned_agent))

    async def _reroute(self, deed: OperatorAction) -> str:
        rerouting = self.bench.monitor.rerouting
        done = await rerouting.reroute(deed.dialog, deed.operator, deed.agent, deed.text)
        return self._done("proposed" if done.proposal else "rerouted", agent=self.said.agent(deed.agent))

    async def _close(self, deed: OperatorAction) -> str:
        await self.bench.people.close(deed.dialog, deed.operator)
        return self._done("closed")

    async def _decide(self, deed: OperatorAction) -> str:
        yes = deed.what == "approve"
        await self.bench.people.decide(deed.number, yes, deed.operator, deed.text)
        return self._done("approved" if yes else "rejected", number=deed.number)

    def _done(self, name: str, **values: str) -> str:
        sentence: str = self.said.words["done"][name]
        return sentence.format(**values)
