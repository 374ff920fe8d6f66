"""The audit log: who did what to which dialog or approval, and how it ended. Never content."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from contextvars import ContextVar
from datetime import datetime
from typing import NamedTuple, Protocol

from pydantic import BaseModel

from app.core.exceptions import CallCenterError
from app.core.threads import in_storage

ACTOR: ContextVar[str] = ContextVar("actor", default="")
"""Whose credential the work at hand is done with; empty where none was shown."""
BEGUN, DONE = "begun", "done"
COMMAND_LINE = "command line"


class Act(NamedTuple):
    """`about` is an id: of an event, a line, an approval, a key; `outcome` is a word or a code."""

    who: str
    what: str
    about: str
    outcome: str = DONE


class AuditEntry(BaseModel):
    """A line of the log. `before` is the SHA-256 of the line before, `seal` an HMAC of all the rest."""

    n: int
    at: datetime
    who: str
    what: str
    about: str
    outcome: str
    before: str
    seal: str


class AuditCheck(NamedTuple):
    """`line` is the first that is broken, None where all hold; `last` is the SHA-256 of the last line."""

    lines: int
    last: str
    line: int | None = None
    problem: str = ""


class AuditLog(Protocol):
    """Append-only, shared by processes. Blocking. Raises StorageUnavailable."""

    def append(self, acts: Sequence[Act]) -> None:
        """Durable when it returns."""
        ...

    def entries(self) -> Iterator[AuditEntry]:
        """Oldest first; those that can be read."""
        ...

    def verify(self) -> AuditCheck: ...


def person(name: str) -> str:
    """Of somebody who gave a name: the credential says more."""
    actor = ACTOR.get()
    if actor in (f"account {name}", f"key {name}"):
        return actor
    return f"{actor} as {name}" if actor and name else actor or name


@contextmanager
def acting(who: str) -> Iterator[None]:
    """What is done meanwhile is done by them."""
    token = ACTOR.set(who)
    try:
        yield
    finally:
        ACTOR.reset(token)


@asynccontextmanager
async def recorded(log: AuditLog | None, what: str, about: str, who: str) -> AsyncIterator[None]:
    """Two lines: that it began, and how it ended. What a crash cut has the first alone."""
    if log is None:
        yield
        return
    await in_storage(log.append, [Act(who, what, about, BEGUN)])
    try:
        yield
    except CallCenterError as error:
        await in_storage(log.append, [Act(who, what, about, error.code)])
        raise
    await in_storage(log.append, [Act(who, what, about)])


@contextmanager
def recorded_here(log: AuditLog | None, what: str, about: Sequence[str], who: str) -> Iterator[None]:
    """As `recorded`, of several things at once. Blocking."""
    if log is None:
        yield
        return
    log.append([Act(who, what, each, BEGUN) for each in about])
    try:
        yield
    except CallCenterError as error:
        log.append([Act(who, what, each, error.code) for each in about])
        raise
    log.append([Act(who, what, each) for each in about])


def digest_of(text: str) -> str:
    """In place of a text: whoever knows it finds its line."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:12]
