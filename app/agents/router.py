"""Model routers, the cascade, and routing in a live dialog.

`ModelRouter` asks a model; `CascadeRouter` asks it only where the local router is unsure. `LiveRouter` falls
back when a router fails, and `Holding` keeps the current agent unless a move is confident enough.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Literal

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, SystemMessage
from pydantic import BaseModel, Field, create_model

from app.agents.base import Agent, Prompt, load
from app.agents.model_call import FREE, TokenPrice, usage_of
from app.agents.roster import names
from app.agents.structured_output import ask_structured
from app.core.exceptions import ProviderError, ProviderReplyInvalid, ProviderTimeout, RoutingFailed
from app.core.explanation import HELD, SUSPECTED
from app.core.models import Decision, RouteQuery, Said
from app.core.ports import Router
from app.core.threads import TURNS


@dataclass(frozen=True)
class LiveRouter:
    """If `router` fails, `spare` decides (degraded), then the current agent stays (fallback), else it fails.

    An agent outside `legal` is neither chosen nor kept.
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


@dataclass(frozen=True)
class WaryRouter:
    """A line that `suspects` marks moves nobody: who serves goes on, at first contact `front` does."""

    near: Router
    suspects: Callable[[str], bool]
    front: str

    async def route(self, query: RouteQuery) -> Decision:
        if await TURNS.run(self.suspects, query.turns[-1].text):
            keeper = query.serving or self.front
            return Decision(agent=keeper, confidence=1, source="sticky", reason=SUSPECTED)
        return await self.near.route(query)


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


PROMPT = load("router")


class RouteChoice(BaseModel):
    """The router's answer; `agent` is narrowed to the roster's names."""

    agent: str
    confidence: float = Field(ge=0, le=1)
    reason: str = ""


def choice_schema(legal: tuple[str, ...]) -> type[RouteChoice]:
    names_: Any = Literal[legal]
    return create_model("Route", __base__=RouteChoice, agent=(names_, ...))


@dataclass(frozen=True)
class ModelRouter:
    """One structured call. A failed call is RoutingFailed, never a guess."""

    model: BaseChatModel
    roster: tuple[Agent, ...]
    price: TokenPrice = FREE
    prompt: Prompt = PROMPT

    async def route(self, query: RouteQuery) -> Decision:
        try:
            choice, raw = await ask_structured(
                self.model, self._messages(query), choice_schema(names(self.roster))
            )
        except ProviderReplyInvalid as error:
            raise RoutingFailed("unparsed", error.code) from error
        except ProviderTimeout as error:
            raise RoutingFailed("timeout", error.code) from error
        except ProviderError as error:
            raise RoutingFailed("error", error.code) from error
        return self._decision(RouteChoice.model_validate(choice.model_dump()), raw)

    @property
    def fingerprints(self) -> dict[str, str]:
        """Of the wording that decides: the prompt and the menu of agents in it."""
        return {p.name: p.fingerprint for p in (self.prompt, Prompt("menu", self._menu))}

    @property
    def _menu(self) -> str:
        return "\n".join(f"- {a.name}: {a.handles}" for a in self.roster)

    def _messages(self, query: RouteQuery) -> list[BaseMessage]:
        system = self.prompt.render(menu=self._menu, serving=query.serving or "nobody yet")
        return [SystemMessage(system), *(as_message(line) for line in query.turns)]

    def _decision(self, choice: RouteChoice, raw: AIMessage) -> Decision:
        return Decision(
            agent=choice.agent,
            confidence=choice.confidence,
            source="llm",
            reason=choice.reason,
            scores={choice.agent: choice.confidence},
            usage=usage_of(raw, self.price),
        )


@dataclass(frozen=True)
class CascadeRouter:
    """`near` decides where its confidence reaches `threshold`, else `far` does."""

    near: Router
    far: Router
    threshold: float

    async def route(self, query: RouteQuery) -> Decision:
        decision = await self.near.route(query)
        return decision if decision.confidence >= self.threshold else await self.far.route(query)


def as_message(line: Said) -> BaseMessage:
    """Who spoke, and what was meant, stand beside the text: for the embedded model; they are not sent."""
    if line.role == "customer":
        return HumanMessage(line.content, additional_kwargs={"cleaned": line.text})
    return AIMessage(line.content, additional_kwargs={"by": line.agent} if line.agent else {})
