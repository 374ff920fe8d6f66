"""The workbench in the browser, mounted on the API's application: one page per language."""

from __future__ import annotations

import sys
from types import SimpleNamespace

import gradio as gr
import structlog
from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from gradio import queueing, route_utils, routes
from gradio.routes import App
from starlette.middleware import Middleware
from starlette.routing import BaseRoute, Mount

from app.core.documents import LARGEST_FILE
from app.services.workbench import Workbench
from app.telemetry import unexpected
from app.ui.kit import add_kit
from app.ui.page import build_page, render_scripts
from app.ui.shell import Shell, not_found_page, read_icon
from app.ui.theme import read_styles, theme
from app.ui.validation.middleware import PageRequests
from app.ui.validation.uploads import KEPT, Uploads, sweep
from app.ui.words import LANGUAGES
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
    for language in LANGUAGES:
        if bench.health.facts.environment == "development":
            add_kit(app, bench, language)
        app = gr.mount_gradio_app(
            app,
            build_page(bench, language),
            path=f"/ui/{language}",
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
        _guard(app.router.routes[-1], uploads, workers, language)
    app.add_api_route("/favicon.ico", _serve_icon, include_in_schema=False)
    app.add_api_route("/ui/{rest:path}", _redirect_or_fail, include_in_schema=False)
    pages = {f"/ui/{language}/": language for language in LANGUAGES}
    app.user_middleware.append(
        Middleware(Shell, pages=pages, scripts=render_scripts())
    )  # the innermost: within all guards
    return app


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
    return _redirect(_language(request), request)


def _redirect(language: str, request: Request) -> RedirectResponse:
    query = f"?{request.url.query}" if request.url.query else ""
    return RedirectResponse(f"{request.scope['root_path']}/ui/{language}/{query}")


def _redirect_or_fail(request: Request, rest: str) -> Response:
    """An address without its last slash is redirected; any other does not exist."""
    return _redirect(rest, request) if rest in LANGUAGES else _not_found(request)


def _not_found(request: Request) -> HTMLResponse:
    return not_found_page(_language(request), request.scope["root_path"])


def _serve_icon() -> Response:
    return Response(read_icon(), media_type="image/svg+xml", headers={"Cache-Control": "max-age=86400"})


def _language(request: Request) -> str:
    """The one chosen before, else the first supported one that the browser prefers, else Russian."""
    wanted = [request.cookies.get("cc_lang", "")]
    wanted += [part.strip()[:2].lower() for part in request.headers.get("accept-language", "").split(",")]
    return next((code for code in wanted if code in LANGUAGES), LANGUAGES[0])
