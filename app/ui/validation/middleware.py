"""The middleware in front of each page's Gradio: the paths that our pages use, and the requests they accept.

Uploads: each file is counted, and a body that is no form with files is refused.
"""

from __future__ import annotations

import re
from asyncio import to_thread
from collections.abc import Callable, Mapping
from functools import partial
from urllib.parse import parse_qs

from gradio.blocks import Block
from gradio.routes import App
from python_multipart.multipart import parse_options_header
from starlette._utils import get_route_path
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartException
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.core.access import ANYBODY, Caller, ScopeMissing
from app.core.exceptions import BadRequestBody
from app.services.access.policy import CALLER
from app.ui.shell import several_workers_page
from app.ui.validation.requests import NAME, Questions
from app.ui.validation.rights import PERSONS, describe
from app.ui.validation.uploads import TooManyUploads, Uploads, is_kept
from app.ui.words import describe_error
from app.ui.workers import OneWorkerNeeded, Workers

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
        raise BadRequestBody("The body is not a file upload form.") from error
    if form.refused:
        raise form.refused


OPEN = re.compile(
    r"/|/config|/theme\.css|/(?:assets|static)/[\w./-]+|/gradio_api/heartbeat/[0-9A-Za-z]{1,64}"
)
FILE = "/gradio_api/file="


class PageRequests:
    """A path that our pages do not use is 404, in any spelling: the lists name those that are open."""

    def __init__(self, app: App, uploads: Uploads, workers: Workers, language: str) -> None:
        self.app = app
        self.page = app.get_blocks()
        self.uploads = uploads
        self.workers = workers
        self.language = language
        self.known = known = Questions(self.page, self._session)
        self.asking: dict[str, Callable[[bytes, Caller], bytes]] = {
            "/gradio_api/queue/join": known.join,
            "/gradio_api/component_server/": known.serve,
            "/gradio_api/cancel": known.cancel,
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        door, method = get_route_path(scope), scope.get("method")
        if self.workers.several:
            if door == "/":
                return await several_workers_page(self.language)(scope, receive, send)
            raise OneWorkerNeeded
        caller: Caller = scope.get(CALLER) or ANYBODY
        scope.get(PERSONS, {}).update(describe(caller, self.known.needs))
        if method == "POST" and door in self.asking:
            receive = await self._instead(self.asking[door], caller, scope, receive)
        elif method == "POST" and door == "/gradio_api/upload":
            return await self._upload(scope, receive, send)
        elif method not in ("GET", "HEAD") or not self._readable(door, scope):
            raise HTTPException(404)
        return await self.app(scope, receive, send)

    async def _upload(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuses with a text, which the page shows, as Gradio does for a file that is too large."""
        form = Form(scope, receive, send, partial(self.uploads.count_files, scope))
        try:
            self.uploads.count(scope)
            await to_thread(self.uploads.leftovers.look)
            await handed_on(self.app, scope, form)
        except (TooManyUploads, BadRequestBody) as error:
            again = {"Retry-After": str(error.retry_after)} if error.retry_after else {}
            refused = PlainTextResponse(describe_error(error, self.language), error.status, again)
            await refused(scope, receive, send)

    def _readable(self, door: str, scope: Scope) -> bool:
        asked = {
            name: values[-1] for name, values in parse_qs(scope["query_string"].decode("latin-1")).items()
        }
        if door == "/gradio_api/queue/data":
            return asked.get("session_hash") in self.page._queue.pending_messages_per_session
        if door == "/gradio_api/upload_progress":
            return bool(re.fullmatch(NAME, asked.get("upload_id", "")))
        if door.startswith(FILE):
            del MutableHeaders(scope=scope)["range"]  # Gradio stumbles over some
            return is_kept(door.removeprefix(FILE))
        return bool(OPEN.fullmatch(door))

    async def _instead(
        self, checked: Callable[[bytes, Caller], bytes], caller: Caller, scope: Scope, receive: Receive
    ) -> Receive:
        """Hands on what was checked, and not what came. Raises its errors in the page's language."""
        try:
            return _again(checked(await _whole(receive), caller), scope, receive)
        except ScopeMissing as error:
            error.args = (describe_error(error, self.language),)
            raise
        except BadRequestBody as error:
            raise BadRequestBody(describe_error(error, self.language)) from None

    def _session(self, name: str) -> Mapping[int, Block]:
        """The components as this visitor's page has them; nothing is kept for somebody new."""
        seen = self.app.state_holder.session_data.get(name)
        return seen.blocks_config.blocks if seen else {}


def _again(body: bytes, scope: Scope, receive: Receive) -> Receive:
    MutableHeaders(scope=scope)["content-length"] = str(len(body))
    sent = False

    async def again() -> Message:
        nonlocal sent
        if sent:
            return await receive()
        sent = True
        return {"type": "http.request", "body": body, "more_body": False}

    return again


async def _whole(receive: Receive) -> bytes:
    """How long and of which type it may be was seen to before."""
    parts = bytearray()
    while True:
        message = await receive()
        parts += message.get("body", b"")
        if not message.get("more_body", False):
            return bytes(parts)
