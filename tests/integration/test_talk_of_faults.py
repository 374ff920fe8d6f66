"""Faults in everyday words, payments that fail, and how the steps went, in whole turns."""

from __future__ import annotations

import pytest

from app.services.workbench import Workbench
from tests.integration.test_skills_at_work import Chat, bench, office

__all__ = ["bench", "office"]
pytestmark = pytest.mark.anyio
ONWARD = ("1. ", "4. ", "7. ", "Завести заявку", "Позвать сотрудника", "Shall I", "Would you")
"""The next steps, or what is offered where none is left."""


@pytest.mark.parametrize(
    "said",
    ["прила крашится на андройде", "приложуха вылитает при запуске", "программка вылетает каждые пять минут",
     "app keeps crashin on my andriod"],
)  # fmt: skip
async def test_slang_for_the_app_is_the_app(bench: Workbench, said: str) -> None:
    assert "1. " in await Chat(bench, "demo_student").say(said)


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("банк отклонил карту, оплата не прошла", "«Профиль → Платежи»"),
        ("платёж не проходит, пишет отказ", "«Профиль → Платежи»"),
        ("visa got declined at checkout", "Profile → Payments"),
        ("the payment keeps failing, my card was rejected", "Profile → Payments"),
    ],
)
async def test_a_declined_card_is_no_stolen_one(bench: Workbench, said: str, told: str) -> None:
    chat = Chat(bench, "demo_student" if not said.isascii() else "demo_en")
    assert told in await chat.say(said)
    assert "call_person" not in [use.name for use in await chat.tools()]


@pytest.mark.parametrize(
    ("said", "worked", "glad"),
    [
        ("не списалось продление, карту отклонили", "оплатил другой картой, оплата прошла, спасибо", "рад"),
        ("пишет что тариф не оплачен", "всё получилось с другой карты", "рад"),
    ],
)
async def test_a_failed_renewal_is_told_from_the_records_and_success_ends_it(
    bench: Workbench, said: str, worked: str, glad: str
) -> None:
    chat = Chat(bench, "demo_past_due")
    told = await chat.say(said)
    assert "последнее списание не прошло" in told
    assert "1. " in told
    assert glad in await chat.say(worked)


@pytest.mark.parametrize(
    "said", ["у меня украли карту", "my card was stolen", "someone is charging my card!"]
)
async def test_a_theft_still_calls_a_person(bench: Workbench, said: str) -> None:
    chat = Chat(bench, "customer_123")
    await chat.say(said)
    assert "call_person" in [use.name for use in await chat.tools()]
    row = (await bench.operators.queue(10)).dialogs[0]
    assert row.summary.called == "called"


@pytest.mark.parametrize(
    ("lines", "reports"),
    [
        (["не могу войти в аккаунт"], ["в спаме ничего нет", "смотрел уже, пусто"]),
        (["забыл пароль, как восстановить"], ["не в спаме", "опять ничего"]),
        (["i cannot log in"], ["not in spam", "looked there, nada"]),
        (["app crashes when i open a file"], ["did that, no change mate", "nope, same thing"]),
    ],
)
async def test_a_short_report_goes_on_with_the_steps(
    bench: Workbench, lines: list[str], reports: list[str]
) -> None:
    chat = Chat(bench, "customer_123" if not lines[0].isascii() else "demo_en")
    for line in lines:
        await chat.say(line)
    for report in reports:
        told = await chat.say(report)
        assert any(sign in told for sign in ONWARD), told
        assert "Отписать" not in told
        assert "unsubscribe" not in told


@pytest.mark.parametrize(
    ("said", "device"), [("приложение вылетает", "самсунг а51"), ("приложение вылетает", "айфон 13")]
)
async def test_a_device_named_after_the_steps_is_noted(bench: Workbench, said: str, device: str) -> None:
    chat = Chat(bench, "demo_student")
    await chat.say(said)
    told = await chat.say(device)
    assert "учту" in told


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        (["the bank declined my card", "took my husbands card, went through ok"], "glad"),
        (["карту не принимает, оплата не проходит", "взял карту жены, и прошло"], "рад"),
    ],
)
async def test_another_card_that_paid_is_no_stolen_one(bench: Workbench, lines: list[str], told: str) -> None:
    chat = Chat(bench, "demo_student" if not lines[0].isascii() else "demo_en")
    for line in lines:
        said = await chat.say(line)
    assert told in said


async def test_a_forgotten_password_is_no_break_in(bench: Workbench) -> None:
    chat = Chat(bench, "demo_en_annual")
    assert "1. " in await chat.say("cant sign in to my acc, i dont remember my pw")
    assert "call_person" not in [use.name for use in await chat.tools()]
