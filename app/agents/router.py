"""Routers that ask a model, and the cascade that asks it only when the local router is unsure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, SystemMessage
from pydantic import BaseModel, Field, create_model

from app.agents.base import Agent
from app.agents.pricing import FREE, Price, usage_of
from app.agents.prompts import Prompt, load
from app.agents.roster import ROSTER, names
from app.agents.structured_output import ask_structured
from app.core.exceptions import ProviderError, ProviderReplyInvalid, ProviderTimeout, RoutingFailed
from app.core.models import Decision, RouteQuery, Said
from app.core.ports import Router

PROMPT = load("router")


class Choice(BaseModel):
    """The router's answer; `agent` is narrowed to the roster's names."""

    agent: str
    confidence: float = Field(ge=0, le=1)
    reason: str = ""


def choice_schema(legal: tuple[str, ...]) -> type[Choice]:
    names_: Any = Literal[legal]
    return create_model("Route", __base__=Choice, agent=(names_, ...))


@dataclass(frozen=True)
class ModelRouter:
    """One structured call. A failed call is RoutingFailed, never a guess."""

    model: BaseChatModel
    price: Price = FREE
    roster: tuple[Agent, ...] = ROSTER
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
        return self._decision(Choice.model_validate(choice.model_dump()), raw)

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

    def _decision(self, choice: Choice, raw: AIMessage) -> Decision:
        return Decision(
            agent=choice.agent,
            confidence=choice.confidence,
            source="llm",
            reason=choice.reason,
            scores={choice.agent: choice.confidence},
            usage=usage_of(raw, self.price),
        )


@dataclass(frozen=True)
class Cascade:
    """`near` decides where its confidence reaches `threshold`, else `far` does."""

    near: Router
    far: Router
    threshold: float

    async def route(self, query: RouteQuery) -> Decision:
        decision = await self.near.route(query)
        return decision if decision.confidence >= self.threshold else await self.far.route(query)


def as_message(line: Said) -> BaseMessage:
    """Who spoke stands beside the text: it is for the embedded model, and is not sent."""
    if line.role == "customer":
        return HumanMessage(line.content)
    return AIMessage(line.content, additional_kwargs={"by": line.agent} if line.agent else {})
