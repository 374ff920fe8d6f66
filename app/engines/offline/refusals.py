"""A no in a clause of its own before another wish: "nope. where is my order"."""

from __future__ import annotations

import re

from app.engines.offline.agreement import refuses

SHORTEST = 2  # words that can be a wish
_STOP = re.compile(r"(?<=[.!;,\n])\s+|\s[—–-]+\s")


def leading_refusal(line: str, tool: str = "") -> tuple[str, str]:
    """The longest such no and what follows it; empty and the line where it begins with none."""
    cuts = [(line[: stop.end()].strip(), line[stop.end() :].strip()) for stop in _STOP.finditer(line)]
    found = [(no, rest) for no, rest in cuts if len(rest.split()) >= SHORTEST]
    whole = [(no, rest) for no, rest in found if refuses("", no) or refuses(tool, no)]
    return whole[-1] if whole else ("", line)


def ends_in_refusal(line: str) -> bool:
    """ "How much?? no, forget it"."""
    return refuses("", _STOP.split(line)[-1])


def has_refusal(line: str) -> bool:
    """A clause of it is nothing but a no: "not this month. leave it as it is"."""
    return any(refuses("", clause) for clause in _STOP.split(line))
