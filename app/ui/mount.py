"""The workbench in the browser, mounted on the API's application."""

from __future__ import annotations

import gradio as gr
from fastapi import FastAPI
from fastapi.responses import RedirectResponse

from app.services.workbench import Workbench
from app.ui.chat import ChatRoom
from app.ui.texts import TEXTS

CSS = """
.cc-badge {color:#fff; border-radius:6px; padding:1px 8px; font-weight:600; font-size:13px}
.cc-model {color:#6B7280; font-size:13px; line-height:1.4}
.cc-path {display:grid; grid-template-columns:max-content 1fr; gap:4px 12px; font-size:14px; margin:0}
.cc-path dt {color:#6B7280} .cc-path dd {margin:0; overflow-wrap:anywhere}
.cc-bars {margin:10px 0}
.cc-bar {display:grid; grid-template-columns:110px 1fr 40px; align-items:center; gap:8px; font-size:13px}
.cc-bar i {display:block; height:10px; border-radius:3px; min-width:2px}
.cc-bar b {font-variant-numeric:tabular-nums; font-weight:500; text-align:right}
"""


def mount(app: FastAPI, bench: Workbench) -> FastAPI:
    """Blocks at /ui/; the root leads there."""
    app.add_api_route("/", lambda: RedirectResponse("/ui/"), include_in_schema=False)
    with gr.Blocks(title=TEXTS["en"]["title"], analytics_enabled=False, fill_width=True) as blocks:
        gr.Markdown(f"## {TEXTS['en']['title']}")
        ChatRoom(bench).build()
    blocks.queue(api_open=False, default_concurrency_limit=64)
    return gr.mount_gradio_app(  # type: ignore[no-any-return]
        app,
        blocks,
        path="/ui",
        theme=gr.themes.Soft(font=["system-ui", "sans-serif"]),
        css=CSS,
        show_error=False,
        enable_monitoring=False,
        ssr_mode=False,
        allowed_paths=[],
        max_file_size="1mb",
        footer_links=[],
    )
