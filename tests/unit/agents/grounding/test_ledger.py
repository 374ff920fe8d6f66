"""Sentences and whole replies: what must be found, and what must be left alone."""

from __future__ import annotations

import pytest

from app.agents.grounding import Evidence, claims, unsupported
from app.agents.tools.presentation import render_outcome
from app.core.backoffice import Outcome
from tests.unit.agents.grounding.tables import LANGS, TODAY, claimed, harmless, replies

REGRESSION = ("regression_1", "regression_2", "regression_3")
NOTHING = Evidence(today=TODAY)


@pytest.mark.parametrize("lang", LANGS)
def test_a_claim_is_found_with_its_kind(lang: str) -> None:
    assert [
        (kind, line)
        for kind, line in claimed(lang)
        if kind not in {claim.kind for claim in unsupported(line, NOTHING, lang)}
    ] == []


@pytest.mark.parametrize("lang", LANGS)
def test_general_conditional_negated_and_asking_sentences_claim_nothing(lang: str) -> None:
    assert [(line, found) for line in harmless(lang) if (found := claims(line, lang)) != []] == []


@pytest.mark.parametrize("lang", LANGS)
def test_the_tables_are_large_enough(lang: str) -> None:
    assert min(len(claimed(lang)), len(harmless(lang))) >= 60


@pytest.mark.parametrize("name", REGRESSION)
def test_an_invented_reply_with_an_unsupported_claim_is_caught(name: str) -> None:
    assert [
        row["reply"]
        for row, evidence in replies(name, "broken")
        if not {claim.kind for claim in unsupported(row["reply"], evidence, row["lang"])} & set(row["is"])
    ] == []


@pytest.mark.parametrize("name", REGRESSION)
def test_an_invented_reply_that_is_supported_passes(name: str) -> None:
    assert [
        (row["reply"], found)
        for row, evidence in replies(name, "sound")
        if (found := unsupported(row["reply"], evidence, row["lang"])) != []
    ] == []


@pytest.mark.parametrize(
    ("reply", "done", "needed"),
    [
        ("Возврат оформлен.", "refund_requested", "refund"),
        ("Запрос на возврат отправлен.", "refund", "refund_requested"),
        ("Ваша жалоба зарегистрирована.", "ticket", "complaint"),
        ("Мы перезвоним вам.", "transfer", "callback"),
        ("I have cancelled your subscription.", "subscription", "cancellation"),
        ("I'm transferring you.", "callback", "transfer"),
        ("I've sent you a payment link.", "order", "payment_link"),
    ],
)
def test_a_deed_needs_its_own_result(reply: str, done: str, needed: str) -> None:
    assert unsupported(reply, Evidence(today=TODAY, done=frozenset({done})), "ru") != []
    assert unsupported(reply, Evidence(today=TODAY, done=frozenset({needed})), "ru") == []


def test_what_the_records_say_was_done_before_may_be_told() -> None:
    refused = '{"status": "refused", "reason": "already_refunded", "refund": "RF-1"}'
    known = Evidence(today=TODAY, texts=(refused,))
    assert unsupported("Эти деньги уже возвращены.", known, "ru") == []
    assert unsupported("Ваш заказ отменён.", known, "ru") != []


@pytest.mark.parametrize(
    ("result", "supported", "not_supported"),
    [
        ('{"status": "refused", "reason": "cancelled", "order": "O-1003"}', "order", "subscription"),
        ('{"status": "found", "orders": [{"order_status": "cancelled"}]}', "order", "subscription"),
        ('{"status": "found", "problems": ["past_due", "cancelled"]}', "subscription", "order"),
        ('{"status": "done", "subscription": "cancelled"}', "subscription", "order"),
        ('{"status": "refused", "reason": "already_cancelled"}', "subscription", "order"),
    ],
)
def test_the_end_of_an_order_is_not_that_of_a_subscription(
    result: str, supported: str, not_supported: str
) -> None:
    known = Evidence(today=TODAY, texts=(result,))
    assert unsupported(f"Your {supported} has been cancelled.", known, "en") == []
    assert unsupported(f"Your {not_supported} has been cancelled.", known, "en") != []


def test_the_words_of_the_customer_may_be_echoed_but_not_promised() -> None:
    asked = Evidence(today=TODAY, asked=("верните 50 000 рублей",), done=frozenset({"refund"}))
    assert unsupported("Вы просите 50 000 ₽, верно?", asked, "ru") == []
    assert [c.kind for c in unsupported("Мы вернули 50 000 ₽.", asked, "ru")] == ["amount"]
    assert [c.kind for c in unsupported("Если всё подтвердится, мы вернём 50 000 ₽.", asked, "ru")] == [
        "amount"
    ]


@pytest.mark.parametrize(
    ("lang", "reply"),
    [
        ("ru", "Начислила 2 дня тарифа."),
        ("ru", "Добавила вам два дня за сбой."),
        ("en", "I've added two days to your plan."),
    ],
)
def test_the_days_of_a_compensation_may_be_told(lang: str, reply: str) -> None:
    outcome = Outcome(status="done", number="I-1001", facts={"days": 2})
    result = render_outcome(outcome, lang).text
    known = Evidence(today=TODAY, texts=(result,), done=frozenset({"compensation"}))
    assert unsupported(reply, known, lang) == []
    assert unsupported(reply.replace("2 ", "3 ").replace("два", "три").replace("two", "three"), known, lang)


def test_a_policy_sentence_of_an_article_is_no_promise_of_ours() -> None:
    policy = "The extra charge will be returned to your card."
    article = Evidence(today=TODAY, texts=(f"Look at the date. {policy}",))
    assert unsupported(policy, NOTHING, "en") != []
    assert unsupported(policy, article, "en") == []
    assert (
        unsupported("The extra charge has been returned to your card, I did it myself.", article, "en") != []
    )


def test_a_negation_in_the_article_supports_no_deed() -> None:
    article = Evidence(today=TODAY, texts=("В этом случае деньги на карту мы не вернём сразу.",))
    assert unsupported("В этом случае деньги на карту мы вернём сразу.", article, "ru") != []


def test_markup_and_odd_spaces_hide_nothing() -> None:
    for reply in ("**Возврат** __оформлен__ ✅", "- Возврат\u00a0оформлен", "Возв\u200bрат офо\u00adрмлен"):
        assert [c.kind for c in unsupported(reply, NOTHING, "ru")] == ["refund"]


def test_a_language_without_a_file_is_checked_for_numbers_and_in_english() -> None:
    found = unsupported("Das kostet 25 €. Your refund has been issued. Ab 3. März 2027.", NOTHING, "de")
    assert [c.kind for c in found] == ["amount", "refund", "date"]


def test_the_answer_is_the_same_in_any_order_of_the_evidence() -> None:
    texts = ("Цена 990 ₽.", "Цена 1 990 ₽.")
    reply = "Тарифы: 990 ₽ и 1 990 ₽, но не 2 990 ₽."
    for order in (texts, texts[::-1]):
        found = unsupported(reply, Evidence(today=TODAY, texts=order), "ru")
        assert [c.text for c in found] == ["2 990 ₽"]


@pytest.mark.parametrize(
    ("honest", "claim", "result"),
    [
        ("It has already been shipped.", "It has already been delivered.", "already shipped"),
        ("Заказ уже отправлен.", "Заказ уже доставлен.", "заказ уже отправлен"),
        ("It has expired.", "It has been shipped.", "it expired and was not shipped"),
    ],
)
def test_a_refusal_in_words_supports_these_words(honest: str, claim: str, result: str) -> None:
    known = Evidence(today=TODAY, texts=(f'{{"status": "refused", "reason": "{result}"}}',))
    lang = "en" if honest.isascii() else "ru"
    assert unsupported(honest, known, lang) == []
    assert unsupported(claim, known, lang) != []


@pytest.mark.parametrize(
    ("claim", "lang"),
    [
        ("Order O-1006 is placed and paid.", "en"),
        ("Order O-1006 has been handed to the courier.", "en"),
        ("Заказ O-1006 оформлен и оплачен.", "ru"),
        ("Заказ O-1006 оформлен и передан курьеру.", "ru"),
    ],
)
def test_an_order_that_was_placed_is_neither_paid_nor_sent(claim: str, lang: str) -> None:
    text = '{"status": "done", "number": "O-1006"}'
    known = Evidence(today=TODAY, texts=(text,), done=frozenset({"order"}))
    assert unsupported(claim, known, lang) != []
