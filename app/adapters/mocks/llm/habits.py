"""What real servers do otherwise than OpenAI's, by name: `call-center mock-llm --habit think`."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from app.adapters.mocks.llm.refusals import REFUSALS, Refusal
from app.adapters.mocks.llm.replies import Json, MockReply, fill, last_words

THOUGHT = "The customer is angry. Offer no discount."
DONE = b"data: [DONE]\n\n"


def as_json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode(errors="surrogatepass")


def _event(chunk: Json) -> bytes:
    return b"data: " + as_json(chunk) + b"\n\n"


def _encoded(chunks: list[Json]) -> list[bytes]:
    return [*map(_event, chunks), DONE]


@dataclass(frozen=True, slots=True)
class Habit:
    """`calls`: where tools are offered and none was called yet, one is. `said` rewrites the text of a reply,
    `written` makes text of calls; the rest is how the reply is sent."""

    calls: bool = False
    said: Callable[[str], str] = lambda text: text
    written: Callable[[str, str], str] | None = None
    refuse: Callable[[Json], Refusal | None] = lambda _: None
    whole: Callable[[Json], Json] = lambda body: body
    chunks: Callable[[list[Json]], list[Json]] = lambda chunks: chunks
    encode: Callable[[list[Json]], list[bytes]] = _encoded
    streams: Callable[[bool], bool] = lambda asked: asked
    slow: bool = False

    def reply(self, reply: MockReply, body: Json) -> MockReply:
        if self.calls and _may_call(body):
            offered = [tool["function"] for tool in body["tools"]]
            tool = next((each for each in offered if not each["parameters"].get("required")), offered[0])
            reply = MockReply(
                calls=[(tool["name"], as_json(fill(tool["parameters"], last_words(body))).decode())]
            )
            reply.finish = "tool_calls"
        if reply.calls and self.written and _may_call(body):
            return MockReply(text="\n".join(self.written(name, arguments) for name, arguments in reply.calls))
        plain = reply.text and not body.get("response_format") and not reply.text.startswith("{")
        return replace(reply, text=self.said(reply.text or "")) if plain else reply


def _may_call(body: Json) -> bool:
    asked = bool(body.get("tools")) and not body.get("tool_choice")
    return asked and not any(line.get("role") == "tool" for line in body["messages"])


PLAIN = Habit()


def _calls(change: Callable[[Json], Json]) -> Callable[[list[Json]], list[Json]]:
    """The pieces of calls rewritten."""

    def changed(chunks: list[Json]) -> list[Json]:
        return [
            _each(chunk, lambda d: {**d, "tool_calls": list(map(change, d["tool_calls"]))}, "tool_calls")
            for chunk in chunks
        ]

    return changed


def _each(chunk: Json, change: Callable[[Json], Json], key: str = "") -> Json:
    choices = [
        {**c, "delta": change(c["delta"])} if not key or key in c["delta"] else c for c in chunk["choices"]
    ]
    return {**chunk, "choices": choices}


def _at_once(chunks: list[Json]) -> list[Json]:
    """Each call in one piece, without numbers, as Gemini sends them."""
    told: list[Json] = []
    for chunk in chunks:
        for choice in chunk["choices"]:
            for piece in choice["delta"].get("tool_calls", ()):
                if "id" in piece:
                    told.append({**piece, "function": dict(piece["function"])})
                else:
                    told[-1]["function"]["arguments"] += piece["function"]["arguments"]
    if not told:
        return chunks
    one = {**chunks[0], "choices": [{"index": 0, "delta": {"tool_calls": told}, "finish_reason": None}]}
    return [one, *[chunk for chunk in chunks if not _has_calls(chunk)]]


def _has_calls(chunk: Json) -> bool:
    return any("tool_calls" in choice["delta"] for choice in chunk["choices"])


def _without(name: str) -> Callable[[Json], Json]:
    return lambda piece: {key: value for key, value in piece.items() if key != name}


def _objects(chunks: list[Json]) -> list[Json]:
    def change(piece: Json) -> Json:
        return {
            **piece,
            "function": {**piece["function"], "arguments": json.loads(piece["function"]["arguments"])},
        }

    return _calls(change)(_at_once(chunks))


def _name_again(chunks: list[Json]) -> list[Json]:
    """The name in every piece, and the arguments in three."""
    told: list[Json] = []
    name, id_ = "", ""
    for chunk in chunks:
        pieces = [p for c in chunk["choices"] for p in c["delta"].get("tool_calls", ())]
        name = next((p["function"]["name"] for p in pieces if "name" in p["function"]), name)
        id_ = next((p["id"] for p in pieces if "id" in p), id_)
        parts = list(_thirds(pieces[0]["function"]["arguments"])) if pieces else []
        for part in parts:
            piece = {"index": 0, "id": id_, "function": {"name": name, "arguments": part}}
            told.append(
                {**chunk, "choices": [{"index": 0, "delta": {"tool_calls": [piece]}, "finish_reason": None}]}
            )
        told += [] if pieces else [chunk]
    return told


def _thirds(text: str) -> Iterator[str]:
    third = len(text) // 3 + 1
    yield from (text[start : start + third] for start in range(0, max(1, len(text)), third))


def _no_finish(chunks: list[Json]) -> list[Json]:
    return [{**c, "choices": [{**each, "finish_reason": None} for each in c["choices"]]} for c in chunks]


def _nulls(chunks: list[Json]) -> list[Json]:
    empty = {"content": None, "role": None, "tool_calls": None, "function_call": None}
    return [
        _each({"usage": None, "error": None, **chunk}, lambda delta: {**empty, **delta}) for chunk in chunks
    ]


def _thought_fields(chunks: list[Json]) -> list[Json]:
    thought = {"role": "assistant", "content": None, "reasoning_content": THOUGHT, "reasoning": THOUGHT}
    return [{**chunks[0], "choices": [{"index": 0, "delta": thought, "finish_reason": None}]}, *chunks]


def _thought_field(body: Json) -> Json:
    (choice,) = body["choices"]
    return {**body, "choices": [{**choice, "message": {**choice["message"], "reasoning_content": THOUGHT}}]}


def _joined(chunks: list[Json]) -> bytes:
    return b"".join(_encoded(chunks))


def _pinged(chunks: list[Json]) -> list[bytes]:
    return [b": PROCESSING\n\n", b'event: ping\ndata: {"type": "ping"}\n\n', b"data:\n\n", *_encoded(chunks)]


def _lines(chunks: list[Json]) -> list[bytes]:
    """Each event on several lines of data."""
    spread = [json.dumps(chunk, indent=1, ensure_ascii=False).encode().split(b"\n") for chunk in chunks]
    return [b"".join(b"data: " + line + b"\n" for line in lines) + b"\n" for lines in spread] + [DONE]


def _harmony(text: str) -> str:
    thought = f"<|channel|>analysis<|message|>{THOUGHT}<|end|>"
    return f"{thought}<|start|>assistant<|channel|>final<|message|>{text}<|return|>"


def _fields(arguments: str) -> str:
    return "".join(
        f"<arg_key>{k}</arg_key>\n<arg_value>{v}</arg_value>\n" for k, v in json.loads(arguments).items()
    )


SPEECH: dict[str, Habit] = {
    "think": Habit(said=lambda text: f"<think>\n{THOUGHT}\n</think>\n\n{text}"),
    "think_closed_only": Habit(said=lambda text: f"{THOUGHT}\n</think>\n\n{text}"),
    "think_unclosed": Habit(said=lambda _: f"<think>\n{THOUGHT}"),
    "thinking_tag": Habit(said=lambda text: f"<thinking>{THOUGHT}</thinking>{text}"),
    "think_brackets": Habit(said=lambda text: f"[THINK]{THOUGHT}[/THINK]{text}"),
    "harmony": Habit(said=_harmony),
    "reasoning_field": Habit(chunks=_thought_fields, whole=_thought_field),
    "end_tokens": Habit(said=lambda text: f"{text}<|im_end|>\n<|im_start|>user\n{THOUGHT}"),
    "llama_tokens": Habit(
        said=lambda text: f"<|start_header_id|>assistant<|end_header_id|>\n\n{text}<|eot_id|>"
    ),
    "gemma_tokens": Habit(said=lambda text: f"<start_of_turn>model\n{text}<end_of_turn>"),
    "sentence_end": Habit(said=lambda text: f"<s>{text}</s>"),
}


def _call(written: Callable[[str, str], str]) -> Habit:
    return Habit(calls=True, written=written)


def _object(key: str) -> Callable[[str, str], str]:
    return lambda name, arguments: f'{{"name": "{name}", "{key}": {arguments}}}'


WRITTEN: dict[str, Habit] = {
    "call_tag": _call(lambda n, a: f"<tool_call>\n{_object('arguments')(n, a)}\n</tool_call>"),
    "call_json": _call(_object("parameters")),
    "call_fence": _call(lambda n, a: f"```json\n{_object('arguments')(n, a)}\n```"),
    "call_mistral": _call(lambda n, a: f"[TOOL_CALLS][{_object('arguments')(n, a)}]"),
    "call_mistral_args": _call(lambda n, a: f"[TOOL_CALLS]{n}[ARGS]{a}"),
    "call_python_tag": _call(lambda n, a: f"<|python_tag|>{_object('parameters')(n, a)}<|eom_id|>"),
    "call_function_tag": _call(lambda n, a: f"<function={n}>{a}</function>"),
    "call_fields": _call(lambda n, a: f"<tool_call>{n}\n{_fields(a)}</tool_call>"),
    "call_cut": _call(lambda n, a: f"<tool_call>\n{_object('arguments')(n, a)[:-3]}"),
}
STREAMS: dict[str, Habit] = {
    "no_index": Habit(calls=True, chunks=lambda chunks: _calls(_without("index"))(_at_once(chunks))),
    "index_zero": Habit(
        calls=True, chunks=lambda c: _calls(lambda piece: {**piece, "index": 0})(_at_once(c))
    ),
    "name_again": Habit(calls=True, chunks=_name_again),
    "object_arguments": Habit(calls=True, chunks=_objects),
    "no_finish": Habit(calls=True, chunks=_no_finish),
    "no_done": Habit(encode=lambda chunks: [*map(_event, chunks)]),
    "no_line_end": Habit(encode=lambda chunks: [b"".join(map(_event, chunks)).rstrip()]),
    "null_fields": Habit(calls=True, chunks=_nulls),
    "json_not_stream": Habit(streams=lambda _: False),
    "stream_not_json": Habit(streams=lambda _: True),
    "crlf": Habit(encode=lambda chunks: [_joined(chunks).replace(b"\n", b"\r\n")]),
    "no_space": Habit(encode=lambda chunks: [_joined(chunks).replace(b"data: ", b"data:")]),
    "no_blank_line": Habit(encode=lambda chunks: [_joined(chunks).replace(b"\n\n", b"\n")]),
    "many_lines": Habit(encode=_lines),
    "pings": Habit(encode=_pinged),
    "error_in_stream": Habit(
        encode=lambda chunks: [
            *map(_event, chunks[:2]),
            b'data: {"error": {"message": "no memory", "code": 500}}\n\n',
        ]
    ),
    "slow": Habit(slow=True),
    "slow_pings": Habit(encode=lambda chunks: [b": PROCESSING\n\n"] * 8 + _encoded(chunks), slow=True),
}
HABITS: dict[str, Habit] = {
    **SPEECH,
    **WRITTEN,
    **STREAMS,
    **{name: Habit(refuse=refuse) for name, refuse in REFUSALS.items()},
}
