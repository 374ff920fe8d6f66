"""An upload on its way to Gradio: each file is counted, and what is no form with files is told plainly."""

from __future__ import annotations

from collections.abc import Callable

from python_multipart.multipart import parse_options_header
from starlette.datastructures import Headers
from starlette.formparsers import MultiPartException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.core.exceptions import BadRequestBody
from app.ui.validation.uploads import TooManyUploads

SURROUND = 2
"""Marks that a form with one file has."""


class Form:
    """`count` is called for each file after the first and may raise TooManyUploads."""

    def __init__(self, scope: Scope, receive: Receive, send: Send, count: Callable[[int], None]) -> None:
        boundary = parse_options_header(Headers(scope=scope).get("content-type"))[1].get(b"boundary", b"")
        self._mark = b"--" + boundary
        self._receive, self._send, self._count = receive, send, count
        self._tail = b""
        self._marks = 0
        self.refused: TooManyUploads | None = None
        self.status = 200

    async def receive(self) -> Message:
        """Gradio closes its files after a MultiPartException, and after no other."""
        message = await self._receive()
        read = self._tail + message.get("body", b"")
        more = read.count(self._mark)
        self._tail = read[read.rfind(self._mark) + len(self._mark) :] if more else read
        self._tail = self._tail[-(len(self._mark) - 1) :]
        counted = max(0, self._marks - SURROUND)
        self._marks += more
        try:
            self._count(max(0, self._marks - SURROUND) - counted)
        except TooManyUploads as error:
            self.refused = error
            raise MultiPartException(str(error)) from error
        return message

    async def send(self, message: Message) -> None:
        self.status = message.get("status", self.status)
        if self.status < 500 and not self.refused:
            await self._send(message)


async def handed_on(app: ASGIApp, scope: Scope, form: Form) -> None:
    """Raises TooManyUploads, or BadRequestBody where Gradio stumbles over what was sent."""
    try:
        await app(scope, form.receive, form.send)
    except (TypeError, ValueError) as error:  # of Gradio and its parser: a field that is no file, a boundary
        raise BadRequestBody("This is no form with files.") from error
    if form.refused:
        raise form.refused
