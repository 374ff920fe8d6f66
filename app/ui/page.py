"""One page of the workbench: the frame, and a tab for each room, in one language.

The line above the rooms: how the service is and which model speaks, language, theme.
"""

from __future__ import annotations

from functools import partial
from html import escape
from pathlib import Path

import gradio as gr

from app.services.health import Health
from app.services.workbench import Workbench
from app.ui.analytics.room import AnalyticsRoom
from app.ui.chat.room import ChatRoom
from app.ui.evaluation.room import EvaluationRoom
from app.ui.knowledge.room import KnowledgeRoom
from app.ui.monitor.room import MonitorRoom
from app.ui.room import QUIET, Room
from app.ui.settings.room import SettingsRoom
from app.ui.validation.uploads import KEPT
from app.ui.words import LANGUAGES, Words, words

SIGNS = {"healthy": "●", "degraded": "◐", "unhealthy": "○"}


def header(language: str) -> str:
    """The title on the left, the switches on the right; the badge is a component of its own."""
    frame = words(language, "frame")
    others = "".join(_link(code, code == language) for code in LANGUAGES)
    return (
        f'<header class="cc-header"><h1>{escape(frame["title"])}</h1>'
        f'<nav class="cc-switch" aria-label="{escape(frame["language"])}">{others}</nav>'
        f'<button type="button" class="cc-theme" data-theme-switch title="{escape(frame["theme"])}" '
        f'aria-label="{escape(frame["theme"])}">◐</button></header>'
    )


def _link(code: str, here: bool) -> str:
    name = escape(words(code, "frame")["own_name"])
    current = ' aria-current="page"' if here else ""
    return (
        f'<a href="../{code}/" data-lang="{code}" lang="{code}" hreflang="{code}" title="{name}"'
        f'{current}><span aria-hidden="true">{code.upper()}</span><span class="cc-unseen">{name}</span></a>'
    )


def waiting(bench: Workbench, language: str) -> str:
    """The badge before anybody was asked how it is: the same height, so that nothing jumps."""
    frame = words(language, "frame")
    return f'<div class="cc-model cc-idle" id="cc-model">○ {escape(_speaks(bench, frame))}</div>'


def badge(bench: Workbench, health: Health, language: str) -> str:
    """A sign and a word for the state, then who speaks; a click explains."""
    frame = words(language, "frame")
    said = frame["states"][health.status]
    rows = "".join(
        f"<dt>{escape(name)}</dt><dd>{escape(value)}</dd>" for name, value in _facts(bench, health, frame)
    )
    return (
        f'<details class="cc-model" id="cc-model"><summary class="cc-{health.status}" '
        f'title="{escape(frame["explain"])}"><i aria-hidden="true">{SIGNS[health.status]}</i> '
        f"<span>{escape(said)} · {escape(_speaks(bench, frame))}</span></summary>"
        f'<div class="cc-pop"><p>{escape(_state(health, frame))}</p>'
        f'<p>{escape(_answers(bench, frame))}</p><dl class="cc-path">{rows}</dl>'
        f'<a href="?tab=settings" data-tab="settings">{escape(frame["more"])}</a></div></details>'
        f"{_alarm(health, frame)}"
    )


def _state(health: Health, frame: Words) -> str:
    return str(frame["alarms"][health.alarm] if health.alarm else frame["told"][health.status])


def _alarm(health: Health, frame: Words) -> str:
    """Shouted, not only marked: without a provider's answer something is set wrong."""
    return f'<p class="cc-alarm" role="alert">{escape(_state(health, frame))}</p>' if health.alarm else ""


def _speaks(bench: Workbench, frame: Words) -> str:
    return str(frame["embedded"]) if bench.health.facts.offline else bench.model_name


def _answers(bench: Workbench, frame: Words) -> str:
    said = frame["offline" if bench.health.facts.offline else "online"].format(model=bench.model_name)
    return f"{frame['model']}: {said}. {frame['model_help']}"


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
