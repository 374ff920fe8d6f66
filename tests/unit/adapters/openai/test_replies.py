"""Text that a server sends twice, and choices that nobody asked for, are not shown."""

from __future__ import annotations

import pytest

from app.adapters.openai.replies import Fresh, StreamCheck, usable
from app.adapters.openai.shapes import chunk_of, completion_of
from app.adapters.openai.speech import ReplyContext
from app.adapters.openai.sse import Json


def of(number: int | None, text: str) -> Json:
    return {"index": number, "delta": {"content": text}, "message": {"content": text}}


@pytest.mark.parametrize("choices", [[of(1, "other"), of(0, "ours")], [of(0, "ours"), of(1, "other")]])
def test_of_several_choices_the_first_by_number_counts(choices: list[Json]) -> None:
    assert completion_of({"choices": choices})["choices"][0]["message"]["content"] == "ours"
    chunk = chunk_of({"choices": choices})
    assert chunk
    assert chunk["choices"][0]["delta"]["content"] == "ours"


def test_events_of_another_choice_are_not_mixed_into_a_reply() -> None:
    events = [{"choices": [of(n, text)]} for text in ("a ", "b.") for n in (0, 1)]
    told, _ = usable(events, ReplyContext())
    assert told["choices"][0]["message"]["content"] == "a b."
    check = StreamCheck(ReplyContext(), lambda _: None)
    shown = [chunk.text for event in events if (chunk := check.pass_on(event))]
    assert shown == ["a ", "b."]


TOLD = "Перезагрузите роутер, потом кабель."
PARTS = ["Перезагрузите", " роутер,", " потом", " кабель."]
REPEATED: dict[str, list[str]] = {
    "as documented": PARTS,
    "all at the end": [*PARTS, TOLD],
    "all at the end with a space": [*PARTS, f" {TOLD}\n"],
    "all so far": ["".join(PARTS[: n + 1]) for n in range(4)],
    "all so far, and again": [*("".join(PARTS[: n + 1]) for n in range(4)), TOLD],
    "a piece that begins as the first": ["Пере", "Перезагрузите"[4:], *PARTS[1:]],
}


@pytest.mark.parametrize("name", REPEATED)
def test_text_that_is_sent_again_is_said_once(name: str) -> None:
    fresh = Fresh()
    assert "".join(map(fresh.of, REPEATED[name])) + fresh.end() == TOLD


@pytest.mark.parametrize(
    "pieces", [["ха", "хаха", "!"], ["1", "10", "0"], ["Да. ", "Да. "], ["-", "--"], ["a", "ab"]]
)
def test_words_that_only_resemble_those_before_are_kept(pieces: list[str]) -> None:
    fresh = Fresh()
    assert "".join(map(fresh.of, pieces)) + fresh.end() == "".join(pieces)
