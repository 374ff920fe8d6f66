"""Somebody who reads a dialog says that a turn went to the wrong desk: proposed as a case for the sets."""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

import structlog

from app.core.exceptions import CallCenterError
from app.evaluation.cases import Case, CaseSet
from app.evaluation.corrections import Correction, correct, read_case, withdraw
from app.services.dialogs.manager import DialogManager
from app.services.operators.rerouting import SET, case_of

log = structlog.get_logger()


class TurnNotRouted(CallCenterError):
    status = 404
    code = "turn_not_routed"

    def __init__(self, dialog_id: str, seq: int) -> None:
        super().__init__(f"Line {seq} of dialog {dialog_id} is not an answer that was routed.")


class ProposalsUnavailable(CallCenterError):
    status = 503
    code = "proposals_unavailable"

    def __init__(self, file: Path) -> None:
        super().__init__(f"{file.name} cannot be read or written; nothing was proposed.")


@dataclass(frozen=True)
class Objections:
    """`proposals` is the file that re-routes by operators go to, too (rerouting.py): one line a turn.

    A turn is named by its dialog and the `seq` of the answer.
    """

    dialogs: DialogManager
    agents: Collection[str]
    proposals: Path

    async def propose(self, dialog_id: str, seq: int, wanted: str, why: str, by: str) -> Correction:
        """Another desk takes the place of the one before; the same again changes nothing.

        Raises DialogNotFound, TurnNotRouted, CorrectionRefused, SetInvalid, ProposalsUnavailable.
        """
        async with self.dialogs.access.exclusive(dialog_id) as dialog:
            case = case_of(dialog, seq)
            if case is None:
                raise TurnNotRouted(dialog_id, seq)
            done = await asyncio.to_thread(self._propose, case, wanted, why, by)
        log.info("wrong_desk", dialog_id=dialog_id, seq=seq, wanted=wanted)
        return done

    async def withdraw(self, dialog_id: str, seq: int) -> None:
        """What is not there is withdrawn. Raises as `propose`, and CorrectionRefused once it is confirmed."""
        async with self.dialogs.access.exclusive(dialog_id) as dialog:
            case = case_of(dialog, seq)
            if case is None:
                raise TurnNotRouted(dialog_id, seq)
            await asyncio.to_thread(self._withdraw, _name(case))

    async def standing(self, dialog_id: str) -> dict[int, Correction]:
        """By the `seq` of the customer's line. Raises SetInvalid, ProposalsUnavailable."""
        return await asyncio.to_thread(self._standing, dialog_id)

    def _propose(self, case: Case, wanted: str, why: str, by: str) -> Correction:
        cases = CaseSet(name=SET, cases=[case])
        try:
            return correct(self.proposals, cases, case.id, wanted, why, by, self.agents)
        except OSError as error:
            raise ProposalsUnavailable(self.proposals) from error

    def _withdraw(self, name: str) -> None:
        try:
            withdraw(self.proposals, name)
        except OSError as error:
            raise ProposalsUnavailable(self.proposals) from error

    def _standing(self, dialog_id: str) -> dict[int, Correction]:
        try:
            return {c.turn + 1: c for c in read_case(self.proposals, SET, dialog_id)}
        except OSError as error:
            raise ProposalsUnavailable(self.proposals) from error


def _name(case: Case) -> str:
    return f"{SET}/{case.id}:{len(case.turns) - 1}"
