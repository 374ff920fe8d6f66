"""One page of the workbench: the frame, and a tab for each room, in one language."""

from __future__ import annotations

from html import escape
from pathlib import Path

import gradio as gr

from app.services.workbench import Workbench
from app.ui.chat.room import ChatRoom
from app.ui.room import Room
from app.ui.words import LANGUAGES, words

ASSETS = Path(__file__).parent / "assets"
ROOMS: tuple[type[Room], ...] = (ChatRoom,)


def page(bench: Workbench, language: str) -> gr.Blocks:
    frame = words(language, "frame")
    rooms = [room(bench, language) for room in ROOMS]
    with gr.Blocks(title=frame["title"], analytics_enabled=False, fill_width=True) as blocks:
        gr.HTML(_header(bench, language), elem_id="cc-header")
        with gr.Tabs(elem_id="cc-tabs") as tabs:
            for room in rooms:
                with gr.Tab(frame["tabs"][room.key], id=room.key, elem_id=f"cc-tab-{room.key}") as tab:
                    room.build()
                tab.select(None, js=f"() => cc.put('tab', '{room.key}')")
                room.arrive(blocks, tab)
        blocks.load(_wanted, None, tabs, api_visibility="private", show_progress="hidden")
    blocks.queue(api_open=False, default_concurrency_limit=64)
    return blocks  # type: ignore[no-any-return]


def _wanted(request: gr.Request) -> gr.Tabs:
    """The tab that the address names."""
    asked = request.query_params.get("tab", "")
    return gr.Tabs(selected=asked if asked in {room.key for room in ROOMS} else ROOMS[0].key)


def _header(bench: Workbench, language: str) -> str:
    frame = words(language, "frame")
    said = frame["online" if bench.health.facts.offline is False else "offline"]
    others = "".join(
        f'<a href="../{code}/" data-lang="{code}" lang="{code}" '
        f"{'aria-current=true' if code == language else ''}>{code.upper()}</a>"
        for code in LANGUAGES
    )
    return (
        f'<div class="cc-header"><h1>{escape(frame["title"])}</h1>'
        f'<span id="cc-model" class="cc-model" title="{escape(frame["model_help"])}">'
        f"● {escape(said.format(model=bench.model_name))}</span>"
        f'<nav class="cc-switch" aria-label="{escape(frame["language"])}">{others}</nav>'
        f'<button type="button" class="cc-theme" data-theme-switch '
        f'aria-label="{escape(frame["theme"])}">◐</button></div>'
    )


def css() -> str:
    return "\n".join(path.read_text(encoding="utf-8") for path in sorted(ASSETS.glob("*.css")))


def head() -> str:
    """Our own script, in the page: nothing is fetched."""
    script = "\n".join(path.read_text(encoding="utf-8") for path in sorted(ASSETS.glob("*.js")))
    return f"<script>{script}</script>"
