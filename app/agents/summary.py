"""How a dialog ended, in one sentence."""

from __future__ import annotations

from dataclasses import dataclass
from string import Template
from typing import Protocol

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import HumanMessage, SystemMessage

from app.agents.base import Prompt, load
from app.agents.system_message import language_name
from app.agents.tools.presentation import words
from app.core.cleaned_text import Detect
from app.core.exceptions import ProviderError
from app.core.models import Said
from app.core.text import clean, excerpt, language_of, shorten

PROMPT = load("summary")


class Summarizer(Protocol):
    async def resolution(self, lines: list[Said]) -> str: ...


@dataclass(frozen=True)
class Extractive:
    """The customer's first line and the last answer, cut short. Needs no model."""

    detect: Detect = language_of

    async def resolution(self, lines: list[Said]) -> str:
        first = next((line for line in lines if line.role == "customer"), None)
        if first is None:
            return words("summary", "en")["no_messages"]
        say = words("summary", self.detect(first.content, "ru"))
        last = next((line for line in reversed(lines) if line.role == "agent"), None)
        answered = Template(say["answered"])
        end = answered.substitute(agent=last.agent, answer=_short(last.content)) if last else say["no_answer"]
        return f"{Template(say['asked']).substitute(asked=_short(first.content))}; {end}."


@dataclass(frozen=True)
class Generated:
    """By the model; extractive where the provider fails, for closing must not.

    The model reads the first line and the last `limit`, long ones cut.
    """

    model: BaseChatModel
    spare: Summarizer
    limit: int = 20
    prompt: Prompt = PROMPT
    detect: Detect = language_of

    async def resolution(self, lines: list[Said]) -> str:
        if not lines:
            return await self.spare.resolution(lines)
        read = [lines[0], *lines[1:][-self.limit :]]
        spoken = "\n".join(f"{line.agent or line.role}: {clean(excerpt(line.content))}" for line in read)
        language = language_name(self.detect(spoken, "ru"))
        asked = [SystemMessage(self.prompt.render(language=language)), HumanMessage(spoken)]
        try:
            reply = await self.model.ainvoke(asked)
        except ProviderError:
            return await self.spare.resolution(lines)
        return clean(reply.text) or await self.spare.resolution(lines)


def _short(text: str, limit: int = 120) -> str:
    line = clean(text)
    return shorten(line, limit)
