"""An article only where it fits: its steps in portions, and how they went."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.core.models import CLEAR, RELEVANT, Article, OpenMatter
from app.engines.offline.articles import AT_ONCE
from app.engines.offline.conversation import Call, Found, Say
from app.engines.offline.lexicon import skillbook
from app.engines.offline.policy import respond
from app.engines.offline.reports import HELPED
from app.engines.offline.talk import words
from app.engines.offline.wishes import OFFER
from tests.support.scenes import LIBRARY, SALES, TECH, call, deed, say, scene

STEPS = "call-drops"
ARTICLE = LIBRARY["en", STEPS]
READ = (deed("account_facts"), deed("diagnose_devices"), deed("service_status"))
SPOKEN = ("hello", "Hello!")
TOLD = OpenMatter(act="fault", text="it stutters", asked=HELPED)


def steps_in(text: str) -> list[str]:
    return [step for step in ARTICLE.steps if step in text]


def test_a_first_question_is_answered_by_what_is_relevant_and_a_later_one_only_by_a_clear_hit() -> None:
    asked = "how do I stop the stutter"
    assert say(asked, "ask_how", agent=TECH, found={STEPS: RELEVANT}).citations == [STEPS]
    assert say(asked, "ask_how", agent=TECH, found={STEPS: RELEVANT - 0.01}).citations == []
    assert say(asked, "ask_how", agent=TECH, before=SPOKEN, found={STEPS: CLEAR - 0.01}).citations == []
    assert say(asked, "ask_how", agent=TECH, before=SPOKEN, found={STEPS: CLEAR}).citations == [STEPS]


@pytest.mark.parametrize("act", ["acknowledge", "ask_why", "give_data", "thanks"])
def test_what_leans_on_what_was_said_is_never_answered_by_an_article(act: str) -> None:
    assert say("well", act, agent=TECH, before=SPOKEN, found={STEPS: 0.99}).citations == []


def test_what_the_records_answer_is_not_answered_by_an_article() -> None:
    assert call("what is my plan", "ask_plan", found={"plan-pro": 0.99}).tool == "account_facts"


def test_steps_come_in_portions_with_one_question() -> None:
    told = say("it stutters", "fault", agent=TECH, deeds=READ, found={STEPS: 0.9})
    assert steps_in(told.text) == list(ARTICLE.steps[:AT_ONCE])
    assert told.text.count("?") == 1
    assert told.matter is not None
    assert told.matter.asked == HELPED


def test_who_tried_in_vain_gets_the_next_steps_and_none_twice() -> None:
    first = say("it stutters", "fault", agent=TECH, deeds=READ, found={STEPS: 0.9})
    before = ("it stutters", first.text)
    then = say("no", "unsolved", agent=TECH, before=before, deeds=READ, matter=first.matter)
    assert not set(steps_in(first.text)) & set(steps_in(then.text))


def test_after_the_last_step_a_ticket_is_offered_and_opened_with_assent() -> None:
    told = "\n".join([ARTICLE.intro, *ARTICLE.steps])
    before = ("it stutters on every call since monday", told)
    asked = say("no luck", "unsolved", agent=TECH, before=before, deeds=READ, matter=TOLD)
    assert asked.matter is not None
    assert asked.matter.asked == OFFER
    assert asked.text.endswith(skillbook("en").skills[
        {"open_ticket": "ticket"}.get(asked.matter.offered, asked.matter.offered)].asks[OFFER])  # fmt: skip


@pytest.mark.parametrize("language", ["ru", "en"])
def test_whatever_the_article_each_step_comes_once_and_the_end_is_an_offer(language: str) -> None:
    known = [a for (lang, _), a in LIBRARY.items() if lang == language and a.agent == TECH]
    stepwise = [a for a in known if len(a.steps) > AT_ONCE]
    assert stepwise
    for article in stepwise:
        said, matter = ["it does not work"], None
        for act in ("fault", *["unsolved"] * 5):
            settings = {
                "offered": frozenset({"open_ticket", "call_person"}),
                "agent": TECH,
                "language": language,
                "deeds": READ,
                "matter": matter,
            }
            told = say("no luck", act, before=tuple(said[:-1]), found={article.id: 0.99}, **settings)
            matter = told.matter
            said += [told.text, "no luck"]
            if matter and matter.asked == OFFER:
                break
        assert matter is not None
        assert matter.asked == OFFER, article.id
        assert max(sum(step in text for text in said) for step in article.steps) <= 1, article.id


def test_the_language_may_change_in_the_middle_without_the_same_steps_again() -> None:
    russian = LIBRARY["ru", STEPS]
    before = ("звонки прерываются", "\n".join([russian.intro, *russian.steps[:AT_ONCE]]))
    told = say("no luck", "unsolved", agent=TECH, before=before, deeds=READ, matter=TOLD)
    assert steps_in(told.text) == list(ARTICLE.steps[AT_ONCE : 2 * AT_ONCE])


def test_what_the_customer_tried_is_left_out() -> None:
    said = "I restarted and reinstalled the app, it still crashes"
    first = say(said, "fault", agent=TECH, deeds=READ, found={"app-crashes": 0.9})
    then = say("no luck", "unsolved", agent=TECH, deeds=READ, before=(said, first.text), matter=first.matter)
    steps = [step for step in LIBRARY["en", "app-crashes"].steps if step in f"{first.text}{then.text}"]
    assert steps
    assert not [step for step in steps if "reinstall" in step.lower() or "restart" in step.lower()]


def test_with_a_ticket_there_already_a_person_is_offered() -> None:
    told = "\n".join([ARTICLE.intro, *ARTICLE.steps])
    deeds = (*READ, deed("open_ticket", "T-1"))
    asked = say("no luck", "unsolved", agent=TECH, before=("it stutters", told), deeds=deeds, matter=TOLD)
    assert asked.matter is not None
    assert asked.matter.offered == "person"


@pytest.mark.parametrize("act", ["solved", "confirm", "thanks"])
def test_a_solved_problem_gets_no_more_steps(act: str) -> None:
    first = "\n".join([ARTICLE.intro, *ARTICLE.steps[:AT_ONCE]])
    told = say(
        "yes", act, agent=TECH, before=("it stutters", first), deeds=READ, matter=TOLD, found={STEPS: 0.99}
    )
    assert steps_in(told.text) == []
    assert told.text in {text for key in ("solved", "thanks") for text in words("en")[key]}


def test_an_outage_that_lasts_is_told_before_the_steps() -> None:
    row = {"number": "I-1", "service": "calls", "title": "Calls drop", "since": "12:00", "state": "lasting"}
    said, found = "my video calls keep dropping", {STEPS: 0.9}
    assert call(said, "fault", agent=TECH, deeds=READ[:2], found=found).tool == "service_status"
    status = ("service_status", {"status": "found", "incidents": [row]})
    assert "Calls drop" in say(said, "fault", agent=TECH, deeds=READ[:2], found=found, results=(status,)).text
    none = ("service_status", {"status": "found", "incidents": []})
    told = say(said, "fault", agent=TECH, deeds=READ[:2], found=found, results=(none,))
    assert steps_in(told.text)


def test_no_paragraph_of_an_article_is_said_twice() -> None:
    body = LIBRARY["en", "plan-pro"].body
    told = say("what does Pro hold", "ask_rules", before=("x", body), found={"plan-pro": 0.99}, agent=SALES)
    assert body not in told.text


def test_a_colleagues_article_that_fits_better_is_not_passed_over() -> None:
    found = {"app-crashes": 0.65, "invoice-for-companies": 0.85}
    told = say("where are the closing documents", "ask_how", agent=TECH, found=found)
    assert "app-crashes" not in told.citations


def told_from(said: str, act: str, score: float, p: float = 0.9) -> Say | Call:
    """With a team's document of two sections, of which the first was found with that score."""
    front = {"lang": "en", "agent": SALES, "questions": [], "asks": "", "source": "sauna"}
    price = Article(
        id="sauna-price",
        title="The sauna › Price",
        intro="An hour is 1900.",
        body="An hour is 1900.",
        **front,
    )
    towels = Article(
        id="sauna-towels", title="The sauna › Towels", intro="We lend them.", body="We lend them.", **front
    )
    library = {**LIBRARY, ("en", price.id): price, ("en", towels.id): towels}
    here = replace(scene(said, act, p), library=library, found=[Found(price, score)] if score else [])
    move = respond(here)
    assert isinstance(move, Say | Call)
    return move


@pytest.mark.parametrize("act", ["ask_price", "ask_plan", "small_talk", "fault"])
def test_a_document_that_clearly_answers_comes_before_the_company(act: str) -> None:
    told = told_from("how much is an hour in the sauna?", act, 0.9)
    assert isinstance(told, Say)
    assert (told.text, told.citations) == ("An hour is 1900.", ["sauna-price"])


def test_what_may_be_a_demand_is_asked_of_the_document_and_a_clear_demand_is_not() -> None:
    asked = "can I cancel an hour in the sauna?"
    assert isinstance(told := told_from(asked, "cancel_plan", 0.9, p=0.4), Say)
    assert told.citations == ["sauna-price"]
    assert isinstance(told_from("cancel my plan", "cancel_plan", 0.9), Call)


def test_a_section_that_only_leads_is_told_with_its_heading() -> None:
    told = told_from("what do you take for an hour?", "ask_price", CLEAR)
    assert isinstance(told, Say)
    assert told.text.startswith("This is what the section “The sauna › Price” says:")


def test_the_company_answers_no_question_about_the_subject_of_a_document() -> None:
    unsaid = told_from("how much is a sauna birthday?", "ask_price", 0)
    assert isinstance(unsaid, Say)
    assert "“The sauna”" in unsaid.text
    assert unsaid.matter is not None
    assert unsaid.matter.asked == OFFER
    assert isinstance(told_from("how much is pro?", "ask_price", 0), Call)
