"""The graph that waits for a person's word, on its own: what its checkpoints hold, and whose word counts."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from app.adapters.storage.langgraph_storage import open_checkpoints
from app.agents.approval import ApprovalFlow, PersonDecision
from app.core.backoffice import ActionApproval
from app.core.exceptions import BackOfficeUnavailable, ProviderError
from app.core.models import Decision, Reply, Turn
from tests.support.office import Office
from tests.support.server import ROOT


@pytest.mark.anyio
async def test_a_yes_that_was_cut_before_it_was_carried_out_does_not_win_over_a_later_no(
    tmp_path: Path,
) -> None:
    office = Office()
    office.asks("A-1001", "d")

    async def tell(approval: ActionApproval) -> Reply:
        return words(approval)

    flow = ApprovalFlow(office.port, partial(open_checkpoints, str(tmp_path)), tell)
    await flow.wait("A-1001")
    office.down = True
    with pytest.raises(BackOfficeUnavailable):
        await flow.resume("A-1001", PersonDecision(approved=True, by="anna", note=""), pending=True)
    office.down = False
    decided, reply = await flow.resume(
        "A-1001", PersonDecision(approved=False, by="boris", note=""), pending=True
    )
    assert (decided.status, decided.decided_by, office.carried_out) == ("rejected", "boris", [])
    assert reply.text == "told A-1001 rejected"


class Killed(Exception):
    """Nothing more is written."""


@dataclass
class Cutting:
    """Opens checkpoints of which only the first `left` writes arrive."""

    folder: Path
    left: int

    @asynccontextmanager
    async def __call__(self) -> AsyncIterator[Any]:
        async with open_checkpoints(str(self.folder)) as saver:
            for name in ("aput", "aput_writes"):
                setattr(saver, name, partial(self._write, getattr(saver, name)))
            yield saver

    async def _write(self, write: Any, *given: Any) -> Any:
        self.left -= 1
        if self.left < 0:
            raise Killed
        return await write(*given)


@pytest.mark.anyio
@pytest.mark.parametrize("writes", range(8))
async def test_wherever_the_writing_is_cut_the_outcome_is_told_and_carried_out_once(
    tmp_path: Path, writes: int
) -> None:
    office = Office()
    office.asks("A-1001", "d")

    async def tell(approval: ActionApproval) -> Reply:
        return words(approval)

    word = PersonDecision(approved=True, by="anna", note="")
    whole = ApprovalFlow(office.port, partial(open_checkpoints, str(tmp_path)), tell)
    await whole.wait("A-1001")
    cut = ApprovalFlow(office.port, Cutting(tmp_path, writes), tell)
    with suppress(Killed):
        await cut.resume("A-1001", word, pending=False)
    decided, reply = await whole.resume("A-1001", word, pending=False)
    assert (decided.status, office.carried_out) == ("approved", ["A-1001"])
    assert reply.text == "told A-1001 approved"


STRICT = """
import asyncio, sys, warnings
warnings.simplefilter("error")
from app.main import prepare_environment
prepare_environment()
from pathlib import Path
from tests.integration.test_approval_flow import flow_through
asyncio.run(flow_through(Path(sys.argv[1])))
"""


def test_checkpoints_hold_nothing_that_strict_reading_refuses(tmp_path: Path) -> None:
    ran = subprocess.run(
        [sys.executable, "-c", STRICT, str(tmp_path)],
        cwd=ROOT,
        env={**os.environ, "LANGGRAPH_STRICT_MSGPACK": "true"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    assert "msgpack" not in ran.stderr.lower()
    assert "told A-1001 approved" in ran.stdout


def words(approval: ActionApproval) -> Reply:
    decision = Decision(agent="supervisor", confidence=1, source="sticky")
    turn = Turn(decision=decision, agent="supervisor", model="m")
    return Reply(text=f"told {approval.number} {approval.status}", turn=turn)


async def flow_through(folder: Path) -> None:
    """Wait, be cut while the customer is told, and be taken up with what the checkpoint holds."""
    office = Office()
    tries: list[str] = []
    office.asks("A-1001", "d")

    async def tell(approval: ActionApproval) -> Reply:
        tries.append(approval.status)
        if len(tries) == 1:
            raise ProviderError
        return words(approval)

    flow = ApprovalFlow(office.port, partial(open_checkpoints, str(folder / "cp")), tell)
    word = PersonDecision(approved=True, by="anna", note="")
    await flow.wait("A-1001")
    assert await flow.list_waiting() == ["A-1001"]
    with pytest.raises(ProviderError):
        await flow.resume("A-1001", word, pending=True)
    _, reply = await flow.resume("A-1001", word, pending=False)
    _, same = await flow.resume("A-1001", word, pending=False)
    assert reply == same
    assert tries == ["approved", "approved"]
    assert office.carried_out == ["A-1001"]
    await flow.forget("A-1001")
    assert await flow.list_waiting() == []
    print(reply.text)  # noqa: T201
