"""The workbench in the browser, mounted on the API's application: one page per language."""

from __future__ import annotations

import asyncio
import sys
from asyncio import to_thread
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from types import SimpleNamespace
from typing import Any

import gradio as gr
import structlog
from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from gradio import queueing, route_utils, routes
from gradio.routes import App
from starlette._utils import get_route_path
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.routing import BaseRoute, Mount

from app.core.documents import LARGEST_FILE
from app.services.access.sessions import Sessions
from app.services.example import ExampleWeek
from app.services.workbench import Workbench
from app.telemetry.logs import unexpected
from app.ui.example import EXAMPLE, LatePage
from app.ui.kit import add_kit
from app.ui.login import add_login
from app.ui.page import build_page, render_scripts
from app.ui.shell import Shell, not_found_page, read_icon
from app.ui.theme import read_styles, theme
from app.ui.validation.middleware import PageRequests
from app.ui.validation.uploads import KEPT, Uploads, sweep
from app.ui.words import LANGUAGES, choose_language
from app.ui.workers import OneWorkerNeeded, Workers, find_supervisor


def mount(app: FastAPI, bench: Workbench) -> FastAPI:
    """Adds the pages /ui/ru/ and /ui/en/; / and /ui/ redirect to the visitor's language."""
    _log_for_gradio()
    for path in ("/", "/ui", "/ui/"):
        app.add_api_route(path, _redirect_to_page, include_in_schema=False)
    uploads, workers = Uploads(), Workers(find_supervisor())
    if workers.second:
        structlog.get_logger().error("one_worker_needed", mend=str(OneWorkerNeeded()))
    sweep(KEPT)
    if bench.example:
        _mount_example(app, bench.example, uploads, workers)
    for language in LANGUAGES:
        if bench.health.facts.environment == "development":
            add_kit(app, bench, language)
        app = _add_page(app, bench, f"/ui/{language}", language)
        _guard(app.router.routes[-1], uploads, workers, language)
    add_login(app, Sessions(bench.access), bench.limits)
    app.add_api_route("/favicon.ico", _serve_icon, include_in_schema=False)
    app.add_api_route("/ui/{rest:path}", _redirect_or_fail, include_in_schema=False)
    pages = {f"/ui/{language}{place}": language for language in LANGUAGES for place in ("/", EXAMPLE)}
    app.user_middleware.append(
        Middleware(Shell, pages=pages, scripts=render_scripts(), offers_guide=bench.offers_guide)
    )  # the innermost: within all guards
    return app


def _add_page(app: FastAPI, bench: Workbench, path: str, language: str) -> FastAPI:
    added: FastAPI = gr.mount_gradio_app(
        app,
        build_page(bench, language),
        path=path,
        theme=theme(),
        css=read_styles(bench.agents),
        show_error=False,
        enable_monitoring=False,
        ssr_mode=False,
        allowed_paths=[],
        max_file_size=LARGEST_FILE,
        footer_links=[],
        run_history=False,
    )
    return added


def _mount_example(app: FastAPI, week: ExampleWeek[Workbench], uploads: Uploads, workers: Workers) -> None:
    """Before the pages of its languages, which would answer that there is no such address.

    One page is made at a time: Gradio keeps the one that is being made for the whole process.
    """
    making = asyncio.Lock()
    for language in LANGUAGES:
        path = f"/ui/{language}{EXAMPLE}".rstrip("/")

        async def make(language: str = language, path: str = path) -> FastAPI:
            bench = await week.open()
            outside = FastAPI()
            outside.user_middleware += [kind for kind in app.user_middleware if _is_cors(kind)]
            await to_thread(asyncio.run, _add_late(outside, bench, path, language))
            _guard(outside.router.routes[-1], uploads, workers, language)
            return outside

        app.add_api_route(path, _add_slash, include_in_schema=False)
        app.mount(path, late := LatePage(make, making))
        _end_with(app, late)


async def _add_late(app: FastAPI, bench: Workbench, path: str, language: str) -> None:
    """In a thread beside the server's: where no loop runs, Gradio would leave one of its own behind."""
    _add_page(app, bench, path, language)


def _is_cors(kind: Middleware) -> bool:
    """Where the service answers for other origins, a page does not."""
    made: object = kind.cls
    return made is CORSMiddleware


def _end_with(app: FastAPI, late: LatePage) -> None:
    before = app.router.lifespan_context

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[Any]:
        async with before(app) as state:
            yield state
            await late.end()

    app.router.lifespan_context = lifespan


def _add_slash(request: Request) -> RedirectResponse:
    query = f"?{request.url.query}" if request.url.query else ""
    return RedirectResponse(f"{request.scope['root_path']}{get_route_path(request.scope)}/{query}")


def _guard(page: BaseRoute, uploads: Uploads, workers: Workers, language: str) -> None:
    """Gradio checks where files come from only in what it has launched itself; a mounted page it has not."""
    assert isinstance(page, Mount)
    assert isinstance(page.app, App)
    blocks = page.app.get_blocks()
    blocks.has_launched = blocks.is_running = True
    page.app = PageRequests(page.app, uploads, workers, language)


def _log_for_gradio() -> None:
    """Gradio prints tracebacks on the terminal, with customers' words in them; they go to our log instead."""

    def report(*_: object) -> None:
        if error := sys.exception():
            unexpected(error)

    for module in (queueing, routes, route_utils):
        vars(module).update(traceback=SimpleNamespace(print_exc=report), print=report)


def _redirect_to_page(request: Request) -> RedirectResponse:
    """Redirects with the query (tab, dialog)."""
    return _redirect(choose_language(request), request)


def _redirect(language: str, request: Request) -> RedirectResponse:
    query = f"?{request.url.query}" if request.url.query else ""
    return RedirectResponse(f"{request.scope['root_path']}/ui/{language}/{query}")


def _redirect_or_fail(request: Request, rest: str) -> Response:
    """An address without its last slash is redirected; any other does not exist."""
    return _redirect(rest, request) if rest in LANGUAGES else _not_found(request)


def _not_found(request: Request) -> HTMLResponse:
    return not_found_page(choose_language(request), request.scope["root_path"])


def _serve_icon() -> Response:
    return Response(read_icon(), media_type="image/svg+xml", headers={"Cache-Control": "max-age=86400"})
