"""A language model names articles in brackets: they are kept as citations, and the customer reads none."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from langchain_core.messages import AIMessage

from app.agents.citations import CITATIONS, Unmarking, cited, unmarked

KNOWN = frozenset({"plan-pro", "trial"})


@pytest.mark.parametrize(
    ("written", "read", "names"),
    [
        ("It costs 990 ₽ [plan-pro]. Try it [trial].", "It costs 990 ₽. Try it.", ["plan-pro", "trial"]),
        ("It costs 990 ₽.[trial, plan-pro] [trial]", "It costs 990 ₽.", ["trial", "plan-pro"]),
        ("Made up [no-such-article], [тарифы-дома].", "Made up,.", []),
        ("Press [Enter] or [1], see [trial](https://orbita.example).", None, []),
        ("Thanks, bye!", None, []),
        ("A bracket [ that is never closed", None, []),
    ],
)
def test_marks_are_taken_out_and_known_ids_are_kept(written: str, read: str | None, names: list[str]) -> None:
    reply = cited(AIMessage(written), KNOWN)
    assert (reply.text, reply.response_metadata[CITATIONS]) == (read or written, names)


def test_blocks_of_text_lose_their_marks_and_others_stay() -> None:
    call = {"type": "tool_use", "id": "1", "name": "quote", "input": {}}
    reply = cited(AIMessage([{"type": "text", "text": "Pro [trial]."}, call]), KNOWN)
    assert reply.content == [{"type": "text", "text": "Pro."}, call]
    assert reply.response_metadata[CITATIONS] == ["trial"]


def test_the_embedded_model_brings_its_own_citations() -> None:
    own = AIMessage("Pro.", response_metadata={CITATIONS: ["plans-compare"]})
    assert cited(own, KNOWN).response_metadata[CITATIONS] == ["plans-compare"]


PARTS = st.sampled_from(["[", "]", "(", " ", "\n", "trial", "plan-pro", ",", "word", "[trial]", "a-b"])


@given(pieces=st.lists(st.lists(PARTS, max_size=4).map("".join)))
def test_a_stream_is_the_text_whatever_its_pieces(pieces: list[str]) -> None:
    marks = Unmarking(KNOWN)
    told = "".join([*map(marks.feed, pieces), marks.end()])
    assert told == unmarked("".join(pieces), KNOWN)


def test_a_stream_waits_for_the_end_of_a_mark_and_for_nothing_else() -> None:
    marks = Unmarking(KNOWN)
    assert [marks.feed(piece) for piece in ("It costs", " 990 ", "[pl", "an-pro]", ". Try")] == [
        "It costs", " 990", "", "", ". Try",
    ]  # fmt: skip
