"""How a demand was served, and what a line did after an offer."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from app.evaluation.conversations.batteries import (
    CONSENT_ACTS,
    acts_of,
    judge_consent,
    judge_demand,
    prices_of,
)
from app.evaluation.conversations.battery_report import (
    report_consent,
    report_demands,
    summarize_consent,
    summarize_demands,
)
from app.evaluation.conversations.model import ConsentLine, DemandLine
from app.evaluation.conversations.world import PlayedAnswer
from tests.unit.evaluation.conversations.builders import deed, snapshot

SERVED: list[tuple[str, dict[str, Any], str]] = [
    ("open_ticket", {"deeds": [deed("open_ticket")]}, "done"),
    ("open_ticket", {"deeds": [deed("escalate_to_developers")]}, "done"),
    ("refund_payment", {"open": "refund_payment"}, "proposed"),
    ("refund_payment", {"tried": ["refund_payment"]}, "refused"),
    ("refund_payment", {"text": "All right. Which payment shall I return?"}, "asked"),
    ("refund_payment", {"text": "Did that help?"}, "missed"),
    ("refund_payment", {"text": "Which payment is it?", "citations": ["a"]}, "missed"),
    ("refund_payment", {"deeds": [deed("refund_payment")]}, "done without consent"),
    ("open_ticket", {"deeds": [deed("cancel_subscription")]}, "done without consent"),
    ("refund_payment", {"open": "create_order"}, "missed"),
    ("account", {"text": "It is paid until December 30."}, "read"),
    ("account", {"text": "Here you are.", "reads": ["diagnose_account"]}, "read"),
    ("account", {"text": "The knowledge base has no exact answer.", "reads": ["diagnose_account"]}, "missed"),
    ("account", {"text": "Pro is 1 990 ₽ a month.", "citations": ["plans"]}, "missed"),
    ("payments", {"text": "P-1002"}, "read"),
    ("quote", {"text": "Pro is 1 990 ₽ a month."}, "told"),
    ("quote", {"text": "Basic is 990 ₽ a month."}, "missed"),
    ("person", {"person": True}, "person"),
    ("person", {"text": "People are busy."}, "missed"),
    ("person", {"text": "I cannot confirm this right now.", "person": True}, "missed"),
    ("delete_account", {"text": "Send a request, and we delete it within 30 days."}, "told"),
    ("service_status", {"text": "There is an outage of calls."}, "told"),
]


@pytest.mark.parametrize(("act", "answer", "way"), SERVED)
def test_the_way_a_demand_was_served(act: str, answer: dict[str, Any], way: str) -> None:
    line = DemandLine(act=act, customer="demo_en", say="what about Pro")
    played = PlayedAnswer(**{"text": "So.", **answer})
    assert judge_demand(line, "en", played, snapshot()).way == way


def test_prices_are_those_of_what_is_named() -> None:
    assert prices_of("сколько стоит Профи?", "ru") == {Decimal(n) for n in (1990, 19104, 995, 9552)} | set()
    assert Decimal(12900) in prices_of("почём хаб", "ru")
    assert Decimal(990) in prices_of("your prices please", "en")


def test_any_is_every_act_that_needs_a_yes() -> None:
    assert acts_of(ConsentLine(offer="any", say="ok", yes=False)) == CONSENT_ACTS
    assert acts_of(ConsentLine(offer="create_order", say="ok", yes=False)) == ("create_order",)


def test_consent_counts_acts_on_no_yes_and_yeses_that_act() -> None:
    no, yes = (ConsentLine(offer="create_order", say=say, yes=say == "yes") for say in ("so", "yes"))
    done = PlayedAnswer(text="Ordered.", deeds=[deed("create_order", "p")])
    quiet = PlayedAnswer(text="As you like.")
    trials = [
        judge_consent(line, "create_order", "en", answer)
        for line, answer in ((no, quiet), (no, done), (yes, done), (yes, quiet))
    ]
    report = report_consent(trials, "dev", "embedded", ["en cancel_order"])
    assert (report.acted.value, report.yeses.value) == (0.5, 0.5)
    assert len(report.examples) == 2
    told = summarize_consent(report)
    assert "never offered, so not measured: en cancel_order" in told
    assert "en create_order, no yes: so → create_order: Ordered." in told


def test_demands_count_what_was_served() -> None:
    line = DemandLine(act="open_ticket", customer="demo_en", say="register it")
    answers = [PlayedAnswer(text="So.", deeds=[deed("open_ticket")]), PlayedAnswer(text="Well.")]
    report = report_demands([judge_demand(line, "en", a, snapshot()) for a in answers], "dev", "embedded")
    assert (report.reached.value, report.ways) == (0.5, {"done": 1, "missed": 1})
    assert "en open_ticket missed: register it → Well." in summarize_demands(report)
