"""The workbench in the browser, mounted on the API's application: one page a language."""

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
from app.ui.page import css, head, page
from app.ui.shell import Shell, icon, theme
from app.ui.unavailable import OneWorkerNeeded, Workers, lost, supervisor
from app.ui.validation.middleware import PageRequests
from app.ui.validation.uploads import KEPT, Uploads, sweep
from app.ui.words import LANGUAGES


def mount(app: FastAPI, bench: Workbench) -> FastAPI:
    """Blocks at /ui/ru/ and /ui/en/; / and /ui/ lead to the visitor's language, other addresses nowhere."""
    _log_for_gradio()
    for path in ("/", "/ui", "/ui/"):
        app.add_api_route(path, _entrance, include_in_schema=False)
    uploads, workers = Uploads(), Workers(supervisor())
    if workers.second:
        structlog.get_logger().error("one_worker_needed", mend=str(OneWorkerNeeded()))
    sweep(KEPT)
    for language in LANGUAGES:
        app = gr.mount_gradio_app(
            app,
            page(bench, language),
            path=f"/ui/{language}",
            theme=theme(),
            css=css(),
            show_error=False,
            enable_monitoring=False,
            ssr_mode=False,
            allowed_paths=[],
            max_file_size=LARGEST_FILE,
            footer_links=[],
            run_history=False,
        )
        _guard(app.router.routes[-1], uploads, workers, language)
    app.add_api_route("/favicon.ico", _icon, include_in_schema=False)
    app.add_api_route("/ui/{rest:path}", _elsewhere, include_in_schema=False)
    pages = {f"/ui/{language}/": language for language in LANGUAGES}
    app.user_middleware.append(
        Middleware(Shell, pages=pages, scripts=head())
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
    """It prints tracebacks on the terminal, words of customers and all."""

    def tell(*_: object) -> None:
        if error := sys.exception():
            unexpected(error)

    for module in (queueing, routes, route_utils):
        vars(module).update(traceback=SimpleNamespace(print_exc=tell), print=tell)


def _entrance(request: Request) -> RedirectResponse:
    """What the address asks for (tab, dialog) goes along."""
    return _to(_language(request), request)


def _to(language: str, request: Request) -> RedirectResponse:
    query = f"?{request.url.query}" if request.url.query else ""
    return RedirectResponse(f"{request.scope['root_path']}/ui/{language}/{query}")


def _elsewhere(request: Request, rest: str) -> Response:
    """Without its last slash an address is meant well."""
    return _to(rest, request) if rest in LANGUAGES else _lost(request)


def _lost(request: Request) -> HTMLResponse:
    return lost(_language(request), request.scope["root_path"])


def _icon() -> Response:
    return Response(icon(), media_type="image/svg+xml", headers={"Cache-Control": "max-age=86400"})


def _language(request: Request) -> str:
    """The one chosen before, else the first that the browser wants and we speak, else Russian."""
    wanted = [request.cookies.get("cc_lang", "")]
    wanted += [part.strip()[:2].lower() for part in request.headers.get("accept-language", "").split(",")]
    return next((code for code in wanted if code in LANGUAGES), LANGUAGES[0])
