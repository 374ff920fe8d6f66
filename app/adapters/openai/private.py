"""What leaves for the provider without personal data, and what comes back with it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

from langchain_core.outputs import ChatGenerationChunk

from app.adapters.openai.sse import Json
from app.core.redaction.placeholders import Placeholders, RestoredStream

_OBJECT = ("{", "```json")


class PrivateCall:
    """One request and its reply. Without `hides` both are as they are."""

    def __init__(self, payload: Json, hides: bool) -> None:
        self.payload, self._hides = payload, hides
        self._placeholders = Placeholders()
        typed = "response_format" in payload
        self._typed, self._stream = typed, RestoredStream(self._placeholders, typed)
        if hides:
            lines: list[Json] = payload["messages"]
            self._placeholders.reserve(str(lines))
            self.payload = {**payload, "messages": [self._hidden(line) for line in lines]}

    def whole(self, told: Json) -> Json:
        """A plain reply in OpenAI's form."""
        if not self._hides:
            return told
        return {**told, "choices": [{**c, "message": self._restored(c["message"])} for c in told["choices"]]}

    async def pieces(self, chunks: AsyncIterator[ChatGenerationChunk]) -> AsyncIterator[ChatGenerationChunk]:
        """Of a stream; the last one was made of what `last` returned."""
        async for chunk in chunks:
            message: Any = chunk.message
            if self._hides and message.chunk_position != "last":
                message.content = self._stream.feed(message.content)
            if message.content or message.chunk_position == "last":
                yield chunk

    def last(self, told: Json) -> Json:
        """The closing event of a stream: the rest of the words, and the calls."""
        if not self._hides:
            return told
        choice = told["choices"][0]
        content = self._stream.feed(choice["delta"]["content"]) + self._stream.end()
        delta = {**choice["delta"], "content": content, **self._calls(choice["delta"])}
        return {**told, "choices": [{**choice, "delta": delta}]}

    def _restored(self, message: Json) -> Json:
        content = message["content"]
        in_json = self._typed or content.lstrip().startswith(_OBJECT)
        return {**message, "content": self._placeholders.restore(content, in_json), **self._calls(message)}

    def _calls(self, message: Json) -> Json:
        calls = [
            _with_arguments(call, self._placeholders.restore(call["function"]["arguments"], in_json=True))
            for call in message.get("tool_calls", ())
        ]
        return {"tool_calls": calls} if calls else {}

    def _hidden(self, line: Json) -> Json:
        """The words, the parts of words, and the arguments of earlier calls."""
        hidden = {**line, "content": self._placeholders.hide_all(line.get("content"))}
        if line.get("tool_calls"):
            hidden["tool_calls"] = [
                _with_arguments(call, self._placeholders.hide_json(call["function"]["arguments"]))
                for call in line["tool_calls"]
            ]
        return hidden


def _with_arguments(call: Json, arguments: str) -> Json:
    return {**call, "function": {**call["function"], "arguments": arguments}}
