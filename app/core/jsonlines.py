"""JSON that means one thing, and files of an object a line."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from math import isfinite
from typing import Any

_BLANK = re.compile(r"\s*")
_NEXT = re.compile(r"\s*,?\s*")


class NotJson(ValueError):
    """The sentence has no full stop."""


def loads(text: str) -> Any:
    """Raises NotJson, also where a key stands twice or a number is none."""
    try:
        return _DECODER.decode(text.strip().removeprefix("\ufeff"))
    except (ValueError, RecursionError) as error:
        raise NotJson(_problem(error, f", at character {getattr(error, 'pos', 0) + 1}")) from None


def lines(text: str) -> Iterator[tuple[int, str]]:
    """Those with something in them, numbered. Only a line feed ends one: texts may hold other line ends."""
    return ((number, line) for number, line in enumerate(text.split("\n"), 1) if line.strip(" \t\r\ufeff"))


def values(text: str) -> Iterator[tuple[int, Any]]:
    """Of an object a line, of objects over several lines, or of one array; what is no JSON is a NotJson."""
    if text.lstrip().startswith("["):
        yield from _elements(text)
        return
    at, line = 0, 1
    while at < len(text):
        end = text.find("\n", at) % (len(text) + 1)
        value = _tried(text[at:end])
        if isinstance(value, NotJson) and (whole := _over_lines(text, at)):
            value, end = whole
        if text[at:end].strip(" \t\r\ufeff"):
            yield line, value
        line += text.count("\n", at, end + 1)
        at = end + 1


def _tried(text: str) -> Any:
    try:
        return loads(text) if text.strip() else None
    except NotJson as error:
        return error


def _over_lines(text: str, at: int) -> tuple[Any, int] | None:
    """An object that begins here and fills its last line, with the end of that."""
    start = _BLANK.match(text, at).end()  # type: ignore[union-attr]
    if text[start : start + 1] != "{":
        return None
    try:
        value, end = _DECODER.raw_decode(text, start)
    except (ValueError, RecursionError):
        return None
    last = text.find("\n", end) % (len(text) + 1)
    return None if text[end:last].strip() else (value, last)


def _elements(text: str) -> Iterator[tuple[int, Any]]:
    """Of an array; the first that is no JSON ends it."""
    at = text.index("[") + 1
    while (at := _NEXT.match(text, at).end()) < len(text):  # type: ignore[union-attr]
        line = 1 + text.count("\n", 0, at)
        if text[at] == "]":
            if rest := text[at + 1 :].strip():
                yield line, NotJson(f"something follows the end of the array ({rest[:20]})")
            return
        try:
            value, at = _DECODER.raw_decode(text, at)
        except (ValueError, RecursionError) as error:
            yield line, NotJson(f"{_problem(error)}, and nothing after it is read")
            return
        yield line, value
    yield 1 + text.count("\n"), NotJson("the array has no end")


def _problem(error: Exception, where: str = "") -> str:
    if isinstance(error, RecursionError):
        return "this is not JSON (nested too deeply)"
    return f"this is not JSON ({error.msg}{where})" if isinstance(error, json.JSONDecodeError) else str(error)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        keys = [key for key, _ in pairs]
        raise NotJson(f"the key {next(key for key in keys if keys.count(key) > 1)} stands twice")
    return found


def _number(text: str) -> float:
    if not isfinite(value := float(text)):
        raise NotJson(f"{text} is not a number of JSON")
    return value


_DECODER = json.JSONDecoder(object_pairs_hook=_once, parse_float=_number, parse_constant=_number)
