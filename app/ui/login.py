"""The login of the workbench: name and password, or a key, open a session."""

from __future__ import annotations

from asyncio import to_thread
from urllib.parse import parse_qs

from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from app.core.access import CredentialWrong, HttpsNeeded, TooManyTries
from app.services.access.limits import RateLimits, neighbourhood
from app.services.access.sessions import COOKIE, LOGIN, LOGOUT, Sessions
from app.ui.shell import login_page
from app.ui.words import choose_language


def add_login(app: FastAPI, sessions: Sessions, rates: RateLimits) -> None:
    async def show(request: Request) -> HTMLResponse:
        language, root = choose_language(request), request.scope["root_path"]
        try:
            sessions.check_connection(request.url.scheme, request.url.hostname or "")
        except HttpsNeeded as error:
            return login_page(language, root, error.code, error.status)
        return login_page(language, root)

    async def enter(request: Request) -> Response:
        try:
            given = _fields(await request.body())
            sessions.check_connection(request.url.scheme, request.url.hostname or "")
            rates.charge((rates.tries, neighbourhood(request.client.host if request.client else "")))
            text = await to_thread(_open, sessions, given)
        except (CredentialWrong, HttpsNeeded, TooManyTries) as error:
            return login_page(choose_language(request), request.scope["root_path"], error.code, error.status)
        return _leading(request, "/ui/", text)

    async def leave(request: Request) -> Response:
        """Needs no session: what is stale is forgotten by the browser as well."""
        everywhere = "everywhere" in _fields(await request.body())
        await to_thread(sessions.log_out, request.cookies.get(COOKIE, ""), everywhere)
        return _leading(request, LOGIN, "")

    def _leading(request: Request, place: str, text: str) -> Response:
        root, url = request.scope["root_path"], request.url
        response = RedirectResponse(f"{root}{place}", 303)
        response.set_cookie(**sessions.cookie(text, url.scheme, url.hostname or "", root))
        return response

    app.add_api_route(LOGIN, show, include_in_schema=False)
    app.add_api_route(LOGIN, enter, methods=["POST"], include_in_schema=False)
    app.add_api_route(LOGOUT, leave, methods=["POST"], include_in_schema=False)


def _fields(body: bytes) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(body.decode("utf-8", "replace")).items()}


def _open(sessions: Sessions, given: dict[str, str]) -> str:
    """Raises CredentialWrong."""
    if "name" in given or "password" in given:
        return sessions.log_in(given.get("name", ""), given.get("password", ""))
    return sessions.open(given.get("key", "").strip())
