"""Calls of tools, put together from the pieces of a stream or taken whole, however a server numbers them."""

from __future__ import annotations

import ast
import json
import re
import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.adapters.openai.sse import Json
from app.core.exceptions import ProviderReplyInvalid

BROKEN = "broken tool arguments"
_FENCED = re.compile(r"\s*```\w*\s(.*)```\s*", re.DOTALL)
_COMMA = re.compile(r'("(?:[^"\\]|\\.)*")|,(?=\s*[}\]])')  # before a closing bracket, outside of strings
_LONGEST_LITERAL = 5000


@dataclass(slots=True)
class _Call:
    place: Any
    id: str
    name: str = ""
    arguments: str = ""

    @property
    def whole(self) -> bool:
        return bool(self.arguments) and object_in(self.arguments) is not None


class CallPieces:
    """A new id is a new call, and so is a name after arguments that are whole; the rest continues a call.

    Where there is no index, the place in a list of several pieces counts, else the call that came last.
    """

    def __init__(self, tools: Iterable[str]) -> None:
        self._tools = frozenset(tools)
        self._calls: list[_Call] = []

    def __bool__(self) -> bool:
        return bool(self._calls)

    def add(self, pieces: Sequence[Mapping[str, Any]]) -> None:
        for position, piece in enumerate(pieces):
            self._add(piece, position if len(pieces) > 1 else None)

    def calls(self) -> list[Json]:
        """In OpenAI's form, each with its own id. Raises ProviderReplyInvalid for broken arguments."""
        seen: set[str] = set()
        told: list[Json] = []
        for call in self._calls:
            arguments = object_in(call.arguments or "{}")
            if arguments is None:
                raise ProviderReplyInvalid(BROKEN)
            name = call.id if call.id and call.id not in seen else new_id()
            seen.add(name)
            told.append(made(call.name, arguments, name))
        return told

    def _add(self, piece: Mapping[str, Any], position: int | None) -> None:
        function = piece.get("function")
        function = function if isinstance(function, Mapping) else piece
        name, arguments, id_ = (
            self._offered(_text(function.get("name")).strip()),
            _arguments(function),
            _text(piece.get("id")),
        )
        place = position if piece.get("index") is None else piece["index"]
        if any(id_ and (call.id, call.arguments) == (id_, arguments) and call.whole for call in self._calls):
            return  # the same call once more
        call = self._continued(place, id_, name, arguments)
        if call is None:
            call = _Call(place, id_)
            self._calls.append(call)
        call.id = call.id or id_
        call.name = self._named(call.name, name)
        call.arguments += arguments

    def _continued(self, place: Any, id_: str, name: str, arguments: str) -> _Call | None:
        """The call that a piece belongs to; None for the first piece of one."""
        here = self._calls if place is None else [call for call in self._calls if call.place == place]
        last = next(reversed([call for call in self._calls if id_ and call.id == id_] or here), None)
        if last is None or not name:
            return last
        other_name = {last.name, name} <= self._tools and last.name != name
        other_id = bool(id_ and last.id) and id_ != last.id and (last.whole or not last.arguments)
        return None if other_name or other_id or (last.whole and arguments) else last

    def _named(self, known: str, name: str) -> str:
        """Some servers repeat the name in every piece, some send it in parts."""
        if not name or known == name or known in self._tools:
            return known or name
        return self._offered(name if name.startswith(known) else known + name)

    def _offered(self, name: str) -> str:
        """Without the namespace and the number that some models write about it: `functions.look:0`."""
        bare = re.sub(r"^\w+[.:/]|:\d+$", "", name)
        return bare if bare in self._tools and name not in self._tools else name


def made(name: str, arguments: Json, id_: str = "") -> Json:
    text = json.dumps(arguments, ensure_ascii=False)
    return {"id": id_ or new_id(), "type": "function", "function": {"name": name, "arguments": text}}


def new_id() -> str:
    """Nine letters and digits: Mistral takes no others."""
    return secrets.token_hex(5)[:9]


def object_in(text: str) -> Json | None:
    """The object of a JSON text, also in a string or a fence, with a comma too many or Python's quotes.

    None for anything else. Nothing is closed or completed: arguments that were cut are none.
    """
    fenced = _FENCED.fullmatch(text)
    text = fenced[1] if fenced else text
    value = _json(text)
    value = _json(value) if isinstance(value, str) else value
    if value is None and text.rstrip().endswith("}"):
        value = _json(_COMMA.sub(r"\1", text)) or _literal(text)
    return value if isinstance(value, dict) else None


def _json(text: str) -> Any:
    try:
        return json.loads(text, strict=False)
    except (ValueError, RecursionError):
        return None


def _literal(text: str) -> Any:
    """Of Python, as far as JSON can say it."""
    try:
        return _json(json.dumps(ast.literal_eval(text.strip()))) if len(text) < _LONGEST_LITERAL else None
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        return None


def _arguments(function: Mapping[str, Any]) -> str:
    given = next(
        (function[key] for key in ("arguments", "parameters", "args") if function.get(key) is not None), ""
    )
    return given if isinstance(given, str) else json.dumps(given, ensure_ascii=False)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else "" if value is None else str(value)
