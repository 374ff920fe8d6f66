"""Routing outside a dialog: for the CLI, REST and evaluation. No fallback: a failure stays a failure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    model_validator,
)

from app.core import jsonlines
from app.core.exceptions import CallCenterError, RoutingFailed, SearchesBusy
from app.core.models import OPERATOR, Outcome, RouteQuery, Said, Source
from app.core.ports import Router
from app.core.text import checked
from app.core.whole import whole


def _writable(name: str | int | None) -> str | int | None:
    if isinstance(name, str) and any("\ud800" <= c <= "\udfff" for c in name):
        raise ValueError("the id holds half of a surrogate pair")
    return name


Id = Annotated[str | int | None, BeforeValidator(whole), AfterValidator(_writable)]


class RouteLine(BaseModel):
    """A message (`text`) or a conversation (`turns`, the customer's last). Unknown fields are ignored."""

    model_config = ConfigDict(
        extra="ignore",
        strict=True,
        json_schema_extra={
            "oneOf": [
                {"required": ["text"], "properties": {"text": {"type": "string"}, "turns": {"type": "null"}}},
                {"required": ["turns"], "properties": {"turns": {"type": "array"}, "text": {"type": "null"}}},
            ]
        },
    )

    id: Id = None
    text: str | None = None
    turns: list[Said] | None = Field(default=None, min_length=1)

    @model_validator(mode="after")
    def _one_of(self) -> RouteLine:
        if (self.text is None) == (self.turns is None):
            raise ValueError("give either text or turns")
        if self.turns and self.turns[-1].role != "customer":
            raise ValueError("the last turn must be the customer's")
        return self


class Routed(BaseModel):
    """`agent` is null unless the outcome is `ok`."""

    id: Id = None
    agent: str | None = None
    confidence: float | None = None
    source: Source | None = None
    reason: str = ""
    outcome: Outcome = "ok"


@dataclass(frozen=True, slots=True)
class FittedRouter:
    """A fitted local router. `sentence` is what the comparison with the router of then said, in English."""

    name: str
    active: bool
    fitted: datetime | None = None
    lines: int | None = None
    sentence: str = ""


@dataclass(frozen=True)
class RoutingService:
    """`fitted` lists the fitted routers, newest first; it reads files.

    Of a conversation the last `history` lines count, as in a dialog.
    """

    router: Router
    fitted: Callable[[], list[FittedRouter]] = list
    history: int = 20
    public: Router | None = None

    @property
    def open(self) -> RoutingService:
        """For strangers, on threads apart from those of turns. Raises SearchesBusy."""
        return replace(self, router=self.public or self.router)

    async def route_json(self, line: str | bytes) -> Routed:
        """One JSONL line; one that cannot be read has the outcome `error`."""
        try:
            parsed: Any = jsonlines.loads(line if isinstance(line, str) else line.decode())
        except UnicodeDecodeError:
            return Routed(reason="this line is not UTF-8", outcome="error")
        except jsonlines.NotJson as error:
            return Routed(reason=str(error), outcome="error")
        try:
            return await self.route(RouteLine.model_validate(parsed))
        except ValidationError as error:
            problem = error.errors()[0]["msg"].removeprefix("Value error, ")
            return Routed(id=_id_of(parsed), reason=problem, outcome="error")

    async def route(self, line: RouteLine) -> Routed:
        try:
            query = await self._query(line)
            decision = await self.router.route(query)
        except RoutingFailed as failed:
            return Routed(id=line.id, reason=failed.reason, outcome=failed.outcome)
        except SearchesBusy:
            raise
        except CallCenterError as error:
            return Routed(id=line.id, reason=error.code, outcome="error")
        return Routed(
            id=line.id,
            agent=decision.agent,
            confidence=round(decision.confidence, 4),
            source=decision.source,
            reason=decision.reason,
        )

    async def _query(self, line: RouteLine) -> RouteQuery:
        """Who serves at the last line: the `agent` of the last agent turn, else the router's own answer."""
        turns = line.turns or [Said(role="customer", content=line.text or "")]
        for turn in turns:
            checked(turn.content) if turn.role == "customer" else None
        turns = turns[-self.history :]
        serving: str | None = None
        for at, turn in enumerate(turns[:-1]):
            if turn.role == "agent" and turn.agent and turn.agent != OPERATOR:
                serving = turn.agent
            elif turn.role == "customer" and not _named(turns[at + 1 :]):
                seen = RouteQuery(turns=turns[: at + 1], serving=serving)
                serving = (await self.router.route(seen)).agent
        return RouteQuery(turns=turns, serving=serving)


def _id_of(parsed: Any) -> str | int | None:
    """The id of a line that does not fit, where it can be told."""
    try:
        return Routed.model_validate({"id": parsed.get("id")}).id
    except (AttributeError, ValidationError):
        return None


def _named(rest: list[Said]) -> bool:
    """The next agent line, before the customer speaks again, names its agent."""
    for turn in rest:
        if turn.role == "customer":
            return False
        if turn.agent:
            return True
    return False
