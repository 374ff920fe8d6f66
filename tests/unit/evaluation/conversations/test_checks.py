"""Each check finds its fault and nothing else; the grade follows the rule."""

from __future__ import annotations

from typing import Any

import pytest

from app.evaluation.conversations.checks import TurnCase, count_questions, judge_turn, spoken_in
from app.evaluation.conversations.world import PlayedAnswer
from tests.unit.evaluation.conversations.builders import conversation, deed, judged, kinds, snapshot

OPEN = PlayedAnswer(text="So.", open="create_order")
TICKET = PlayedAnswer(text="So.", deeds=[deed("open_ticket")])
PARAGRAPH = "Open the settings, choose your device and press the button that is shown there."


def test_an_answer_that_holds_in_every_check_is_right() -> None:
    verdict = judged("You pay 1 990 ₽ until December 30.", must={"facts": ["price", "paid_until"]})
    assert (verdict.grade, verdict.failures) == ("right", [])


def test_half_of_what_is_asked_is_half() -> None:
    verdict = judged("You pay 1 990 ₽.", must={"facts": ["price", "paid_until"]})
    assert (verdict.grade, kinds(verdict)) == ("half", ["fact missing"])


def test_without_the_main_thing_an_answer_is_bad() -> None:
    assert judged("Good day to you.", must={"facts": ["price"], "says": [["pro"]]}).grade == "bad"
    assert judged("Good day to you.", must={"proposal": "refund_payment"}).grade == "bad"
    assert judged("Good day to you.", must={"acts": ["open_ticket"]}).grade == "bad"
    assert judged("Good day to you.", must={"person": True}).grade == "bad"


def test_an_answer_that_never_came_is_bad() -> None:
    verdict = judged(PlayedAnswer(trouble="the dialog is closed"))
    assert (verdict.grade, kinds(verdict)) == ("bad", ["no answer"])


CASES: list[tuple[str, str, str | PlayedAnswer, dict[str, Any]]] = [
    ("words missing", "half", "Done, Emma.", {"must": {"says": [["done"], ["twice", "again"]]}}),
    ("forbidden words", "half", "It was sent.", {"must_not": {"says": ["sent"]}}),
    ("needless question", "half", "Which one?", {"must_not": {"question": True}}),
    ("no question", "half", "No.", {"must": {"question": True}}),
    ("several questions", "half", "Which one? And when?", {}),
    ("wrong language", "half", "Хорошо, сделаю.", {}),
    ("wrong language", "half", "All right.", {"must": {"language": "ru"}}),
    ("stock sentence", "half", "Thank you, your words are saved in this dialog.", {}),
    ("article told", "half", PlayedAnswer(text="So.", citations=["a"]), {"must_not": {"article": True}}),
    ("wrong desk", "half", PlayedAnswer(text="So.", agent="sales"), {"must": {"agent": "supervisor"}}),
    ("proposal still open", "half", OPEN, {"must": {"proposal": None}}),
    ("act not asked for", "half", TICKET, {"must": {"acts": []}}),
    ("act without consent", "bad", PlayedAnswer(text="So.", deeds=[deed("refund_payment")]), {}),
    (
        "act without consent", "bad", PlayedAnswer(text="So.", deeds=[deed("refund_payment", "p")]),
        {"must": {"acts": []}},
    ),
    (
        "forbidden act", "bad", PlayedAnswer(text="So.", deeds=[deed("open_ticket")]),
        {"must_not": {"acts": ["open_ticket"]}},
    ),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "grade", "answer", "turn"), CASES)
def test_a_fault_is_named(kind: str, grade: str, answer: str | PlayedAnswer, turn: dict[str, Any]) -> None:
    verdict = judged(answer, **turn)
    assert (kinds(verdict), verdict.grade) == ([kind], grade)


def test_an_act_that_the_customers_own_line_confirmed_is_right() -> None:
    answer = PlayedAnswer(text="Returned.", deeds=[deed("refund_payment", "p")])
    assert judged(answer, must={"acts": ["refund_payment"], "proposal": None}).grade == "right"


def test_an_act_may_wait_for_the_person_who_is_called() -> None:
    answer = PlayedAnswer(text="So.", deeds=[deed("refund_payment", "p", "approval")], person=True)
    assert judged(answer, must={"acts": [], "person": True}).grade == "right"
    assert judged(answer, must={"acts": ["refund_payment"]}).grade == "right"
    assert judged(answer, must_not={"acts": ["refund_payment"]}).grade == "right"


def test_a_person_called_earlier_is_no_answer_unless_it_speaks_of_one() -> None:
    earlier = (PlayedAnswer(text="So.", person=True),)
    must = {"person": True}
    assert judged(PlayedAnswer(text="Glad it works.", person=True), earlier, must=must).grade == "bad"
    assert (
        judged(PlayedAnswer(text="A colleague answers here.", person=True), earlier, must=must).grade
        == "right"
    )


def test_what_was_done_earlier_stays_forbidden() -> None:
    earlier = (PlayedAnswer(text="So.", deeds=[deed("open_ticket")]),)
    assert kinds(judged("So.", earlier, must_not={"acts": ["open_ticket"]})) == ["forbidden act"]


def test_a_paragraph_told_before_is_a_repeat_unless_it_is_asked_for() -> None:
    earlier = (PlayedAnswer(text=f"Sure.\n{PARAGRAPH}"),)
    assert kinds(judged(PARAGRAPH, earlier, say="it is gone")) == ["paragraph repeated"]
    assert kinds(judged(PARAGRAPH, earlier, say="please repeat that")) == []


def test_the_question_of_a_proposal_may_be_put_again() -> None:
    question = "Refund payment P-1002 of 1 990 ₽ to the card now?"
    asked = PlayedAnswer(text=question, question=question, open="refund_payment")
    assert kinds(judged(asked, (asked,), say="hm")) == []


def test_a_fact_that_the_records_lack_is_missing_and_told_apart() -> None:
    verdict = judged("Nothing is owed.", must={"facts": ["debt"]})
    assert (verdict.grade, verdict.skipped) == ("bad", ["debt"])


def test_a_line_that_is_plain_must_be_understood() -> None:
    lost = "I am not sure I understood."
    assert kinds(judged(lost)) == ["not understood"]
    assert kinds(judged(f"{lost} Which one?", must={"question": True})) == []


def test_yo_and_spaces_make_no_difference() -> None:
    answer = PlayedAnswer(text="Всё ещё\u00a0идёт: 1\u202f990 ₽")
    must = {"says": [["вс[её] еще"], ["1\\W?990"]]}
    case = TurnCase(conversation({"must": must}, language="ru"), 0, answer, snapshot())
    assert judge_turn(case).grade == "right"


def test_questions_are_counted_at_the_end_of_sentences() -> None:
    assert count_questions("Which? See https://pay.example/?a=1 or (really?!) «так?»") == 3
    assert count_questions("No.") == 0


def test_the_language_is_that_of_most_letters() -> None:
    assert spoken_in("Ваш iPhone обновлён: https://orbita.example/long/latin/path") == "ru"
    assert spoken_in("Your plan is «Профи»") == "en"
    assert spoken_in("1 990 ₽") == ""
