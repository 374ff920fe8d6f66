"""Replies of a desk with results of its tools: states, passives, third parties, terms in words, proposals."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from app.agents.grounding import Evidence, unsupported
from app.agents.grounding.reply import achieved_by
from app.agents.tools.presentation import render_facts
from tests.unit.agents.grounding.tables import LANGS, TODAY, promises

CAUGHT, BLOCKED = 0.90, 0.01
"""Goals on replies that no rule was written for; these here are the development half."""
NOTHING = Evidence(today=TODAY)


@pytest.mark.parametrize("lang", LANGS)
def test_unsupported_replies_are_withheld(lang: str) -> None:
    rows = promises(lang, "unsupported")
    passed = [reply for reply, known in rows if not unsupported(reply, known, lang)]
    assert len(rows) >= 100
    assert len(passed) <= (1 - CAUGHT) * len(rows), passed


@pytest.mark.parametrize("lang", LANGS)
def test_honest_replies_are_sent(lang: str) -> None:
    rows = promises(lang, "honest")
    found = [(reply, claims) for reply, known in rows if (claims := unsupported(reply, known, lang))]
    assert len(rows) >= 100
    assert len(found) <= BLOCKED * len(rows), found


def told(**facts: object) -> Callable[[str], Evidence]:
    """What a result of a tool supports by its words alone."""
    return lambda lang: Evidence(today=TODAY, texts=(render_facts(facts, lang).text,))


@pytest.mark.parametrize(
    ("lang", "known", "honest", "unsupported_one"),
    [
        ("en", told(order_status="shipped"), "Your order has left.", "Your order has been delivered."),
        ("en", told(order_status="awaiting_payment"), "It is awaiting payment.", "It has been shipped."),
        ("ru", told(order_status="shipped"), "Заказ уже в пути.", "Заказ уже доставлен."),
        ("en", told(state="ended"), "The outage is over.", "The refund is over and done."),
        ("ru", told(state="ended"), "Сбой устранён.", "Деньги вернулись."),
        ("en", told(state="lasting"), "The outage is known.", "The outage is over."),
        ("ru", told(state="lasting"), "Сбой подтверждён.", "Сбой устранён."),
        ("ru", told(plan="pro", subscription_status="active"), "У вас «Профи».", "У вас «Бизнес»."),
        ("en", told(plan="pro", subscription_status="active"), "You're on Pro.", "You're on Business."),
        ("en", told(ticket_status="open"), "Your ticket is still open.", "Your ticket has been closed."),
    ],
)  # fmt: skip
def test_a_record_supports_what_it_says(
    lang: str, known: Callable[[str], Evidence], honest: str, unsupported_one: str
) -> None:
    assert unsupported(honest, known(lang), lang) == []
    assert unsupported(unsupported_one, known(lang), lang) != []


@pytest.mark.parametrize(
    ("reply", "lang"),
    [
        ("Your refund has the number R-1044.", "en"),
        ("Номер вашей заявки T-1099.", "ru"),
        ("A colleague will call you at 12:00.", "en"),
        ("Вам позвонят в 12:00.", "ru"),
    ],
)
def test_numbers_and_times_are_those_of_a_result(reply: str, lang: str) -> None:
    done = frozenset({"refund", "ticket", "callback"})
    facts = '{"refund": "R-1003", "ticket": "T-1005", "at": "November 23, 2026, 3:00 PM"}'
    known = Evidence(today=TODAY, texts=(facts,), done=done)
    right = reply.replace("1044", "1003").replace("1099", "1005")
    assert unsupported(reply, known, lang) != []
    assert unsupported(right.replace("12:00", "15:00"), known, lang) == []


def test_a_sum_may_be_computed_from_those_in_the_sentence() -> None:
    known = Evidence(today=TODAY, texts=("Price: 1,990 ₽ a month, 30% off for non-profits.",))
    assert unsupported("At 1,990 ₽, twelve months come to 23,880 ₽.", known, "en") == []
    assert unsupported("1,990 ₽ less 30% is 1,393 ₽.", known, "en") == []
    assert unsupported("1,990 ₽ less 30% is 1,293 ₽.", known, "en") != []


def test_a_proposal_supports_its_consequence_and_not_the_act() -> None:
    known = Evidence(today=TODAY, proposed=frozenset({"refund"}))
    assert unsupported("Your plan will end today.", known, "en") == []
    assert unsupported("I have returned the money.", known, "en") != []
    assert unsupported("Деньги возвращены.", known, "ru") != []
    assert unsupported("Тариф закончится сегодня.", known, "ru") == []


@pytest.mark.parametrize("reply", ["Done.", "All sorted.", "Готово.", "Всё улажено."])
def test_that_it_is_done_needs_something_done(reply: str) -> None:
    lang = "en" if reply.isascii() else "ru"
    assert unsupported(reply, NOTHING, lang) != []
    assert unsupported(reply, Evidence(today=TODAY, done=frozenset({"refund"})), lang) == []


def after(tool: str, **facts: object) -> Callable[[str], Evidence]:
    """What an act that was done supports."""
    return lambda lang: Evidence(
        today=TODAY,
        texts=(render_facts({"status": "done", **facts}, lang).text,),
        done=achieved_by(tool),
    )


@pytest.mark.parametrize(
    ("lang", "known", "honest", "beside"),
    [
        ("en", after("refund_payment"), "Your refund is done.", "The bank has already credited it."),
        ("ru", after("refund_payment"), "Деньги вернули.", "Деньги вернули, они уже на карте."),
        ("ru", after("refund_payment"), "Деньги вернули.", "Банк подтвердил зачисление."),
        ("en", after("open_ticket"), "I opened a ticket.", "It is open, an engineer has picked it up."),
        ("ru", after("open_ticket"), "Заявка создана.", "Заявка создана и уже в работе у инженера."),
        ("ru", after("update_ticket"), "Заявку дополнил.", "Разработчики уже воспроизвели ошибку."),
        ("ru", after("open_complaint"), "Жалоба принята.", "Жалоба принята и признана обоснованной."),
        ("ru", after("open_ticket"), "Заявка создана.", "Заявка создана, решение будет до завтрашнего утра."),
        ("en", after("cancel_subscription"), "Renewal is off.", "Renewal is on again."),
        ("en", after("resume_subscription"), "Renewal is on again.", "Renewal is off."),
        ("ru", after("resume_subscription"), "Автопродление снова включено.", "Автопродление отключено."),
        ("en", after("cancel_subscription"), "All done, no more charges.", "They will come back as money."),
        ("ru", after("cancel_subscription"), "Автопродление отключено.", "Автопродление снова включено."),
        ("en", after("compensate_outage", days=2), "You've got days for the fault.", "The outage is over."),
        ("en", told(state="ongoing"), "The outage is known.", "It is down and will be back in an hour."),
        ("ru", told(state="ongoing"), "Сбой подтверждён.", "Серверы перезагрузили, сбой закончился."),
    ],
)  # fmt: skip
def test_an_act_supports_its_achievement_and_no_later_stage(
    lang: str, known: Callable[[str], Evidence], honest: str, beside: str
) -> None:
    assert unsupported(honest, known(lang), lang) == []
    assert unsupported(beside, known(lang), lang) != []


@pytest.mark.parametrize(
    ("lang", "article", "honest", "invented"),
    [
        ("en", "Students get 50% off, nonprofits 30%.", "Nonprofits get 30% off.", "Seniors get 30% off."),
        ("ru", "Студентам −50 %, НКО −30 %.", "Студентам даём 50 %.", "Пенсионерам мы даём 30 %."),
        ("ru", "Пробный период 14 дней.", "Пробный период 14 дней.", "Пробный период 30 дней."),
        ("en", "The link is open for 3 days.", "It stays open for 3 days.", "It stays valid for 24 hours."),
    ],
)
def test_shares_and_days_are_those_of_an_article(lang: str, article: str, honest: str, invented: str) -> None:
    known = Evidence(today=TODAY, texts=(article,))
    assert unsupported(honest, known, lang) == []
    assert unsupported(invented, known, lang) != []


def test_a_share_may_be_denied_to_those_whom_no_article_names() -> None:
    known = Evidence(today=TODAY, texts=("Nonprofits get 30% off.",))
    assert unsupported("Seniors don't get the 30%.", known, "en") == []


def test_a_sum_may_be_so_many_times_another() -> None:
    known = Evidence(today=TODAY, texts=("Each further person is 290 ₽ a month.",))
    assert unsupported("The other five would be 5 × 290 = 1,450 ₽ a month.", known, "en") == []
    assert unsupported("The other five would be 5 × 290 = 1,550 ₽ a month.", known, "en") != []


@pytest.mark.parametrize(
    ("lang", "reply"),
    [
        ("en", "It is done, your bank will credit it in some working days."),
        ("ru", "Возврат оформлен, банк зачислит деньги."),
    ],
)
def test_what_a_bank_will_do_needs_a_refund(lang: str, reply: str) -> None:
    assert unsupported(reply, after("refund_payment")(lang), lang) == []
    assert unsupported(reply, after("open_ticket")(lang), lang) != []
