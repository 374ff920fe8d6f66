"""Pages of other origins do not act here. What is no browser sends neither of the two headers and goes on."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlsplit

from starlette._utils import get_route_path
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from app.api.errors import situation
from app.core.exceptions import CallCenterError
from app.services.operators.auth import DIRECT

READING = {"GET", "HEAD", "OPTIONS"}
PORTS = {"http": 80, "https": 443}
Origin = tuple[str, str, int]


class ForeignOrigin(CallCenterError):
    status = 403
    code = "foreign_origin"

    def __init__(self) -> None:
        super().__init__(
            "A page of another origin may not do this. CORS_ORIGINS lists those that may call the API; "
            "behind a proxy of yours TRUSTED_PROXIES has to name it."
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
