"""Answers to lines that decide on a proposal: the act is carried out here, and an agent words the outcome."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from app.agents.base import Result
from app.agents.orchestrator import Emit, Orchestrator
from app.agents.proposing import join, make_proposal, prefix
from app.agents.state import start
from app.agents.tools.actions import UNAVAILABLE
from app.agents.tools.presentation import render_facts, render_outcome
from app.core.backoffice import ActionContext, Outcome, Value
from app.core.dialog import Dialog, Message
from app.core.exceptions import BackOfficeUnavailable
from app.core.explanation import ASKED_AGAIN
from app.core.models import Decision, Reply, Said, ToolUse, Turn, TurnContext, TurnProgress
from app.core.ports import BackOffice
from app.core.proposals import Consent, Proposal
from app.core.threads import in_office
from app.services.dialogs.consents import Consents, find_proposal, has_served

BY_US = "consent"
"""In the place of a model's name: the question is ours."""
DECLINED = Result('{"status": "declined"}', "declined")
SAME = ("subscription", "person", "plan", "period", "item")
AT_MOST, AT_LEAST = ("total_rub", "difference_rub", "price_rub"), ("amount_rub",)


@dataclass(frozen=True, slots=True)
class DecidingTurn:
    """A customer's line that decides on a proposal, and what models would see of the dialog."""

    dialog: Dialog
    asked: Message
    proposal: Proposal
    lines: list[Said]
    case: TurnContext
    emit: Emit | None


@dataclass(frozen=True)
class Settling:
    """The caller holds the dialog's lock, and writes the dialog, also where wording the outcome fails."""

    orchestrator: Orchestrator
    consents: Consents

    async def answer(
        self, dialog: Dialog, asked: Message, lines: list[Said], case: TurnContext, emit: Emit | None
    ) -> Reply:
        """The turn of any line; `proposal` of the reply is the one whose question it ends with."""
        verdict = asked.verdict
        proposal = find_proposal(dialog, verdict.proposal) if verdict else None
        if verdict is None or proposal is None:
            reply = await self.orchestrator.run(lines, dialog.assigned_agent, emit, case)
            return note_declined(reply, case.proposal)
        turn = DecidingTurn(dialog, asked, proposal, lines, case, emit)
        match verdict.answer:
            case "confirm":
                return await self._confirm(turn)
            case "decline":
                self.consents.settle(dialog, proposal, "declined", asked.seq)
                return await self._report(turn, DECLINED)
            case "again" | "wait" as why:
                return self._ask(turn, proposal, why)
            case "remind":
                return await self._remind(turn)

    async def _confirm(self, turn: DecidingTurn) -> Reply:
        office, proposal = self.orchestrator.context.office, turn.proposal
        assert office is not None
        origin = turn.case.origin.model_copy(update={"language": self._language(turn)})
        try:
            if changed := await in_office(self._renew, office, origin, proposal):
                return self._ask(turn, changed, "changed")
            consent = Consent.of(proposal, origin.seq)
            outcome = await in_office(office.act, origin, proposal.action(), consent)
        except BackOfficeUnavailable:
            return await self._report(turn, render_facts(UNAVAILABLE, origin.language))
        proposal.outcome = outcome
        self.consents.settle(turn.dialog, proposal, "confirmed", turn.asked.seq)
        return await self._report(turn, render_outcome(outcome, origin.language))

    def _renew(self, office: BackOffice, origin: ActionContext, proposal: Proposal) -> Proposal | None:
        """The proposal as it would be now, where the customer would get less of it or pay more."""
        now, action = self.consents.clock(), proposal.action()
        outcome = office.propose(origin, action)
        if outcome.status != "proposed" or is_as_told(outcome, proposal):
            return None
        return make_proposal(origin, proposal.agent, action, outcome, now)

    def _ask(self, turn: DecidingTurn, proposal: Proposal, why: Literal["again", "wait", "changed"]) -> Reply:
        """No model is called."""
        language = self._language(turn)
        whole = proposal.questions.get(language, proposal.question).text
        asked = whole if why == "changed" else _asked_again(turn, proposal, language)
        text = f"{prefix(why, language)} {asked}"
        if turn.emit:
            turn.emit(TurnProgress(kind="text", text=text))
        agent = self.orchestrator.serving(proposal.tool, proposal.agent)
        decision = Decision(agent=agent, confidence=1, source="sticky", reason=ASKED_AGAIN)
        path = Turn(decision=decision, agent=agent, model=BY_US, language=language, matter=turn.case.matter)
        return Reply(text=text, turn=path, proposal=proposal)

    async def _remind(self, turn: DecidingTurn) -> Reply:
        serving = turn.dialog.assigned_agent
        reply = await self.orchestrator.run(turn.lines, serving, turn.emit, turn.case)
        if reply.proposal is not None or reply.declines:
            return note_declined(reply, turn.proposal)
        proposal = turn.proposal
        text = join(reply.text, _asked_again(turn, proposal, reply.turn.language))
        if turn.emit:
            turn.emit(TurnProgress(kind="text", text=text[len(reply.text) :]))
        return Reply(text=text, turn=reply.turn, proposal=proposal)

    async def _report(self, turn: DecidingTurn, result: Result) -> Reply:
        proposal, use = turn.proposal, _use_of(turn.proposal, result)
        agent = self.orchestrator.serving(proposal.tool, proposal.agent)
        return await self.orchestrator.report(agent, turn.lines, turn.case, use, turn.emit, "customer")

    def _language(self, turn: DecidingTurn) -> str:
        return start(turn.lines, None, turn.case, None, self.orchestrator.cleaner)["language"]


def _use_of(proposal: Proposal, result: Result) -> ToolUse:
    return ToolUse(
        name=proposal.tool,
        arguments=proposal.arguments,
        result=result.text,
        status=result.status,
        number=result.number,
    )


def note_declined(reply: Reply, proposal: Proposal | None) -> Reply:
    """The turn tells of it as where the line alone was a no."""
    if reply.declines and proposal is not None:
        reply.turn.tools.append(_use_of(proposal, DECLINED))
    return reply


def _asked_again(turn: DecidingTurn, proposal: Proposal, language: str) -> str:
    """All of it in another language, and after a person has served."""
    question = proposal.questions.get(language, proposal.question)
    known = language == proposal.language and not has_served(turn.dialog, proposal)
    return (known and question.brief) or question.text


def is_as_told(outcome: Outcome, proposal: Proposal) -> bool:
    """Or better for the customer."""
    now, told = outcome.facts, proposal.facts
    one_more = bool(now.get("again")) and not told.get("again")
    return (
        not one_more
        and all(now.get(name) == told.get(name) for name in SAME)
        and all(_roubles(now.get(name)) <= _roubles(told.get(name)) for name in AT_MOST)
        and all(_roubles(now.get(name)) >= _roubles(told.get(name)) for name in AT_LEAST)
    )


def _roubles(value: Value) -> int:
    return value if isinstance(value, int) else 0
