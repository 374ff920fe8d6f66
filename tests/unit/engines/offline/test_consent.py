"""What counts as a customer's consent: to which line, to which offer, and for which act."""

from __future__ import annotations

import pytest

from app.core.actions import Action, CancelSubscription, ChangeSubscription, CreateOrder, RefundPayment
from app.core.models import OPERATOR, Said
from app.engines.offline.agreement import answer_to
from app.engines.offline.consent import consent
from app.engines.offline.lexicon import skillbook
from tests.support.consents import OFFERS, said_to
from tests.support.demands import SALES

HUB = CreateOrder(item="hub", delivery="courier")
CANCEL, REFUND = CancelSubscription(), RefundPayment(payment="P-1009")
ASK = skillbook("ru").skills
QUOTED = "Выходит 12 900 ₽: Orbita Hub. Доставка курьером. Оформить заказ?"


@pytest.mark.parametrize("name", OFFERS)
def test_nothing_but_a_yes_is_a_yes(name: str) -> None:
    assert [line for line in said_to(name, "agree") if not agrees(name, line)] == []


@pytest.mark.parametrize("name", OFFERS)
def test_what_holds_anything_else_is_no_yes(name: str) -> None:
    assert [line for line in said_to(name, "other") if agrees(name, line)] == []


def agrees(name: str, line: str) -> bool:
    return answer_to(name.split("-", maxsplit=1)[0], line, OFFERS[name]) in ("yes", "ack")


def talk(*lines: str, by: str = SALES) -> list[Said]:
    """The customer speaks last; `by` wrote the line before."""
    ours = [Said(role="agent", content=line, agent=by) for line in lines]
    customer = [Said(role="customer", content=line) for line in lines]
    return [(customer if (len(lines) - n) % 2 else ours)[n] for n in range(len(lines))]


@pytest.mark.parametrize(
    ("action", "lines"),
    [
        (CANCEL, ("отмените подписку", ASK["cancel"].asks["confirm"], "да")),
        (HUB, ("сколько стоит хаб с курьером?", QUOTED, "да, оформляйте")),
        (HUB, ("how much is the Hub?", "That is ₽12,900. Shall I order the Hub, by courier?", "yes please")),
        (ChangeSubscription(plan="pro"), ("мне мало места", "Перевести вас на тариф «Профи»?", "да")),
        (REFUND, ("деньги назад", "Вернуть платёж P-1009, 1 990 ₽, на карту?", "верните")),
    ],
)
def test_a_yes_to_the_offer_just_before_is_consent(action: Action, lines: tuple[str, ...]) -> None:
    assert consent(action, talk(*lines)) == "agreed"


@pytest.mark.parametrize(
    ("action", "lines"),
    [
        (HUB, ("Закажите хаб с доставкой курьером",)),
        (HUB, ("Could you order the hub, by courier?",)),
        (HUB, ("закажите хаб", "Как доставить: курьером или в пункт выдачи?", "курьером")),
        (CreateOrder(item="hub", quantity=2, delivery="pickup"), ("хочу заказать два хаба в пункт выдачи",)),
        (REFUND, ("верните деньги", "Какой из них вернуть? Напишите номер.", "P-1009")),
        (REFUND, ("Верните деньги за платёж P-1009, я передумала",)),
        (CANCEL, ("Please switch off auto-renewal",)),
        (CreateOrder(item="key", delivery="pickup"), ("закажите хаб и ключ, самовывоз",)),
    ],
)
def test_a_plain_order_is_consent_by_itself(action: Action, lines: tuple[str, ...]) -> None:
    assert consent(action, talk(*lines)) == "ordered"


@pytest.mark.parametrize(
    ("action", "lines"),
    [
        # a message between, another subject, an offer that was replaced
        (HUB, ("сколько стоит хаб?", QUOTED, "а где вы находитесь?", "В Москве.", "да")),
        (HUB, ("хаб?", QUOTED, "а ключ?", "Выходит 2 840 ₽: Orbita Key. Оформить заказ?", "да")),
        # another act, other terms, nothing that was offered
        (CANCEL, ("сколько стоит хаб?", QUOTED, "да")),
        (CreateOrder(item="hub", delivery="courier", quantity=5), ("хаб?", QUOTED, "да")),
        (CreateOrder(item="business", period="year"), ("Оформите Профи на год",)),
        (CreateOrder(item="pro", period="year"), ("Оформите Профи",)),
        (RefundPayment(payment="P-1001"), ("деньги", "Вернуть платёж P-1009, 1 990 ₽, на карту?", "да")),
        (HUB, ("привет", "Здравствуйте!", "да")),
        (HUB, ("хаб?", "Хаб за 12 900 ₽ есть. Вы из Москвы?", "да")),
        # two questions in one message
        (CANCEL, ("как отключить?", "Подскажите, помогло? Отключить продление подписки?", "да")),
        # this offer is to look, not to return
        (REFUND, ("можно вернуть?", ASK["refund"].asks["offer"], "да")),
        # "ok" to what was told before the question
        (HUB, ("хаб?", QUOTED, "ок")),
        (HUB, ("хаб?", QUOTED, "ок, спасибо")),
        # an offer is not answered by a demand with a reservation
        (REFUND, ("деньги", "Вернуть платёж P-1009, 1 990 ₽, на карту?", "верните лучше только за январь")),
        (HUB, ("Закажите хаб с курьером, если он дешевле 10 000",)),
        (HUB, ("Закажите хаб с курьером, но позже",)),
        (HUB, ("Хочу хаб курьером, есть скидка?",)),
        (HUB, ("хочу заказать хаб с доставкой курьером, сколько это стоит",)),
        (HUB, ("сосед советует: закажи хаб с курьером",)),
        (HUB, ("заказать хаб курьером, наверное",)),
        (REFUND, ("верните деньги за P-1009 или объясните списание",)),
        (REFUND, ("refund P-1009 unless you fix it",)),
        (HUB, ("«Закажите хаб с доставкой курьером» — так написал сосед",)),
    ],
)
def test_what_was_not_offered_or_not_ordered_is_not_consented_to(
    action: Action, lines: tuple[str, ...]
) -> None:
    assert consent(action, talk(*lines)) == ""


def test_what_a_person_offered_is_not_consent_to_us() -> None:
    lines = ("хаб?", "Оформить вам хаб с курьером за 12 900 ₽?", "да")
    assert consent(HUB, talk(*lines)) == "agreed"
    assert consent(HUB, talk(*lines, by=OPERATOR)) == ""


def test_lines_sent_one_after_the_other_count_together() -> None:
    offer = [Said(role="agent", content=QUOTED, agent=SALES)]
    for said, given in ((("да", "да"), "agreed"), (("нет", "да"), ""), (("да", "хотя подождите"), "")):
        lines = [*offer, *(Said(role="customer", content=line) for line in said)]
        assert consent(HUB, lines) == given
