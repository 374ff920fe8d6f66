"""The lines of a dialog as Gradio's chat shows them: what was written is shown, and none of it is run."""

from __future__ import annotations

import re
from html import escape
from typing import Any

from app.core.models import OPERATOR, Decision, Turn
from app.services.dialogs.views import DialogView, MessageView
from app.ui.chat.wording import milliseconds, name_of, sure
from app.ui.words import Words

History = list[dict[str, Any]]
APPROVED = "approved"
EMBEDDED = "embedded"
_MARKDOWN = re.compile(r"([\\`*_\[\]~$|!])")
_BLOCK = re.compile(r"^(\s*)([#>+=-]|\d+[.)])", re.MULTILINE)


def history(view: DialogView, words: Words) -> History:
    """One entry a line, so that the index of an entry is `seq` less one."""
    return [shown(message, words) for message in view.messages]


def shown(message: MessageView, words: Words) -> dict[str, Any]:
    if message.role == "customer":
        return customer(message.content)
    return agent(message.content, title(message, words), message.role)


def customer(text: str) -> dict[str, Any]:
    """Literally, whatever it is."""
    return {"role": "user", "content": literal(text)}


def agent(text: str, told: str, who: str) -> dict[str, Any]:
    """Lists and bold stay; tags and pictures do not: a picture is a request to somewhere."""
    safe = escape(text, quote=False).replace("![", "!\\[")
    badge = f'<span class="cc-say cc-by-{escape(who)}">{escape(told)}</span>\n\n' if told else ""
    return {"role": "assistant", "content": f"{badge}{safe}"}


def literal(text: str) -> str:
    marked = _MARKDOWN.sub(r"\\\1", escape(text, quote=False))
    return _BLOCK.sub(lambda found: f"{found[1]}{_guarded(found[2])}", marked)


def title(message: MessageView, words: Words) -> str:
    if message.role == OPERATOR:
        return str(words["person"])
    return finished(message.path, words) if message.path else name_of(message.role, words)


def routed(decision: Decision, words: Words) -> str:
    """While the answer is being written."""
    return f"{name_of(decision.agent, words)} · {sure(decision.confidence, words)} …"


def finished(turn: Turn, words: Words) -> str:
    """agent · confidence · source · model · ms."""
    told = [
        name_of(turn.agent, words),
        sure(turn.decision.confidence, words),
        words["sources"].get(turn.decision.source, turn.decision.source),
        model(turn, words),
    ]
    if total := turn.timings.get("total"):
        told.append(f"{milliseconds(total, words)}\u00a0{words['ms']}")
    return " · ".join(told)


def model(turn: Turn, words: Words) -> str:
    """Who spoke; a stand-in is named as one."""
    if turn.degraded:
        return str(words["degraded_by"].get(turn.failure, words["degraded"]))
    return str({APPROVED: words["approved"], EMBEDDED: words["embedded"]}.get(turn.model, turn.model))


def _guarded(mark: str) -> str:
    """`1.` begins a list by its point, the others by themselves; `>` is an entity already."""
    return f"{mark[:-1]}\\{mark[-1]}" if mark[:-1].isdigit() else f"\\{mark}"
