"""The settings in the groups of `.env.example`. What could be a secret is never on the page."""

from __future__ import annotations

from html import escape

from app.services.configuration import Shown
from app.services.system import Condition
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
