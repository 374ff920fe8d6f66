"""What a person does in the monitor: the same services, checks and limits as over REST.

Requests of the page come from outside and are checked here.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from app.core.access import Caller
from app.core.exceptions import BadRequestBody, CallCenterError
from app.core.ports import DialogQuery
from app.services.dialogs.admission import Request
from app.services.workbench import Workbench
from app.ui.request import admit
from app.ui.words import RoomTexts

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

    def signed(self, caller: Caller) -> Self:
        """By the name of the session where it has one, whatever was typed."""
        return self.model_copy(update={"operator": caller.person}) if caller.person else self


class PanelPoll(MonitorRequest):
    """`page` is one open page; `have` holds the marks of the parts that it shows."""

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
    """`what` is done to the dialog that the person sees, or to the approval of that `number`.

    A repeat with the same `request` writes no second line.
    """

    what: Literal["take_over", "force", "reply", "hand_back", "reroute", "close", "approve", "reject"]
    text: str = Field(default="", max_length=20_000)
    agent: str = Short
    number: str = Field(default="", max_length=40)
    request: str = Field(default="", max_length=100)


Json = dict[str, Any]


@dataclass(frozen=True)
class OperatorActions:
    bench: Workbench
    texts: RoomTexts

    async def act(self, given: Json) -> Json:
        """`done`: it happened; `said` is a sentence either way."""
        try:
            action = OperatorAction.of(given)
            action = action.signed(admit(self.bench.access, action.key))
            return {"done": True, "said": await self._handlers[action.what](action)}
        except CallCenterError as error:
            return {"done": False, "said": self.texts.describe_problem(error)}

    @property
    def _handlers(self) -> dict[str, Callable[[OperatorAction], Awaitable[str]]]:
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

    async def _take_over(self, action: OperatorAction) -> str:
        await self.bench.operators.take_over(
            action.dialog, action.operator, action.text, action.what == "force"
        )
        return self._confirm("taken")

    async def _reply(self, action: OperatorAction) -> str:
        body = {"operator": action.operator, "message": action.text}
        request = Request.of(action.request, "reply", body) if action.request else None
        await self.bench.operators.reply(action.dialog, action.operator, action.text, request)
        return self._confirm("sent")

    async def _hand_back(self, action: OperatorAction) -> str:
        operators, agent = self.bench.operators, action.agent or None
        dialog = await operators.hand_back(action.dialog, action.operator, action.text, agent)
        return self._confirm("handed_back", agent=self.texts.agent(dialog.assigned_agent))

    async def _reroute(self, action: OperatorAction) -> str:
        rerouting = self.bench.monitor.rerouting
        done = await rerouting.reroute(action.dialog, action.operator, action.agent, action.text)
        return self._confirm(
            "proposed" if done.proposal else "rerouted", agent=self.texts.agent(action.agent)
        )

    async def _close(self, action: OperatorAction) -> str:
        await self.bench.operators.close(action.dialog, action.operator)
        return self._confirm("closed")

    async def _decide(self, action: OperatorAction) -> str:
        yes = action.what == "approve"
        await self.bench.operators.decide(action.number, yes, action.operator, action.text)
        return self._confirm("approved" if yes else "rejected", number=action.number)

    def _confirm(self, name: str, **values: str) -> str:
        sentence: str = self.texts.words["done"][name]
        return sentence.format(**values)
