from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from app.adapters.mocks.llm.scripted import ScriptedChatModel
from app.agents.base import ToolContext
from app.agents.model_call import ModelCaller
from app.agents.orchestrator import Orchestrator
from app.agents.proposing import make_proposal
from app.agents.roster import names
from app.agents.router import LiveRouter
from app.core.actions import CreateOrder
from app.core.backoffice import ActionContext, Outcome
from app.core.clock import utcnow
from app.core.dialog import Dialog
from app.core.models import Decision, Reply, RouteQuery, Said, Turn, TurnContext
from app.core.proposals import LineVerdict
from app.engines.backoffice.office import SqlBackOffice
from app.engines.knowledge.search import HybridSearch
from app.services.dialogs.consents import Consents
from app.services.dialogs.settling import BY_US, Settling, is_as_told
from tests.support.company import ROSTER

pytestmark = pytest.mark.anyio
CUSTOMER = "demo_goods"
ASKED = "Order a hub by courier"


class Sales:
    async def route(self, query: RouteQuery) -> Decision:
        return Decision(agent="sales", confidence=1, source="lexical", reason=query.text[:5])


class Desk:
    """A dialog in which a hub is proposed; `say` is the turn of the next line, with its verdict given."""

    def __init__(self, office: SqlBackOffice, *script: Any) -> None:
        self.office, self.model = office, ScriptedChatModel(script=list(script))
        orchestrator = Orchestrator(
            router=LiveRouter(Sales(), frozenset(names(ROSTER))),
            speaker=ModelCaller(self.model, "script"),
            context=ToolContext(HybridSearch([], None), office),
            roster=ROSTER,
        )
        self.consents = Consents()
        self.settling = Settling(orchestrator, self.consents)
        self.dialog = Dialog(
            dialog_id="d",
            customer_id=CUSTOMER,
            created_at=utcnow(),
            updated_at=utcnow(),
            assigned_agent="sales",
        )
        asked = self.dialog.receive(ASKED, utcnow())
        origin, action = self.origin(asked.seq), CreateOrder(item="hub", delivery="courier")
        made = make_proposal(origin, "sales", action, office.propose(origin, action), utcnow())
        decision = Decision(agent="sales", confidence=1, source="lexical", reason="")
        path = Turn(decision=decision, agent="sales", model="m", language="en")
        reply = Reply(text=made.question.text, turn=path)
        self.consents.put(self.dialog, made, self.dialog.answer(asked, reply, utcnow(), 0.1))
        self.proposal = made

    def origin(self, seq: int) -> ActionContext:
        return ActionContext(dialog_id="d", seq=seq, customer_id=CUSTOMER, language="en")

    async def say(self, text: str, answer: Any) -> Reply:
        line = self.dialog.receive(text, utcnow())
        line.verdict = LineVerdict(proposal=self.proposal.id, answer=answer)
        return await self.resume()

    async def resume(self) -> Reply:
        line = self.dialog.messages[-1]
        lines = [Said(role=m.role, content=m.content, agent=m.agent_type) for m in self.dialog.messages]
        case = TurnContext(origin=self.origin(line.seq))
        return await self.settling.answer(self.dialog, line, lines, case, None)


@pytest.fixture
def office(tmp_path: Path) -> Iterator[SqlBackOffice]:
    made = SqlBackOffice(tmp_path / "office.db", demo=True)
    yield made
    made.close()


def hubs(office: SqlBackOffice) -> int:
    return sum(order.item == "hub" for order in office.orders(CUSTOMER))


async def test_a_yes_acts_once_and_the_agent_words_the_outcome(office: SqlBackOffice) -> None:
    desk = Desk(office, "Ordered.")
    before = hubs(office)
    reply = await desk.say("yes", "confirm")
    assert (reply.text, [use.status for use in reply.turn.tools]) == ("Ordered.", ["done"])
    assert (desk.proposal.state, desk.proposal.decided) == ("confirmed", 3)
    assert (hubs(office) - before, [e.proposal for e in office.effects("d")]) == (1, [desk.proposal.id])


async def test_a_turn_that_was_killed_after_the_act_gets_the_same_outcome(office: SqlBackOffice) -> None:
    desk = Desk(office, "Ordered.", "Ordered.")
    stored = desk.dialog.model_copy(deep=True)
    first = await desk.say("yes", "confirm")
    desk.dialog, desk.proposal = stored, stored.proposals[0]
    again = await desk.say("yes", "confirm")
    assert first.turn.tools[0].number == again.turn.tools[0].number
    assert (desk.proposal.state, len(office.effects("d"))) == ("confirmed", 1)


async def test_a_turn_that_was_killed_between_the_yes_and_the_act_acts_when_it_is_resumed(
    office: SqlBackOffice,
) -> None:
    desk = Desk(office, "Ordered.")
    line = desk.dialog.receive("yes", utcnow())
    line.verdict = LineVerdict(proposal=desk.proposal.id, answer="confirm")
    desk.dialog = Dialog.model_validate_json(desk.dialog.model_dump_json())
    desk.proposal = desk.dialog.proposals[0]
    await desk.resume()
    assert (desk.proposal.state, len(office.effects("d"))) == ("confirmed", 1)


async def test_a_no_is_reported_and_nothing_is_done(office: SqlBackOffice) -> None:
    desk = Desk(office, "All right.")
    reply = await desk.say("no", "decline")
    assert [json.loads(use.result)["status"] for use in reply.turn.tools] == ["declined"]
    assert (reply.text, desk.proposal.state, office.effects("d")) == ("All right.", "declined", [])


async def test_the_question_is_put_again_without_a_model(office: SqlBackOffice) -> None:
    desk = Desk(office)
    reply = await desk.say("ok", "again")
    assert reply.text.endswith(f" {desk.proposal.question.brief}")
    assert (reply.turn.model, reply.proposal, desk.model.heard) == (BY_US, desk.proposal, [])


async def test_after_another_answer_the_question_follows(office: SqlBackOffice) -> None:
    desk = Desk(office, "It is a small box.")
    reply = await desk.say("what is a hub?", "remind")
    assert reply.text == f"It is a small box.\n\n{desk.proposal.question.brief}"
    assert reply.proposal is desk.proposal


async def test_terms_that_have_become_worse_are_asked_about_anew(office: SqlBackOffice) -> None:
    desk = Desk(office)
    desk.proposal.facts = {**desk.proposal.facts, "total_rub": 100}
    reply = await desk.say("yes", "confirm")
    assert reply.proposal is not None
    assert reply.proposal.id != desk.proposal.id
    assert office.effects("d") == []


async def test_a_line_without_a_verdict_is_answered_as_any_other(office: SqlBackOffice) -> None:
    desk = Desk(office, "Good day.")
    desk.dialog.receive("hello", utcnow() + timedelta(seconds=1))
    assert (await desk.resume()).text == "Good day."
    assert desk.proposal.state == "open"


@pytest.mark.parametrize(
    ("facts", "same"),
    [
        ({"total_rub": 90}, True),
        ({"total_rub": 110}, False),
        ({"total_rub": 100, "again": True}, False),
        ({"total_rub": 100, "item": "key"}, False),
    ],
)
async def test_as_told_means_not_worse_for_the_customer(
    office: SqlBackOffice, facts: dict[str, Any], same: bool
) -> None:
    told = Desk(office).proposal
    told.facts = {"item": "hub", "total_rub": 100}
    assert is_as_told(Outcome(status="proposed", facts={"item": "hub", **facts}), told) is same
