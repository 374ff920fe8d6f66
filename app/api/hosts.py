"""Under which names the service answers: none that strangers can point at us (DNS rebinding)."""

from __future__ import annotations

from collections.abc import Sequence

from starlette._utils import parse_host_header
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from app.api.errors import situation
from app.core.addresses import address, is_local
from app.core.exceptions import CallCenterError


class HostUnknown(CallCenterError):
    status = 400
    code = "host_unknown"

    def __init__(self) -> None:
        super().__init__("The service does not answer under this host name; ALLOWED_HOSTS lists its names.")


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
