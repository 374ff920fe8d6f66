"""Who calls: forwarding headers count from a configured proxy alone, and nothing behind here sees them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from ipaddress import ip_network

from starlette._utils import parse_host_header
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Receive, Scope, Send

from app.api.middleware import name_in
from app.core.network import address, is_local, is_loopback
from app.services.access.policy import DIRECT

_FORWARDING = re.compile(
    r"forwarded|via|x-forwarded|x-(?:forwarded|original|envoy|amzn|azure|arr|appengine)-.*|cf-.*|x-real-ip"
    r"|(?:.*-)?client-?ip|x-rewrite-url|x-host|x-gradio-server"
)
_PREFIX = re.compile(r"(?:/(?!\.\.?(?:/|$))[\w.~-]+)+/?", re.ASCII)


class Callers:
    """Marks requests that come straight from this machine; takes the rest from our proxies."""

    def __init__(self, app: ASGIApp, proxies: Sequence[str]) -> None:
        self.app = app
        self.all = "*" in proxies
        self.networks = [ip_network(proxy, strict=False) for proxy in proxies if proxy != "*"]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        given = Headers(scope=scope)
        forwarding = {name.encode("latin-1") for name in given if _FORWARDING.fullmatch(name)}
        kept = [pair for pair in scope["headers"] if pair[0].lower() not in forwarding]
        peer = (scope.get("client") or ("",))[0]
        scope = {**scope, "headers": kept, DIRECT: not forwarding and _is_here(peer, given.getlist("host"))}
        if self._trusts(peer):
            _believe(scope, given)
            scope["client"] = self._client(scope, given)
        return await self.app(scope, receive, send)

    def _client(self, scope: Scope, given: Headers) -> tuple[str, int] | None:
        """The nearest address that is no proxy of ours: what stands before it, its sender made up.

        Where every proxy is trusted, the nearest one's word alone.
        """
        client: tuple[str, int] | None = scope.get("client")
        for hop in reversed(",".join(given.getlist("x-forwarded-for")).split(",")):
            found = address(_bare(hop))
            if found is None:
                break
            client = str(found), 0
            if self.all or not self._trusts(client[0]):
                break
        return client

    def _trusts(self, peer: str) -> bool:
        found = address(peer)
        return self.all or (found is not None and any(found in network for network in self.networks))


def _is_here(peer: str, hosts: list[str]) -> bool:
    """Both ends of the connection, and the name that was asked for."""
    return is_loopback(peer) and len(hosts) == 1 and is_local(name_in(hosts[0]))


def _believe(scope: Scope, given: Headers) -> None:
    """Of several values the last is the nearest proxy's."""
    scheme, port, prefix = (_last(given, f"x-forwarded-{what}") for what in ("proto", "port", "prefix"))
    if scheme in ("http", "https"):
        scope["scheme"] = scheme
    host = _last(given, "x-forwarded-host") or given.get("host", "")
    parsed = parse_host_header(host)
    if parsed and parsed.port is None and port.isdigit():
        host = f"{host}:{port}"
    if host:
        MutableHeaders(scope=scope)["host"] = host
    root, path, prefix = scope.get("root_path", ""), scope["path"], prefix.rstrip("/")
    if _PREFIX.fullmatch(prefix) and not root.startswith(prefix):
        scope.update(root_path=prefix + root, path=prefix + (path if path.startswith(root) else root + path))


def _bare(hop: str) -> str:
    """Without a port, which some proxies add."""
    text = hop.strip()
    if text.startswith("["):
        return text[1:].partition("]")[0]
    return text.partition(":")[0] if text.count(":") == 1 else text


def _last(headers: Headers, name: str) -> str:
    values = headers.getlist(name)
    return values[-1].rpartition(",")[2].strip() if values else ""
