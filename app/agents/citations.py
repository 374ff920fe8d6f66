"""Which articles a language model names in its reply, and the reply without their names.

Prompts ask for `[id]` after what rests on an article; the customer does not read these marks.
"""

from __future__ import annotations

import re
from collections.abc import Set as AbstractSet
from typing import Any

from langchain_core.messages import AIMessage

from app.agents.state import TurnState
from app.agents.tools.knowledge import search_knowledge

CITATIONS = "citations"
LONGEST = 200
_MARK = re.compile(rf" ?\[([^\[\]\n]{{1,{LONGEST}}})\](?!\()")  # not the text of a link
_ID = re.compile(r"[^\W_A-Z]+(?:-[^\W_A-Z]+)+")
_SHOWN = re.compile(r"^\[([^\[\]\n]+)\] ", re.MULTILINE)


def given_articles(state: TurnState) -> frozenset[str]:
    """Ids of the articles that the model was given in this turn, unasked or by a search."""
    searches = (use.result for use in state["tools"] if use.name == search_knowledge.name)
    found = (name for result in searches for name in _SHOWN.findall(result))
    return frozenset([*(p.article.id for p in state["passages"]), *found])


def cited(reply: AIMessage, known: AbstractSet[str]) -> AIMessage:
    """Without marks; `response_metadata` holds the ids, of those that are `known`.

    The embedded model brings its own.
    """
    metadata = {CITATIONS: _named(reply.text, known), **reply.response_metadata}
    return reply.model_copy(update={"content": _content(reply.content, known), "response_metadata": metadata})


def unmarked(text: str, known: AbstractSet[str]) -> str:
    """An id that is not known goes too, where it looks like one: the model has made it up."""
    return _MARK.sub(lambda mark: "" if _ids(mark, known) else mark[0], text)


class Unmarking:
    """The same for a stream, in which a mark may come in pieces."""

    def __init__(self, known: AbstractSet[str]) -> None:
        self._known, self._held = known, ""

    def feed(self, piece: str) -> str:
        text = self._held + piece
        sure = _sure(text)
        self._held = text[sure:]
        return unmarked(text[:sure], self._known)

    def end(self) -> str:
        text, self._held = self._held, ""
        return unmarked(text, self._known)


def _sure(text: str) -> int:
    """How far it is without the beginning of a mark and the blank before it."""
    at = text.rfind("[")
    tail = text[at:] if at >= 0 else ""
    begun = tail and len(tail) <= LONGEST + 2 and "\n" not in tail and "]" not in tail[:-1]
    return len((text[:at] if begun else text).removesuffix(" "))


def _ids(mark: re.Match[str], known: AbstractSet[str]) -> list[str]:
    """None where the brackets hold anything else."""
    names = [name.strip() for name in re.split("[,;]", mark[1])]
    return names if all(name in known or _ID.fullmatch(name) for name in names) else []


def _named(text: str, known: AbstractSet[str]) -> list[str]:
    names = (name for mark in _MARK.finditer(text) for name in _ids(mark, known))
    return [name for name in dict.fromkeys(names) if name in known]


def _content(content: Any, known: AbstractSet[str]) -> Any:
    """Text, or blocks of which some are text."""
    if isinstance(content, str):
        return unmarked(content, known)
    if isinstance(content, list):
        return [_content(block, known) for block in content]
    if content.get("type") == "text":
        return {**content, "text": unmarked(content["text"], known)}
    return content
