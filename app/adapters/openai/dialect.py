"""A request in the form that a server takes: roles in turn, the system's words first, tools in words."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from app.adapters.openai.sse import Json

BEGINNING = "…"  # in place of the customer's line, where the model's own is the first that is left
FIRST = ("system", "developer")
TOOLS = (
    "You may call tools. To call one, write nothing but this, with the name of a tool and JSON arguments:\n"
    "<tool_call>NAME ARGUMENTS</tool_call>\nThe result follows in the next message. The tools, as JSON:\n"
)


def in_turn(messages: Iterable[Json]) -> list[Json]:
    """One message of the system at the start, then the customer and the model in turn."""
    lines = list(messages)
    first = _joined([line for line in lines if line.get("role") in FIRST])
    rest = _joined(line for line in lines if line.get("role") not in FIRST)
    if rest and rest[0].get("role") == "assistant":
        rest.insert(0, {"role": "user", "content": BEGINNING})
    return [*first, *rest]


def folded(messages: list[Json]) -> list[Json]:
    """For models that know no system: its words stand before those of the first customer's line."""
    if not messages or messages[0].get("role") not in FIRST:
        return messages
    return _joined([{**messages[0], "role": "user"}, *messages[1:]])


def in_words(payload: Json) -> Json:
    """For models without tools: what they are, what was called and what came of it is told in text."""
    tools = [tool["function"] for tool in payload.get("tools", ())]
    rest = {
        key: value
        for key, value in payload.items()
        if key not in ("tools", "tool_choice", "parallel_tool_calls")
    }
    told = [{"role": "system", "content": TOOLS + json.dumps(tools, ensure_ascii=False)}] if tools else []
    first = [line for line in payload["messages"] if line.get("role") in FIRST]
    lines = [_in_words(line) for line in payload["messages"] if line.get("role") not in FIRST]
    return {**rest, "messages": in_turn([*first, *told, *lines])}


def text_of_others(messages: Iterable[Json]) -> str:
    """What others than the model have said."""
    return "\n".join(_text(line.get("content")) for line in messages if line.get("role") != "assistant")


def _in_words(line: Json) -> Json:
    if line.get("role") == "tool":
        return {"role": "user", "content": f"[Result]\n{_text(line.get('content'))}"}
    calls = "\n".join(
        f"<tool_call>{call['function']['name']} {call['function']['arguments']}</tool_call>"
        for call in line.get("tool_calls") or ()
    )
    if not calls:
        return line
    return {"role": "assistant", "content": "\n".join(filter(None, (_text(line.get("content")), calls)))}


def _joined(lines: Iterable[Json]) -> list[Json]:
    told: list[Json] = []
    for line in lines:
        if told and _may_join(told[-1], line):
            told[-1] = _both(told[-1], line)
        else:
            told.append(line)
    return told


def _may_join(one: Json, other: Json) -> bool:
    """Results of tools stay apart, and what has called one is followed by its result."""
    return one.get("role") == other.get("role") != "tool" and not one.get("tool_calls")


def _both(one: Json, other: Json) -> Json:
    text = "\n\n".join(part for part in _texts((one, other)) if part)
    calls = {"tool_calls": other["tool_calls"]} if other.get("tool_calls") else {}
    return {"role": one["role"], "content": text, **calls}


def _texts(lines: Iterable[Json]) -> Iterator[str]:
    return (_text(line.get("content")) for line in lines)


def _text(content: Any) -> str:
    if isinstance(content, list):
        return "\n".join(str(part.get("text", "")) for part in content if isinstance(part, dict))
    return content if isinstance(content, str) else ""
