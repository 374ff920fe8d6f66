"""The login of the workbench: a form that takes a key and opens a session."""

from __future__ import annotations

from asyncio import to_thread
from urllib.parse import parse_qs

from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from app.core.access import CredentialWrong, TooManyTries
from app.services.access.limits import RateLimits, neighbourhood
from app.services.access.sessions import LOGIN, LOGOUT, Sessions, cookie_of
from app.ui.shell import login_page
from app.ui.words import choose_language


def add_login(app: FastAPI, sessions: Sessions, rates: RateLimits) -> None:
    async def show(request: Request) -> HTMLResponse:
        return login_page(choose_language(request), request.scope["root_path"])

    async def enter(request: Request) -> Response:
        root = request.scope["root_path"]
        try:
            body = await request.body()
            given = parse_qs(body.decode("utf-8", "replace")).get("key", [""])[0].strip()
            rates.charge((rates.tries, neighbourhood(request.client.host if request.client else "")))
            text = await to_thread(sessions.open, given)
        except (CredentialWrong, TooManyTries) as error:
            return login_page(choose_language(request), root, error.code, error.status)
        response = RedirectResponse(f"{root}/ui/", 303)
        response.set_cookie(**cookie_of(text, request.url.scheme, request.scope["root_path"]))
        return response

    async def leave(request: Request) -> Response:
        response = RedirectResponse(f"{request.scope['root_path']}{LOGIN}", 303)
        response.set_cookie(**cookie_of("", request.url.scheme, request.scope["root_path"]))
        return response

    app.add_api_route(LOGIN, show, include_in_schema=False)
    app.add_api_route(LOGIN, enter, methods=["POST"], include_in_schema=False)
    app.add_api_route(LOGOUT, leave, methods=["POST"], include_in_schema=False)
