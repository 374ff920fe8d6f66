"""The status room: whether everything works, connections to be tried, and the settings in force.

It changes nothing. A value that could be a secret is never on the page.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import gradio as gr

from app.core.exceptions import CallCenterError
from app.services.system import Condition, Shown, condition
from app.ui.room import QUIET, Room, render
from app.ui.settings.checking import ConnectionChecks
from app.ui.settings.connections import list_components, verdict_of
from app.ui.words import NOTHING, RoomTexts, Words

Json = dict[str, Any]


@dataclass(frozen=True)
class SettingRow:
    name: str
    help: str
    value: Shown


@dataclass(frozen=True)
class SettingGroup:
    """`changed` counts the settings that differ from their defaults."""

    key: str
    title: str
    lines: list[SettingRow]
    changed: int


def list_groups(found: Condition, texts: RoomTexts) -> list[SettingGroup]:
    """The settings in the groups of `.env.example`."""
    groups = []
    for key, group in texts.words["groups"].items():
        lines = [SettingRow(name, said, found.settings[name]) for name, said in group["names"].items()]
        groups.append(SettingGroup(key, group["title"], lines, sum(line.value.changed for line in lines)))
    return groups


@dataclass(frozen=True)
class RouterRow:
    """`version` is the name by which a command finds it; nothing for the shipped one."""

    name: str
    version: str
    active: bool
    lines: str
    sentence: str


def list_routers(found: Condition, texts: RoomTexts) -> list[RouterRow]:
    words, rows = texts.words, []
    for router in found.routers:
        shipped = router.name == "shipped"
        at = texts.moment(router.fitted) if router.fitted else NOTHING
        name = words["shipped"] if shipped else words["trained_at"].format(at=at)
        rows.append(
            RouterRow(
                name,
                "" if shipped else router.name,
                router.active,
                NOTHING if router.lines is None else texts.number(router.lines),
                router.sentence,
            )
        )
    return rows


def list_steps(found: Condition, texts: RoomTexts) -> list[tuple[bool, str]]:
    """What is to be set for real customers, and whether it is; none where all is, and for the example."""
    told = texts.words["production"]["steps"]
    steps = [(done, str(told[name])) for name, done in found.production.items()]
    return [] if all(done for done, _ in steps) else steps


def list_facts(found: Condition, texts: RoomTexts) -> list[tuple[str, str]]:
    health, words = found.health, texts.words
    titles = words["facts"]
    return [
        (titles["up"], _uptime(health.uptime, words)),
        (titles["environment"], words["environments"].get(health.environment, health.environment)),
        (titles["router"], words["routers"].get(health.router, health.router)),
        (titles["version"], f"{health.version} · Python {found.python}"),
    ]


def _uptime(uptime: str, words: Words) -> str:
    """`2h 15m 33s` in the page's language, without parts that are nothing."""
    hours, minutes, seconds = (int(part[:-1]) for part in uptime.split())
    if hours:
        return str(words["uptime"]["hours"]).format(h=hours, m=minutes)
    return str(words["uptime"]["minutes" if minutes else "seconds"]).format(m=minutes, s=seconds)


class SettingsRoom(Room):
    key = "settings"

    def build(self) -> None:
        checks = ConnectionChecks(self.bench, self.texts)

        async def check(asked: Json) -> Json:
            return await checks.check(asked)

        keyed = self.bench.access.asks_for_key
        gr.HTML(render("settings.head", keyed=keyed, t=self.texts), elem_id="cc-settings-head")
        self.again = gr.Button(elem_id="cc-settings-refresh", elem_classes="cc-hidden")
        self.page = gr.HTML(
            render("shared.empty", sentence=self.words["loading"]),
            elem_id="cc-settings",
            server_functions=[check],
            js_on_load="cc.checks.start(server);",
            apply_default_css=False,
        )

    def arrive(self, _page: gr.Blocks, tab: gr.Tab) -> None:
        gr.on([tab.select, self.again.click], self.show, None, self.page, **QUIET)

    async def show(self) -> str:
        try:
            found = await condition(self.bench)
        except CallCenterError as error:
            return self.render_problem(error)
        rows = list_components(found, self.texts)
        mark, verdict = verdict_of(found, rows, self.texts)
        return render(
            "settings.page",
            mark=mark,
            verdict=verdict,
            facts=list_facts(found, self.texts),
            production=[] if self.bench.made_up else list_steps(found, self.texts),
            components=rows,
            routers=list_routers(found, self.texts),
            groups=list_groups(found, self.texts),
            t=self.texts,
        )
