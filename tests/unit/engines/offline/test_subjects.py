"""The words of the customer that a ticket, a complaint or a note is made of."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.models import OpenMatter
from app.engines.offline.subjects import clip
from tests.support.scenes import BOSS, TECH, call, say

TOLD = "the report stays empty after export"


@pytest.mark.parametrize(
    ("act", "agent", "said"),
    [
        ("open_ticket", TECH, "open a ticket: the camera stays black in every browser"),
        ("complaint", BOSS, "I complain about the courier who came three hours late"),
    ],
)
def test_a_demand_that_says_what_the_matter_is_needs_no_question(act: str, agent: str, said: str) -> None:
    assert said.endswith(call(said, act, agent=agent).arguments["subject"])


def test_a_bare_demand_takes_the_words_that_were_said_before() -> None:
    made = call("open a ticket", "open_ticket", agent=TECH, before=(TOLD, "Did that help?"))
    assert made.arguments["subject"] == TOLD


def test_of_a_bare_demand_without_a_story_the_matter_is_asked() -> None:
    told = say("open a ticket", "open_ticket", agent=TECH)
    assert told.matter is not None
    assert told.matter.asked == "subject"


def test_an_answer_to_that_question_is_the_subject_whole() -> None:
    asked = OpenMatter(act="open_ticket", text="open a ticket", asked="subject")
    made = call("no sound", "fault", agent=TECH, before=("open a ticket", "What is wrong?"), matter=asked)
    assert made.arguments["subject"] == "no sound"


def test_what_was_tried_goes_into_the_details() -> None:
    tried = "I restarted the computer and cleared the cache already"
    before = (TOLD, "Please restart.", tried, "Then a ticket?")
    made = call("open a ticket", "open_ticket", agent=TECH, before=before)
    assert tried in made.arguments["details"]


@given(st.text(max_size=400), st.integers(min_value=1, max_value=80))
def test_a_text_is_cut_to_its_limit_and_holds_only_what_was_said(text: str, limit: int) -> None:
    cut = clip(text, limit)
    assert len(cut) <= limit
    assert " ".join(text.split()).startswith(cut)
