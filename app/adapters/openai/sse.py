"""What a server sends in answer to `stream: true`: server-sent events in any dress, or plain JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from app.core.exceptions import ProviderError

Json = dict[str, Any]
BROKEN = "an error in the stream"
_BOM = b"\xef\xbb\xbf"


class EventReader:
    """Lines end in LF, CRLF or CR; events need no empty line between them, and the last no line end.

    Raises ValueError for data that begins as JSON and is none, ProviderError for an `error` field or event.
    `done` is true after [DONE].
    """

    def __init__(self) -> None:
        self.done = False
        self._rest = b""
        self._data: list[bytes] = []
        self._event = b""
        self._begun = False
        self._bare = False  # JSON without `data:` before it: empty lines do not end it

    def feed(self, received: bytes) -> Iterator[Json]:
        text = self._rest + received
        if not self._begun:
            if _BOM.startswith(text):
                self._rest = text
                return
            self._begun, text = True, text.removeprefix(_BOM)
        held = b"\r" if text.endswith(b"\r") else b""  # its LF may come with the next piece
        *lines, self._rest = _lines(text.removesuffix(held))
        self._rest += held
        for line in lines:
            yield from self._line(line)

    def end(self) -> Iterator[Json]:
        """What stands in the last line, and whether it is whole."""
        yield from self._line(self._rest.rstrip(b"\r"))
        if not self.done:
            yield from self._flush()

    def _line(self, line: bytes) -> Iterator[Json]:
        if self.done:
            return
        if self._bare or line.lstrip().startswith(b"{"):
            self._bare = True
            yield from self._take(line)
        elif not line.strip():
            yield from self._flush()
        else:
            yield from self._field(line)

    def _field(self, line: bytes) -> Iterator[Json]:
        name, _, value = line.partition(b":")
        if name == b"error":
            raise ProviderError(BROKEN)
        if name == b"event":
            self._event = value.strip()
        elif name == b"data" and value.strip().upper() == b"[DONE]":
            yield from self._flush()
            self.done = True
        elif name == b"data" and (self._data or value.strip()[:1] in (b"{", b"[")):
            yield from self._take(value)  # anything else is a ping

    def _take(self, value: bytes) -> Iterator[Json]:
        """One line of data: JSON may be spread over several, which are read at the end of an event."""
        if self._event == b"error":
            raise ProviderError(BROKEN)
        if self._data or not value.strip():
            self._data.append(value)
            return
        try:
            yield from _objects(json.loads(value))
            self._bare = False
        except ValueError:
            self._data.append(value)

    def _flush(self) -> Iterator[Json]:
        """An event is over. Raises ValueError where its JSON is not whole."""
        data, self._data, self._event, self._bare = b"\n".join(self._data), [], b"", False
        if data.strip():
            yield from _objects(json.loads(data))


def _objects(found: Any) -> list[Json]:
    return [each for each in (found if isinstance(found, list) else [found]) if isinstance(each, dict)]


def _lines(text: bytes) -> list[bytes]:
    """At line feeds and carriage returns only: JSON may hold U+2028."""
    return text.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")
