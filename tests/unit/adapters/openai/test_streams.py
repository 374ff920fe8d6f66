"""Events in any dress, and calls however a server numbers their pieces."""

from __future__ import annotations

import json
from typing import Any

import pytest

from app.adapters.openai.call_pieces import CallPieces
from app.adapters.openai.shapes import chunk_of, completion_of
from app.adapters.openai.sse import EventReader, Json
from app.core.exceptions import ProviderError, ProviderReplyInvalid

ONE, TWO = {"a": "é\u2028"}, {"b": [1, {"c": "data: x"}]}
A, B = (json.dumps(each, ensure_ascii=False) for each in (ONE, TWO))
SPREAD = "\n".join(f"data: {line}" for line in json.dumps(TWO, indent=1).split("\n"))
BODIES = {
    "as documented": f"data: {A}\n\ndata: {B}\n\ndata: [DONE]\n\n",
    "crlf": f"data: {A}\r\n\r\ndata: {B}\r\n\r\ndata: [DONE]\r\n\r\n",
    "cr": f"data: {A}\r\rdata: {B}\r\r",
    "no space": f"data:{A}\n\ndata:{B}\n\n",
    "no blank lines": f"data: {A}\ndata: {B}\ndata: [DONE]\n",
    "no line end": f"data: {A}\n\ndata: {B}",
    "done without line end": f"data: {A}\n\ndata: {B}\n\ndata: [DONE]",
    "comments": f": hello\n\n:\ndata: {A}\n: PROCESSING\n\n\ndata: {B}\n\n",
    "fields": f"event: message\nid: 1\nretry: 5\ndata: {A}\n\nid: 2\ndata: {B}\n\n",
    "empty data": f"data:\n\ndata: \n\ndata: {A}\n\ndata\n\ndata: {B}\n\n",
    "pings": f"data: ping\n\nevent: ping\ndata: OK\n\ndata: {A}\n\ndata: {B}\n\n",
    "many lines": f"data: {A}\n\n{SPREAD}\n\ndata: [DONE]\n\n",
    "list": f"data: [{A}, {B}]\n\n",
    "after the end": f"data: {A}\n\ndata: {B}\n\ndata: [DONE]\n\ndata: {A}\n\n",
    "mark of byte order": f"\ufeffdata: {A}\n\ndata: {B}\n\n",
    "lines of json": f"{A}\n{B}\n",
    "indented json": f"{json.dumps(ONE, indent=1)}\n\ndata: {B}\n",
    "small done": f"data: {A}\n\ndata: {B}\n\ndata: [done]\n\n",
}


def read(body: bytes, size: int) -> list[Json]:
    reader = EventReader()
    told = [event for at in range(0, len(body), size) for event in reader.feed(body[at : at + size])]
    return [*told, *reader.end()]


@pytest.mark.parametrize("size", [1, 2, 7, 10_000])
@pytest.mark.parametrize("name", [name for name in BODIES if name != "indented json"])
def test_events_are_read_in_every_dress_and_in_any_pieces(name: str, size: int) -> None:
    assert read(BODIES[name].encode(), size) == [ONE, TWO]


@pytest.mark.parametrize("size", [1, 9, 10_000])
def test_json_in_place_of_a_stream_may_be_indented_and_hold_empty_lines(size: int) -> None:
    body = json.dumps(TWO, indent=2).replace("\n", "\n\n")
    assert read(body.encode(), size) == [TWO]


@pytest.mark.parametrize(
    "body", ['data: {"a": 1', 'data: {"a": 1\n\ndata: {"b": 2}\n\n', '{"a": 1', 'data: {"a":\n\n']
)
def test_json_that_is_not_whole_is_an_error(body: str) -> None:
    with pytest.raises(ValueError, match="line 1 column"):
        read(body.encode(), 5)


@pytest.mark.parametrize("body", ['error: {"code": 500}\n\n', 'event: error\ndata: {"message": "x"}\n\n'])
def test_an_error_in_place_of_an_event_is_the_providers(body: str) -> None:
    with pytest.raises(ProviderError):
        read(body.encode(), 5)


@pytest.mark.parametrize("body", ["<html>no</html>", "", "data: [DONE]\n\n", "Internal Server Error"])
def test_what_is_no_stream_has_no_events(body: str) -> None:
    assert read(body.encode(), 5) == []


def piece(name: str | None = None, arguments: Any = None, **more: Any) -> Json:
    function = {key: value for key, value in (("name", name), ("arguments", arguments)) if value is not None}
    return {"type": "function", "function": function, **more}


LOOK, BUY = ("look", {"n": 1}), ("buy", {"m": 2})
PIECES: dict[str, tuple[list[list[Json]], list[tuple[str, Json]]]] = {
    "as documented": (
        [[piece("look", "", id="a", index=0)], *([piece(None, part, index=0)] for part in ('{"n"', ": 1}"))],
        [LOOK],
    ),
    "two as documented": (
        [
            [piece("look", "", id="a", index=0)],
            [piece(None, '{"n": 1}', index=0)],
            [piece("buy", "", id="b", index=1)],
            [piece(None, '{"m": 2}', index=1)],
        ],
        [LOOK, BUY],
    ),
    "in turn": (
        [
            [piece("look", "", id="a", index=0), piece("buy", "", id="b", index=1)],
            [piece(None, '{"n": ', index=0), piece(None, '{"m": ', index=1)],
            [piece(None, "1}", index=0), piece(None, "2}", index=1)],
        ],
        [LOOK, BUY],
    ),
    "no index": ([[piece("look", '{"n": 1}', id="a")], [piece("buy", '{"m": 2}', id="b")]], [LOOK, BUY]),
    "no index, no id": ([[piece("look", '{"n": 1}')], [piece("buy", '{"m": 2}')]], [LOOK, BUY]),
    "no index, no id, one list": ([[piece("look", '{"n": 1}'), piece("buy", '{"m": 2}')]], [LOOK, BUY]),
    "no index, in pieces": (
        [[piece("look", "", id="a")], [piece(None, '{"n": ', id="")], [piece(None, "1}", id="", type="")]],
        [LOOK],
    ),
    "a tool twice": ([[piece("look", '{"n": 1}', id="a")], [piece("look", '{"n": 1}', id="b")]], [LOOK] * 2),
    "all zero": (
        [[piece("look", '{"n": 1}', id="a", index=0)], [piece("buy", '{"m": 2}', id="b", index=0)]],
        [LOOK, BUY],
    ),
    "all zero, in pieces": (
        [
            [piece("look", "", id="a", index=0)],
            [piece(None, '{"n": 1}', index=0)],
            [piece("look", "", id="b", index=0)],
            [piece(None, '{"n": 1}', index=0)],
        ],
        [LOOK, LOOK],
    ),
    "name again": (
        [[piece("look", part, id="a", index=0)] for part in ("", '{"n"', ": 1}", "")],
        [LOOK],
    ),
    "name again, no id": ([[piece("look", part, index=0)] for part in ('{"n"', ": 1", "}")], [LOOK]),
    "name in parts": ([[piece("lo", "", id="a", index=0)], [piece("ok", '{"n": 1}', index=0)]], [LOOK]),
    "another id in each piece": (
        [[piece("look", '{"n"', id="a", index=0)], [piece(None, ": 1}", id="b", index=0)]],
        [LOOK],
    ),
    "object": ([[piece("look", {"n": 1}, id="a", index=0)]], [LOOK]),
    "object in a string in a string": ([[piece("look", json.dumps('{"n": 1}'), index=0)]], [LOOK]),
    "comma too many": ([[piece("look", '{"n": 1,}')]], [LOOK]),
    "comma in a list, in pieces": (
        [[piece("look", '{"n": [1', id="a", index=0)], [piece(None, ',], "s": ",]",\n}', index=0)]],
        [("look", {"n": [1], "s": ",]"})],
    ),
    "quotes of Python": ([[piece("look", "{'n': 1, 'yes': True}")]], [("look", {"n": 1, "yes": True})]),
    "fence": ([[piece("look", '```json\n{"n": 1}\n```')]], [LOOK]),
    "namespace": ([[piece("functions.look", '{"n": 1}')], [piece("tools:buy", '{"m": 2}')]], [LOOK, BUY]),
    "namespace and number": ([[piece("functions.look:0", '{"n": 1}', id="a", index=0)]], [LOOK]),
    "namespace in parts": (
        [[piece("functions.", "", index=0)], [piece("look", '{"n": 1}', index=0)]],
        [LOOK],
    ),
    "null and empty": ([[piece("look", None, id="a", index=None)], [{"function": None}]], [("look", {})]),
    "no function around": ([[{"name": "look", "parameters": {"n": 1}}]], [LOOK]),
    "one id for all": (
        [[piece("look", '{"n": 1}', id="x", index=0)], [piece("buy", '{"m": 2}', id="x", index=1)]],
        [LOOK, BUY],
    ),
    "told twice": ([[piece("look", '{"n": 1}', id="a", index=0)]] * 2, [LOOK]),
    "index as text": (
        [[piece("look", "", id="a", index="0")], [piece(None, '{"n": 1}', index="0")]],
        [LOOK],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", PIECES)
def test_calls_are_put_together_however_they_are_numbered(name: str) -> None:
    told, wanted = PIECES[name]
    pieces = CallPieces({"look", "buy"})
    for each in told:
        pieces.add(each)
    calls = pieces.calls()
    assert [(c["function"]["name"], json.loads(c["function"]["arguments"])) for c in calls] == wanted
    assert len({call["id"] for call in calls}) == len(wanted)


@pytest.mark.parametrize(
    "arguments",
    [
        '{"n": 1, "m": "a',
        "{'n': {1}}",
        "{'n': len}",
        '```\n{"n": 1}',
        '{"n": ',
        "[1]",
        "3",
        '{"n": 1}{"n": 1}',
        '"x"',
    ],
)
def test_arguments_that_are_no_object_are_not_guessed(arguments: str) -> None:
    pieces = CallPieces({"look"})
    pieces.add([piece("look", arguments)])
    with pytest.raises(ProviderReplyInvalid, match="broken tool arguments"):
        pieces.calls()


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (None, ""),
        ("hi", "hi"),
        ([{"type": "text", "text": "h"}, {"type": "text", "text": "i"}], "hi"),
        (
            [
                {"type": "thinking", "thinking": [{"type": "text", "text": "hm"}]},
                {"type": "text", "text": "hi"},
            ],
            "hi",
        ),
        ([{"type": "reasoning", "text": "hm"}, "hi"], "hi"),
    ],
)
def test_content_is_text_however_it_is_packed(content: object, text: str) -> None:
    for key, name in (("message", "message"), ("delta", "message")):
        told = completion_of({"choices": [{key: {"role": None, "content": content}}]})
        assert told["choices"][0][name]["content"] == text
        assert told["choices"][0][name]["role"] == "assistant"


@pytest.mark.parametrize(
    ("told", "meant"),
    [
        ("STOP", "stop"),
        ("", None),
        (None, None),
        ("MAX_TOKENS", "length"),
        ("SAFETY", "content_filter"),
        ("eos", "eos"),
    ],
)
def test_a_finish_reason_is_told_in_one_spelling(told: str | None, meant: str | None) -> None:
    assert (
        completion_of({"choices": [{"message": {}, "finish_reason": told}]})["choices"][0]["finish_reason"]
        == meant
    )


@pytest.mark.parametrize(
    "event",
    [
        {"error": {"message": "x"}},
        {"error": "x"},
        {"object": "error", "message": "x", "code": 500},
        {"type": "error", "message": "x"},
        {"choices": [{"delta": {"content": ""}, "finish_reason": "error"}]},
        {"error": {"code": "429"}, "choices": []},
    ],
)
def test_an_error_with_the_status_of_a_success_is_an_error(event: Json) -> None:
    with pytest.raises(Exception, match="model provider") as caught:
        chunk_of(event)
    assert "x" not in str(vars(caught.value).get("error", "")).split()


@pytest.mark.parametrize(
    "usage", [None, {}, {"prompt_tokens": None}, {"total_tokens": "many"}, {"prompt_tokens": 1e999}]
)
def test_a_count_that_is_none_is_left_out(usage: object) -> None:
    assert completion_of({"choices": [{"message": {}}], "usage": usage})["usage"] is None
