"""Every fault of the mock provider in every place of a turn: `python -m tests.faults.provider_matrix`.

Writes the table of docs/reliability.md. Each cell is one turn of the whole application, and the provider is
reached over real HTTP. A plain turn comes by REST; a streamed one as the chat of the workbench asks for it.
"""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import stamina
from pydantic import SecretStr

from app.adapters.mocks.llm.faults import FAULTS
from app.adapters.openai.breaker import Breaker
from app.adapters.openai.guard import Guard
from app.bootstrap import build
from app.core.exceptions import CallCenterError
from app.core.models import TurnProgress
from app.services.workbench import Workbench
from app.telemetry.logs import configure_logging
from tests.support.call_centre import ANSWERING, DEADLINE, ROUTING, SLOW, Clock, Site, site
from tests.support.mock_llm import MockProvider, running_mock
from tests.support.paths import ROOT
from tests.support.provider import CANARY
from tests.support.server import settings

DOCUMENT = ROOT / "docs" / "reliability.md"
BEGIN, END = "<!-- provider matrix -->", "<!-- end of provider matrix -->"
PRICE = "How much is the Pro plan?"
AGENTS = {"tech_support", "sales", "supervisor"}
CALLS = {"routing": ROUTING, "answer": ANSWERING}
Turn = Callable[[str, str], str]


@dataclass(frozen=True, order=True)
class Column:
    fallback: bool
    call: str
    streaming: bool

    @property
    def title(self) -> str:
        return f"{self.call}, {'stream' if self.streaming else 'plain'}"


COLUMNS = [Column(f, c, s) for f in (True, False) for c in CALLS for s in (False, True)]
Matrix = dict[str, dict[Column, str]]


def answered(body: dict[str, Any]) -> str:
    if body["current_agent"] not in AGENTS or not body["response"]:
        return "made up"
    return (
        "embedded model" if body["model"] == "embedded" else "local route" if body["degraded"] else "answer"
    )


@contextmanager
def plain_turns(storage: Path, fallback: bool) -> Iterator[Turn]:
    with site(storage, model_fallback=fallback) as at:
        yield lambda fault, where: plain_turn(at, fault, where)


def plain_turn(at: Site, fault: str, where: str) -> str:
    at.heal()
    if at.guard.state != "closed":
        at.ask(PRICE)
    at.fail(fault, where)
    reply = at.say(at.begin(), PRICE)
    body = reply.json()
    return answered(body) if reply.status_code == 200 else f"{reply.status_code} {body['code']}"


@dataclass(frozen=True)
class Streams:
    bench: Workbench
    mock: MockProvider
    clock: Clock
    guard: Guard

    async def turn(self, fault: str, where: str) -> str:
        self.mock.reset()
        self.clock.now += 1000
        self.guard.deadline = DEADLINE
        if self.guard.state != "closed":
            await self.ask()
        self.guard.deadline = 0.8 if fault in SLOW else DEADLINE
        self.mock.config.fault, self.mock.config.fault_in = fault, where
        return await self.ask()

    async def ask(self) -> str:
        seen: list[TurnProgress] = []
        dialog = str((await self.bench.dialogs.create("customer_123", None)).body["dialog_id"])
        try:
            return answered((await self.bench.dialogs.send(dialog, PRICE, emit=seen.append)).body)
        except CallCenterError as error:
            return f"{error.status} {error.code}"


@contextmanager
def streamed_turns(storage: Path, fallback: bool) -> Iterator[Turn]:
    clock = Clock()
    guard = Guard(DEADLINE, Breaker(clock=clock))
    with running_mock() as mock, asyncio.Runner() as runner:
        reach = {"router": "llm", "openai_base_url": mock.url, "openai_api_key": SecretStr(CANARY)}
        bench = build(settings(storage, **reach, model_fallback=fallback), guard=guard)
        streams = Streams(bench, mock, clock, guard)
        runner.run(bench.start())
        try:
            yield lambda fault, where: runner.run(streams.turn(fault, where))
        finally:
            runner.run(bench.stop())


def measure(faults: Iterable[str] = FAULTS) -> Matrix:
    """Without pauses between attempts; their number and the deadline are as in production."""
    with stamina.set_testing(True, attempts=3, cap=True), ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        turns = {
            (fallback, streaming): stack.enter_context(
                (streamed_turns if streaming else plain_turns)(folder / f"{fallback}{streaming}", fallback)
            )
            for fallback in (True, False)
            for streaming in (False, True)
        }
        return {
            fault: {c: turns[c.fallback, c.streaming](fault, CALLS[c.call]) for c in COLUMNS}
            for fault in sorted(faults)
        }


def rows(matrix: Matrix) -> dict[str, str]:
    """The line of each fault as it stands in the table."""
    return {
        fault: " | ".join(["", f"`{fault}`", *(cells[c] for c in COLUMNS), ""]).strip()
        for fault, cells in matrix.items()
    }


def table(matrix: Matrix) -> str:
    titles = [f"{c.title}{'' if c.fallback else ', no fallback'}" for c in COLUMNS]
    head = [f"| fault | {' | '.join(titles)} |", "|---" * (len(COLUMNS) + 1) + "|"]
    return "\n".join([*head, *rows(matrix).values()])


def stored() -> str:
    return DOCUMENT.read_text("utf-8").partition(BEGIN)[2].partition(END)[0].strip()


def main() -> None:
    configure_logging("CRITICAL", production=True)
    before, _, rest = DOCUMENT.read_text("utf-8").partition(BEGIN)
    after = rest.partition(END)[2]
    DOCUMENT.write_text(f"{before}{BEGIN}\n{table(measure())}\n{END}{after}", "utf-8")


if __name__ == "__main__":
    main()
