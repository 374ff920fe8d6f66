"""One page of the workbench: the frame, and a tab for each room, in one language."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import gradio as gr

from app.services.workbench import Workbench
from app.ui.analytics.room import AnalyticsRoom
from app.ui.chat.room import ChatRoom
from app.ui.evaluation.room import EvaluationRoom
from app.ui.header import badge, header, waiting
from app.ui.knowledge.room import KnowledgeRoom
from app.ui.monitor.room import MonitorRoom
from app.ui.parts import QUIET
from app.ui.room import Room
from app.ui.settings.room import SettingsRoom
from app.ui.validation.uploads import KEPT
from app.ui.words import words

ASSETS = Path(__file__).parent / "assets"
ROOMS: tuple[type[Room], ...] = (
    ChatRoom,
    EvaluationRoom,
    MonitorRoom,
    AnalyticsRoom,
    KnowledgeRoom,
    SettingsRoom,
)
WAITING = 500  # events of all visitors of a page that have not begun
VISITORS = 1000  # open pages of which Gradio keeps what was changed, half a megabyte each


def page(bench: Workbench, language: str) -> gr.Blocks:
    frame = words(language, "frame")
    rooms = [room(bench, language) for room in ROOMS]
    with gr.Blocks(
        title=frame["page_title"], analytics_enabled=False, fill_width=True, delete_cache=(KEPT, KEPT)
    ) as blocks:
        with gr.Row(elem_id="cc-header"):
            gr.HTML(header(language), elem_id="cc-top")
            status = gr.HTML(waiting(bench, language), elem_id="cc-status")
            ask = gr.Button(elem_id="cc-ask-health", elem_classes="cc-hidden")
        with gr.Tabs(elem_id="cc-tabs", overflow_behavior="wrap"):
            for room in rooms:
                with gr.Tab(frame["tabs"][room.key], id=room.key, elem_id=f"cc-tab-{room.key}") as tab:
                    room.build()
                tab.select(None, js=f"() => cc.entered('{room.key}')", api_visibility="private")
                room.arrive(blocks, tab)
        gr.on([blocks.load, ask.click], partial(_status, bench, language), None, status, **QUIET)
    blocks.state_session_capacity = VISITORS
    blocks.queue(api_open=False, default_concurrency_limit=64, max_size=WAITING)
    return blocks  # type: ignore[no-any-return]


async def _status(bench: Workbench, language: str) -> str:
    return badge(bench, await bench.health.brief(), language)


def css() -> str:
    return "\n".join(path.read_text(encoding="utf-8") for path in sorted(ASSETS.glob("*.css")))


def head() -> str:
    """Our own scripts, in the page: nothing is fetched. The frame's is first; a broken one stops no other."""
    paths = sorted(ASSETS.glob("*.js"), key=lambda path: (path.stem != "frame", path.stem))
    return "".join(f'<script type="module">{path.read_text(encoding="utf-8")}</script>' for path in paths)
