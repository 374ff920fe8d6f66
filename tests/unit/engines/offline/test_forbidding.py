"""Lines that name an act lest it be done."""

from __future__ import annotations

import pytest

from app.engines.offline.forbidding import forbids

CANCEL, REFUND, ORDER = "cancel_subscription", "refund_payment", "create_order"


@pytest.mark.parametrize(
    ("tool", "said"),
    [
        (CANCEL, "не отменяйте подписку"),
        (CANCEL, "отменять ничего не надо"),
        (CANCEL, "I don't want to cancel my subscription, just ask when it ends"),
        (CANCEL, "please do not turn the renewal off"),
        (REFUND, "возврат мне не нужен"),
        (REFUND, "я не прошу вернуть деньги"),
        (REFUND, "I'm not asking for a refund"),
        (REFUND, "a refund is not needed"),
        (ORDER, "не оформляйте пока заказ"),
        (ORDER, "don't order anything"),
    ],
)
def test_what_is_denied_is_forbidden(tool: str, said: str) -> None:
    assert forbids(tool, said)


@pytest.mark.parametrize(
    ("tool", "said"),
    [
        (CANCEL, "не могу отменить подписку"),
        (CANCEL, "I don't use it, cancel my subscription"),
        (CANCEL, "не продлевайте подписку"),
        (CANCEL, "не надо, отменяйте"),
        (REFUND, "почему не возвращаете деньги"),
        (REFUND, "if you don't refund me I will complain"),
        (REFUND, "не возвращайте на карту, верните на счёт"),
        (REFUND, "не бонусы, а возврат"),
        (ORDER, "не надо звонить, просто оформите заказ"),
    ],
)
def test_a_negation_of_something_else_forbids_nothing(tool: str, said: str) -> None:
    assert not forbids(tool, said)
