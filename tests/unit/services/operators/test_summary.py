"""What a person reads before taking over."""

from __future__ import annotations

import pytest

from app.core.dialog import Dialog, HandbackNote
from app.core.escalation import Escalation
from app.core.models import Handoff, Reply, ToolUse
from app.core.proposals import Proposal, Question
from app.services.operators.summary import briefing
from tests.contract.samples import NOON, at, closing, new_dialog, reply
from tests.support.office import Office


def turn(dialog: Dialog, asked: str, said: Reply, seconds: float = 0) -> None:
    dialog.answer(dialog.receive(asked, at(seconds)), said, at(seconds), 0.1)


def used(name: str, status: str, result: str = "{}", number: str = "") -> ToolUse:
    return ToolUse(name=name, arguments={}, result=result, status=status, number=number)


def told_off() -> Dialog:
    """Greeted, asked, refused and promised, in Russian."""
    dialog, answer = new_dialog("customer-7"), reply("Передаю руководителю.", "supervisor")
    turn(dialog, "Здравствуйте", reply("Добрый день!"))
    answer.turn.escalated = True
    answer.turn.citations = ["refund-policy"]
    answer.turn.withheld = ["деньги придут завтра"]
    answer.turn.hops = [
        Handoff(from_agent="sales", to="supervisor", reason="возврат", known="платёж P-1001", timestamp=NOON)
    ]
    answer.turn.tools = [
        used("refund_payment", "refused", '{"status": "refused", "reason": "too_late"}'),
        used("open_complaint", "done", number="T-1004"),
        used("grant_credit", "approval", number="A-1"),
        used("find_payments", ""),
    ]
    turn(dialog, "Верните деньги за прошлый месяц", answer, 5)
    return dialog


def test_it_tells_what_is_wanted_tried_and_promised() -> None:
    told = briefing(told_off())
    assert told.language == "ru"
    assert (told.who, told.why) == ("customer-7", "возврат")
    assert told.wanted == "Верните деньги за прошлый месяц"
    assert told.tried == [
        "техподдержка → продажи: цена",
        "продажи → супервайзер: возврат; платёж P-1001",
        "ответ по статьям: plans-compare, refund-policy",
        "возврат платежа: отказано (срок вышел)",
    ]
    assert told.promised == ["жалоба: выполнено (T-1004)", "бонус на счёт: ждёт одобрения (A-1)"]
    assert told.withheld == ["деньги придут завтра"]
    assert (told.last_by, told.last_message) == ("supervisor", "Передаю руководителю.")


def test_it_names_the_customer_where_the_records_do() -> None:
    office = Office()
    office.knows("customer-7", "pro", 1990)
    told = briefing(told_off(), office.account("customer-7"))
    assert told.who == "Анна Петрова (customer-7), тариф «Профи», клиент с 2024 года"


def test_an_english_dialog_is_told_in_english() -> None:
    dialog = new_dialog()
    turn(dialog, "I want my money for the hub", reply("Let me see."))
    told = briefing(dialog)
    assert told.language == "en"
    assert told.tried[-1] == "answered from the articles: plans-compare"


def test_who_reads_is_told_in_their_own_language_and_quotations_stay() -> None:
    dialog, office = told_off(), Office()
    office.knows("customer-7", "pro", 1990)
    dialog.escalation = Escalation(since=at(5), reason='words: "верните деньги"', by="supervisor")
    dialog.add_event("dialog.rerouted", {"by": "anna", "from_agent": "sales", "agent": "tech_support",
                                        "reason": "о входе"}, at(6))  # fmt: skip
    told = briefing(dialog, office.account("customer-7"), "en")
    assert told.language == "ru"
    assert told.who == "Анна Петрова (customer-7), Pro plan, customer since 2024"
    assert (told.wanted, told.why) == ("Верните деньги за прошлый месяц", "words: “верните деньги”")
    assert told.tried[1:] == [
        "sales → supervisor: возврат; платёж P-1001",
        "anna: sales → tech support (о входе)",
        "answered from the articles: plans-compare, refund-policy",
        "refund: refused (too late)",
    ]
    assert told.promised == ["complaint: done (T-1004)", "credit: awaiting approval (A-1)"]
    assert briefing(dialog, None, "ru").why == "слова: «верните деньги»"


def calls_a_person(dialog: Dialog, asked: str, seconds: float) -> None:
    answer = reply("Передаю руководителю.", "supervisor")
    answer.turn.escalated = True
    turn(dialog, asked, answer, seconds)


@pytest.mark.parametrize(
    ("lines", "wanted"),
    [
        (["верните деньги, третий раз пишу!"], "верните деньги, третий раз пишу!"),
        (
            ["Не работает приложение, не могу войти", "сколько стоит Профи?", "верните деньги, третий раз"],
            "Не работает приложение… → верните деньги, третий раз",
        ),
        (["Где мой заказ?", "Дайте мне начальника"], "Где мой заказ? (просит сотрудника)"),
        (["Не открывается файл", "верните деньги за хаб", "да"], "верните деньги за хаб → да"),
        (["добрый день", "оператор"], "оператор"),
    ],
)  # fmt: skip
def test_it_says_for_what_they_were_escalated_and_how_it_began(lines: list[str], wanted: str) -> None:
    dialog = new_dialog()
    for place, line in enumerate(lines[:-1]):
        turn(dialog, line, reply("…"), place)
    calls_a_person(dialog, lines[-1], 10)
    turn(dialog, "ну и где же вы там", reply("Ждём."), 20)
    assert briefing(dialog).wanted == wanted
    dialog.close(closing(at(30)))
    assert briefing(dialog).wanted == wanted


def test_where_a_person_came_by_themselves_it_says_what_was_last_asked_before() -> None:
    dialog = new_dialog()
    for seconds, line in enumerate(["Не открывается общий файл", "а ещё сколько стоит Профи?", "ау"]):
        turn(dialog, line, reply("…"), seconds)
    dialog.take_over("anna", "", at(10))
    dialog.receive("спасибо, что вы пришли", at(20))
    assert briefing(dialog).wanted == "Не открывается общий файл → а ещё сколько стоит Профи?"


def test_after_a_hand_back_it_tells_of_what_came_since() -> None:
    dialog = told_off()
    dialog.take_over("anna", "", at(6))
    dialog.hand_back(HandbackNote(by="anna", text="деньги вернула", at=at(7)))
    turn(dialog, "Теперь не открывается приложение", reply("Перезапустите."), 8)
    told = briefing(dialog)
    assert told.wanted == "Теперь не открывается приложение"
    assert told.promised == []
    assert told.notes == ["anna: деньги вернула"]


def test_a_dialog_without_a_line_is_told_too() -> None:
    told = briefing(new_dialog())
    assert told.wanted == "Клиент ещё ничего не написал."
    assert (told.last_by, told.last_message, told.tried) == ("", "", [])


def test_long_lines_are_cut_and_odd_results_do_no_harm() -> None:
    dialog, answer = new_dialog(), reply("да " * 500)
    answer.turn.tools = [used("unheard_of", "refused", "not JSON"), used("x", "refused", "[1]")]
    turn(dialog, "слово " * 500, answer)
    told = briefing(dialog)
    assert max(map(len, (told.wanted, told.last_message))) <= 240
    assert told.tried[-2:] == ["unheard_of: отказано (not JSON)", "x: отказано ([1])"]


def test_an_act_is_told_once_as_it_stands_now() -> None:
    dialog, answer = new_dialog(), reply("Вернул.", "supervisor")
    paid, told = ('{"payment": "P-1"}', '{"payment": "P-2"}')
    answer.turn.tools = [
        used("refund_payment", "approval", paid, "A-1"),
        used("refund_payment", "done", told, "R-3"),
        used("refund_payment", "done", paid, "R-4"),
        used("cancel_order", "approval", '{"order": "O-1"}', "A-2"),
        used("cancel_order", "refused", '{"order": "O-1", "reason": "rejected"}'),
    ]
    turn(dialog, "Верните деньги за прошлый месяц", answer)
    assert briefing(dialog).promised == [
        "возврат платежа: выполнено (R-4)",
        "возврат платежа: выполнено (R-3)",
    ]


def test_articles_have_titles_and_the_words_that_a_router_weighed_are_left_out() -> None:
    dialog, answer = told_off(), reply("Сейчас.", "sales")
    answer.turn.hops = [
        Handoff(from_agent="supervisor", to="sales", reason='words: "а сколько"', timestamp=NOON)
    ]
    turn(dialog, "А сколько стоит Профи?", answer, 9)
    told = briefing(dialog, title_of=lambda article, lang: f"{article} ({lang})")
    assert "ответ по статьям: plans-compare (ru), refund-policy (ru)" in told.tried
    assert "супервайзер → продажи" in told.tried


def test_the_wish_is_the_line_that_says_most() -> None:
    dialog = new_dialog()
    turn(dialog, "Не открывается файл", reply("…"), 1)
    turn(dialog, "верните деньги за хаб", reply("Вернуть?"), 2)
    calls_a_person(dialog, "да", 3)
    assert briefing(dialog).wish == "верните деньги за хаб"


@pytest.mark.parametrize(
    ("language", "waits", "done", "asks"),
    [
        ("ru", "заказ: ждёт оплаты (O-6)", "заказ: выполнено (O-5)", "заказ: ждёт согласия клиента"),
        (
            "en",
            "order: awaiting payment (O-6)",
            "order: done (O-5)",
            "order: awaiting the customer's consent",
        ),
    ],
)
def test_an_order_to_pay_for_and_a_question_to_the_customer_are_open(
    language: str, waits: str, done: str, asks: str
) -> None:
    dialog, answer = new_dialog(), reply("Оформил.", "sales")
    answer.turn.tools = [used("create_order", "done", '{"order": "O-5"}', "O-5")]
    turn(dialog, "оформите хаб", answer)
    answer = reply("Оформил.", "sales")
    answer.turn.tools = [used("create_order", "done", '{"order": "O-6"}', "O-6")]
    turn(dialog, "и ещё один", answer, 1)
    dialog.take_over("anna", "", at(2))
    dialog.hand_back(HandbackNote(by="anna", text="", at=at(3)))
    told = briefing(dialog, None, language, unpaid={"O-6"})
    assert told.open == [waits]
    assert told.promised == [done, waits]
    asked = Question(text="Оформить?", confirm="Да", decline="Нет")
    dialog.proposals.append(
        Proposal(
            tool="create_order",
            arguments={},
            agent="sales",
            language="ru",
            questions={"ru": asked},
            seq=1,
            at=NOON,
        )
    )
    assert briefing(dialog, None, language, unpaid=set()).open == [asks]
