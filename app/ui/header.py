"""The line above the rooms: how the service is and which model speaks, language, theme."""

from __future__ import annotations

from html import escape

from app.services.health import Health
from app.services.workbench import Workbench
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
