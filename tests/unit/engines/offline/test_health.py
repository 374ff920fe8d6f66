"""A fault whose cause the records know is told before any article."""

from __future__ import annotations

from typing import Any

import pytest

from app.agents.tools.presentation import present
from tests.support.scenes import TECH, Result, call, deed, say

FAULT = "my files do not open"
CALM: Result = ("service_status", {"status": "found", "incidents": []})
NO_DEVICES: Result = ("diagnose_devices", {"status": "found", "devices": []})


def account(*problems: str, **more: Any) -> Result:
    known = {"status": "found", "plan": "pro", "period": "month", "used_gb": 500, "storage_gb": 500,
             "devices_used": 2, "devices_allowed": 5, "subscription_status": "active"}  # fmt: skip
    return "account_facts", present({**known, "problems": list(problems), **more}, "en")


def test_the_service_the_account_and_the_devices_are_read() -> None:
    assert call(FAULT, "fault", agent=TECH).tool == "service_status"
    assert call(FAULT, "fault", agent=TECH, results=(CALM,)).tool == "account_facts"
    assert call(FAULT, "fault", agent=TECH, results=(CALM, account())).tool == "diagnose_devices"


@pytest.mark.parametrize(
    ("facts", "told"),
    [
        (account("past_due", subscription_status="past_due", debt_rub=1990), "1,990\u00a0₽"),
        (account("storage_full"), "500 GB"),
    ],
)
def test_an_unpaid_plan_or_a_full_storage_explains_it(facts: Result, told: str) -> None:
    said = say(FAULT, "fault", agent=TECH, results=(CALM, facts, NO_DEVICES), found={"call-drops": 0.95})
    assert told in said.text
    assert said.citations == []
    assert said.matter is not None
    assert said.matter.act in ("ask_debt", "ask_usage"), "what follows is about that"


def test_an_app_that_is_too_old_explains_it() -> None:
    old = {"name": "Anna's laptop", "app_version": "3.1", "problems": ["outdated_app"]}
    devices = ("diagnose_devices", {"status": "found", "devices": [old]})
    assert "3.1" in say(FAULT, "fault", agent=TECH, results=(CALM, account(), devices)).text


def test_what_was_told_before_is_not_told_again() -> None:
    facts = account("storage_full")
    first = say(FAULT, "fault", agent=TECH, results=(CALM, facts, NO_DEVICES)).text
    again = say(FAULT, "fault", agent=TECH, results=(CALM, facts, NO_DEVICES), before=(FAULT, first)).text
    assert first not in again


def test_what_was_read_in_an_earlier_turn_is_not_read_again() -> None:
    read = (deed("service_status"), deed("account_facts"), deed("diagnose_devices"))
    assert say(FAULT, "fault", agent=TECH, before=("hello", "Hello!"), deeds=read).text


def test_after_it_the_matter_is_what_explains_it() -> None:
    facts = account("past_due", subscription_status="past_due", debt_rub=1990)
    told = say(FAULT, "fault", agent=TECH, results=(CALM, facts, NO_DEVICES))
    assert told.matter is not None
    assert told.matter.act == "ask_debt"


def test_an_open_ticket_about_it_is_told() -> None:
    rows = [{"number": "T-5", "subject": "Files look empty", "ticket_status": "open", "opened": "May 1"}]
    told = say(FAULT, "fault", agent=TECH, results=(CALM, account(open_tickets=rows), NO_DEVICES))
    assert "T-5" in told.text


def devices(*rows: tuple[str, str, bool]) -> Result:
    known = [
        {"name": name, "platform": system, "app_version": "3.1", "problems": ["outdated_app"] if old else []}
        for name, system, old in rows
    ]
    return "diagnose_devices", {"status": "found", "devices": known}


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("the app crashes on my phone", False),
        ("the app crashes on the tablet", False),
        ("the app crashes on my laptop", True),
        ("на ноутбуке приложение вылетает", True),
        ("на телефоне приложение вылетает", False),
        ("the app crashes", True),
    ],
)
def test_an_old_app_on_another_device_than_the_one_named_explains_nothing(said: str, told: bool) -> None:
    rows = devices(("Study", "Windows 11", True), ("Anna's phone", "Android 14", False))
    answer = say(said, "fault", agent=TECH, results=(CALM, account(), rows), found={"app-crashes": 0.7})
    assert ("3.1" in answer.text) is told
    assert (answer.citations == ["app-crashes"]) is not told


def test_of_outages_only_those_of_the_service_that_is_named_are_told() -> None:
    rows = [
        {"service": "sync", "title": "Files sync late", "state": "lasting", "since": "May 1"},
        {"service": "calls", "title": "Calls drop", "state": "lasting", "since": "May 2"},
    ]
    known = (("service_status", {"status": "found", "incidents": rows}),)
    told = say("is there an outage of calls?", "ask_outage", agent=TECH, results=known).text
    assert "Calls drop" in told
    assert "Files sync late" not in told
    assert "no outage" in say("are notifications down?", "ask_outage", agent=TECH, results=known).text
