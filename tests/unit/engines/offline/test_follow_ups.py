"""Short questions about what was done or proposed, taking back, and leaving things as they are."""

from __future__ import annotations

import re
from string import Template
from typing import Any

import pytest

from app.core.models import OpenMatter, Reading
from app.core.wording import spoken
from app.engines.offline.conversation import LinePart
from app.engines.offline.follow_ups import KINDS, UNDONE_BY, texts
from app.engines.offline.intents import SKILLS
from app.engines.offline.wishes import OFFER, skill_of
from tests.support.scenes import BOSS, SALES, TECH, call, deed, hand_over, say

REFUNDED = deed(
    "refund_payment", "R-1", payment="P-1", amount="990 ₽", days="3–5 working days", days_at_most="10 days"
)  # fmt: skip
WAITING = deed("refund_payment", "A-1", "approval", amount="9,000 ₽")
ORDER_PUT = {"tool": "create_order", "arguments": {"item": "pro", "period": "year"}, "total": "19,104 ₽"}
SPOKEN = ("please", "Done.")
BECAME = re.compile("_(done|approval|proposed)$")
TOOLS = {skill.tool for skill in SKILLS}


@pytest.mark.parametrize(
    ("act", "told"),
    [
        ("ask_when", "3–5 working days"),
        ("ask_amount", "990 ₽"),
        ("ask_number", "R-1"),
        ("ask_sure", "R-1"),
    ],
)
def test_a_short_question_is_answered_from_what_was_done(act: str, told: str) -> None:
    said = say("well?", act, agent=BOSS, before=SPOKEN, deeds=(REFUNDED,))
    assert told in said.text
    assert "?" not in said.text


@pytest.mark.parametrize("act", ["ask_when", "ask_sure", "ask_number", "ask_why", "ask_amount"])
def test_what_waits_for_a_person_is_not_told_as_done(act: str) -> None:
    said = say("well?", act, agent=BOSS, before=SPOKEN, deeds=(WAITING,)).text
    assert not said.startswith("Yes")
    assert "A-1" in said or "9,000 ₽" in said


def test_is_it_done_where_nothing_was_is_answered_by_no() -> None:
    said = say("is it really done?", "ask_sure", before=SPOKEN).text
    assert said in texts("en")["nothing_done"]


def test_beside_a_proposal_the_answer_comes_with_the_question_put_again() -> None:
    asked = call("how much is it?", "ask_amount", before=SPOKEN, proposal=ORDER_PUT)
    assert (asked.tool, asked.arguments) == ("create_order", ORDER_PUT["arguments"])
    put = ("create_order", {"status": "proposed"})
    told = say("how much is it?", "ask_amount", before=SPOKEN, proposal=ORDER_PUT, results=(put,))
    assert told.text == "19,104 ₽."


ORDER_IS_PUT = ("create_order", {"status": "proposed"})


def test_a_question_of_rules_beside_a_proposal_is_answered_by_an_article_or_honestly_not() -> None:
    put: dict[str, Any] = {"before": SPOKEN, "proposal": ORDER_PUT, "results": (ORDER_IS_PUT,)}
    known = say("is there a discount for a year?", "ask_rules", found={"annual-discount": 0.8}, **put)
    assert known.citations == ["annual-discount"]
    assert known.text
    unknown = say(
        "can I come back later?", "ask_rules", before=SPOKEN, proposal=ORDER_PUT, results=(ORDER_IS_PUT,)
    )
    assert unknown.text in texts("en")["no_answer"]


def test_another_act_that_is_asked_about_beside_a_proposal_is_taken_up() -> None:
    stop = {"tool": "cancel_subscription", "arguments": {}}
    line = LinePart("could I change the plan instead?", Reading((("ask_rules", 0.47), ("change_plan", 0.46))))
    told = say("could I change the plan instead?", "ask_rules", before=SPOKEN, proposal=stop, parts=(line,))
    assert told.matter is not None
    assert (told.matter.act, told.matter.asked) == ("change_plan", "plan")


def test_a_yes_to_a_proposal_that_no_longer_counts_has_it_put_again() -> None:
    assert call("yes", "confirm", before=SPOKEN, proposal=ORDER_PUT).tool == "create_order"


def test_another_desk_puts_its_own_proposal_again() -> None:
    assert hand_over("yes", "confirm", agent=TECH, before=SPOKEN, proposal=ORDER_PUT).to == SALES


@pytest.mark.parametrize(("act", "key"), [("refuse", "declined"), ("postpone", "postponed")])
def test_a_refusal_leaves_things_as_they_are(act: str, key: str) -> None:
    about = OpenMatter(act="order", text="Pro", asked=OFFER, offered="pay_link")
    said = say("no", act, before=SPOKEN, matter=about)
    assert said.text == texts("en")["declined"][0]
    plain = say("no", act, before=SPOKEN)
    assert plain.text == texts("en")[key][0]
    assert plain.matter is not None
    assert not plain.matter.asked


@pytest.mark.parametrize(
    ("language", "said", "told"),
    [
        ("en", "nah leave it, ta", ("Order O-1006 stays open and unpaid", "write “cancel the order”")),
        ("ru", "не, спасибо", ("Заказ O-1006 остаётся открытым, он не оплачен", "«отмените заказ»")),
    ],
)
def test_a_refused_link_does_not_deny_the_order(language: str, said: str, told: tuple[str, ...]) -> None:
    about = OpenMatter(act="order", text="Pro", asked=OFFER, offered="pay_link")
    placed = (deed("create_order", number="O-1006"),)
    answer = say(said, "refuse", before=SPOKEN, matter=about, deeds=placed, language=language)
    assert [part for part in told if part not in answer.text] == []
    other = about.model_copy(update={"offered": "callback"})
    assert (
        say(said, "refuse", before=SPOKEN, matter=other, deeds=placed, language=language).text
        == (texts(language)["left"]["any"][0])
    )


@pytest.mark.parametrize(
    ("tool", "agent", "by"),
    [
        ("create_order", SALES, "cancel_order"),
        ("cancel_subscription", SALES, "resume_subscription"),
        ("book_callback", BOSS, "cancel_callback"),
        ("open_ticket", TECH, "close_ticket"),
    ],
)
def test_what_is_taken_back_is_taken_back_by_the_act_for_that_with_its_number(
    tool: str, agent: str, by: str
) -> None:
    made = call("undo that", "undo", agent=agent, before=SPOKEN, deeds=(deed(tool, "X-1"),))
    assert made.tool == by
    assert "X-1" in made.arguments.values() or by == "resume_subscription"


def test_a_refund_is_not_taken_back_and_nothing_is_called() -> None:
    said = say("undo that", "undo", agent=BOSS, before=SPOKEN, deeds=(REFUNDED,))
    assert "R-1" in said.text
    assert said.matter is not None
    assert said.matter.offered == "person"


def test_stop_beside_a_proposal_does_nothing() -> None:
    said = say("stop", "undo", before=SPOKEN, proposal=ORDER_PUT, deeds=(deed("open_ticket", "T-1"),))
    assert said.text in texts("en")["undo"]["nothing"]


def test_when_and_how_much_of_a_plan_are_read_in_the_account() -> None:
    about = OpenMatter(act="ask_plan", text="which plan do I have")
    assert call("and when?", "ask_when", before=SPOKEN, matter=about).tool == "account_facts"


def test_what_takes_a_deed_back_is_a_demand_with_a_skill() -> None:
    assert set(UNDONE_BY) <= TOOLS
    assert all(skill_of(act) for act in UNDONE_BY.values())


def names(words: Any) -> set[str]:
    several = words.values() if isinstance(words, dict) else [words]
    return {name for one in several for text in one for name in Template(text).get_identifiers()}


@pytest.mark.parametrize("kind", sorted({*KINDS.values(), "undo"}))
def test_both_languages_answer_the_same_questions_with_the_same_facts(kind: str) -> None:
    ru, en = (spoken("follow_ups", language)[kind] for language in ("ru", "en"))
    assert ru.keys() == en.keys()
    assert {key: names(words) for key, words in ru.items()} == {
        key: names(words) for key, words in en.items()
    }
    assert {BECAME.sub("", key) for key in ru} <= TOOLS | {"any", "nothing", "cannot"}


def test_both_languages_hold_the_same_keys() -> None:
    assert spoken("follow_ups", "ru").keys() == spoken("follow_ups", "en").keys()


def test_of_what_was_done_after_an_older_question_the_number_is_told() -> None:
    done = (deed("cancel_subscription", "", "proposed"), deed("create_order", "O-7", total="12,900 ₽"))
    put = {"tool": "cancel_subscription", "arguments": {}}
    assert "O-7" in say("the number?", "ask_number", before=SPOKEN, deeds=done, proposal=put).text


@pytest.mark.parametrize(("made", "told"), [(WAITING, "A-1"), (REFUNDED, "R-1")])
def test_whether_the_money_is_gone_is_told_by_what_became_of_the_refund(made: Any, told: str) -> None:
    said = say("is the money sent?", "ask_refund_status", agent=BOSS, before=SPOKEN, deeds=(made,))
    assert told in said.text
    assert "?" not in said.text


FOUND = {"status": "found", "subscription_status": "active", "plan": "Pro", "period": "month",
         "price": "1,990 ₽", "paid_until": "December 1, 2026", "next_charge": "1,990 ₽"}  # fmt: skip
STOP = {"tool": "cancel_subscription", "arguments": {}, "until": "December 1, 2026"}
PUT = deed("cancel_subscription", status="proposed")


def test_what_becomes_of_the_plan_is_said_by_the_question_itself() -> None:
    put: dict[str, Any] = {"before": ("stop it", "Shall I?"), "proposal": STOP, "deeds": (PUT,)}
    assert call("till when do I have it", "ask_plan", **put).tool == "cancel_subscription"


def test_what_an_order_comes_to_is_told_before_the_way_of_delivery_is_known() -> None:
    asked = OpenMatter(act="order", text="two hubs", slots={"item": "hub", "quantity": 2}, asked="delivery")
    made = call("altogether how much", "ask_amount", before=SPOKEN, matter=asked)
    assert (made.tool, made.arguments) == ("quote", {"item": "hub", "quantity": 2})


def test_sure_is_about_what_was_done_after_the_question() -> None:
    booked = deed("book_callback", "CB-1", at="December 1, 2026, 3:00 PM")
    told = say("sure somebody calls?", "ask_sure", before=SPOKEN, proposal=STOP, deeds=(PUT, booked))
    assert "CB-1" in told.text


def test_whether_money_went_back_is_told_from_the_records_and_nothing_is_offered() -> None:
    done = deed("cancel_subscription", until="December 1, 2026")
    payments = ("find_payments", {"status": "found", "payments": [{"number": "P-1", "amount": "990 ₽"}]})
    told = say("you did not refund it, right?", "ask_sure", agent=BOSS, before=SPOKEN, deeds=(done,),
               results=(payments,))  # fmt: skip
    assert "no refunds" in told.text
    assert "?" not in told.text


def test_the_number_of_a_proposed_refund_is_that_of_the_payment() -> None:
    refund = {"tool": "refund_payment", "arguments": {"payment": "P-1022"}, "payment": "P-1022"}
    told = say("which number", "ask_number", agent=BOSS, before=SPOKEN, proposal=refund,
               results=(("refund_payment", {"status": "proposed"}),))  # fmt: skip
    assert "P-1022" in told.text


def test_sure_of_what_was_read_is_read_again() -> None:
    asked = OpenMatter(act="ask_plan")
    told = say("sure?", "ask_sure", before=SPOKEN, matter=asked, results=(("account_facts", FOUND),))
    assert "1,990 ₽" in told.text


@pytest.mark.parametrize("language", ["ru", "en"])
def test_while_an_outage_lasts_nothing_has_to_be_tried(language: str) -> None:
    lasts = deed("service_status", status="", incidents=[{"state": "lasting", "service": "calls"}])
    known: dict[str, Any] = {"matter": OpenMatter(act="ask_outage"), "language": language, "agent": TECH}
    met = {"before": ("our video calls drop", "An outage."), **known}
    told = say("would a reinstall help?", "ask_rules", deeds=(lasts,), **met)
    ours = texts(language)["outage_ours"]
    assert told.text == ours[0]
    assert say("would a reinstall help?", "ask_rules", **met).text not in ours
    other = {"before": ("the app crashes at once", "Outages: video calls."), **known}
    assert say("would a reinstall help?", "ask_rules", deeds=(lasts,), **other).text not in ours


def test_of_a_refund_that_is_made_the_payment_is_named_too() -> None:
    told = say("which number?", "ask_number", agent=BOSS, before=SPOKEN, deeds=(REFUNDED,)).text
    assert "R-1" in told
    assert "P-1" in told


def test_how_long_a_person_takes_is_not_known_and_told_so() -> None:
    known = {"before": SPOKEN, "deeds": (deed("call_person", status="called"),), "agent": BOSS}
    told = say("how long", "ask_when", matter=OpenMatter(act="person", text="a person"), **known)
    assert told.text == texts("en")["no_term"][0]


def test_what_cancelling_an_order_costs_is_nothing_and_not_its_price() -> None:
    put = {"tool": "cancel_order", "arguments": {"order": "O-1"}, "total": "5,330 ₽"}
    results = (("cancel_order", {"status": "proposed"}),)
    told = say("does that cost anything", "ask_amount", before=SPOKEN, proposal=put, results=results)
    assert "5,330" not in told.text
    assert told.text.startswith("Nothing")


def test_whether_anything_is_charged_today_is_said_beside_the_renewal() -> None:
    put = {"tool": "resume_subscription", "arguments": {}}
    before = ("renew it", "Shall I switch the renewal on?")
    results = (("resume_subscription", {"status": "proposed"}),)
    told = say("is anything taken today", "ask_next_charge", before=before, proposal=put, results=results)
    assert told.text == texts("en")["nothing_today"][0]
    told = say("until when then", "ask_when", before=before, proposal=put, results=results)
    assert told.text == ""


def test_for_how_much_a_call_is_booked_is_its_hour() -> None:
    booked = deed("book_callback", "CB-7", at="December 2, 2026, 4:45 PM")
    told = say("for how much again?", "ask_amount", agent=BOSS, before=SPOKEN, deeds=(booked,),
               matter=OpenMatter(act="callback"))  # fmt: skip
    assert "4:45 PM" in told.text


def test_whether_the_plan_stands_after_a_refund_is_read_in_the_account() -> None:
    refunded: dict[str, Any] = {"agent": BOSS, "before": SPOKEN, "deeds": (REFUNDED,)}
    assert call("а подписка теперь не слетит?", "ask_sure", language="ru", **refunded).tool == "account_facts"
    assert "R-1" in say("is it really done?", "ask_sure", **refunded).text
