"""What stands on the page from the beginning; the parts are filled by the page's script."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

from app.services.workbench import Workbench
from app.ui.monitor.words import MonitorTexts
from app.ui.room import empty
from app.ui.words import LANGUAGES


def layout(bench: Workbench, said: MonitorTexts) -> str:
    """The key is never in the page: the person types it."""
    wanted = bench.settings.operator_key is not None
    return (
        f'<div class="mon" data-state="none" data-lost="{escape(said.words["lost"])}" '
        f'data-unsure="{escape(said.words["unsure"])}" data-loading="{escape(said.words["loading"])}">'
        f"{_person(said, wanted)}"
        f'<p class="mon-locked" role="alert" hidden></p>'
        f'<div class="mon-room"><div class="mon-left">'
        f'<section data-part="queue" aria-label="{escape(said.words["queue_title"])}">'
        f"{_loading(said)}</section>"
        f'<section data-part="approvals" aria-label="{escape(said.words["approvals_title"])}"></section>'
        f"<h3>{escape(said.words['live'])}</h3>{_filters(bench, said)}"
        f'<section class="mon-list" data-part="dialogs" aria-label="{escape(said.words["live"])}">'
        f"{_loading(said)}</section></div>"
        f'<div class="mon-right"><button type="button" class="mon-button mon-back" data-back>'
        f'{escape(said.words["back"])}</button><section data-part="about"></section>'
        f'<section class="mon-lines" data-part="lines" tabindex="0" role="log" '
        f'aria-label="{escape(said.words["transcript"])}"></section>{_acts(bench, said)}</div></div>'
        f"{_dialog(said)}</div>"
    )


def _loading(said: MonitorTexts) -> str:
    return empty(said.words["loading"])


def _person(said: MonitorTexts, wanted: bool) -> str:
    """Who is at the screen: typed once, kept by the browser; the key only in the page."""
    words = said.words
    key = (
        f"<label>{escape(words['key'])} "
        f'<input type="password" name="key" autocomplete="off" maxlength="500"></label>'
    )
    return (
        f'<form class="mon-person"><label>{escape(words["name"])} '
        f'<input name="operator" maxlength="100" autocomplete="off" '
        f'placeholder="{escape(words["name_example"])}"></label>{key if wanted else ""}'
        f'<span class="mon-said" role="status"></span></form>'
    )


def _filters(bench: Workbench, said: MonitorTexts) -> str:
    words = said.words
    agents = {name: said.agent(name) for name in bench.agents}
    languages = {code: words["languages"].get(code, code) for code in LANGUAGES}
    return (
        f'<form class="mon-filters">{_select("agent", words["any_agent"], agents, words["agent"])}'
        f"{_select('status', words['any_status'], words['statuses'], words['status'])}"
        f"{_select('lang', words['any_language'], languages, words['language'])}"
        f'<input name="customer" placeholder="{escape(words["customer"])}" '
        f'aria-label="{escape(words["customer"])}" maxlength="200">'
        f'<input name="text" type="search" placeholder="{escape(words["text"])}" '
        f'aria-label="{escape(words["text"])}" maxlength="200">'
        f'<label class="mon-check"><input type="checkbox" name="waiting"> '
        f"{escape(words['only_waiting'])}</label></form>"
    )


def _select(name: str, otherwise: str, options: Mapping[str, str], label: str) -> str:
    inside = "".join(f'<option value="{escape(k)}">{escape(v)}</option>' for k, v in options.items())
    return (
        f'<select name="{name}" aria-label="{escape(label)}">'
        f'<option value="">{escape(otherwise)}</option>{inside}</select>'
    )


def _acts(bench: Workbench, said: MonitorTexts) -> str:
    words = said.words
    agents = {name: said.agent(name) for name in bench.agents}
    back = _select("agent", words["same_agent"], agents, words["agent"])
    other = _select("agent", words["choose_agent"], agents, words["agent"])
    return (
        f'<div class="mon-acts"><form data-do="reply" data-when="mine">'
        f"{_area('message', 20_000, said)}"
        f'<button class="mon-button mon-main">{escape(words["send"])}</button>'
        f'</form><div class="mon-buttons">{_button("take_over", "open", said, main=True)}'
        f"{_button('force', 'other', said)}{_button('close', 'open mine', said)}</div>"
        f'<details data-when="mine"><summary>{escape(words["hand_back"])}</summary>'
        f'<form data-do="hand_back">{_area("note", 4000, said)}{back}'
        f'<button class="mon-button">{escape(words["hand_back"])}</button></form></details>'
        f'<details data-when="open mine"><summary>{escape(words["reroute"])}</summary>'
        f'<form data-do="reroute">{other}{_area("reason", 300, said)}'
        f'<button class="mon-button">{escape(words["reroute"])}</button>'
        f'<p class="mon-note">{escape(words["reroute_help"])}</p></form></details></div>'
    )


def _area(name: str, limit: int, said: MonitorTexts) -> str:
    label = escape(said.words[name])
    return (
        f'<label class="mon-field">{label}<textarea name="text" rows="2" maxlength="{limit}" '
        f"required></textarea></label>"
    )


def _button(what: str, when: str, said: MonitorTexts, main: bool = False) -> str:
    asks = said.words["ask"].get(what)
    ask = f' data-ask="{escape(asks)}"' if asks else ""
    return (
        f'<button type="button" class="mon-button{" mon-main" if main else ""}" data-do="{what}" '
        f'data-when="{when}"{ask}>{escape(said.words[what])}</button>'
    )


def _dialog(said: MonitorTexts) -> str:
    """Asks once before what cannot be undone."""
    words = said.words
    return (
        f'<dialog class="mon-ask"><form method="dialog"><p></p>'
        f'<label class="mon-field">{escape(words["decision_note"])}<textarea name="note" rows="2" '
        f'maxlength="4000"></textarea></label><div class="mon-buttons">'
        f'<button class="mon-button mon-main" value="yes">{escape(words["yes"])}</button>'
        f'<button class="mon-button" value="no">{escape(words["no"])}</button></div></form></dialog>'
    )
