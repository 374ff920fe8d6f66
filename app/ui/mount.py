"""The workbench in the browser, mounted on the API's application: one page a language."""

from __future__ import annotations

import gradio as gr
from fastapi import FastAPI, Request
from fastapi.responses import RedirectResponse

from app.services.workbench import Workbench
from app.ui.page import css, head, page
from app.ui.words import LANGUAGES


def mount(app: FastAPI, bench: Workbench) -> FastAPI:
    """Blocks at /ui/ru/ and /ui/en/; / and /ui/ lead to the visitor's language."""
    for path in ("/", "/ui", "/ui/"):
        app.add_api_route(path, _entrance, include_in_schema=False)
    for language in LANGUAGES:
        app = gr.mount_gradio_app(
            app,
            page(bench, language),
            path=f"/ui/{language}",
            theme=gr.themes.Soft(font=["system-ui", "sans-serif"]),
            css=css(),
            head=head(),
            show_error=False,
            enable_monitoring=False,
            ssr_mode=False,
            allowed_paths=[],
            max_file_size="1mb",
            footer_links=[],
        )
    return app


def _entrance(request: Request) -> RedirectResponse:
    """What the address asks for (tab, dialog) goes along."""
    query = f"?{request.url.query}" if request.url.query else ""
    return RedirectResponse(f"/ui/{_language(request)}/{query}")


def _language(request: Request) -> str:
    """The one chosen before, else the first that the browser wants and we speak, else Russian."""
    wanted = [request.cookies.get("cc_lang", "")]
    wanted += [part.strip()[:2].lower() for part in request.headers.get("accept-language", "").split(",")]
    return next((code for code in wanted if code in LANGUAGES), LANGUAGES[0])
