"""Who may enter the workbench: whoever the API lets in, or who has shown a key and holds a session."""

from __future__ import annotations

from asyncio import to_thread
from http.cookies import CookieError, SimpleCookie
from urllib.parse import parse_qs

from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from starlette._utils import get_route_path
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.api.body import whole
from app.api.errors import situation
from app.core.access import ANYBODY, Caller, CredentialMissing, CredentialWrong
from app.core.exceptions import BodyTooLarge, CallCenterError
from app.services.access.policy import DIRECT
from app.services.access.sessions import LONGEST, Sessions
from app.services.dialogs.admission import Pace, TooManyDialogs
from app.ui.request import CALLER
from app.ui.shell import login_page
from app.ui.words import choose_language

COOKIE = "cc_session"
LOGIN, LOGOUT = "/ui/login", "/ui/logout"
TRIES = 10  # wrong keys that one address may show in a minute
FORM = 2000  # bytes


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
        return await self.app({**scope, CALLER: caller}, receive, _setting(renewed, scope, send))

    def _identify(self, scope: Scope) -> tuple[Caller, str | None]:
        """A stale session is none. Raises StorageUnavailable."""
        text = _cookie(scope)
        if text:
            try:
                session = self.sessions.read(text)
            except CredentialWrong:
                text = ""
            else:
                return session.caller, self.sessions.renew(session)
        return self.sessions.access.uncredentialed(scope[DIRECT]), None

    @staticmethod
    def _turn_away(scope: Scope) -> Response:
        wants_page = scope["method"] == "GET" and "text/html" in Headers(scope=scope).get("accept", "")
        if not wants_page:
            return situation(CredentialMissing("operator"))
        return RedirectResponse(f"{scope['root_path']}{LOGIN}", 303)


def add_login(app: FastAPI, sessions: Sessions) -> None:
    pace = Pace(TRIES)

    async def show(request: Request) -> HTMLResponse:
        return login_page(choose_language(request), request.scope["root_path"])

    async def enter(request: Request) -> Response:
        root = request.scope["root_path"]
        try:
            body = await whole(request.headers, request.receive, FORM)
            given = parse_qs(body.decode("utf-8", "replace")).get("key", [""])[0].strip()
            pace.step(request.client.host if request.client else "")
            text = await to_thread(sessions.open, given)
        except (BodyTooLarge, CredentialWrong, TooManyDialogs) as error:
            return login_page(choose_language(request), root, error.code, error.status)
        response = RedirectResponse(f"{root}/ui/", 303)
        response.headers["Set-Cookie"] = _session_cookie(text, request.scope)
        return response

    async def leave(request: Request) -> Response:
        response = RedirectResponse(f"{request.scope['root_path']}{LOGIN}", 303)
        response.headers["Set-Cookie"] = _session_cookie("", request.scope)
        return response

    app.add_api_route(LOGIN, show, include_in_schema=False)
    app.add_api_route(LOGIN, enter, methods=["POST"], include_in_schema=False)
    app.add_api_route(LOGOUT, leave, methods=["POST"], include_in_schema=False)


def _cookie(scope: Scope) -> str:
    try:
        found = SimpleCookie(Headers(scope=scope).get("cookie", "")).get(COOKIE)
    except CookieError:
        return ""
    return found.value if found else ""


def _session_cookie(text: str, scope: Scope) -> str:
    """Scripts do not see it, other sites do not send it; an empty one ends the session in this browser."""
    age = int(LONGEST.total_seconds()) if text else 0
    secure = "; Secure" if scope["scheme"] == "https" else ""
    path = f"{scope.get('root_path', '')}/ui"
    return f"{COOKIE}={text}; Path={path}; Max-Age={age}; HttpOnly; SameSite=Strict{secure}"


def _setting(renewed: str | None, scope: Scope, send: Send) -> Send:
    if renewed is None:
        return send

    async def with_cookie(message: Message) -> None:
        if message["type"] == "http.response.start":
            MutableHeaders(scope=message).append("Set-Cookie", _session_cookie(renewed, scope))
        await send(message)

    return with_cookie
