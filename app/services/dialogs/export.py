"""A dialog as a file for download. Customers' and models' text is escaped: nothing in it is interpreted."""

from __future__ import annotations

import json
import re

from app.core.text import FORMULA
from app.services.dialogs.views import DialogView, MessageView

_MARKUP = re.compile(r"([\\`*_{}\[\]()#|<>&~$!])")


def to_json(view: DialogView) -> str:
    """The dialog as REST returns it; `<`, `>` and `&` are escaped, so it can be embedded in a page."""
    text = json.dumps(view.model_dump(mode="json"), ensure_ascii=False, indent=2)
    for sign in "<>&":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return text


def to_markdown(view: DialogView, names: dict[str, str]) -> str:
    """Every line is quoted, its markup and formulas escaped.

    `names` are those of customer and agents.
    """
    head = [f"# {view.dialog_id}", "", f"{plain(view.customer_id)} · {view.created_at:%Y-%m-%d %H:%M} UTC"]
    return "\n".join([*head, *(part for m in view.messages for part in _quote_lines(m, names))]) + "\n"


def plain(text: str) -> str:
    """Shown by a Markdown reader as it was written, and by a spreadsheet as text."""
    return FORMULA.sub(r"\1\\\2", _MARKUP.sub(r"\\\1", text))


def _quote_lines(message: MessageView, names: dict[str, str]) -> list[str]:
    who = names.get(message.role, message.role)
    quoted = [f"> {line}" for line in plain(message.content).splitlines()]
    return ["", f"**{plain(who)}** · {message.timestamp:%Y-%m-%d %H:%M:%S} UTC{_path(message)}", "", *quoted]


def _path(message: MessageView) -> str:
    if message.path is None:
        return ""
    decision = message.path.decision
    cited = ", ".join(map(plain, message.path.citations))
    told = [f"{decision.confidence:.2f}", decision.source, plain(message.path.model), cited]
    return "".join(f" · {part}" for part in told if part)
