"""Bodies are checked before anything else sees them: size while they stream, then strict JSON."""

from __future__ import annotations

import json
import math
from typing import Any, NoReturn

from starlette._utils import get_route_path
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.api.errors import situation
from app.core.exceptions import BadRequestBody, BodyTooLarge, CallCenterError, UnsupportedMediaType

DEPTH = 64
STRETCH = 3  # bytes on the wire for one that counts: \u0444 counts as the two bytes of its letter in UTF-8


class StrictJson:
    """Guards every API request with a body. Memory stays within three times `limit` bytes a request."""

    def __init__(self, app: ASGIApp, limit: int, prefix: str = "/api/") -> None:
        self.app = app
        self.limit = limit
        self.prefix = prefix

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not get_route_path(scope).startswith(self.prefix):
            return await self.app(scope, receive, send)
        try:
            headers = Headers(scope=scope)
            body = await whole(headers, receive, self.limit, STRETCH)
            if body or "content-type" in headers:
                check_type(headers)
            if body:
                parse(body)
        except CallCenterError as error:
            return await situation(error)(scope, receive, send)
        return await self.app(scope, replay(body, receive), send)


async def whole(headers: Headers, receive: Receive, limit: int, stretch: int = 1) -> bytes:
    """The body. `stretch`: bytes at most for one that counts. Raises BodyTooLarge as soon as it is known.

    Raises BadRequestBody for one that breaks off.
    """
    declared(headers, limit, stretch)
    parts, counted = bytearray(), 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise BadRequestBody("The body is incomplete.")
        before = len(parts)
        parts += message.get("body", b"")
        escaped = parts.count(b"\\u", max(before - 1, 0)) if stretch > 1 else 0
        counted += len(parts) - before - 4 * escaped
        if counted > limit or len(parts) > stretch * limit:
            raise BodyTooLarge(limit)
        if not message.get("more_body", False):
            return bytes(parts)


def declared(headers: Headers, limit: int, stretch: int = 1) -> None:
    """Raises BodyTooLarge where the sender says so."""
    length = headers.get("content-length", "0")
    if length.isdigit() and int(length) > stretch * limit:
        raise BodyTooLarge(limit)


def parse(body: bytes) -> Any:
    """RFC 8259 in UTF-8 and nothing more lenient. Raises BadRequestBody."""
    try:
        text = body.decode("utf-8")
        value = json.loads(
            text, object_pairs_hook=_unique, parse_constant=_refuse, parse_float=_finite, parse_int=_short
        )
    except UnicodeDecodeError:
        raise BadRequestBody("The body is not UTF-8.") from None
    except RecursionError:
        raise BadRequestBody("The body is nested too deeply.") from None
    except ValueError as error:
        raise BadRequestBody(_sentence(error)) from None
    _check_strings(value, 0)
    return value


def check_type(headers: Headers) -> None:
    """Raises UnsupportedMediaType for all but JSON in UTF-8: any page may send other types without asking."""
    kind, _, parameters = headers.get("content-type", "").partition(";")
    charset = parameters.strip().lower().removeprefix("charset=").strip('"')
    if kind.strip().lower() != "application/json" or charset not in ("", "utf-8", "utf8"):
        raise UnsupportedMediaType
    if headers.get("content-encoding", "identity").lower() != "identity":
        raise UnsupportedMediaType


def _check_strings(value: Any, depth: int) -> None:
    if depth > DEPTH:
        raise BadRequestBody("The body is nested too deeply.")
    if isinstance(value, str) and any("\ud800" <= c <= "\udfff" for c in value):
        raise BadRequestBody("The body contains an unpaired surrogate.")
    children = (
        value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    )
    for key, child in children:
        _check_strings(key, depth + 1)
        _check_strings(child, depth + 1)


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    names = [name for name, _ in pairs]
    if len(set(names)) != len(names):
        raise ValueError("duplicate")
    return dict(pairs)


def _refuse(_: str) -> NoReturn:
    raise ValueError("constant")


def _finite(digits: str) -> float:
    number = float(digits)
    if math.isinf(number):
        raise ValueError("constant")
    return number


def _short(digits: str) -> int:
    if len(digits) > 100:
        raise ValueError("constant")
    return int(digits)


def _sentence(error: ValueError) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f"The body is not JSON: a problem at character {error.pos}."
    if str(error) == "duplicate":
        return "The body names a field twice."
    return "The body holds a number that JSON does not know."


def replay(body: bytes, receive: Receive) -> Receive:
    """Hands the body out once more."""
    sent = False

    async def again() -> Message:
        nonlocal sent
        if sent:
            return await receive()
        sent = True
        return {"type": "http.request", "body": body, "more_body": False}

    return again
