"""Validates replies and streams. Raises ProviderReplyInvalid for an unusable one.

Some servers repeat the whole text in every chunk; only the new part is passed on.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from langchain_core.messages import AIMessageChunk
from langchain_core.outputs import ChatGenerationChunk

from app.adapters.openai import dialect
from app.adapters.openai.call_pieces import CallPieces
from app.adapters.openai.failures import EMPTY_STREAM, NO_CHOICES, THOUGHTS, WRITTEN
from app.adapters.openai.shapes import chunk_of, completion_of
from app.adapters.openai.speech import ReplyContext, Speech
from app.adapters.openai.sse import Json
from app.adapters.openai.wire import ENDED
from app.core.exceptions import ProviderError, ProviderReplyInvalid

LONG = 20  # letters from which the same text twice is taken for a repetition


class Fresh:
    """A second piece that begins with the first one waits: the third tells whether each holds all so far."""

    def __init__(self) -> None:
        self._heard, self._waiting = "", ""
        self._pieces = 0
        self._grows = False

    def of(self, piece: str) -> str:
        self._pieces += 1
        if self._waiting:
            waiting, self._waiting = self._waiting, ""
            self._grows = piece.startswith(waiting)
            return self._grown(piece) if self._grows else self._added(waiting + piece)
        if self._grows and piece.startswith(self._heard):
            return self._grown(piece)
        if self._pieces == 2 and piece.startswith(self._heard) and len(piece) > len(self._heard):
            self._waiting = piece
            return ""
        again = self._pieces > 2 and len(piece) >= LONG and piece.strip() == self._heard.strip()
        return "" if again else self._added(piece)

    def end(self) -> str:
        """What was still waiting."""
        waiting, self._waiting = self._waiting, ""
        return self._grown(waiting) if waiting and len(self._heard) >= LONG else self._added(waiting)

    def _grown(self, piece: str) -> str:
        new, self._heard = piece[len(self._heard) :], piece
        return new

    def _added(self, piece: str) -> str:
        self._heard += piece
        return piece


Close = Callable[[Json], ChatGenerationChunk | None]
_SENTENCE_END = re.compile(r"[^\w\s,;–—-]\s*\Z")


def asked_of(payload: Json) -> ReplyContext:
    return ReplyContext(offered(payload.get("tools")), dialect.text_of_others(payload["messages"]))


def offered(tools: Sequence[Mapping[str, Any]] | None) -> dict[str, Json]:
    """The properties of their arguments by the name of each tool that a request offers."""
    named = (tool["function"] for tool in tools or () if "function" in tool)
    return {each["name"]: (each.get("parameters") or {}).get("properties") or {} for each in named}


def usable(body: Json | Sequence[Json], asked: ReplyContext) -> tuple[Json, Speech]:
    """A plain reply in OpenAI's form, and what was heard in it.

    `length` with some text is usable; an empty, filtered or misdirected reply is not.
    """
    told = completion_of(body) if isinstance(body, dict) else _gathered(body)
    if not told["choices"]:
        raise ProviderReplyInvalid(NO_CHOICES)
    message, finish = told["choices"][0]["message"], told["choices"][0]["finish_reason"]
    pieces, speech = CallPieces(asked.tools), Speech(asked, held=True)
    pieces.add(message.pop("tool_calls", ()))
    message["content"] = speech.feed(message["content"]) + speech.end()
    says = bool(message["content"].strip())
    calls = _checked(says, finish, pieces.calls() or speech.calls, asked, speech)
    return {**told, "choices": [{**told["choices"][0], "index": 0, "message": {**message, **calls}}]}, speech


def _gathered(events: Sequence[Json]) -> Json:
    """A plain reply from the pieces of a stream that nobody asked for."""
    told = [chunk for event in events if (chunk := chunk_of(event))]
    choices = [choice for chunk in told for choice in chunk["choices"]]
    if not choices:
        raise ProviderReplyInvalid(NO_CHOICES)
    deltas = [each for each in choices if each["index"] == choices[0]["index"]]
    fresh = Fresh()
    text = "".join(fresh.of(said) for each in deltas if (said := each["delta"]["content"])) + fresh.end()
    calls = [call for each in deltas for call in each["delta"].get("tool_calls", ())]
    finish = next((each["finish_reason"] for each in reversed(deltas) if each["finish_reason"]), None)
    usage = next((chunk["usage"] for chunk in reversed(told) if chunk["usage"]), None)
    message = {"role": "assistant", "content": text, "tool_calls": calls}
    return {"choices": [{"index": 0, "message": message, "finish_reason": finish}], "usage": usage}


def _checked(says: bool, finish: str | None, calls: list[Json], asked: ReplyContext, speech: Speech) -> Json:
    """The calls as a part of a message."""
    if finish == "content_filter":
        raise ProviderReplyInvalid("content_filter")
    if {call["function"]["name"] for call in calls} - asked.tools.keys():
        raise ProviderReplyInvalid("unknown tool")
    if not calls and speech.unreadable:
        raise ProviderReplyInvalid(WRITTEN)
    if not calls and not says:
        raise ProviderReplyInvalid("length" if finish == "length" else THOUGHTS if speech.hidden else "empty")
    return {"tool_calls": calls} if calls else {}


class StreamCheck:
    """Reads one stream. Calls, usage and the finish reason are held back and told once, at the end: servers
    number, repeat and cut them in many ways. `close` makes the last chunk of all that."""

    def __init__(self, asked: ReplyContext, close: Close, held: bool = False) -> None:
        self.alive = False
        self.has_content = False
        self.speech = Speech(asked, held)
        self._asked, self._close = asked, close
        self._pieces = CallPieces(asked.tools)
        self._words: list[str] = []
        self._fresh, self._choice = Fresh(), -1
        self._finish: str | None = None
        self._usage: Json | None = None
        self._model: Any = None
        self._whole = self._says = False
        self._end = "open"

    def pass_on(self, event: Json) -> ChatGenerationChunk | None:
        """What may be shown of an event; None where it is nothing, or nothing yet."""
        self.alive = True
        if ENDED in event:
            self._end = event[ENDED]
            return None
        chunk = chunk_of(event)
        if chunk is None:
            return None
        self._usage, self._model = chunk["usage"] or self._usage, chunk["model"] or self._model
        counted = not chunk["choices"] and bool(chunk["usage"]) and bool(self._words)
        self._whole = self._whole or chunk["whole"] or counted
        text = "".join(self._heard(choice) for choice in chunk["choices"])
        if not text:
            return None
        self.has_content = self._says = True
        return ChatGenerationChunk(message=AIMessageChunk(content=text))

    def _heard(self, choice: Json) -> str:
        self._choice = choice["index"] if self._choice < 0 else self._choice
        if choice["index"] != self._choice:
            return ""
        self._finish = choice["finish_reason"] or self._finish
        said = choice["delta"]
        self._pieces.add(said.get("tool_calls", ()))
        self.has_content = self.has_content or bool(self._pieces)
        if not said["content"]:
            return ""
        self._words.append(said["content"])
        return self.speech.feed(self._fresh.of(said["content"]))

    def last(self) -> ChatGenerationChunk:
        """The closing chunk with the rest of the text, calls, usage and finish reason. Raises if unusable."""
        if not self._words and not self._pieces and self._finish is None:
            raise ProviderReplyInvalid(EMPTY_STREAM)
        if _is_doubled(self._words):
            raise ProviderReplyInvalid("every chunk came twice")
        rest = self.speech.feed(self._fresh.end()) + self.speech.end()
        calls = self._pieces.calls() or self.speech.calls
        if not self._has_ended(calls):
            raise ProviderError("the stream was cut")
        told = _checked(self._says or bool(rest.strip()), self._finish, calls, self._asked, self.speech)
        self.has_content = True
        for index, call in enumerate(calls):
            call["index"] = index
        return self._closing({"role": "assistant", "content": rest, **told}, bool(calls))

    def _has_ended(self, calls: Sequence[Json]) -> bool:
        """Where no finish reason is told, [DONE] does, the count of tokens, or that the words are whole."""
        if self._finish or self._end == "marked" or self._whole:
            return True
        return self._end == "framed" and bool(calls or _SENTENCE_END.search("".join(self._words[-20:])))

    def _closing(self, delta: Json, called: bool) -> ChatGenerationChunk:
        finish = self._finish or ("tool_calls" if called else "stop")
        choice = {"index": 0, "delta": delta, "finish_reason": finish}
        chunk = self._close({"choices": [choice], "usage": self._usage, "model": self._model})
        if chunk is None or not isinstance(chunk.message, AIMessageChunk):
            raise ProviderReplyInvalid(EMPTY_STREAM)
        chunk.message.chunk_position = "last"
        return chunk


def _is_doubled(words: list[str]) -> bool:
    """Four pairs or more and nothing else: a proxy sent each event twice, and the text is not readable."""
    return len(words) >= 8 and words[::2] == words[1::2]
