"""One page of the workbench in one language: header, theme, and a tab per room."""

from __future__ import annotations

from functools import partial

import gradio as gr

from app.core.html import draw_icon, read_asset
from app.services.health import Health
from app.services.workbench import Workbench
from app.ui.analytics.room import AnalyticsRoom
from app.ui.chat.room import ChatRoom
from app.ui.evaluation.room import EvaluationRoom
from app.ui.example import address_of, offer_switch, show_mark
from app.ui.knowledge.room import KnowledgeRoom
from app.ui.monitor.room import MonitorRoom
from app.ui.room import QUIET, Room, render
from app.ui.settings.room import SettingsRoom
from app.ui.shell import FIRST
from app.ui.theme import ASSETS
from app.ui.validation.uploads import KEPT
from app.ui.words import LANGUAGES, Words, words

SIGNS = {"healthy": "●", "degraded": "◐", "unhealthy": "○"}


def render_header(language: str, made_up: bool = False, leaves: bool = False) -> str:
    """`leaves`: one may log out."""
    names = {code: words(code, "frame")["own_name"] for code in LANGUAGES}
    links = [
        {"code": code, "name": name, "here": code == language, "address": address_of(code, made_up)}
        for code, name in names.items()
    ]
    return render(
        "frame.header",
        links=links,
        logo=draw_icon(FIRST / "icon.svg"),
        leaves=leaves,
        w=words(language, "frame"),
    )


def render_waiting(bench: Workbench, language: str) -> str:
    return render("frame.waiting", speaker=_speaker(bench, words(language, "frame")))


def render_badge(bench: Workbench, health: Health, language: str) -> str:
    """The state of the service; with an alarm where the provider's answer shows a wrong setting."""
    frame = words(language, "frame")
    shown = {
        "status": health.status,
        "sign": SIGNS[health.status],
        "name": frame["states"][health.status],
        "speaker": _speaker(bench, frame),
        "state": _state(health, frame),
        "answers": _answers(bench, frame),
        "facts": _facts(bench, health, frame),
        "alarm": health.alarm,
    }
    return render("frame.badge", health=shown, w=frame)


def _state(health: Health, frame: Words) -> str:
    return str(frame["alarms"][health.alarm] if health.alarm else frame["told"][health.status])


def _speaker(bench: Workbench, frame: Words) -> str:
    return str(frame["embedded"]) if bench.health.facts.offline else bench.model_name


def _answers(bench: Workbench, frame: Words) -> str:
    mode = frame["offline" if bench.health.facts.offline else "online"].format(model=bench.model_name)
    return f"{frame['model']}: {mode}. {frame['model_help']}"


def _facts(bench: Workbench, health: Health, frame: Words) -> list[tuple[str, str]]:
    parts = health.components
    facts = frame["facts"]
    return [
        (facts["storage"], frame["parts"][parts.dialog_storage]),
        (facts["provider"], frame["parts"][parts.openai_api]),
        (facts["router"], frame["routers"].get(bench.health.facts.router, bench.health.facts.router)),
        (facts["environment"], frame["environments"].get(health.environment, health.environment)),
        (facts["version"], health.version),
    ]


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


def build_page(bench: Workbench, language: str) -> gr.Blocks:
    frame = words(language, "frame")
    rooms = [room(bench, language) for room in ROOMS]
    with gr.Blocks(
        title=frame["page_title"], analytics_enabled=False, fill_width=True, delete_cache=(KEPT, KEPT)
    ) as blocks:
        with gr.Row(elem_id="cc-header"):
            gr.HTML(
                render_header(language, bench.made_up, bench.settings.environment == "production"),
                elem_id="cc-top",
            )
            status = gr.HTML(render_waiting(bench, language), elem_id="cc-status")
            ask = gr.Button(elem_id="cc-ask-health", elem_classes="cc-hidden")
            offer_switch(bench, language)
        show_mark(bench, language)
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
    return render_badge(bench, await bench.health.brief(), language)


def render_scripts() -> str:
    """Our own scripts, in the page: nothing is fetched. Those of every room come first."""
    paths = [*sorted((ASSETS / "base").glob("*.js")), *sorted(ASSETS.glob("*.js"))]
    return render("frame.scripts", sources=[read_asset(path) for path in paths])
