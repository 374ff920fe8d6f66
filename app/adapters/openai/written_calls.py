"""Calls of tools that a model has written into its text, in any of the notations in use."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from app.adapters.openai.call_pieces import made
from app.adapters.openai.sse import Json

Tools = Mapping[str, Json]
"""Properties of the arguments, as JSON schemas, by the name of the tool."""

_NAMES = ("name", "function", "function_name", "tool", "tool_name", "action", "recipient_name")
_ARGUMENTS = ("arguments", "parameters", "args", "input", "action_input", "kwargs")
_LISTS = ("tool_calls", "tool_uses", "calls", "function_calls")
_KEYS = {*_NAMES, *_ARGUMENTS, "id", "type"}
_PARAMETER = re.compile(
    r"<(?:[|｜]\w+[|｜])?(?:parameter|param|arg)(?:\s*=\s*|\s+name\s*=\s*)[\"']?([\w.-]+)[\"']?[^>]*>(.*?)</(?:[|｜]\w+[|｜])?(?:parameter|param|arg)>"
    r"|<arg_key>\s*([\w.-]+)\s*</arg_key>\s*<arg_value>(.*?)</arg_value>",
    re.DOTALL,
)
_LARGEST = 50_000
_decoder = json.JSONDecoder(strict=False)


def written_calls(text: str, tools: Tools) -> list[Json]:
    """In OpenAI's form. A call of a tool that was not offered is among them; empty where there is none."""
    text = text[:_LARGEST]
    found = [call for value in _values(text) for call in _shaped(value, tools)]
    return found or list(_after_names(text, tools))


def json_at(text: str) -> tuple[Any, int] | None:
    """The object or list that `text` begins with, and where it ends; None where it is not whole."""
    try:
        return _decoder.raw_decode(text)
    except (ValueError, RecursionError):
        return None


def _values(text: str) -> Iterator[Any]:
    """Every object and list that stands in a text by itself; also with the quotes of Python."""
    at = 0
    while (start := _next_bracket(text, at)) >= 0:
        found = json_at(text[start:])
        if found is None:
            at = start + 1
            continue
        yield found[0]
        at = start + found[1]
    if not at or "'" in text:
        yield from _literal(text)


def _next_bracket(text: str, at: int) -> int:
    found = re.compile(r"[\[{]").search(text, at)
    return found.start() if found else -1


def _literal(text: str) -> Iterator[Any]:
    start, end = text.find("{"), text.rfind("}")
    if 0 <= start < end < 5000:
        try:
            yield ast.literal_eval(text[start : end + 1])
        except (ValueError, SyntaxError, MemoryError, RecursionError):
            return


def _shaped(value: Any, tools: Tools) -> Iterator[Json]:
    """The calls in a JSON value, if it has the form of calls."""
    if isinstance(value, list):
        for each in value:
            yield from _shaped(each, tools)
    if not isinstance(value, dict):
        return
    inner = next((value[key] for key in _LISTS if isinstance(value.get(key), list)), None) or value.get(
        "function"
    )
    if isinstance(inner, list | dict):
        yield from _shaped(inner, tools)
    elif call := _call(value, tools):
        yield call


def _call(value: Json, tools: Tools) -> Json | None:
    name = next((value[key] for key in _NAMES if isinstance(value.get(key), str)), "")
    name = name.removeprefix("functions.")
    given = next((value[key] for key in _ARGUMENTS if value.get(key) is not None), None)
    arguments = given if isinstance(given, dict) else _object(given) if isinstance(given, str) else None
    if name in tools:
        flat = {key: inner for key, inner in value.items() if key not in _KEYS}
        return made(name, flat if arguments is None else arguments)
    if name and arguments is not None and value.keys() <= _KEYS:
        return made(name, arguments)
    (only, *others) = value or [""]
    return made(only, value[only]) if not others and only in tools and isinstance(value[only], dict) else None


def _object(text: str) -> Json | None:
    found = json_at(text.strip())
    return found[0] if found and isinstance(found[0], dict) else None


def _after_names(text: str, tools: Tools) -> Iterator[Json]:
    """The arguments that follow each name of an offered tool: JSON, tags, or those of a Python call."""
    if not tools:
        return
    names = "|".join(map(re.escape, sorted(tools, key=len, reverse=True)))
    places = list(re.finditer(rf"(?<![\w.-])(?:functions\.)?({names})(?![\w-])", text))
    ends = [*(place.start() for place in places[1:]), len(text)]
    for place, end in zip(places, ends, strict=False):
        rest = text[place.end() : end]
        arguments = _following(rest, place[1], tools[place[1]])
        if arguments is not None:
            yield made(place[1], arguments)


def _following(rest: str, name: str, properties: Json) -> Json | None:
    """None where what follows is neither arguments nor an end."""
    if told := _PARAMETER.findall(rest):
        pairs = ((one or two, first or second) for one, first, two, second in told)
        return {key: _typed(value.strip("\n"), properties.get(key) or {}) for key, value in pairs}
    start = rest.find("{")
    if start >= 0 and (found := json_at(rest[start:])) and isinstance(found[0], dict):
        return found[0]
    if (called := rest.removeprefix(".call").lstrip()).startswith("("):
        return _of_python(called, name)
    return {} if start < 0 and not re.search(r"\w{3}", re.sub(r"<[^<>]*>|\[[^\[\]]*\]", "", rest)) else None


def _of_python(rest: str, name: str) -> Json | None:
    """Arguments by name, of plain values."""
    end = rest.rfind(")") + 1
    try:
        tree = ast.parse(name + rest[:end].rstrip("])") + ")", mode="eval").body
        if not isinstance(tree, ast.Call) or tree.args:
            return None
        return {str(each.arg): ast.literal_eval(each.value) for each in tree.keywords if each.arg}
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return None


def _typed(value: str, schema: Json) -> Any:
    """A text where the schema wants one; else what it says as JSON."""
    if schema.get("type") == "string" or schema.get("enum"):
        return value.strip()
    try:
        return json.loads(value)
    except ValueError:
        return value.strip()
