"""What speaks for a decision: whole words of the message, and lines that people have labelled."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.core.explanation import Mark
from app.core.text import without_yo
from app.engines.routing.artefact import Artefact, load
from app.engines.routing.evidence import SHOWN, RoutingEvidence, function_words
from app.engines.routing.local import LocalRouter
from tests.support.paths import ROOT

LINES = ROOT / "eval_sets" / "train"
ROUTER = LocalRouter(load(), None)
EVIDENCE = ROUTER.evidence(LINES)
WORDS = [
    "верните", "деньги", "списали", "мне", "и", "для", "не", "работает", "сколько", "стоит", "войти",
    "пожалуйста", "I", "was", "charged", "twice", "refund", "the", "how", "much", "for", "a", "file",
    "crashes", "don't", "Wi-Fi", "подписка-год", "42",
]  # fmt: skip


def marked(text: str, agent: str) -> dict[str, int]:
    return {text[m.start : m.end]: m.strength for m in EVIDENCE.marks(text, agent, "lexical")}


@pytest.mark.parametrize(
    ("text", "agent", "strong", "never"),
    [
        ("Верните деньги, у меня списали за подписку дважды", "supervisor", {"Верните"}, {"у", "меня", "за"}),
        ("сколько стоит тариф для команды?", "sales", {"сколько"}, {"для"}),
        (
            "I was charged twice, give me a refund for it",
            "supervisor",
            {"charged", "refund"},
            {"I", "was", "for"},
        ),
        ("my app crashes when I open a file", "tech_support", {"crashes"}, {"my", "when", "I", "a"}),
    ],
)
def test_the_weighty_words_are_marked_and_function_words_are_not(
    text: str, agent: str, strong: set[str], never: set[str]
) -> None:
    found = marked(text, agent)
    assert strong <= {word for word, strength in found.items() if strength == 2}
    assert not never & set(found)


def is_sound(text: str, marks: list[Mark]) -> bool:
    """Whole words, in order, none twice, none that says nothing."""
    words = {m.span(): without_yo(m[0].lower()) for m in re.finditer(r"\w+(?:[-’']\w+)*", text)}
    spans = [(m.start, m.end) for m in marks]
    whole = all(span in words and words[span] not in function_words() for span in spans)
    return whole and spans == sorted(set(spans)) and len(spans) <= SHOWN


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.sampled_from(WORDS), min_size=1, max_size=90),
    st.sampled_from([" ", ", ", ". ", "\n", "! "]),
    st.sampled_from(["tech_support", "sales", "supervisor"]),
    st.sampled_from(["lexical", "embedding"]),
)
def test_marked_words_are_words_of_the_message(
    words: list[str], between: str, agent: str, source: str
) -> None:
    text = between.join(words)
    assert is_sound(text, EVIDENCE.marks(text, agent, source))  # type: ignore[arg-type]


def test_marks_stand_on_the_message_as_it_was_typed_on_another_keyboard() -> None:
    text = "dthybnt ltymub gj;fkeqcnf"
    assert ROUTER.meant(text) == "верните деньги пожалуйста"
    assert set(marked(text, "supervisor")) == {"dthybnt", "ltymub"}


def test_of_a_long_message_only_what_was_heard_is_marked() -> None:
    talk = " ".join(["мы с соседями обсуждали погоду и цены на рынке у вокзала."] * 12)
    text = f"{talk} Верните деньги, списали два раза!"
    marks = EVIDENCE.marks(text, "supervisor", "lexical")
    assert marks
    assert all(m.start > len(talk) for m in marks)


def test_an_agent_that_the_router_does_not_know_has_no_marks() -> None:
    assert EVIDENCE.marks("верните деньги", "concierge", "lexical") == []


def test_the_nearest_lines_are_labelled_messages_in_the_language_of_the_message() -> None:
    found = EVIDENCE.nearest("I was charged twice for my subscription", "en", 5, "lexical")
    assert found[0].agent == "supervisor"
    assert "charged twice" in found[0].text.lower()
    assert all(near.agent in ("tech_support", "sales", "supervisor") for near in found)
    assert not any(re.search("[а-я]", near.text) for near in found)
    assert [near.likeness for near in found] == sorted((near.likeness for near in found), reverse=True)


def test_what_resembles_nothing_has_no_example() -> None:
    assert EVIDENCE.nearest("…", "ru", 5, "lexical") == []
    assert EVIDENCE.nearest("xyzzy plugh", "en", 5, "lexical") == []


def test_lines_that_the_router_was_not_fitted_on_are_no_examples(artefact: Artefact, tmp_path: Path) -> None:
    (tmp_path / "own.jsonl").write_text(
        '{"text": "верните деньги", "label": "sales", "lang": "ru", "industry": "x"}\n', encoding="utf-8"
    )
    for folder in (tmp_path, None):
        other: RoutingEvidence = LocalRouter(artefact, None).evidence(folder)
        assert other.nearest("верните деньги", "ru", 5, "lexical") == []
