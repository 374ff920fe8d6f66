"""Answers to connections whose requests never reach the application."""

from __future__ import annotations

from http import HTTPStatus

from starlette.datastructures import MutableHeaders

from app.api.errors import Problem
from app.api.headers import add_to

HEAD = 32 * 1024  # bytes of a header, request line and all
ENDS = {
    408: ("request_timeout", "The request did not come in time.", ""),
    431: ("header_too_large", f"The header is larger than {HEAD} bytes.", ""),
    503: (
        "too_many_connections",
        "Too many connections are open.",
        "Retry-After: 5\r\n",
    ),
}


def plain_answer(status: int) -> bytes:
    code, detail, more = ENDS[status]
    title = HTTPStatus(status).phrase
    body = Problem(title=title, status=status, detail=detail, code=code).model_dump_json(exclude_none=True)
    headers = MutableHeaders({"Content-Type": "application/problem+json"})
    add_to(headers, "/api/", "http")  # neither is known yet
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    head = f"HTTP/1.1 {status} {title}\r\n{lines}{more}"
    return f"{head}Content-Length: {len(body)}\r\nConnection: close\r\n\r\n{body}".encode()
