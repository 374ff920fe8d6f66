"""What a line names decides between neighbouring acts."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.core.models import OpenMatter, Reading
from app.engines.offline.conversation import LinePart
from app.engines.offline.wishes import Intent, corrected, read_wishes
from tests.support.scenes import deed, scene


def wish(said: str, act: str, p: float = 0.9, *, matter: OpenMatter | None = None) -> Intent:
    [found] = read_wishes(scene(said, act, p, before=("hello", "How can I help?"), matter=matter))
    return found


@pytest.mark.parametrize("act", ["confirm", "correct"])
def test_with_no_question_open_the_name_of_an_act_demands_it(act: str) -> None:
    found = wish("then cancel it", act, matter=OpenMatter(act="ask_next_charge"))
    assert found.act == "cancel_plan"
    assert wish("sure", act, matter=OpenMatter(act="ask_next_charge")).act == act


@pytest.mark.parametrize(
    ("said", "act", "matter", "read"),
    [
        ("how much storage does Pro have", "ask_price", "", "ask_plans"),
        ("and how many people?", "ask_usage", "ask_price", "ask_plans"),
        ("how many devices have i got", "ask_usage", "ask_price", "ask_usage"),
        ("how much is Pro", "ask_plans", "", "ask_price"),
    ],
)
def test_what_a_plan_has_is_read_from_the_plans(said: str, act: str, matter: str, read: str) -> None:
    before = OpenMatter(act=matter, slots={"plan": "pro", "item": "pro"} if matter else {})
    assert wish(said, act, matter=before).act == read


def test_a_discount_that_is_named_prices_what_was_spoken_of() -> None:
    spoken_of = OpenMatter(act="ask_price", slots={"plan": "pro", "item": "pro"})
    found = wish("i am a student by the way", "small_talk", 0.2, matter=spoken_of)
    assert (found.act, found.slots["item"], found.slots["discount"]) == ("ask_price", "pro", "student")


@pytest.mark.parametrize(
    ("said", "act", "read"),
    [
        ("what would Basic cost if I came back", "ask_rules", "ask_price"),
        ("we are 24 people. allowed?", "ask_rules", "ask_price"),
        ("we are 24 people", "ask_rules", "ask_rules"),
        ("one key by courier to Easton, Mill Lane 4", "give_data", "order"),
        ("what is the number of the ticket that we opened", "", "ask_ticket"),
        ("it was in a ticket", "", ""),
        ("I no longer need the year. How much can be returned to me?", "cancel_plan", "refund"),
        ("I no longer need the year", "cancel_plan", "cancel_plan"),
    ],
)
def test_what_a_line_names_decides_what_it_wants(said: str, act: str, read: str) -> None:
    [found] = read_wishes(scene(said, act, before=("hello", "Hello!")))
    assert found.act == read


def test_goods_that_were_spoken_of_are_ordered_by_their_delivery() -> None:
    spoken = OpenMatter(act="ask_delivery", text="delivery of the hub", slots={"goods": "hub", "item": "hub"})
    [found] = read_wishes(scene("them, by courier", "correct", before=("hello", "Hello!"), matter=spoken))
    assert (found.act, found.slots["item"], found.slots["delivery"]) == ("order", "hub", "courier")


def test_a_weak_no_that_asks_is_a_question() -> None:
    [found] = read_wishes(
        scene("I do not lose the plan over it, do I?", "refuse", 0.2, before=("hi", "Hello!"))
    )
    assert found.act == "ask_rules"
    [clear] = read_wishes(scene("no, do I look like it", "refuse", before=("hi", "Hello!")))
    assert clear.act == "refuse"


def test_a_question_that_is_weakly_a_demand_is_what_it_asks_about() -> None:
    said = "I cancelled, didn't I? it still opens"
    for p, act in ((0.38, "ask_plan"), (0.7, "resume_plan")):
        reading = Reading((("resume_plan", p), ("ask_plan", 0.34)))
        [found] = read_wishes(scene(said, before=("hi", "Hello!"), parts=(LinePart(said, reading),)))
        assert found.act == act


@pytest.mark.parametrize(
    ("said", "act", "read"),
    [
        ("which version have I got", "ask_how", "ask_devices"),
        ("will my files be deleted?", "ask_rules", "ask_files"),
        ("what happens to the photos", "", "ask_files"),
        ("my files were deleted", "fault", "fault"),
        ("how do I share a file", "ask_how", "ask_how"),
    ],
)
def test_versions_and_the_fate_of_files_are_asked_for_by_name(said: str, act: str, read: str) -> None:
    assert wish(said, act).act == read


def test_after_an_order_its_price_is_asked_for() -> None:
    assert (
        wish("and how much for the keys", "ask_price", matter=OpenMatter(act="cancel_order")).act
        == "ask_order"
    )


def test_an_address_for_an_order_that_is_spoken_of_orders_nothing_new() -> None:
    spoken = OpenMatter(act="change_address", slots={"goods": "hub", "item": "hub"})
    assert wish("then the key, by courier to Easton", "give_data", matter=spoken).act != "order"


@pytest.mark.parametrize("said", ["what happens with my 38 gigs", "and my stuff?"])
def test_a_rule_about_files_beside_the_end_of_a_plan_is_what_becomes_of_them(said: str) -> None:
    assert wish(said, "ask_rules", matter=OpenMatter(act="refund")).act == "ask_files"


def test_a_rule_about_files_beside_anything_else_stays_one() -> None:
    assert wish("and my stuff?", "ask_rules", matter=OpenMatter(act="ask_delivery")).act == "ask_rules"


def test_a_fault_since_yesterday_lasts_and_one_of_yesterday_is_an_outage_that_was() -> None:
    assert wish("can't upload anything since yesterday", "fault").act == "fault"
    assert wish("ничего не грузится со вчерашнего дня", "fault").act == "fault"
    assert wish("yesterday nothing opened for hours", "fault").act == "ask_outage"


@pytest.mark.parametrize("act", ["cancel_plan", "correct"])
def test_a_question_with_a_not_beside_a_proposal_makes_sure_and_changes_nothing(act: str) -> None:
    put = {"tool": "change_subscription", "arguments": {"plan": "pro"}}
    line = scene("monthly, you won't take a whole year?", act, 0.24, before=("put me on Pro", "Shall I?"),
                 proposal=put, matter=OpenMatter(act="change_plan", slots={"plan": "pro"}))  # fmt: skip
    [found] = read_wishes(line)
    assert (found.act, found.slots.get("period")) != (act, "year")
    assert found.act == "ask_sure"


def test_the_only_number_beside_a_call_is_its_hour() -> None:
    spoken = OpenMatter(act="callback", text="call me tomorrow at 5")
    line = scene("4 would be better actually", "correct", before=("call me tomorrow at 5", "Booked."),
                 deeds=(deed("book_callback", "CB-1"),), matter=spoken)  # fmt: skip
    [found] = read_wishes(line)
    changed = corrected(found, line)
    assert changed is not None
    assert (changed.act, changed.text.split("\n")[-1]) == ("move_call", "at 4")


def test_what_a_plan_will_cost_is_its_price_and_when_it_is_charged_is_not() -> None:
    assert wish("what will Pro cost me after the trial", "ask_next_charge").act == "ask_price"
    assert wish("when is Pro charged", "ask_next_charge").act == "ask_next_charge"


def test_how_much_at_the_beginning_is_what_we_cost() -> None:
    [found] = read_wishes(scene("how much are you", "ask_amount"))
    assert found.act == "ask_price"
    assert wish("how much is it", "ask_amount").act == "ask_amount"


def test_for_so_many_people_it_is_a_price_without_a_question_mark_too() -> None:
    assert wish("what is it for 26 people", "ask_amount").act == "ask_price"


def test_whether_files_are_safe_is_asked_without_a_word_for_asking() -> None:
    assert wish("are my files safe", "ask_rules", 0.4).act == "ask_files"


def test_a_number_that_is_asked_for_is_that_of_what_the_line_names() -> None:
    spoken = OpenMatter(act="ask_debt")
    assert wish("what number has my ticket about the card", "ask_number", matter=spoken).act == "ask_ticket"
    assert wish("and the number?", "ask_number", matter=spoken).act == "ask_number"


def test_how_much_of_a_plan_comes_back_is_a_refund() -> None:
    found = wish("а за остаток дней деньги вернете?", "ask_amount", matter=OpenMatter(act="ask_plan"))
    assert found.act == "refund"


def test_who_says_hello_and_orders_an_act_wants_the_act() -> None:
    line = LinePart("прив верните за подписку пж", Reading((("greeting", 0.37), ("refund", 0.12))))
    [found] = read_wishes(replace(scene(line.text, "greeting", language="ru"), parts=(line,)))
    assert found.act == "refund"


@pytest.mark.parametrize("said", ["can't be bothered, close my plan", "закройте мне подписку"])
def test_closing_a_plan_closes_no_ticket(said: str) -> None:
    spoken = OpenMatter(act="ask_ticket")
    assert wish(said, "close_ticket", matter=spoken).act == "cancel_plan"
    assert wish("close that ticket about my plan", "close_ticket", matter=spoken).act == "close_ticket"


def test_the_day_of_an_update_is_no_day_of_an_outage() -> None:
    said = "after the update yesterday it closes by itself"
    [found] = read_wishes(scene(said, "fault", found={"app-crashes": 0.6}))
    assert found.act == "fault"
    [found] = read_wishes(scene("calls froze yesterday", "fault", found={"call-drops": 0.6}))
    assert found.act == "ask_outage"
