"""How one model on one server wants to be asked: learnt from what it refuses, and kept while it is used."""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TypeVar

import structlog

from app.adapters.openai import dialect
from app.adapters.openai.failures import Failed, about, is_typed
from app.adapters.openai.sse import Json
from app.core.exceptions import ProviderRefused

log = structlog.get_logger()
T = TypeVar("T")
TRIES = 2  # how often a way that did not help is tried again
WAYS: dict[str, tuple[str, ...]] = {
    "temperature": ("no_temperature",),
    "max_tokens": ("other_token_limit", "no_token_limit"),
    "stream_options": ("no_stream_options",),
    "stream": ("no_stream",),
    "parallel_tool_calls": ("no_parallel_tool_calls",),
    "system": ("system_folded",),
    "tools": ("tools_in_words",),
}
"""By the part of a request that is refused: what is done about it, one step after the other."""
_LIMITS = {"max_tokens": "max_completion_tokens", "max_completion_tokens": "max_tokens"}


@dataclass
class Habits:
    """`steps` counts what was done about each refused part.

    `aloud`: whether replies begin with thoughts that no tag opens; None until the model has said anything.
    """

    steps: dict[str, int] = field(default_factory=dict)
    aloud: bool | None = None
    _vain: Counter[str] = field(default_factory=Counter)

    @property
    def ways(self) -> tuple[str, ...]:
        """What is done otherwise than for OpenAI's own models, in words for people's lists."""
        taken = tuple(WAYS[part][step - 1] for part, step in self.steps.items())
        return (*taken, "thinks_aloud") if self.aloud else taken

    def shape(self, payload: Json) -> Json:
        """The request as this server takes it."""
        shaped = {**payload, "messages": dialect.in_turn(payload["messages"])}
        for part in ("temperature", "stream_options", "parallel_tool_calls", "stream"):
            if part in self.steps:
                shaped.pop(part, None)
        if "stream" in self.steps:
            shaped.pop("stream_options", None)
        if step := self.steps.get("max_tokens"):
            for old in [name for name in _LIMITS if name in payload]:
                limit = shaped.pop(old)
                shaped |= {_LIMITS[old]: limit} if step == 1 else {}
        if "tools" in self.steps and not is_typed(payload):
            shaped = dialect.in_words(shaped)
        if "system" in self.steps:
            shaped["messages"] = dialect.folded(shaped["messages"])
        return shaped

    def learn(self, part: str | None, payload: Json) -> str | None:
        """One step on about a refused part: the part that is changed, or None where nothing is left."""
        if part == "system" and part in self.steps and payload.get("tools") and not is_typed(payload):
            part = "tools"  # the roles that are not in turn are those of the results
        if part not in WAYS or self._vain[part] >= TRIES or self.steps.get(part, 0) >= len(WAYS[part]):
            return None
        self.steps[part] = self.steps.get(part, 0) + 1
        log.warning("provider_refused_a_part", part=part, now=WAYS[part][self.steps[part] - 1])
        return part

    def forget(self, parts: list[str]) -> None:
        """They did not help."""
        for part in set(parts):
            self._vain[part] += 1
            self.steps.pop(part, None)


async def negotiated(habits: Habits, payload: Json, send: Callable[[Json], Awaitable[T]]) -> T:
    """Ask, and ask again without a part that is refused by name, until nothing is left to give up.

    This is no retry: it waits for nothing, and later calls know what was learnt. Raises Failed.
    """
    mine: list[str] = []
    while True:
        used = dict(habits.steps)
        try:
            return await send(habits.shape(payload))
        except Failed as failed:
            problem = failed
        part = about(problem.said, payload) if problem.said else None
        if part == "typed":
            raise Failed(
                ProviderRefused(problem.error.detail)
            )  # how to ask for a form is the caller's to choose
        if part in WAYS and habits.steps != used:
            continue  # another call has learnt it meanwhile
        changed = habits.learn(part, payload)
        if changed is None:
            habits.forget(mine if isinstance(problem.error, ProviderRefused) else [])
            raise problem
        mine.append(changed)
