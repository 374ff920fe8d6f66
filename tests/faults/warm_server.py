"""A warm process that forks servers on a scripted model: they start in a moment and die by kill -9.

`python -m tests.faults.warm_server`; every line of stdin, `PORT MODE FOLDER`, starts a server. It answers
`pid N` at once and `dead` after its end. MODE is `sound`, `shipped` with the embedded
model and its vectors, or names what the negative controls switch off.
"""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any
from uuid import uuid4

import uvicorn
from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, ToolMessage
from langchain_core.outputs import ChatGeneration, ChatResult
from langchain_core.runnables import Runnable

import app.api.application  # noqa: F401 - imported once, before the forks
from app.adapters.storage.json_store import JsonStore
from app.bootstrap import build
from app.core.config import Settings
from app.core.dialog import Dialog
from app.core.models import Decision, RouteQuery
from app.engines.backoffice import repeats
from app.main import create_app
from app.services.dialogs.admission import Request
from app.services.workbench import Workbench
from tests.faults.forks import fork_for_each_line
from tests.support.hashed import Hashed
from tests.support.server import settings

PLAIN, SHIPPED = "sound", "shipped"
MODES = (PLAIN, SHIPPED, "late", "keyless", "careless")
ACT = "act "
SECONDS_LATE = 0.3


class Clerk(BaseChatModel):
    """Opens a ticket for every line that begins with `act`, under a subject that tells which."""

    @property
    def _llm_type(self) -> str:
        return "clerk"

    def bind_tools(self, tools: Any, **kwargs: Any) -> Runnable[Any, AIMessage]:
        return self.bind(tools=[tool["function"]["name"] for tool in tools])

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        asked = next(str(m.text) for m in reversed(messages) if isinstance(m, HumanMessage))
        acts = asked.startswith(ACT) and not isinstance(messages[-1], ToolMessage)
        call = {"name": "open_ticket", "args": {"subject": asked}, "id": uuid4().hex}
        reply = AIMessage("", tool_calls=[call]) if acts else AIMessage(f"Noted: {asked}")
        return ChatResult(generations=[ChatGeneration(message=reply)])


class ToTechSupport:
    async def route(self, query: RouteQuery) -> Decision:
        return Decision(agent="tech_support", confidence=1, source="llm", reason=query.text[:10])


class LateStore(JsonStore):
    """Says that it has written, and writes a moment later."""

    def __init__(self, root: Path) -> None:
        super().__init__(root)
        self._unwritten: dict[str, Dialog] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    async def write(self, dialog: Dialog) -> None:
        self._unwritten[dialog.dialog_id] = dialog.model_copy(deep=True)
        task = asyncio.create_task(self._write_late(dialog.dialog_id))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def read(self, dialog_id: str) -> Dialog:
        if dialog_id in self._unwritten:
            return self._unwritten[dialog_id].model_copy(deep=True)
        return await super().read(dialog_id)

    async def _write_late(self, dialog_id: str) -> None:
        await asyncio.sleep(SECONDS_LATE)
        if dialog_id in self._unwritten:
            await super().write(self._unwritten.pop(dialog_id))


class KeylessRequest(Request):
    """Every repeat is a request of its own."""

    @classmethod
    def of(cls, key: str, operation: str, body: object, customer: str | None = None) -> Request:
        return Request.of(f"{key}{uuid4()}", operation, body, customer)


def kept_in(folder: Path) -> Settings:
    office, checkpoints = str(folder / "office.sqlite"), str(folder / "checkpoints")
    places = {"backoffice_storage": office, "checkpoint_storage": checkpoints}
    return settings(folder / "dialogs", demo_data=True, **places)


def bench_in(folder: Path, mode: str) -> Workbench:
    if mode in ("keyless", "careless"):
        sys.modules["app.api.v1.dialogue"].Request = KeylessRequest  # type: ignore[attr-defined]
    if mode == "careless":
        repeats.ticket = lambda *_: None
    store = LateStore(folder / "dialogs") if mode == "late" else None
    if mode == SHIPPED:
        return build(kept_in(folder))
    given: Any = {"model": Clerk(), "router": ToTechSupport(), "embedder": Hashed()}
    return build(kept_in(folder), store=store, **given)


def serve(folder: Path, mode: str, port: int) -> None:
    """What it logs must not come among the reports to whoever started it."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    uvicorn.run(create_app(bench_in(folder, mode)), port=port, log_level="critical")


def told(line: str) -> Callable[[], None]:
    port, mode, folder = line.split(" ", 2)
    assert mode in MODES
    return partial(serve, Path(folder), mode, int(port))


if __name__ == "__main__":
    fork_for_each_line(told)
