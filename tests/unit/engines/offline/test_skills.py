"""What is missing is asked, then the tool is called, then its result is told."""

from __future__ import annotations

from typing import Any

import pytest

from app.agents.tools.presentation import present
from app.core.models import OpenMatter, Reading
from app.engines.offline.conversation import LinePart
from app.engines.offline.intents import BY_NAME
from app.engines.offline.lexicon import skillbook
from app.engines.offline.skills import ACTS
from app.engines.offline.wishes import OFFER
from tests.support.scenes import BOSS, SALES, TECH, call, hand_over, say

PRO = {"item": "pro", "plan": "pro"}


def asks(skill: str, key: str, language: str = "en") -> str:
    return skillbook(language).skills[skill].asks[key]


@pytest.mark.parametrize(
    ("agent", "act", "said", "skill", "slot"),
    [
        (SALES, "order", "оформите Профи", "order", "period"),
        (SALES, "order", "закажите хаб", "order", "delivery"),
        (SALES, "order", "хочу оформить подписку", "order", "item"),
        (SALES, "change_plan", "смените мне тариф", "change", "plan"),
        (TECH, "open_ticket", "заведите заявку", "ticket", "subject"),
        (BOSS, "complaint", "хочу подать жалобу", "complaint", "subject"),
        (BOSS, "callback", "перезвоните завтра", "callback", "time"),
        (BOSS, "callback", "перезвоните завтра вечером", "callback", "time"),
        (BOSS, "callback", "позвоните 31.11 в 10", "callback", "time"),
        (BOSS, "callback", "в 25:00 жду звонка", "callback", "time"),
        (BOSS, "callback", "я в Омске, позвоните завтра в 15", "callback", "time"),
        (BOSS, "callback", "звоните завтра или в среду в 12", "callback", "time"),
        (SALES, "order", "order Pro", "order", "period"),
        (SALES, "order", "buy a hub", "order", "delivery"),
        (BOSS, "callback", "call me back tomorrow", "callback", "time"),
    ],
)
def test_what_is_missing_is_asked_for_and_kept(
    agent: str, act: str, said: str, skill: str, slot: str
) -> None:
    language = "en" if said.isascii() else "ru"
    told = say(said, act, agent=agent, language=language)
    assert told.text == asks(skill, slot, language)
    assert told.matter is not None
    assert (told.matter.act, told.matter.asked) == (act, slot)


@pytest.mark.parametrize(
    ("agent", "matter", "said", "tool", "arguments"),
    [
        (SALES, OpenMatter(act="order", text="Pro", slots=PRO, asked="period"), "for a year",
         "create_order", {"item": "pro", "period": "year"}),
        (SALES, OpenMatter(act="order", text="keys", slots={"item": "key", "quantity": 2}, asked="delivery"),
         "pick-up", "create_order", {"item": "key", "quantity": 2, "delivery": "pickup"}),
        (SALES, OpenMatter(act="change_plan", text="another plan", asked="plan"), "Business",
         "change_subscription", {"plan": "business"}),
        (TECH, OpenMatter(act="add_to_ticket", text="to T-1001", slots={"ticket": "T-1001"}, asked="note"),
         "it fails on the phone too", "update_ticket",
         {"ticket": "T-1001", "note": "it fails on the phone too"}),
        (BOSS, OpenMatter(act="complaint", text="a complaint", asked="subject"), "the courier never came",
         "open_complaint", {"subject": "the courier never came"}),
        (BOSS, OpenMatter(act="callback", text="call me tomorrow", asked="time"), "at 16:00",
         "book_callback", {"when": "2026-11-23T16:00:00+03:00"}),
    ],
)  # fmt: skip
def test_the_answer_to_a_question_of_ours_goes_on(
    agent: str, matter: OpenMatter, said: str, tool: str, arguments: dict[str, Any]
) -> None:
    made = call(said, "give_data", agent=agent, before=(matter.text, "?"), matter=matter)
    assert (made.tool, made.arguments) == (tool, arguments)


@pytest.mark.parametrize(
    ("said", "arguments"),
    [
        ("перезвоните мне в понедельник в 16:45", {"when": "2026-11-23T16:45:00+03:00"}),
        ("call me on Monday at a quarter to five", {"when": "2026-11-23T16:45:00+03:00"}),
        ("в понедельник после 18 звоните на +7 912 345-67-89",
         {"when": "2026-11-23T18:00:00+03:00", "phone": "+7 912 345-67-89"}),
        ("call me on Monday at 12:30", {"when": "2026-11-23T12:30:00+03:00"}),
    ],
)  # fmt: skip
def test_a_call_is_booked_for_the_minute_that_was_said(said: str, arguments: dict[str, Any]) -> None:
    assert call(said, "callback", agent=BOSS).arguments == arguments


def test_nothing_is_cut_silently() -> None:
    made = call("price of Business for 9999 people for a year", "ask_price", agent=SALES)
    assert made.arguments == {"item": "business", "period": "year", "people": 9999}


@pytest.mark.parametrize(
    ("act", "said", "tool", "arguments"),
    [
        ("cancel_plan", "cancel my subscription", "cancel_subscription", {}),
        ("resume_plan", "turn the renewal on again", "resume_subscription", {}),
        ("change_plan", "move me to Basic", "change_subscription", {"plan": "basic"}),
        ("order", "order Pro for a year", "create_order", {"item": "pro", "period": "year"}),
    ],
)
def test_an_act_that_needs_consent_is_called_at_once_and_beside_its_question_nothing_is_said(
    act: str, said: str, tool: str, arguments: dict[str, Any]
) -> None:
    made = call(said, act)
    assert (made.tool, made.arguments) == (tool, arguments)
    assert say(said, act, results=((tool, {"status": "proposed"}),)).text == ""


@pytest.mark.parametrize(
    ("status", "key"), [({"status": "declined"}, "declined"), ({"status": "approval"}, "approval")]
)
def test_what_others_decided_is_told(status: dict[str, Any], key: str) -> None:
    told = say("no, leave it", "refuse", results=(("cancel_subscription", status),), before=("x", "Shall I?"))
    assert told.text == skillbook("en").general[key][-1]


def test_a_confirmed_act_is_told_with_what_comes_of_it() -> None:
    facts = present({"status": "done", "number": "R-7", "payment": "P-1", "amount_rub": 990}, "en")
    told = say(
        "yes, refund it",
        "confirm",
        agent=BOSS,
        results=(("refund_payment", facts),),
        before=("x", "Shall I?"),
    )
    assert "R-7" in told.text


def test_a_desk_without_the_tool_hands_over_and_where_none_is_reached_says_so() -> None:
    assert hand_over("Pro for a year", "order", agent=TECH).to == SALES
    told = say("Pro for a year", "order", agent=TECH, may_hand_to=())
    assert told.text == skillbook("en").general["unavailable"][0]


def test_somebody_unknown_is_told_so() -> None:
    refused = {"status": "refused", "reason": "unknown_customer"}
    told = say("Pro for a year", "order", results=(("create_order", refused),))
    assert told.text == skillbook("en").general["stranger"][0]


def test_what_follows_is_offered_once_it_is_done() -> None:
    facts = present(
        {"status": "done", "number": "O-1", "item": "pro", "period": "year", "total_rub": 19_104}, "en"
    )
    told = say("Pro for a year", "order", results=(("create_order", facts),))
    assert told.matter is not None
    assert (told.matter.asked, told.matter.offered) == (OFFER, "pay_link")
    assert told.text.count("?") == 1
    refused = {"status": "refused", "reason": "too_many"}
    assert "?" not in say("Pro for a year", "order", results=(("create_order", refused),)).text


@pytest.mark.parametrize("reason", ["outside_hours", "in_the_past", "too_far"])
def test_a_time_that_was_refused_is_asked_for_again(reason: str) -> None:
    facts = {"status": "refused", "reason": reason}
    told = say("call me tomorrow at 15:00", "callback", agent=BOSS, results=(("book_callback", facts),))
    assert told.matter is not None
    assert told.matter.asked == "time"


def test_the_price_of_nothing_that_is_named_is_the_price_of_the_own_plan() -> None:
    assert call("what does it cost", "ask_price").tool == "account_facts"


def test_every_skill_is_asked_for_by_an_act_and_has_words() -> None:
    assert BY_NAME.keys() == ACTS.keys()
    for language in ("ru", "en"):
        assert BY_NAME.keys() <= skillbook(language).skills.keys()


def test_of_on_and_off_the_one_is_meant_that_is_not_so_yet() -> None:
    runs = ("resume_subscription", {"status": "refused", "reason": "already_renewing"})
    reading = Reading((("resume_plan", 0.6), ("cancel_plan", 0.35)))
    parts = (LinePart("switch off the renewal", reading),)
    assert call("switch off the renewal", results=(runs,), parts=parts).tool == "cancel_subscription"
    alone = (LinePart("switch it on", Reading((("resume_plan", 0.9),))),)
    assert "already on" in say("switch it on", results=(runs,), parts=alone).text


def test_an_address_that_is_named_with_an_order_goes_with_it() -> None:
    made = call("one key by courier to Easton, Mill Lane 4", "order", agent=SALES)
    assert made.arguments["address"] == "Easton, Mill Lane 4"


def test_of_the_latest_payment_the_others_are_not_told() -> None:
    rows = [{"number": "P-2", "amount": "990 ₽", "paid": "May 2"}, {"number": "P-1", "amount": "880 ₽"}]
    found = ("find_payments", {"status": "found", "payments": rows})
    told = say("how much was my last payment", "ask_payments", agent=BOSS, results=(found,)).text
    assert "990 ₽" in told
    assert "880 ₽" not in told


def test_who_has_no_order_to_redirect_orders_the_goods_that_are_named() -> None:
    none = ("find_orders", {"status": "found", "orders": []})
    made = call("one key by courier to Easton, Mill Lane 4", "change_address", agent=SALES, results=(none,))
    assert made.tool == "create_order"


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("until what date is it paid?", "Until December 1, 2026."),
        ("how much is it?", "1,990 ₽ a month."),
        ("until when and how much?", ""),
    ],
)
def test_of_what_was_told_before_only_what_is_asked_is_told(said: str, told: str) -> None:
    facts = {"status": "found", "subscription_status": "active", "plan": "Pro", "period": "month",
             "price": "1,990 ₽", "paid_until": "December 1, 2026", "next_charge": "1,990 ₽"}  # fmt: skip
    results = (("account_facts", facts),)
    first = say("my plan?", "ask_plan", results=results).text
    again = say(said, "ask_plan", before=("my plan?", first), results=results).text
    assert again == told or (not told and first in again)


def test_an_offer_that_was_just_made_stands_and_is_not_made_again() -> None:
    result = ("quote", {"status": "found", "item": "Orbita Hub", "total": "12,900 ₽"})
    first = say("how much is the hub", "ask_price", results=(result,))
    again = say("how much", "ask_price", results=(result,), before=("how much is the hub", first.text))
    assert first.text.endswith("?")
    assert "?" not in again.text
    assert again.matter is not None
    assert again.matter.offered == "order"


def test_the_versions_of_all_devices_are_told() -> None:
    rows = [
        {"name": "Laptop", "app_version": "3.1", "problems": ["outdated_app"]},
        {"name": "Phone", "app_version": "5.8", "problems": []},
    ]
    told = say(
        "which version",
        "ask_devices",
        agent=TECH,
        results=(("diagnose_devices", {"status": "found", "devices": rows}),),
    )
    assert "3.1" in told.text
    assert "5.8" in told.text


def test_an_outage_that_is_over_is_not_told_as_lasting() -> None:
    over = {
        "title": "Files do not open",
        "since": "May 1, 3:00 AM",
        "until": "May 1, 12:00 PM",
        "state": "ended",
    }
    lasting = {"title": "Calls drop", "since": "May 3, 10:20 AM", "state": "lasting"}
    facts = ("service_status", {"status": "found", "incidents": [lasting, over]})
    told = say("what was down yesterday?", "ask_outage", agent=TECH, results=(facts,)).text
    assert "Files do not open: from May 1, 3:00 AM to May 1, 12:00 PM, resolved" in told
    assert "right now" not in told


def test_a_device_whose_name_is_in_other_letters_is_named_by_its_platform() -> None:
    row = {
        "name": "Ноутбук Ильи",
        "platform": "Windows 11",
        "app_version": "4.11.0",
        "problems": ["outdated_app"],
    }
    facts = ("diagnose_devices", {"status": "found", "devices": [row]})
    told = say("which version is on it?", "ask_devices", agent=TECH, results=(facts,)).text
    assert "Windows 11 is an old version, 4.11.0" in told


TWICE = [
    {"number": "P-2", "amount": "990 ₽", "refunded": "0 ₽", "duplicate_of": "P-1"},
    {"number": "P-1", "amount": "990 ₽", "refunded": "0 ₽"},
]


def test_a_double_charge_that_the_records_show_is_put_for_a_refund() -> None:
    found = (("find_payments", {"status": "found", "payments": TWICE}),)
    asked = call("you charged me twice", "ask_payments", agent=BOSS, results=found)
    assert (asked.tool, asked.arguments) == ("refund_payment", {"payment": "P-2"})


@pytest.mark.parametrize(
    ("said", "rows"),
    [
        ("what did I pay", TWICE),
        ("you charged me twice", TWICE[1:]),
        ("you charged me twice", [{**TWICE[0], "refunded": "990 ₽"}]),
    ],
)
def test_payments_are_listed_where_nothing_was_charged_twice_or_nobody_says_so(
    said: str, rows: list[dict[str, Any]]
) -> None:
    found = (("find_payments", {"status": "found", "payments": rows}),)
    assert rows[0]["number"] in say(said, "ask_payments", agent=BOSS, results=found).text


def test_words_for_a_ticket_that_is_not_there_open_one_where_that_may_be_meant() -> None:
    none = (("find_tickets", {"status": "found", "tickets": []}),)
    both = Reading((("add_to_ticket", 0.6), ("open_ticket", 0.3)))
    said = "please open a ticket, the folders show up twice"
    known = {"agent": TECH, "results": none, "parts": (LinePart(said, both),)}
    assert call(said, "add_to_ticket", **known).tool == "open_ticket"
    alone = (LinePart(said, Reading((("add_to_ticket", 0.9),))),)
    assert "ticket" in say(said, "add_to_ticket", **{**known, "parts": alone}).text
