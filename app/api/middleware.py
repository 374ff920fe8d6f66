"""Request guards: origin, host, path prefix, HEAD, and size limits of the workbench's uploads.

Guards read `get_route_path`, as the router does, so they hold under any prefix. Requests without browser
headers (`Origin`, `Sec-Fetch-Site`) pass: they do not come from a page.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from urllib.parse import urlsplit

from starlette._utils import get_route_path, parse_host_header
from starlette.datastructures import Headers
from starlette.formparsers import MultiPartException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.api.body import check_type, declared, replay, whole
from app.api.errors import problem, situation
from app.core.documents import LARGEST_FILE
from app.core.exceptions import BadRequestBody, BodyTooLarge, CallCenterError, UnsupportedMediaType
from app.core.network import address, is_local
from app.services.access.policy import DIRECT
from app.services.access.sessions import LOGIN


class HostUnknown(CallCenterError):
    status = 400
    code = "host_unknown"

    def __init__(self) -> None:
        super().__init__("The service does not answer to this host name; add it to ALLOWED_HOSTS.")


class KnownHosts:
    """Loopback names are always known; without a list, so are addresses and names of one word."""

    def __init__(self, app: ASGIApp, allowed: Sequence[str]) -> None:
        self.app = app
        self.allowed = {name.lower() for name in allowed}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and not self._known(Headers(scope=scope).getlist("host")):
            return await situation(HostUnknown())(scope, receive, send)
        return await self.app(scope, receive, send)

    def _known(self, hosts: list[str]) -> bool:
        """An old client names no host."""
        if "*" in self.allowed or not hosts:
            return True
        name = name_in(hosts[0]) if len(hosts) == 1 else ""
        if not name or is_local(name):
            return bool(name)
        if not self.allowed:
            return address(name) is not None or "." not in name
        parts = name.split(".")
        above = {"*." + ".".join(parts[n:]) for n in range(1, len(parts))}
        return name in self.allowed or not above.isdisjoint(self.allowed)


def name_in(host: str) -> str:
    """The name of a Host header in lower case, without brackets and port; empty where it is malformed."""
    parsed = parse_host_header(host)
    return parsed.host.lower().strip("[]") if parsed else ""


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


class Head:
    """Gradio's own routes are left out: some of them answer for as long as a page is open."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "HEAD" or "/gradio_api/" in get_route_path(scope):
            return await self.app(scope, receive, send)

        async def bare(message: Message) -> None:
            await send({**message, "body": b""} if message["type"] == "http.response.body" else message)

        return await self.app({**scope, "method": "GET"}, receive, bare)


JSON = 2**20  # bytes of what a page asks; state stays with us
UPLOAD = LARGEST_FILE + 2**16  # bytes of all files together, with what stands around them
FORM = 2000  # bytes of a login
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
                receive = limit_receive(receive, UPLOAD)
            elif path == LOGIN:
                receive = replay(await whole(headers, receive, FORM), receive)
            elif door in ASKED:
                check_type(headers)
                receive = replay(await whole(headers, receive, JSON), receive)
        except (BadRequestBody, BodyTooLarge, UnsupportedMediaType) as error:
            return await situation(error)(scope, receive, send)
        return await self.app(scope, receive, send)


def limit_receive(receive: Receive, limit: int) -> Receive:
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


READING = {"GET", "HEAD", "OPTIONS"}
PORTS = {"http": 80, "https": 443}
Origin = tuple[str, str, int]


class ForeignOrigin(CallCenterError):
    status = 403
    code = "foreign_origin"

    def __init__(self) -> None:
        super().__init__(
            "Requests from pages of another origin are refused. List origins that may call the API in "
            "CORS_ORIGINS, and your own proxy in TRUSTED_PROXIES."
        )


class OwnOrigin:
    """`listed` may call the API, and are still no callers of this machine."""

    def __init__(self, app: ASGIApp, listed: Sequence[str]) -> None:
        self.app = app
        self.all = "*" in listed
        self.listed = {_parts(origin) for origin in listed if origin != "*"}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        own, path = _is_own(scope), get_route_path(scope)
        if not own and _acts(scope["method"], path) and not self._may_call(scope, path):
            return await situation(ForeignOrigin())(scope, receive, send)
        return await self.app({**scope, DIRECT: scope[DIRECT] and own}, receive, send)

    def _may_call(self, scope: Scope, path: str) -> bool:
        origins = Headers(scope=scope).getlist("origin")
        known = len(origins) == 1 and (self.all or _parts(origins[0]) in self.listed)
        return known and path.startswith("/api/")


def _acts(method: str, path: str) -> bool:
    """Among Gradio's own routes some act when they are read."""
    return method not in READING or "/gradio_api/" in path


def _is_own(scope: Scope) -> bool:
    """A browser's word for the same site stands in for the scheme, which a proxy may have changed."""
    headers = Headers(scope=scope)
    sites, origins = headers.getlist("sec-fetch-site"), headers.getlist("origin")
    if any(site not in ("same-origin", "none") for site in sites):
        return False
    if not origins:
        return True
    theirs, host = _parts(origins[0]), headers.get("host", "")
    schemes = PORTS if "same-origin" in sites else [scope["scheme"]]
    return len(origins) == 1 and theirs is not None and theirs in [_parts(f"{s}://{host}") for s in schemes]


def _parts(origin: str) -> Origin | None:
    """None for `null` and for what is no origin."""
    try:
        found = urlsplit(origin)
        port = found.port or PORTS.get(found.scheme, 0)
    except ValueError:
        return None
    if not found.hostname or found.scheme not in PORTS or found.path or found.query or "@" in found.netloc:
        return None
    return found.scheme, found.hostname, port
