"""The world of a conversation: a fresh call centre with the demo data, and what is seen after a line."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Protocol

from pydantic import BaseModel, Field

from app.evaluation.conversations.facts import CustomerSnapshot


class Deed(BaseModel):
    """An act of the back office: done, or waiting for a person's word (`approval`).

    `proposal` is the one that the customer's line confirmed; empty where none was asked for.
    """

    tool: str
    status: str
    number: str = ""
    proposal: str = ""


class PlayedAnswer(BaseModel):
    """What came of a customer's line. `open` is the act that is proposed, with its `question`.

    `deeds` were done by this line; `tried` and `reads` are the acts and the reading tools that were called.
    `suspected`: the line was marked as a likely attack. `person`: a human has been called by now.
    `trouble` says what went wrong instead of an answer.
    """

    text: str = ""
    agent: str = ""
    model: str = ""
    open: str | None = None
    question: str = ""
    deeds: list[Deed] = Field(default_factory=list)
    tried: list[str] = Field(default_factory=list)
    reads: list[str] = Field(default_factory=list)
    citations: list[str] = Field(default_factory=list)
    person: bool = False
    trouble: str = ""
    suspected: bool = False


class ConversationWorld(Protocol):
    async def say(self, text: str) -> PlayedAnswer:
        """The answer to the customer's next line; the first opens the dialog."""
        ...

    async def look(self) -> CustomerSnapshot: ...


ConversationWorlds = Callable[[str], AbstractAsyncContextManager[ConversationWorld]]
"""Makes a world of its own for a customer."""
