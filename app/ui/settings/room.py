"""The settings room: the state of the service, and the settings it runs with. It changes nothing.

A value that could be a secret is never on the page.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import gradio as gr

from app.core.exceptions import CallCenterError
from app.services.health import Detailed, ProviderCalls
from app.services.system import Condition, Shown, condition
from app.ui.room import QUIET, Room, render
from app.ui.words import NOTHING, RoomTexts, Words


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

    @property
    def open(self) -> bool:
        return bool(self.changed) or self.key == "provider"


def list_groups(found: Condition, texts: RoomTexts) -> list[SettingGroup]:
    """The settings in the groups of `.env.example`."""
    groups = []
    for key, group in texts.words["groups"].items():
        lines = [SettingRow(name, said, found.settings[name]) for name, said in group["names"].items()]
        groups.append(SettingGroup(key, group["title"], lines, sum(line.value.changed for line in lines)))
    return groups


@dataclass(frozen=True)
class ComponentRow:
    """`state` is good, fair, bad or off."""

    name: str
    state: str
    status: str
    note: str

    @property
    def sign(self) -> str:
        return SIGNS[self.state]


@dataclass(frozen=True)
class RouterRow:
    name: str
    active: bool
    fitted: str
    lines: str
    sentence: str


SIGNS = {"good": "●", "fair": "◐", "bad": "○", "off": "–"}


class Card(NamedTuple):
    value: str
    title: str
    note: str


def list_cards(found: Condition, texts: RoomTexts) -> list[Card]:
    health, words = found.health, texts.words
    titles, counts = words["cards"], found.knowledge.articles
    langs = " · ".join(f"{code} {texts.number(n)}" for code, n in sorted(counts.items()))
    model = words["embedded"] if health.offline else health.model
    since = words["since"].format(uptime=_uptime(health.uptime, words))
    return [
        Card(words["states"][health.status], titles["state"], since),
        Card(model, titles["model"], words["networkless" if health.offline else "networked"]),
        Card(words["routers"].get(health.router, health.router), titles["router"], _active(found, words)),
        Card(texts.number(sum(counts.values())), titles["articles"], langs),
        Card(health.version, titles["version"], f"Python {found.python}"),
    ]


def _uptime(uptime: str, words: Words) -> str:
    """`2h 15m 33s` in the page's language."""
    hours, minutes, seconds = (part[:-1] for part in uptime.split())
    return str(words["uptime"]).format(h=hours, m=minutes, s=seconds)


def _active(found: Condition, words: Words) -> str:
    active = next((router.name for router in found.routers if router.active), "")
    name = words["shipped"] if active == "shipped" else active
    return str(words["fitted"]).format(name=name) if name else ""


def list_components(found: Condition, texts: RoomTexts) -> list[ComponentRow]:
    words = texts.words
    rows = {
        "storage": _storage(found, words),
        "provider": _provider(found, words),
        "embeddings": _embeddings(found, words),
        "knowledge": _knowledge(found, texts),
        "office": _office(found, words),
        "crm": _outbox(found, texts),
    }
    return [ComponentRow(words["components"][name], *row) for name, row in rows.items()]


Row = tuple[str, str, str]
"""State, status, note."""


def _storage(found: Condition, words: Words) -> Row:
    storage, says = found.health.storage, words["says"]
    if not storage.writable:
        return "bad", says["read_only"], storage.detail
    if storage.quarantined:
        note = words["quarantined"].format(
            n=len(storage.quarantined), names=", ".join(storage.quarantined[:5])
        )
        return "fair", says["healthy"], note
    return "good", says["healthy"], ""


def _provider(found: Condition, words: Words) -> Row:
    state = found.health.components.openai_api
    sign = {"healthy": "good", "unhealthy": "bad", "not_configured": "off"}[state]
    if state == "not_configured":
        return sign, words["says"][state], words["provider_off"]
    return sign, words["says"][state], " ".join(_calls(found.health, words))


def _calls(health: Detailed, words: Words) -> Iterator[str]:
    """How the provider's calls have ended, and where requests to it differ from those to OpenAI."""
    calls = health.provider or ProviderCalls()
    yield words["provider_calls"].format(model=health.model, answered=calls.answered, failed=calls.failed)
    if calls.never_answered:
        yield words["never_answered"].format(why=calls.last_failure)
    if calls.ways:
        yield words["ways_title"].format(ways=", ".join(words["ways"][way] for way in calls.ways))


def _embeddings(found: Condition, words: Words) -> Row:
    if found.health.embeddings:
        return "good", words["says"]["healthy"], ""
    return "fair", words["says"]["off"], words["words_only"]


def _knowledge(found: Condition, texts: RoomTexts) -> Row:
    words, size = texts.words, found.knowledge
    says = words["says"]
    if size.documents is None:
        return "bad", says["unhealthy"], words["library_damaged"]
    note = words["knowledge_size"].format(
        articles=texts.number(sum(size.articles.values())),
        documents=size.documents,
        approved=size.approved,
    )
    return "good", says["healthy"], note


def _office(found: Condition, words: Words) -> Row:
    size, says = found.office, words["says"]
    if size is None:
        return "bad", says["unhealthy"], words["office_down"]
    note = words["office_size"].format(
        plans=size.plans,
        items=size.items,
        incidents=size.incidents,
        waiting=size.waiting,
        decided=size.decided,
    )
    return "good", says["healthy"], note


def _outbox(found: Condition, texts: RoomTexts) -> Row:
    words, outbox = texts.words, found.health.outbox
    says = words["says"]
    if outbox is None:
        return "off", says["not_configured"], words["crm_off"]
    if not outbox.available:
        return "bad", says["unhealthy"], words["outbox_down"]
    note = words["outbox"].format(crm=found.crm, waiting=outbox.waiting or 0, dead=outbox.dead or 0)
    if outbox.oldest:
        note += f" {words['oldest'].format(at=texts.moment(outbox.oldest))}"
    return "fair" if outbox.dead else "good", says["dead" if outbox.dead else "healthy"], note


def list_routers(found: Condition, texts: RoomTexts) -> list[RouterRow]:
    return [
        RouterRow(
            texts.words["shipped"] if router.name == "shipped" else router.name,
            router.active,
            texts.moment(router.fitted) if router.fitted else NOTHING,
            texts.number(router.lines),
            router.sentence or NOTHING,
        )
        for router in found.routers
    ]


class SettingsRoom(Room):
    key = "settings"

    def build(self) -> None:
        words = self.words
        with gr.Row(elem_id="cc-settings-head"):
            gr.HTML(render("settings.lead", sentence=words["lead"]), elem_classes="cc-grow")
            self.again = gr.Button(words["refresh"], size="sm", elem_id="cc-settings-refresh", min_width=120)
        self.page = gr.HTML(render("shared.empty", sentence=words["loading"]), elem_id="cc-settings")

    def arrive(self, _page: gr.Blocks, tab: gr.Tab) -> None:
        gr.on([tab.select, self.again.click], self.show, None, self.page, **QUIET)

    async def show(self) -> str:
        try:
            found = await condition(self.bench)
        except CallCenterError as error:
            return self.render_problem(error)
        return render(
            "settings.page",
            cards=list_cards(found, self.texts),
            components=list_components(found, self.texts),
            routers=list_routers(found, self.texts),
            groups=list_groups(found, self.texts),
            t=self.texts,
        )
