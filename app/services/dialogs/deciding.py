"""The buttons of a proposal: the customer's word without a typed line, as long as it has not expired."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from app.agents.orchestrator import Emit
from app.core.dialog import Dialog
from app.core.proposals import LineVerdict, Proposal, ProposalNotFound, ProposalOver
from app.services.dialogs.admission import Request
from app.services.dialogs.consents import find_proposal
from app.services.dialogs.manager import DialogManager
from app.services.dialogs.turns import TurnResponse, find_stored
from app.services.dialogs.views import DialogView, answered

Word = Literal["confirm", "decline"]
DECIDED = {"confirm": "confirmed", "decline": "declined"}


@dataclass(frozen=True)
class ProposalDecisions:
    dialogs: DialogManager

    async def decide(
        self, dialog_id: str, proposal_id: str, word: Word, emit: Emit | None = None
    ) -> TurnResponse:
        """The words of the button are stored as the customer's line; a repeat gets the first response.

        Raises ProposalNotFound, ProposalOver, and what `send` raises.
        """
        async with self.dialogs.access.exclusive(dialog_id, limited=True) as dialog:
            return await self._decide(dialog, proposal_id, word, emit)

    async def converse(
        self, dialog_id: str, proposal_id: str, word: Word, emit: Emit | None = None
    ) -> DialogView:
        """As `decide`, but with the whole dialog as it stands then."""
        async with self.dialogs.access.exclusive(dialog_id, limited=True) as dialog:
            await self._decide(dialog, proposal_id, word, emit)
            return DialogView.of(dialog, self.dialogs.clock())

    async def _decide(self, dialog: Dialog, proposal_id: str, word: Word, emit: Emit | None) -> TurnResponse:
        request = Request.of(f"{proposal_id} {word}", word, None)
        if replay := find_stored(dialog, request):
            return replay
        turns, proposal = self.dialogs.turns, find_proposal(dialog, proposal_id)
        if proposal is None:
            raise ProposalNotFound(dialog.dialog_id, proposal_id)
        cut = request.key in dialog.requests
        if not cut and proposal.state == DECIDED[word]:
            return told_before(dialog, proposal)
        await self._expect_live(dialog, proposal, cut)
        question = proposal.question
        verdict = LineVerdict(proposal=proposal.id, answer=word, by_button=True)
        said = question.confirm if word == "confirm" else question.decline
        asked = await turns.receive(dialog, said, request, verdict=verdict)
        return await turns.run(dialog, asked, request, emit, answered)

    async def _expect_live(self, dialog: Dialog, proposal: Proposal, cut: bool) -> None:
        was_live = proposal.is_live
        self.dialogs.turns.consents.lapse(dialog)
        if cut or proposal.is_live:
            return
        if was_live:
            await self.dialogs.store.write(dialog)
        raise ProposalOver(proposal.state)


def told_before(dialog: Dialog, proposal: Proposal) -> TurnResponse:
    """The answer to the line that decided it, typed or of a button."""
    after = dialog.messages[proposal.decided or 0 :]
    said = next((m for m in after if m.role == "agent" and m.turn and m.about is None), None)
    return TurnResponse(answered(dialog, said, 0.0).model_dump(mode="json"), replayed=True)
