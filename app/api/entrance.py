"""Who may enter the workbench: whoever the API lets in, or who has shown a key and holds a session."""

from __future__ import annotations

from asyncio import to_thread
from contextlib import suppress

from fastapi.responses import RedirectResponse, Response
from starlette._utils import get_route_path
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.api.errors import situation
from app.core.access import ANYBODY, Caller, CredentialMissing, CredentialWrong
from app.core.exceptions import CallCenterError
from app.services.access.policy import CALLER, DIRECT
from app.services.access.sessions import COOKIE, LOGIN, LOGOUT, Sessions


class Entrance:
    """Where nobody may do anything without a credential, pages lead to the login and the rest is 401."""

    def __init__(self, app: ASGIApp, sessions: Sessions) -> None:
        self.app = app
        self.sessions = sessions

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = get_route_path(scope) if scope["type"] == "http" else ""
        if not path.startswith("/ui") or path in (LOGIN, LOGOUT):
            return await self.app(scope, receive, send)
        try:
            caller, renewed = await to_thread(self._identify, scope)
        except CallCenterError as error:
            return await situation(error)(scope, receive, send)
        if caller == ANYBODY:
            return await self._turn_away(scope)(scope, receive, send)
        return await self.app({**scope, CALLER: caller}, receive, self._setting(renewed, scope, send))

    def _identify(self, scope: Scope) -> tuple[Caller, str | None]:
        """A stale session is none. Raises StorageUnavailable."""
        text = Request(scope).cookies.get(COOKIE)
        if text:
            with suppress(CredentialWrong):
                session = self.sessions.read(text)
                return session.caller, self.sessions.renew(session)
        return self.sessions.access.uncredentialed(scope[DIRECT]), None

    @staticmethod
    def _turn_away(scope: Scope) -> Response:
        wants_page = scope["method"] == "GET" and "text/html" in Headers(scope=scope).get("accept", "")
        if not wants_page:
            return situation(CredentialMissing("operator"))
        return RedirectResponse(f"{scope['root_path']}{LOGIN}", 303)

    def _setting(self, renewed: str | None, scope: Scope, send: Send) -> Send:
        if renewed is None:
            return send

        bearer, url = Response(), Request(scope).url
        bearer.set_cookie(
            **self.sessions.cookie(renewed, url.scheme, url.hostname or "", scope.get("root_path", ""))
        )

        async def with_cookie(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).append("Set-Cookie", bearer.headers["Set-Cookie"])
            await send(message)

        return with_cookie
