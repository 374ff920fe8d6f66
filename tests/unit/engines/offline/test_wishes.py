"""What the customer wants, from the acts of a line and what was asked, offered and done before."""

from __future__ import annotations

from typing import Any

import pytest

from app.core.models import OpenMatter, Reading
from app.engines.offline.conversation import LinePart, PastDeed
from app.engines.offline.reports import HELPED
from app.engines.offline.wishes import DECLINED, OFFER, Intent, best_act, read_wishes
from tests.support.scenes import BOSS, TECH, deed, scene

SPOKEN = ("hello", "How can I help?")
ORDER = OpenMatter(act="order", text="get me Pro", slots={"item": "pro", "plan": "pro"}, asked="period")


def wish(said: str, act: str = "", p: float = 0.9, **known: Any) -> Intent:
    [found] = read_wishes(scene(said, act, p, **{"before": SPOKEN, **known}))
    return found


def test_what_is_urgent_comes_first_and_the_rest_in_the_order_of_saying() -> None:
    said = [("my card was stolen", "card_stolen"), ("which plans", "ask_plans"), ("I am hacked", "hacked")]
    acts = [each.act for each in read_wishes(scene(said[::-1]))]
    assert acts == ["hacked", "card_stolen", "ask_plans"]


@pytest.mark.parametrize(
    ("acts", "kept"),
    [
        (["ask_order", "cancel_order"], ["cancel_order"]),
        (["ask_payments", "cancel_call"], ["ask_payments", "cancel_call"]),
        (["fault", "solved"], ["solved"]),
        (["tried", "unsolved"], ["tried", "unsolved"]),
    ],
)
def test_what_only_leads_up_to_something_else_in_the_message_is_no_wish(
    acts: list[str], kept: list[str]
) -> None:
    said = [(f"part {n}", act) for n, act in enumerate(acts)]
    assert [each.act for each in read_wishes(scene(said, before=SPOKEN))] == kept


def test_the_answer_to_our_question_fills_the_slot_that_was_asked() -> None:
    found = wish("for a year", "give_data", matter=ORDER)
    assert (found.act, found.answers) == ("order", "period")
    assert found.slots == {"item": "pro", "plan": "pro", "period": "year"}
    assert found.text == "get me Pro\nfor a year"


def test_another_demand_is_no_answer() -> None:
    assert wish("cancel my subscription for the year", "cancel_plan", matter=ORDER).act == "cancel_plan"


def test_what_an_operator_asked_is_not_answered_to_us() -> None:
    assert wish("for a year", "give_data", matter=ORDER, by_person=True).answers == ""


@pytest.mark.parametrize("act", ["refuse", "postpone"])
def test_a_no_to_our_question_is_declined(act: str) -> None:
    assert wish("not really", act, matter=ORDER).act == DECLINED


OFFERED = OpenMatter(
    act="order", text="how much is Pro", slots={"item": "pro"}, asked=OFFER, offered="pay_link"
)


@pytest.mark.parametrize(
    ("act", "wanted"),
    [
        ("confirm", "pay_link"),
        ("acknowledge", "pay_link"),
        ("pay_link", "pay_link"),
        ("refuse", DECLINED),
        ("postpone", DECLINED),
        ("", DECLINED),
        ("cancel_plan", "cancel_plan"),
        ("ask_delivery", "ask_delivery"),
    ],
)
def test_an_offer_is_taken_by_assent_or_by_naming_it_and_other_wishes_leave_it(act: str, wanted: str) -> None:
    assert wish("well then", act, matter=OFFERED).act == wanted


@pytest.mark.parametrize(
    ("act", "told"),
    [("confirm", "solved"), ("refuse", "unsolved"), ("tried", "tried"), ("unsolved", "unsolved")],
)
def test_a_bare_yes_or_no_says_whether_the_steps_helped(act: str, told: str) -> None:
    found = wish("yes or no", act, matter=OpenMatter(act="fault", text="it hangs", asked=HELPED))
    assert (found.act, found.text) == (told, "it hangs")


@pytest.mark.parametrize("act", ["ask_when", "ask_price", "refuse"])
def test_a_question_is_no_text_for_a_ticket(act: str) -> None:
    asked = OpenMatter(act="open_ticket", text="open a ticket", asked="subject")
    assert wish("how long does it take", act, matter=asked).answers == ""


def test_whatever_else_is_said_to_the_question_for_a_subject_is_the_subject() -> None:
    asked = OpenMatter(act="open_ticket", text="open a ticket", asked="subject")
    found = wish("the camera stays black", "fault", matter=asked, agent=TECH)
    assert (found.act, found.slots["subject"]) == ("open_ticket", "the camera stays black")


def test_what_leans_on_nothing_means_nothing() -> None:
    assert wish("yes", "confirm", before=()).act == ""
    assert wish("yes", "confirm").act == "confirm"


@pytest.mark.parametrize(("act", "p"), [("refund", 0.19), ("ask_plan", 0.11), ("hacked", 0.49)])
def test_below_its_threshold_an_act_is_none(act: str, p: float) -> None:
    assert wish("something or other", act, p).act == ""
    assert wish("something or other", act, p + 0.02).act == act


def test_near_the_open_matter_an_act_is_likelier() -> None:
    part = LinePart("and the other one", Reading((("ask_price", 0.3), ("ask_ticket", 0.2))))
    assert best_act(part, scene("x", before=SPOKEN)) == "ask_price"
    about = OpenMatter(act="open_ticket", text="it hangs")
    assert best_act(part, scene("x", before=SPOKEN, matter=about)) == "ask_ticket"


def test_a_greeting_before_a_request_is_none() -> None:
    reading = Reading((("greeting", 0.5), ("refund", 0.3)))
    request = LinePart("hello, I would like to have the last payment returned to me", reading)
    assert best_act(request, scene("x")) == "refund"
    assert best_act(LinePart("hello there", reading), scene("x")) == "greeting"


@pytest.mark.parametrize(
    ("said", "act", "p", "meant"),
    [
        ("open a ticket", "open_ticket", 0.31, True),
        ("open a ticket", "open_ticket", 0.29, False),
        ("call me", "callback", 0.25, False),
        ("call me tomorrow at 15:00", "callback", 0.25, True),
        ("refund", "refund", 0.25, True),  # asked about anyway before it is done
    ],
)
def test_what_is_done_at_once_has_to_be_meant(said: str, act: str, p: float, meant: bool) -> None:
    assert wish(said, act, p, agent=BOSS).is_meant is meant


def test_a_detail_that_is_corrected_belongs_to_the_open_matter() -> None:
    known = {"item": "pro", "plan": "pro", "period": "year"}
    found = wish("monthly then", "", matter=OpenMatter(act="order", text="Pro for a year", slots=known))
    assert (found.act, found.slots["period"], found.slots["item"]) == ("order", "month", "pro")


def test_another_time_for_the_call_that_was_booked_moves_it() -> None:
    booked: tuple[PastDeed, ...] = (deed("book_callback", "CB-1"),)
    about = OpenMatter(act="callback", text="call me tomorrow at 15:00")
    assert wish("no, at 16:30", "", matter=about, deeds=booked).act == "move_call"
    assert wish("no, at 16:30", "", matter=about).act == "callback"


def test_what_was_named_while_choosing_holds_for_the_purchase() -> None:
    asked = OpenMatter(
        act="ask_price", text="price of Pro for a year", slots={"item": "pro", "period": "year"}
    )
    assert wish("order it", "order", matter=asked).slots == {"item": "pro", "period": "year"}
    assert wish("cancel my plan", "cancel_plan", matter=asked).slots == {}


def test_of_one_plan_the_price_is_told_and_not_the_list() -> None:
    assert wish("what does Pro have", "ask_plans").act == "ask_price"


@pytest.mark.parametrize(
    ("said", "act", "meant"),
    [
        ("не отменяйте подписку", "cancel_plan", DECLINED),
        ("не хочу возврат", "ask_refund_status", DECLINED),
        ("I don't want a refund", "refund", DECLINED),
        ("не отменяйте подписку, откройте заявку", "open_ticket", "open_ticket"),
        ("не хочу возврат, когда продление?", "ask_next_charge", "ask_next_charge"),
        ("не хочу платить, отмените подписку", "cancel_plan", "cancel_plan"),
        ("не продлевайте подписку", "cancel_plan", "cancel_plan"),
        ("не оформляйте пока заказ", "cancel_order", DECLINED),
    ],
)
def test_what_is_not_to_be_done_is_no_demand(said: str, act: str, meant: str) -> None:
    assert wish(said, act).act == meant


def test_an_offer_that_is_forbidden_is_declined() -> None:
    offered = OpenMatter(act="ask_price", text="price of Pro", asked=OFFER, offered="order")
    assert wish("не оформляйте заказ", "confirm", matter=offered).act == DECLINED


def test_an_accepted_offer_keeps_the_details_beside_the_yes() -> None:
    asked = OpenMatter(act="ask_price", slots={"item": "hub", "goods": "hub"}, asked=OFFER, offered="order")
    found = wish("yes, by courier", "confirm", matter=asked)
    assert (found.act, found.slots) == ("order", {"item": "hub", "goods": "hub", "delivery": "courier"})


def test_a_fault_told_with_a_not_does_not_void_a_clear_demand() -> None:
    said = "open a ticket that calls do not connect"
    assert wish(said, "open_ticket", 0.9, agent=TECH).is_meant
    assert not wish(said, "open_ticket", 0.4, agent=TECH).is_meant


@pytest.mark.parametrize(
    ("done", "act"), [((), "callback"), ((deed("book_callback", "CB-1"),), "acknowledge")]
)
def test_what_was_just_done_is_seldom_demanded_again(done: tuple[PastDeed, ...], act: str) -> None:
    said = LinePart("fine, I wait for the call", Reading((("callback", 0.5), ("acknowledge", 0.25))))
    assert best_act(said, scene("x", before=SPOKEN, matter=OpenMatter(act="callback"), deeds=done)) == act


def test_several_unlikely_ways_to_end_a_matter_are_an_acknowledgement() -> None:
    ends = Reading((("goodbye", 0.1), ("callback", 0.1), ("solved", 0.08), ("confirm", 0.05)))
    assert best_act(LinePart("fine then", ends), scene("x", before=SPOKEN)) == "acknowledge"
    assert best_act(LinePart("fine then?", ends), scene("x", before=SPOKEN)) == ""
    assert best_act(LinePart("fine then", ends), scene("x")) == ""


def test_within_an_alarm_another_one_has_to_be_clear() -> None:
    open_one = OpenMatter(act="bereavement")
    assert wish("his phone is locked", "hacked", 0.6, matter=open_one).act == ""
    assert wish("his account was hacked", "hacked", 0.9, matter=open_one).act == "hacked"


def test_where_there_is_nothing_to_take_back_an_unclear_stop_is_none() -> None:
    said = LinePart("stop, how much room is there", Reading((("undo", 0.4), ("ask_usage", 0.3))))
    assert best_act(said, scene("x", before=SPOKEN)) == "ask_usage"
    assert best_act(said, scene("x", before=SPOKEN, deeds=(deed("create_order", "O-1"),))) == "undo"


def test_a_question_beside_an_offer_declines_nothing() -> None:
    asked = OpenMatter(act="ask_price", slots={"item": "pro", "plan": "pro"}, asked=OFFER, offered="order")
    assert wish("and by the year?", matter=asked).slots["period"] == "year"
    assert wish("hm hm", matter=asked).act == DECLINED


def test_where_it_is_to_come_answers_how_it_is_to_come_though_it_reads_like_another_address() -> None:
    asked = OpenMatter(act="order", text="a key", slots={"item": "key", "goods": "key"}, asked="delivery")
    found = wish("to a pick-up point, 5 Mira Street", "change_address", matter=asked)
    assert (found.act, found.slots["delivery"]) == ("order", "pickup")
    assert wish("change the order's address?", "change_address", matter=asked).act == "change_address"


@pytest.mark.parametrize(
    ("said", "p", "act"),
    [
        ("nobody answers on my ticket", 0.8, ""),
        ("close my ticket", 0.8, "close_ticket"),
        ("the ticket can go, it works", 0.95, "close_ticket"),
    ],
)
def test_a_ticket_is_closed_where_a_word_for_it_stands_or_nothing_else_is_meant(
    said: str, p: float, act: str
) -> None:
    assert wish(said, "close_ticket", p).act == act
