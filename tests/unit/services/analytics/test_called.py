"""Why a person was called, and with what the customer had come."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from app.core.dialog import Dialog
from app.core.models import ToolUse
from app.services.analytics.facts import facts_of
from app.services.analytics.reasons import called_by_reason, called_by_topic
from app.services.analytics.views import Called
from tests.support.small_history import Told, at


def use(name: str, status: str) -> ToolUse:
    return ToolUse(name=name, arguments={}, result="{}", status=status, number="P-1")


def called(text: str, **turn: Any) -> Dialog:
    return Told.of("anna", at(10)).asks(text, escalated=True, **turn).dialog


def counted(dialogs: Sequence[Dialog]) -> tuple[list[Called], list[Called]]:
    known = [facts for d in dialogs if (facts := facts_of(d))]
    return called_by_reason(known), called_by_topic(known)


CALL = [use("call_person", "called")]


@pytest.mark.parametrize(
    ("why", "dialog"),
    [
        ("asked", called("Позовите сотрудника", tools=CALL)),
        ("asked", called("короче надоело, достали, позовите живого человека плиз", tools=CALL)),
        ("asked", called("Это безобразие, третий раз пишу!!! Дайте менеджера по договору", tools=CALL)),
        ("asked", called("Позовите сотрудника", tools=CALL, model="gpt-4o-mini")),
        ("called", called("Разберитесь с договором", tools=CALL, model="gpt-4o-mini")),
        ("approval", called("Да, верните", tools=[use("refund_payment", "approval")])),
        ("angry", called("Это безобразие, третий раз пишу!!!", tools=CALL)),
        ("degraded", called("Разберитесь с договором", degraded=True)),
        ("unsettled", called("Разберитесь с договором", agent="supervisor")),
    ],
)
def test_what_called_a_person_first_is_the_reason(why: str, dialog: Dialog) -> None:
    [row], _ = counted([dialog, Told.of("boris", at(10)).asks("Сколько стоит Профи?").dialog])
    assert (row.name, row.dialogs, row.share.n) == (why, 1, 1)
    assert row.latest[0].dialog_id == dialog.dialog_id
    assert row.latest[0].subject == dialog.messages[0].content


def test_who_came_unasked_is_no_wish_of_the_customer() -> None:
    told = Told.of("anna", at(10)).asks("Сколько стоит Профи?")
    told.dialog.take_over("eva", "", told.clock)
    [row], _ = counted([told.dialog])
    assert row.name == "operator"


def test_topics_are_those_of_dialogs_with_a_person_the_largest_first_known_or_not() -> None:
    refunds = [called("Да", tools=[use("refund_payment", "approval")], citations=[]) for _ in range(2)]
    unknown = [called("Позовите сотрудника", tools=CALL, citations=[]) for _ in range(3)]
    _, rows = counted([*refunds, *unknown])
    assert [(row.kind, row.name, row.dialogs) for row in rows] == [
        ("none", "", 3),
        ("action", "refund_payment", 2),
    ]
    assert rows[1].share.value == 2 / 5
