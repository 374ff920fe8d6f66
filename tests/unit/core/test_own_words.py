"""A yes to our own question, and a bare call for a person, are not what the customer wants to say."""

from __future__ import annotations

import pytest

from app.core.anger import measure_anger
from app.core.dialog import Dialog
from app.core.locales import read_all
from app.core.models import OpenMatter
from app.core.own_words import calls_person, mood_lines, own_lines
from app.core.proposals import LineVerdict, Proposal, Question
from app.core.urgency import anger_points
from app.services.operators.summary import briefing
from app.services.operators.wish import latest_line
from tests.contract.samples import at, new_dialog, reply

YES, NO = "Да, верните деньги", "Нет, не возвращайте"


def talk(*lines: str) -> Dialog:
    """Every line answered; the answer to the last one calls a person."""
    dialog = new_dialog()
    question = Question(text="Вернуть деньги?", confirm=YES, decline=NO)
    dialog.proposals.append(
        Proposal(
            tool="refund_payment", arguments={"payment": "P-1"}, agent="supervisor", language="ru",
            questions={"ru": question}, seq=1, at=at(0),
        )
    )  # fmt: skip
    for seconds, line in enumerate(lines):
        answer = reply("…", "supervisor")
        answer.turn.escalated = seconds == len(lines) - 1
        dialog.answer(dialog.receive(line, at(seconds)), answer, at(seconds), 0.1)
    return dialog


@pytest.mark.parametrize(
    "line",
    [
        "Please get me a person, this is urgent",
        "I want to talk to a human being right now",
        "operator!",
        "Could you put me through to a manager please",
        "Is there anybody real there? Agent please",
        "Позовите человека, это срочно",
        "Хочу говорить с живым сотрудником, а не с роботом",
        "оператор",
        "Соедините меня с руководителем немедленно",
        "Переведите на специалиста, пожалуйста",
        "слушайте, мне это надоело, дайте уже нормального человека",
        "ok enough, seriously, gimme a human already",
    ],
)
def test_a_bare_call_for_a_person_is_heard(line: str) -> None:
    assert calls_person(line)


@pytest.mark.parametrize(
    "line",
    [
        "video calls keep dropping, get me a person",
        "Позовите человека, у меня пропали все файлы",
        "How many people can join a plan?",
        "Здравствуйте, помогите пожалуйста",
        "the agent app crashes on start",
        "сколько человек на тарифе",
    ],
)
def test_a_line_with_a_matter_is_no_bare_call(line: str) -> None:
    assert not calls_person(line)


def test_the_wish_is_the_matter_and_not_the_call_for_a_person() -> None:
    told = briefing(
        talk("video calls keep dropping in every meeting", "Please get me a person, this is urgent")
    )
    assert told.wish == "video calls keep dropping in every meeting"
    assert told.wanted == f"{told.wish} (asks for a person)"


def test_a_call_names_the_open_matter_and_what_was_said_since_is_told_as_tried() -> None:
    matter, tried = "приложение вылетает после обновления", "да переставлял уже, та же фигня"
    call = "короче надоело, это какой-то позор, человека"
    dialog = talk(matter, tried, call)
    for message, opened in zip(dialog.messages[1::2], (matter, matter, call), strict=True):
        assert message.turn is not None
        message.turn.matter = OpenMatter(act="person" if opened == call else "fault", text=opened)
    told = briefing(dialog)
    assert (told.wish, told.wanted) == (matter, f"{matter} (просит сотрудника)")
    assert told.tried[0] == f"по словам клиента: «{tried}»"


@pytest.mark.parametrize("answer", [YES, NO, f"{YES}!"])
def test_the_words_of_our_own_button_are_neither_wish_nor_preview(answer: str) -> None:
    dialog = talk("с нас два раза списали деньги за год", answer)
    told = briefing(dialog)
    assert told.wish == told.wanted == "с нас два раза списали деньги за год"
    assert latest_line(dialog) == "с нас два раза списали деньги за год"


def test_a_typed_yes_is_an_answer_where_it_was_taken_for_one() -> None:
    dialog = talk("верните деньги за последний платёж", "да конечно я на всё согласен")
    dialog.messages[2].verdict = LineVerdict(proposal=dialog.proposals[0].id, answer="confirm")
    assert [m.seq for m in own_lines(dialog)] == [1]
    assert briefing(dialog).wish == "верните деньги за последний платёж"


def test_answers_are_no_anger_unless_they_sound_angry_themselves() -> None:
    assert anger_points(talk("верните деньги за вчера", YES, YES)) == 0
    dialog = talk("верните деньги за вчера", "ДА ВЕРНИТЕ УЖЕ, ЖУЛИКИ!!!")
    dialog.messages[2].verdict = LineVerdict(proposal=dialog.proposals[0].id, answer="confirm")
    assert len(mood_lines(dialog)) == 2
    assert anger_points(dialog) > 0


def test_no_button_sounds_angry_and_asking_for_ones_money_calmly_does_not_either() -> None:
    tools = (words for known in read_all("proposals").values() for words in known["tools"].values())
    buttons = [words[name] for words in tools for name in ("confirm", "decline")]
    calm = ["верните деньги", "Позовите человека", "I want my money back", "Please give me my money back"]
    assert measure_anger([*buttons, *calm]).cues == ()
    assert measure_anger(["ВЕРНИТЕ ДЕНЬГИ, ЖУЛИКИ!!!"]).level > 0.5
