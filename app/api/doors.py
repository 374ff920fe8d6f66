"""What the workbench's own doors, which are Gradio's, let in: sizes are checked before anything is kept."""

from __future__ import annotations

from starlette._utils import get_route_path
from starlette.datastructures import Headers
from starlette.formparsers import MultiPartException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.api.body import check_type, declared, replay, whole
from app.api.errors import situation
from app.core.documents import LARGEST_FILE
from app.core.exceptions import BadRequestBody, BodyTooLarge, UnsupportedMediaType

JSON = 2**20  # bytes of what a page asks; state stays with us
UPLOAD = LARGEST_FILE + 2**16  # bytes of all files together, with what stands around them
ASKED = {"queue/join", "cancel", "component_server"}


class Doors:
    """Sizes and types of what pages send; which doors there are at all is the workbench's own matter."""

    def __init__(self, app: ASGIApp, prefix: str = "/ui/") -> None:
        self.app = app
        self.prefix = prefix

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not (path := get_route_path(scope)).startswith(self.prefix):
            return await self.app(scope, receive, send)
        door, headers = path.rstrip("/").rpartition("/gradio_api/")[2], Headers(scope=scope)
        try:
            if door == "upload":
                declared(headers, UPLOAD)
                receive = counted(receive, UPLOAD)
            elif door in ASKED:
                check_type(headers)
                receive = replay(await whole(headers, receive, JSON), receive)
        except (BadRequestBody, BodyTooLarge, UnsupportedMediaType) as error:
            return await situation(error)(scope, receive, send)
        return await self.app(scope, receive, send)


def counted(receive: Receive, limit: int) -> Receive:
    """Raises MultiPartException, at which Gradio removes what it has kept of the files so far."""
    seen, done = 0, False

    async def more() -> Message:
        nonlocal seen, done
        message = await receive()
        seen += len(message.get("body", b""))
        if seen > limit:
            raise MultiPartException(f"The files exceed the maximum allowed size of {limit} bytes.")
        if not done and message["type"] == "http.disconnect":
            raise MultiPartException("The upload broke off.")
        done = not message.get("more_body", False)
        return message

    return more
