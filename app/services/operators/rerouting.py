"""An operator sends a dialog to another agent; the correction is proposed as a test case."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from pathlib import Path

import structlog

from app.core.dialog import Dialog, Message
from app.core.event_data import LONGEST, Data, masked
from app.core.exceptions import DialogClosed, TakenOver
from app.core.text import checked
from app.evaluation.cases import Case, CaseSet, CaseTurn
from app.evaluation.corrections import Correction, CorrectionRefused, confirm, correct, drop, read
from app.services.operators.service import NAME, AgentUnknown, OperatorService
from app.services.operators.summary import language_in
from app.services.operators.views import Held

log = structlog.get_logger()
SET = "live"
"""The name under which proposals from live dialogs are kept; a case is named by its dialog."""


@dataclass(frozen=True)
class Rerouted:
    """`proposal` is None if the router had chosen this agent, or has not routed the dialog yet."""

    held: Held
    proposal: Correction | None


@dataclass(frozen=True)
class Rerouting:
    """`proposals` is a file of corrections (evaluation/corrections.py) to cases of the set `live`."""

    operators: OperatorService
    proposals: Path

    async def reroute(self, dialog_id: str, operator: str, agent: str, reason: str) -> Rerouted:
        """`agent` serves from the next turn on. Raises AgentUnknown, DialogClosed, TakenOver, SetInvalid.

        The reason stays with the dialog; the proposal counts once a second person confirms it.
        """
        checked(operator, NAME)
        checked(reason, LONGEST)
        if agent not in self.operators.agents:
            raise AgentUnknown(self.operators.agents)
        async with self.operators.dialogs.access.exclusive(dialog_id) as dialog:
            served, now = dialog.assigned_agent, self.operators.dialogs.clock()
            _send(dialog, operator, agent)
            proposal = await asyncio.to_thread(self._propose, dialog, operator, agent, reason)
            told: Data = {"by": operator, "from_agent": served, "agent": agent, "reason": masked(reason)}
            if not _is_repeated(dialog, told):
                dialog.add_event("dialog.rerouted", told, now)
            dialog.updated_at = now
            await self.operators.dialogs.store.write(dialog)
        log.info("dialog_rerouted", dialog_id=dialog_id, agent=agent, proposed=proposal is not None)
        return Rerouted(Held.of(dialog), proposal)

    def list_proposals(self) -> list[Correction]:
        """Blocking. Raises SetInvalid for a line that cannot be read."""
        return read(self.proposals)

    def confirm(self, name: str, who: str) -> Correction:
        """By a second person; `name` is the proposal's id. Blocking. Raises CorrectionRefused."""
        found = next((c for c in read(self.proposals) if c.id == name), None)
        if found is None:
            raise CorrectionRefused(name, "nobody has proposed it", "gone")
        lines = [CaseTurn(role="agent", content="…") for _ in range(found.turn)]
        lines.append(CaseTurn(role="customer", content=found.text, expected=found.was))
        cases = CaseSet(name=found.set, cases=[Case(id=found.case, turns=lines)])
        return confirm(self.proposals, cases, f"{found.case}:{found.turn}", who)

    def _propose(self, dialog: Dialog, who: str, agent: str, why: str) -> Correction | None:
        case = case_of(dialog)
        if case is None or case.turns[-1].expected == agent:
            return None
        cases = CaseSet(name=SET, cases=[case])
        return correct(self.proposals, cases, case.id, agent, why, who, self.operators.agents)


async def forget(proposals: Path, dialog_id: str) -> None:
    """Delete proposals made from the dialog, because they hold its text."""
    await asyncio.to_thread(drop, proposals, SET, dialog_id)


def _send(dialog: Dialog, operator: str, agent: str) -> None:
    """An escalation by somebody else than `agent` is thereby decided; what a person holds stays theirs."""
    if dialog.status == "closed":
        raise DialogClosed(dialog.dialog_id)
    if dialog.operator not in (None, operator):
        raise TakenOver(dialog.dialog_id)
    dialog.assigned_agent = agent
    if dialog.handler == "bot" and dialog.escalation and dialog.escalation.by != agent:
        dialog.escalation = None


def _is_repeated(dialog: Dialog, told: Data) -> bool:
    """The same operator repeats the same reroute."""
    last = next((e for e in reversed(dialog.events) if e.kind == "dialog.rerouted"), None)
    same = ("by", "agent", "reason")
    return (
        last is not None
        and told["from_agent"] == told["agent"]
        and all(last.data.get(k) == told[k] for k in same)
    )


def case_of(dialog: Dialog, seq: int | None = None) -> Case | None:
    """The dialog up to a routed line, labelled with the router's decision; None without one.

    `seq` is that of the answer; the last one if none is named.
    """
    routed = next(
        (m for m in reversed(dialog.messages) if m.turn and not m.about and seq in (None, m.seq)), None
    )
    if routed is None or routed.turn is None:
        return None
    asked = next(m for m in reversed(dialog.messages[: routed.seq]) if m.role == "customer")
    turns = [_turn(m) for m in dialog.messages[: asked.seq]]
    turns[-1].expected = routed.turn.decision.agent
    return Case(id=dialog.dialog_id, lang=language_in(dialog), origin="live", turns=turns)


def _turn(message: Message) -> CaseTurn:
    return CaseTurn(role=message.role, content=message.content, agent=message.agent_type)
