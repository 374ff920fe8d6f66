"""Several wishes in one message: each is served, or named and kept for the next."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from app.core.models import OpenMatter, Reading
from app.engines.offline.conversation import Call, LinePart
from app.engines.offline.policy import respond
from app.engines.offline.talk import words
from app.engines.offline.wishes import OFFER
from tests.support.scenes import BOSS, SALES, TECH, call, deed, hand_over, say, scene

SPOKEN = ("hello", "Hello!")
FOUND = {"status": "found", "subscription_status": "active", "plan": "Pro", "period": "month",
         "price": "1,990 ₽", "paid_until": "December 1, 2026", "next_charge": "1,990 ₽",
         "next_charge_on": "December 1, 2026"}  # fmt: skip


def test_two_questions_are_both_answered() -> None:
    wishes = [("what is my plan", "ask_plan"), ("when am I charged", "ask_next_charge")]
    told = say(wishes, results=(("account_facts", FOUND),)).text
    assert "Pro" in told
    assert "next charge" in told


def test_of_two_questions_of_ours_one_is_asked_and_the_other_wish_is_kept() -> None:
    wishes = [("get me Pro", "order"), ("and open a complaint", "complaint")]
    told = say(wishes, agent=SALES)
    assert told.text.count("?") == 1
    assert told.matter is not None
    assert (told.matter.act, told.matter.later) == ("order", ["and open a complaint"]) or told.matter.later


def test_what_another_desk_does_is_named_and_kept_where_something_was_answered_here() -> None:
    wishes = [("what is my plan", "ask_plan"), ("call me tomorrow at 15:00", "callback")]
    told = say(wishes, agent=SALES, results=(("account_facts", FOUND),))
    assert told.matter is not None
    assert told.matter.later == ["call me tomorrow at 15:00"]
    assert words("en")["later"][0] in told.text


def later(text: str, act: str) -> dict[str, Any]:
    return {"later": (LinePart(text, Reading(((act, 0.9),))),), "matter": OpenMatter(later=[text])}


def test_what_waited_is_served_by_name_once_nothing_is_asked() -> None:
    told = say("thanks", "thanks", before=("hi", "Hello!"), results=(("account_facts", FOUND),),
               **later("what is my plan", "ask_plan"))  # fmt: skip
    assert "what is my plan" in told.text
    assert "Pro" in told.text
    assert told.matter is not None
    assert told.matter.later == []


def test_after_an_act_what_waited_at_this_desk_is_taken_up() -> None:
    done = ("cancel_subscription", {"status": "done", "plan": "Pro", "until": "December 1, 2026"})
    told = say("ok", "give_data", before=("cancel", "Cancel it?"), results=(done, ("account_facts", FOUND)),
               **later("what is my plan", "ask_plan"))  # fmt: skip
    assert told.text.index("December 1") < told.text.index("what is my plan")


def test_another_desk_takes_up_what_waited_only_when_the_first_matter_is_over() -> None:
    waits = later("call me tomorrow at 15:00", "callback")
    assert hand_over("thanks", "thanks", before=("hi", "Hello!"), **waits).to == BOSS
    told = say("what is my plan", "ask_plan", results=(("account_facts", FOUND),), **waits)
    assert told.matter is not None
    assert told.matter.later == ["call me tomorrow at 15:00"]


def test_while_we_ask_nothing_else_is_taken_up() -> None:
    told = say("get me Pro", "order", agent=SALES, **later("what is my plan", "ask_plan"))
    assert told.matter is not None
    assert told.matter.later == ["what is my plan"]


def test_of_two_acts_that_need_consent_one_is_put_and_the_other_waits() -> None:
    wishes = [("cancel my plan", "cancel_plan"), ("and cancel order O-1005", "cancel_order")]
    proposed = ("cancel_subscription", {"status": "proposed"})
    told = say(wishes, agent=SALES, results=(proposed,))
    assert told.matter is not None
    assert told.matter.later == ["and cancel order O-1005"]


def test_where_another_model_has_proposed_all_else_waits_behind_its_question() -> None:
    proposed = ("create_order", {"status": "proposed"})
    told = say("cancel my plan", "cancel_plan", results=(proposed,))
    assert told.text == words("en")["later"][0]
    assert told.matter is not None
    assert told.matter.later == ["cancel my plan"]


def test_alone_it_goes_to_that_desk() -> None:
    assert hand_over("call me tomorrow at 15:00", "callback", agent=SALES).to == BOSS


def test_harm_comes_before_a_purchase() -> None:
    wishes = [("get me Pro for a year", "order"), ("somebody is in my account", "hacked")]
    assert call(wishes, agent=SALES).tool == "call_person"


@pytest.mark.parametrize("act", ["open_ticket", "complaint", "callback", "close_ticket"])
def test_what_may_not_have_been_meant_is_not_done(act: str) -> None:
    agent = TECH if "ticket" in act else BOSS
    told = say("it hangs on the third page", act, 0.25, agent=agent)
    assert told.text
    assert told.matter is not None
    assert told.matter.asked


def test_what_may_have_been_meant_is_offered_and_done_after_assent() -> None:
    told = say("it hangs on the third page of every report", "open_ticket", 0.25, agent=TECH)
    assert told.matter is not None
    assert (told.matter.asked, told.matter.offered) == (OFFER, "open_ticket")
    before = ("it hangs on the third page of every report", told.text)
    made = call("yes", "confirm", agent=TECH, before=before, matter=told.matter)
    assert (made.tool, made.arguments["subject"]) == ("open_ticket", before[0])


def test_beside_an_open_proposal_a_line_that_says_nothing_has_it_put_once_more() -> None:
    put = {"tool": "create_order", "arguments": {"item": "pro", "period": "year"}}
    assert call("hm", before=("x", "y"), proposal=put).tool == "create_order"


def test_a_question_beside_ours_is_answered_and_ours_stands_again() -> None:
    put = {"tool": "cancel_subscription", "arguments": {}}
    aside: dict[str, Any] = {"before": ("off", "Shall I switch it off?"), "proposal": put}
    read = ("account_facts", {"status": "found", "used": "5 GB", "storage": "50 GB", "plan": "Basic"})
    assert call("how full am i", "ask_usage", results=(read,), **aside).tool == "cancel_subscription"
    both = (read, ("cancel_subscription", {"status": "proposed"}))
    told = say("how full am i", "ask_usage", results=both, **aside)
    assert told.proposes


def test_a_question_of_ours_is_not_put_behind_every_answer() -> None:
    put = {"tool": "cancel_subscription", "arguments": {}}
    read = ("account_facts", {"status": "found", "used": "5 GB", "storage": "50 GB", "plan": "Basic"})
    told = say(
        "how full am i",
        "ask_usage",
        results=(read,),
        before=("off", "Shall I switch it off?"),
        proposal=put,
        deeds=(deed("cancel_subscription", "", "proposed"),) * 3,
    )
    assert not told.proposes


def test_a_wish_that_was_refused_in_this_turn_waits_for_nothing() -> None:
    reading = Reading((("resume_plan", 0.6), ("cancel_plan", 0.35)))
    results = (("resume_subscription", {"status": "refused", "reason": "already_renewing"}),
               ("cancel_subscription", {"status": "proposed"}))  # fmt: skip
    told = say("switch it off", agent=SALES, parts=(LinePart("switch it off", reading),), results=results)
    assert told.matter is None or told.matter.later == []


def test_before_we_ask_back_the_nearest_record_is_read() -> None:
    asked = scene("until when may i use it", before=("x", "y"))
    reading = Reading((("ask_rules", 0.6), ("ask_plan", 0.2)))
    move = respond(replace(asked, parts=(LinePart("until when may i use it", reading),)))
    assert isinstance(move, Call)
    assert move.tool == "account_facts"


@pytest.mark.parametrize("act", ["open_ticket", "add_to_ticket", "ask_ticket"])
def test_success_after_word_of_a_ticket_offers_to_close_it_and_a_yes_closes_it(act: str) -> None:
    told = say("it works now", "solved", agent=TECH, before=SPOKEN, matter=OpenMatter(act=act, text="T"))
    assert told.matter is not None
    assert (told.matter.asked, told.matter.offered) == (OFFER, "close_ticket")
    agreed = call("yeah close it", "confirm", agent=TECH, before=SPOKEN, matter=told.matter)
    assert agreed.tool == "find_tickets"


def test_success_where_no_ticket_was_spoken_of_offers_nothing() -> None:
    told = say("it works now", "solved", agent=TECH, before=SPOKEN, matter=OpenMatter(act="fault", text="T"))
    assert "?" not in told.text


def test_a_fault_that_nothing_explains_is_understood_and_a_ticket_is_offered() -> None:
    looked = tuple(
        (tool, {"status": "found"}) for tool in ("service_status", "account_facts", "diagnose_devices")
    )
    told = say("it closes by itself", "fault", agent=TECH, before=SPOKEN, results=looked)
    assert told.matter is not None
    assert (told.matter.asked, told.matter.offered) == (OFFER, "open_ticket")


def test_talk_beside_a_proposal_leaves_its_question_standing() -> None:
    put = {"tool": "refund_payment", "arguments": {"payment": "P-1"}}
    before = ("refund it", "The refund is 990 ₽. Shall I refund it?")
    asked = call("is their shop any good", "foreign_product", agent=BOSS, before=before, proposal=put)
    assert (asked.tool, asked.arguments) == ("refund_payment", {"payment": "P-1"})


def test_after_a_person_was_called_what_is_unclear_is_left_to_them() -> None:
    known = {"before": SPOKEN, "deeds": (deed("call_person", status="called"),), "agent": BOSS}
    told = say("so it goes", "", matter=OpenMatter(act="person", text="a person"), **known)
    assert told.text in words("en")["person_called_again"]


def test_where_a_person_was_called_who_asks_for_them_hears_that() -> None:
    called = deed("call_person", status="called")
    told = say(
        "well, where is he?", "ask_call", agent=BOSS, before=("a person please", "Called."), deeds=(called,)
    )
    assert told.text in words("en")["person_called_again"]


def test_delivery_in_general_is_told_by_the_article_and_of_a_thing_by_the_records() -> None:
    known = {"before": SPOKEN, "found": {"delivery-terms": 0.9}}
    assert say("how much is the courier", "ask_delivery", **known).citations == ["delivery-terms"]
    assert call("how much is the courier for a hub", "ask_delivery", **known).tool == "delivery_terms"
