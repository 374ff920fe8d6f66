from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from app.core.backoffice import Effect, Outcome
from app.core.dialog import Dialog, HandbackNote, Message
from app.core.models import Decision, Reply, Turn
from app.core.proposals import Answer, Proposal, Question
from app.services.dialogs.consents import Consents, live_proposal, note_confirmed, proposals_before

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
HALF_AN_HOUR = timedelta(minutes=30)
SAID: dict[str, Answer] = {
    "yes": "yes", "cancel it": "named", "ok": "unclear", "wait": "pause", "no": "no",
    "cancel my plan": "named",
}  # fmt: skip
TURN = Turn(
    decision=Decision(agent="sales", confidence=1, source="lexical", reason=""),
    agent="sales",
    model="m",
    language="en",
)


class Clock:
    now = NOW

    def __call__(self) -> datetime:
        self.now += timedelta(seconds=1)
        return self.now


def proposal(tool: str = "cancel_subscription", question: str = "Shall I cancel it?") -> Proposal:
    asked = Question(text=question, confirm="Yes", decline="No")
    return Proposal(
        tool=tool, arguments={}, agent="sales", language="en", questions={"en": asked}, seq=1, at=NOW
    )


class Talk:
    """A dialog whose lines are read as `SAID` tells."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.consents = Consents(lambda _tool, _question, said: SAID.get(said, "other"), clock=self.clock)
        self.dialog = Dialog(dialog_id="d", customer_id="c", created_at=NOW, updated_at=NOW)

    def hear(self, text: str) -> str:
        line = self.dialog.receive(text, self.clock())
        self.consents.hear(self.dialog, line)
        return line.verdict.answer if line.verdict else ""

    def answer(
        self, made: Proposal | None = None, text: str = "All right.", agent: str = "sales", **told: bool
    ) -> Message:
        asked, turn = self.dialog.messages[-1], TURN.model_copy(update={"agent": agent})
        reply = Reply(text=made.question.text if made else text, turn=turn, proposal=made, **told)
        said = self.dialog.answer(asked, reply, self.clock(), 0.1)
        self.consents.follow(self.dialog, reply, said)
        return said

    def serve_by_person(self) -> None:
        self.dialog.take_over("anna", "", self.clock())
        self.dialog.hand_back(HandbackNote(by="anna", text="", at=self.clock()))

    def kinds(self) -> list[str]:
        return [event.kind for event in self.dialog.events if event.kind.startswith("proposal.")]


@pytest.fixture
def talk() -> Talk:
    begun = Talk()
    begun.hear("cancel my plan")
    begun.answer(proposal())
    return begun


@pytest.mark.parametrize(
    ("said", "verdict"),
    [
        ("yes", "confirm"),
        ("cancel it", "confirm"),
        ("no", "decline"),
        ("ok", "again"),
        ("wait", "wait"),
        ("why?", ""),
    ],
)
def test_the_line_after_the_question_decides(talk: Talk, said: str, verdict: str) -> None:
    assert talk.hear(said) == verdict


def test_the_demand_sent_again_word_for_word_confirms_nothing(talk: Talk) -> None:
    assert talk.hear("cancel my plan") == "again"


def test_a_pause_leaves_it_open_however_often_and_a_later_yes_confirms(talk: Talk) -> None:
    for _ in range(3):
        assert talk.hear("wait") == "wait"
        talk.answer(talk.dialog.proposals[0])
    assert talk.hear("yes") == "confirm"
    assert talk.kinds() == ["proposal.made"]


def test_another_line_suspends_it_and_then_only_its_name_brings_the_question_back(talk: Talk) -> None:
    talk.hear("why?")
    talk.answer()
    assert talk.dialog.proposals[0].state == "suspended"
    assert talk.hear("cancel it") == "again"


def test_it_lapses_with_the_second_answer_to_something_else(talk: Talk) -> None:
    talk.hear("why?")
    talk.answer()
    assert talk.hear("yes") == ""
    talk.answer()
    assert live_proposal(talk.dialog) is not None
    talk.hear("where is my order?")
    talk.answer()
    assert live_proposal(talk.dialog) is None
    assert talk.hear("cancel it") == ""
    assert talk.kinds() == ["proposal.made", "proposal.expired"]


def test_it_lapses_when_another_agent_answers(talk: Talk) -> None:
    talk.hear("why?")
    talk.answer(agent="tech_support")
    assert live_proposal(talk.dialog) is None


def test_an_answer_that_nothing_is_done_declines_it_whoever_gives_it(talk: Talk) -> None:
    talk.hear("why?")
    talk.answer(agent="supervisor", declines=True)
    assert talk.kinds() == ["proposal.made", "proposal.declined"]


def test_an_acknowledgement_is_asked_back_no_more_than_twice(talk: Talk) -> None:
    assert talk.hear("ok") == "again"
    talk.answer(talk.dialog.proposals[0])
    assert talk.hear("ok") == ""
    assert talk.dialog.proposals[0].state == "suspended"


def test_it_expires(talk: Talk) -> None:
    talk.clock.now += HALF_AN_HOUR
    assert live_proposal(talk.dialog, talk.clock()) is None
    assert talk.hear("yes") == ""
    assert talk.dialog.proposals[0].state == "expired"
    assert talk.kinds() == ["proposal.made", "proposal.expired"]


def test_a_new_one_supersedes_it(talk: Talk) -> None:
    talk.hear("why?")
    talk.answer(proposal("create_order"))
    talk.hear("cancel my plan for the year")
    talk.answer(proposal(question="Shall I cancel the year?"))
    states = [(made.tool, made.state) for made in talk.dialog.proposals]
    assert states == [
        ("cancel_subscription", "superseded"),
        ("create_order", "superseded"),
        ("cancel_subscription", "open"),
    ]


def test_the_second_of_two_yeses_finds_nothing_to_confirm(talk: Talk) -> None:
    assert talk.hear("yes") == "confirm"
    talk.consents.settle(talk.dialog, talk.dialog.proposals[0], "confirmed", 3)
    talk.answer()
    assert talk.hear("yes") == ""
    assert talk.kinds() == ["proposal.made", "proposal.confirmed"]


def test_a_yes_that_was_sent_before_the_question_answers_something_else(talk: Talk) -> None:
    sent = talk.dialog.messages[-1].timestamp - timedelta(seconds=1)
    line = talk.dialog.receive("yes", talk.clock())
    talk.consents.hear(talk.dialog, line, sent)
    assert line.verdict is None


def test_a_yes_that_was_cut_before_the_act_may_be_said_again(talk: Talk) -> None:
    assert talk.hear("yes") == "confirm"
    assert talk.dialog.proposals[0].state == "open"
    assert talk.hear("yes") == "confirm"


def test_while_a_person_serves_nothing_is_confirmed(talk: Talk) -> None:
    talk.dialog.take_over("anna", "", talk.clock())
    assert talk.hear("yes") == ""
    assert talk.dialog.proposals[0].state == "suspended"


@pytest.mark.parametrize(
    ("said", "verdict"), [("yes", "again"), ("ok", "again"), ("no", "decline"), ("when?", "remind")]
)
def test_after_a_person_has_handed_back_the_question_is_put_again(
    talk: Talk, said: str, verdict: str
) -> None:
    talk.serve_by_person()
    assert talk.hear(said) == verdict


def test_what_is_decided_stays_so(talk: Talk) -> None:
    made = talk.dialog.proposals[0]
    talk.consents.settle(talk.dialog, made, "declined", 3)
    talk.consents.settle(talk.dialog, made, "confirmed", 5)
    talk.consents.end(talk.dialog)
    assert (made.state, made.decided, talk.kinds()) == (
        "declined", 3, ["proposal.made", "proposal.declined"],
    )  # fmt: skip


def test_an_act_whose_answer_was_lost_is_confirmed_from_the_audit(talk: Talk) -> None:
    made = talk.dialog.proposals[0]
    talk.hear("yes")
    outcome = Outcome(status="done")
    effect = Effect(
        dialog_id="d",
        seq=3,
        tool=made.tool,
        at=NOW,
        customer_id="c",
        arguments={},
        outcome=outcome,
        proposal=made.id,
    )
    for _ in range(2):
        note_confirmed(talk.dialog, effect)
    assert (made.state, made.decided, made.outcome) == ("confirmed", 3, outcome)
    assert talk.kinds() == ["proposal.made", "proposal.confirmed"]


def test_a_branch_begins_with_what_was_undecided_before_its_line(talk: Talk) -> None:
    talk.hear("no")
    talk.consents.settle(talk.dialog, talk.dialog.proposals[0], "declined", 3)
    talk.answer()
    [copy] = proposals_before(talk.dialog, 3)
    assert (copy.state, copy.decided) == ("open", None)
    assert proposals_before(talk.dialog, 4) == []
