"""Where a request leads. Guards read `get_route_path`, as the router does, so they hold under any prefix."""

from __future__ import annotations

import re

from starlette.types import ASGIApp, Receive, Scope, Send

from app.api.errors import problem

OURS = re.compile(
    r"(?:/(?:(?:api|ui|docs|redoc|metrics|openapi\.json|favicon\.ico|static-offline-docs)(?:/.*)?)?)?"
)
_OTHER_SPELLING = re.compile(r"//|\\|%2f|%5c|[\0-\x1f\x7f]|/(?:\.|%2e){1,2}(?:/|$)", re.IGNORECASE)


class OneSpelling:
    """The outermost guard: an address that could be read in two ways is not found.

    Where a proxy keeps the prefix that `--root-path` adds once more, it is taken off.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        given = scope.get("root_path", "")
        raw = scope.get("raw_path", b"").decode("latin-1")
        root, path = f"/{given.strip('/')}".rstrip("/"), _behind(given, scope["path"])
        if any(_OTHER_SPELLING.search(spelled) for spelled in (path, _behind(given, raw))):
            return await problem(404, "not_found", "Not Found.")(scope, receive, send)
        if path.startswith(root) and OURS.fullmatch(inside := path.removeprefix(root)):
            path = inside
        return await self.app({**scope, "root_path": root, "path": root + path}, receive, send)


def _behind(prefix: str, path: str) -> str:
    inside = path.removeprefix(prefix)
    return inside if inside[:1] in ("", "/") else path
