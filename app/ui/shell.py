"""What stands around Gradio's page: language, title, icon, the theme; and the pages in place of it."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any

from fastapi.responses import HTMLResponse
from starlette._utils import get_route_path
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.core.documents import LARGEST_FILE
from app.core.html import read_asset
from app.ui.room import render
from app.ui.validation.rights import PERSONS
from app.ui.words import LANGUAGES, words

FIRST = Path(__file__).parent / "assets" / "first"
_CHARSET, _END = '<meta charset="utf-8" />', "</gradio-app>"
_STRANGERS = re.compile(r'<meta\s+(?:property|name)="(?:og|twitter):[^>]*>\s*|<link rel="manifest"[^>]*>\s*')
_LANGUAGE = re.compile(r'(<html\s+lang=)"en"')


def read_icon() -> str:
    return (FIRST / "icon.svg").read_text(encoding="utf-8").strip()


def encode_icon() -> str:
    return b64encode(read_icon().encode()).decode()


def dress(
    page: str, language: str, scripts: str, guide: bool, reader: Mapping[str, Any] | None = None
) -> str:
    """Gradio's page in our language; cards for social networks, which name other hosts, are left out.

    `guide`: the cards of the first minute are large. `reader`: what the page leaves out for whom.
    """
    frame = words(language, "frame")
    facts = {
        "person": "",
        "closed_rooms": [],
        "closed_events": [],
        **(reader or {}),
        "language": language,
        "needed": frame["needed"],
        "too_large": frame["too_large"],
        "too_many": frame["too_many"],
        "largest": LARGEST_FILE // 2**20,
        "offline": frame["lost_server"],
        **{name: frame["table"][name] for name in ("filter", "copy", "copied")},
    }
    ours = {
        "icon": encode_icon(),
        "facts": facts,
        "first": read_asset(FIRST / "first.js"),
        "scripts": scripts,
        "guide": guide,
    }
    plain = _STRANGERS.sub("", _LANGUAGE.sub(rf'\1"{language}"', page, count=1))
    headed = plain.replace(_CHARSET, render("frame.head", page=ours, w=frame), 1)
    return headed.replace(_END, f"{_END}{render('frame.noscript', w=frame)}", 1)


def not_found_page(language: str, root: str = "") -> HTMLResponse:
    """`root` is where the service is mounted."""
    frame = words(language, "frame")
    ways = [
        {"address": f"{root}/ui/{code}/", "language": code, "text": words(code, "frame")["lost_way"]}
        for code in sorted(LANGUAGES, key=lambda code: code != language)
    ]
    return _notice(404, language, frame["lost_title"], frame["lost_text"], ways)


def several_workers_page(language: str) -> HTMLResponse:
    frame = words(language, "frame")
    return _notice(503, language, frame["crowded_title"], frame["crowded_text"], [])


def login_page(language: str, root: str, problem: str = "", status: int = 200) -> HTMLResponse:
    """`problem` is the code of what went wrong."""
    login = words(language, "frame")["login"]
    page = {
        "language": language,
        "icon": encode_icon(),
        "style": read_asset(FIRST / "notice.css"),
        "action": f"{root}/ui/login",
        "problem": login["problems"][problem] if problem else "",
    }
    shown = HTMLResponse(render("frame.login", page=page, w=login), status_code=status)
    shown.headers["Cache-Control"] = "no-store"
    return shown


def _notice(status: int, language: str, title: str, text: str, ways: list[dict[str, str]]) -> HTMLResponse:
    page = {
        "language": language,
        "title": title,
        "text": text,
        "ways": ways,
        "icon": encode_icon(),
        "style": read_asset(FIRST / "notice.css"),
    }
    return HTMLResponse(render("frame.notice", page=page), status_code=status)


Offer = Callable[[], Awaitable[bool]]


class Shell:
    """Middleware that dresses the page itself; whatever lies below it passes unchanged."""

    def __init__(self, app: ASGIApp, pages: Mapping[str, str], scripts: str, offers_guide: Offer) -> None:
        """`pages`: language by path. `scripts` run when the page is parsed, and before Gradio's."""
        self.app = app
        self.pages = pages
        self.scripts = scripts
        self.offers_guide = offers_guide

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        language = self.pages.get(get_route_path(scope)) if scope["type"] == "http" else None
        if language is None or scope["method"] != "GET":
            return await self.app(scope, receive, send)
        guide = await self.offers_guide()
        reader: dict[str, Any] = {}
        dresser = Dresser(language, self.scripts, guide, reader, send)
        return await self.app({**scope, PERSONS: reader}, receive, dresser)


class Dresser:
    """Collects a page before it is dressed and sent."""

    def __init__(
        self, language: str, scripts: str, guide: bool, reader: Mapping[str, Any], send: Send
    ) -> None:
        self.reader = reader
        self.language = language
        self.scripts = scripts
        self.guide = guide
        self.send = send
        self.start: Message = {}
        self.body = bytearray()

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.start = message
            return
        self.body += message.get("body", b"")
        if message.get("more_body", False):
            return
        headers = MutableHeaders(raw=self.start["headers"])
        page = bytes(self.body)
        if headers.get("content-type", "").startswith("text/html"):
            page = dress(page.decode(), self.language, self.scripts, self.guide, self.reader).encode()
            headers["content-length"] = str(len(page))
            headers["cache-control"] = "no-store"
        await self.send(self.start)
        await self.send({"type": "http.response.body", "body": page})
