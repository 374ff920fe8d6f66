"""The explanation on a page: one sentence in either language, the whole message, a desk to click."""

from __future__ import annotations

import re
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.company import in_use
from app.core.explanation import Explanation, Kind, LabelledExample, Mark
from app.ui.why import Objection, cut, render_why, tell
from app.ui.words import LANGUAGES, room_texts

REFUND = {"ru": "просьбу вернуть деньги", "en": "a request for a refund"}


def of(**given: object) -> Explanation:
    return Explanation.model_validate(
        {"kind": "topic", "agent": "supervisor", "text": "верните", "topic": REFUND} | given
    )


def test_the_sentence_reads_as_one() -> None:
    ru, en = (tell(of(), room_texts(language, "why")) for language in ("ru", "en"))
    assert ru == "Похоже на просьбу вернуть деньги, поэтому передано супервайзеру."
    assert en == "Looks like a request for a refund, so it went to the supervisor."


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", get_args(Kind))
def test_every_rule_has_a_sentence_for_every_agent(kind: Kind, language: str) -> None:
    for agent in (*in_use().agents, "concierge"):
        told = tell(of(kind=kind, agent=agent), room_texts(language, "why"))
        assert told.endswith(".")
        assert not re.search(r"[{}]|\b[01][.,]\d", told)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_topic_is_told_in_the_language_of_the_page(language: str) -> None:
    for agent in in_use().agents.values():
        for topic in agent.topics:
            told = tell(of(agent=agent.name, topic=topic.titles), room_texts(language, "why"))
            assert topic.titles[language] in told


@given(st.text(max_size=40), st.lists(st.integers(0, 40), max_size=8))
def test_pieces_are_the_message(text: str, places: list[int]) -> None:
    edges = sorted({min(place, len(text)) for place in places})
    marks = [Mark(start=a, end=b, strength=1) for a, b in zip(edges[::2], edges[1::2], strict=False)]
    assert "".join(piece.text for piece in cut(text, marks)) == text


def test_words_are_marked_in_two_steps_and_nothing_from_outside_is_a_tag() -> None:
    bad = "<script>верните</script>"
    found = of(
        text=f"{bad} деньги",
        marks=[Mark(start=8, end=15, strength=2), Mark(start=25, end=31, strength=1)],
        examples=[LabelledExample(text=bad, agent=bad, likeness=0.9)] * 2,
        said=bad,
        sureness="certain",
        confidence=0.98,
    )
    shown = render_why(found, "ru", Objection(2, (bad,)))
    assert '<mark class="cc-weight-2">верните</mark>' in shown
    assert '<mark class="cc-weight-1">деньги</mark>' in shown
    assert "<script" not in shown
    assert "почти точно" in shown
    assert "0,98" in shown


def test_a_rule_shows_no_figure() -> None:
    shown = render_why(of(kind="follow_up", confidence=1.0), "en")
    assert "1.00" not in shown
    assert "continues the same topic" in shown


def test_a_proposed_desk_is_told_and_may_be_withdrawn_until_it_is_confirmed() -> None:
    fresh = render_why(of(), "en", Objection(4, ("sales",)))
    waits = render_why(of(), "en", Objection(4, ("sales",), "sales"))
    done = render_why(of(), "en", Objection(4, ("sales",), "sales", "anna"))
    assert re.findall('data-pick="([^"]*)"', fresh + waits + done) == ["4 sales", "4"]
    assert "confirmed by anna" in done
