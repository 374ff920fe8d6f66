"""The settings room: how the house is, and with which settings it runs. Nothing is changed here.

The upper half of the settings room: figures, components, fitted routers.

The settings in the groups of `.env.example`. What could be a secret is never on the page.
"""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

import gradio as gr

from app.core.exceptions import CallCenterError
from app.services.health import Detailed, ProviderCalls
from app.services.system import Condition, Shown, condition
from app.ui.format import moment, number
from app.ui.room import QUIET, Room, empty
from app.ui.words import Words


def settings_table(found: Condition, words: Words) -> str:
    groups = "".join(_group(name, group, found, words) for name, group in words["groups"].items())
    note = f"<p class='cc-note'>{escape(words['settings_note'])}</p>"
    return f"<h3>{escape(words['settings_title'])}</h3>{note}{groups}"


def _group(key: str, group: Words, found: Condition, words: Words) -> str:
    names = group["names"]
    changed = sum(found.settings[name].changed for name in names)
    count = (
        f' <span class="cc-tag">{escape(words["changed_count"].format(n=changed))}</span>' if changed else ""
    )
    lines = "".join(_line(name, told, found.settings[name], words) for name, told in names.items())
    return (
        f'<details class="cc-group" data-group="{key}"{" open" if changed or key == "provider" else ""}>'
        f"<summary>{escape(group['title'])}{count}</summary>"
        f'<div class="cc-scroll"><table class="cc-table cc-settings">{lines}</table></div></details>'
    )


def _line(name: str, told: str, shown: Shown, words: Words) -> str:
    mark = f' <span class="cc-tag">{escape(words["changed"])}</span>' if shown.changed else ""
    return (
        f'<tr><th scope="row"><code>{name}</code></th><td class="cc-value">{_value(shown, words)}{mark}</td>'
        f"<td>{escape(told)}</td></tr>"
    )


def _value(shown: Shown, words: Words) -> str:
    said = words["values"]
    if shown.kind == "switch":
        return escape(said["yes" if shown.text == "true" else "no"])
    if shown.kind == "hidden":
        return f"<em>{escape(said['hidden'].format(scheme=shown.text))}</em>"
    if shown.kind == "value":
        return f"<span>{escape(shown.text)}</span>"
    return f"<em>{escape(said[shown.kind])}</em>"


SIGNS = {"good": "●", "fair": "◐", "bad": "○", "off": "–"}


def cards(found: Condition, words: Words, language: str) -> str:
    health, titles = found.health, words["cards"]
    articles = sum(found.knowledge.articles.values())
    langs = " · ".join(
        f"{code} {number(n, language)}" for code, n in sorted(found.knowledge.articles.items())
    )
    model = words["embedded"] if health.offline else health.model
    rows = [
        (
            words["states"][health.status],
            titles["state"],
            words["since"].format(uptime=_uptime(health.uptime, words)),
        ),
        (model, titles["model"], words["networkless" if health.offline else "networked"]),
        (words["routers"].get(health.router, health.router), titles["router"], _active(found, words)),
        (number(articles, language), titles["articles"], langs),
        (health.version, titles["version"], f"Python {found.python}"),
    ]
    return f'<div class="cc-cards">{"".join(_card(*row) for row in rows)}</div>'


def _card(value: str, title: str, note: str) -> str:
    return (
        f'<div class="cc-card"><span>{escape(title)}</span><b>{escape(value)}</b>'
        f"<span>{escape(note)}</span></div>"
    )


def _uptime(told: str, words: Words) -> str:
    """2h 15m 33s in the page's letters."""
    hours, minutes, seconds = (part[:-1] for part in told.split())
    return str(words["uptime"]).format(h=hours, m=minutes, s=seconds)


def _active(found: Condition, words: Words) -> str:
    active = next((router.name for router in found.routers if router.active), "")
    name = words["shipped"] if active == "shipped" else active
    return str(words["fitted"]).format(name=name) if name else ""


def components(found: Condition, words: Words, language: str) -> str:
    rows = [_storage(found, words), _provider(found, words), _embeddings(found, words)]
    rows += [_knowledge(found, words, language), _office(found, words), _outbox(found, words, language)]
    names = words["components"]
    lines = "".join(
        f'<tr><th scope="row">{escape(names[name])}</th>'
        f'<td class="cc-sign cc-{sign}"><i aria-hidden="true">{SIGNS[sign]}</i> {escape(said)}</td>'
        f"<td>{escape(note)}</td></tr>"
        for name, sign, said, note in rows
    )
    return (
        f"<h3>{escape(words['components_title'])}</h3>"
        f'<div class="cc-scroll"><table class="cc-table cc-parts">{lines}</table></div>'
    )


Row = tuple[str, str, str, str]


def _storage(found: Condition, words: Words) -> Row:
    storage, says = found.health.storage, words["says"]
    if not storage.writable:
        return "storage", "bad", says["read_only"], storage.detail
    if storage.quarantined:
        note = words["quarantined"].format(
            n=len(storage.quarantined), names=", ".join(storage.quarantined[:5])
        )
        return "storage", "fair", says["healthy"], note
    return "storage", "good", says["healthy"], ""


def _provider(found: Condition, words: Words) -> Row:
    state = found.health.components.openai_api
    sign = {"healthy": "good", "unhealthy": "bad", "not_configured": "off"}[state]
    if state == "not_configured":
        return "provider", sign, words["says"][state], words["provider_off"]
    return "provider", sign, words["says"][state], " ".join(_calls(found.health, words))


def _calls(health: Detailed, words: Words) -> Iterator[str]:
    """How the provider's calls have ended, and what it is asked otherwise than OpenAI's own servers."""
    calls = health.provider or ProviderCalls()
    yield words["provider_calls"].format(model=health.model, answered=calls.answered, failed=calls.failed)
    if calls.never_answered:
        yield words["never_answered"].format(why=calls.last_failure)
    if calls.ways:
        yield words["ways_title"].format(ways=", ".join(words["ways"][way] for way in calls.ways))


def _embeddings(found: Condition, words: Words) -> Row:
    if found.health.embeddings:
        return "embeddings", "good", words["says"]["healthy"], ""
    return "embeddings", "fair", words["says"]["off"], words["words_only"]


def _knowledge(found: Condition, words: Words, language: str) -> Row:
    size, says = found.knowledge, words["says"]
    if size.documents is None:
        return "knowledge", "bad", says["unhealthy"], words["library_damaged"]
    note = words["knowledge_size"].format(
        articles=number(sum(size.articles.values()), language),
        documents=size.documents,
        approved=size.approved,
    )
    return "knowledge", "good", says["healthy"], note


def _office(found: Condition, words: Words) -> Row:
    size, says = found.office, words["says"]
    if size is None:
        return "office", "bad", says["unhealthy"], words["office_down"]
    note = words["office_size"].format(
        plans=size.plans,
        items=size.items,
        incidents=size.incidents,
        waiting=size.waiting,
        decided=size.decided,
    )
    return "office", "good", says["healthy"], note


def _outbox(found: Condition, words: Words, language: str) -> Row:
    outbox, says = found.health.outbox, words["says"]
    if outbox is None:
        return "crm", "off", says["not_configured"], words["crm_off"]
    if not outbox.available:
        return "crm", "bad", says["unhealthy"], words["outbox_down"]
    note = words["outbox"].format(crm=found.crm, waiting=outbox.waiting or 0, dead=outbox.dead or 0)
    if outbox.oldest:
        note += f" {words['oldest'].format(at=moment(outbox.oldest, language))}"
    return "crm", "fair" if outbox.dead else "good", says["dead" if outbox.dead else "healthy"], note


def routers(found: Condition, words: Words, language: str) -> str:
    titles = words["routers_table"]
    head = "".join(
        f'<th scope="col">{escape(titles[key])}</th>' for key in ("name", "fitted", "lines", "compared")
    )
    lines = "".join(
        f"<tr><td>{escape(words['shipped'] if router.name == 'shipped' else router.name)}"
        f"{_mark(words) if router.active else ''}</td>"
        f"<td>{moment(router.fitted, language) if router.fitted else '—'}</td>"
        f"<td>{'—' if router.lines is None else number(router.lines, language)}</td>"
        f'<td lang="en">{escape(router.sentence) or "—"}</td></tr>'
        for router in found.routers
    )
    empty = "" if len(found.routers) > 1 else f"<p class='cc-note'>{escape(words['only_shipped'])}</p>"
    return (
        f'<h3>{escape(words["routers_title"])}</h3><div class="cc-scroll"><table class="cc-table">'
        f"<thead><tr>{head}</tr></thead><tbody>{lines}</tbody></table></div>{empty}"
    )


def _mark(words: Words) -> str:
    return f' <span class="cc-tag">{escape(words["active"])}</span>'


class SettingsRoom(Room):
    key = "settings"

    def build(self) -> None:
        words = self.words
        with gr.Row(elem_id="cc-settings-head"):
            gr.HTML(f"<p class='cc-lead'>{words['lead']}</p>", elem_classes="cc-grow")
            self.again = gr.Button(words["refresh"], size="sm", elem_id="cc-settings-refresh", min_width=120)
        self.page = gr.HTML(empty(words["loading"]), elem_id="cc-settings")

    def arrive(self, _page: gr.Blocks, tab: gr.Tab) -> None:
        gr.on([tab.select, self.again.click], self.look, None, self.page, **QUIET)

    async def look(self) -> str:
        try:
            found = await condition(self.bench)
        except CallCenterError as error:
            return self.problem(error)
        parts = (cards(found, self.words, self.language), components(found, self.words, self.language))
        return "".join((*parts, routers(found, self.words, self.language), settings_table(found, self.words)))
