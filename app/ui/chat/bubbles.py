"""The lines of a dialog as Gradio's chat takes them: bubbles with a name, a handover, what was done."""

from __future__ import annotations

import re
from typing import Any

from app.core.html import escape_tags
from app.core.models import OPERATOR, Decision, Turn
from app.services.dialogs.views import DialogView, MessageView
from app.services.explaining import sureness_of
from app.ui.chat.acts import describe_acts
from app.ui.chat.panels import CONSENT, EMBEDDED, describe_model
from app.ui.room import render
from app.ui.words import RoomTexts

_MARKDOWN = re.compile(r"([\\`*_\[\]~$|!])")
_BLOCK = re.compile(r"^(\s*)([#>+=-]|\d+[.)])", re.MULTILINE)
WEIGHED = {"lexical", "embedding", "llm"}
"""Sources whose confidence says how sure the router was; the others follow a rule."""
ROUBLES = "₽"

Entry = dict[str, Any]
"""A message as Gradio's chat takes it; its content is Markdown."""
History = list[Entry]


def build_history(view: DialogView, texts: RoomTexts) -> History:
    """One entry per line, so that the index of an entry is `seq` less one."""
    return [_entry(view, message, texts) for message in view.messages]


def _entry(view: DialogView, message: MessageView, texts: RoomTexts) -> Entry:
    if message.role == "customer":
        return customer_entry(message.content)
    earlier = [m for m in view.messages[: message.seq - 1] if m.role != "customer"]
    return agent_entry(
        message.content,
        name_of(message.role, texts),
        message.role,
        figures=describe_turn(message.path, texts) if message.path else "",
        passed=_handover(message, earlier, texts),
        below=_below(view, message, earlier, texts),
    )


def customer_entry(text: str) -> Entry:
    return {"role": "user", "content": escape_markdown(text)}


def agent_entry(
    text: str, name: str, by: str, *, figures: str = "", passed: str = "", below: str = ""
) -> Entry:
    """Lists and bold stay; tags and pictures do not: a picture is a request to another host."""
    safe = escape_tags(text).replace("![", "!\\[")
    speaker = render("bubbles.speaker", by=by, name=name, figures=figures, passed=passed) if name else ""
    return {"role": "assistant", "content": "\n\n".join(part for part in (speaker, safe, below) if part)}


def name_of(role: str, texts: RoomTexts) -> str:
    return str(texts.words["person"]) if role == OPERATOR else texts.agent(role)


def _handover(message: MessageView, earlier: list[MessageView], texts: RoomTexts) -> str:
    """Who has taken over since the answer before; empty where nobody has."""
    before = earlier[-1].role if earlier else None
    if message.path and message.path.hops and before is None:
        before = message.path.hops[0].from_agent
    if before in (None, message.role):
        return ""
    if message.role == OPERATOR:
        return str(texts.words["joined"])
    return str(texts.words["passed"].format(agent=texts.agent(message.role)))


def _below(view: DialogView, message: MessageView, earlier: list[MessageView], texts: RoomTexts) -> str:
    called = bool(message.path and message.path.escalated)
    before = earlier[-1].path if earlier else None
    parts = {
        "acts": describe_acts(view, message, texts) if message.path else [],
        "called": texts.words["called"] if called and not (before and before.escalated) else "",
        "currency": _currency(message, earlier, texts),
    }
    return render("bubbles.below", **parts) if any(parts.values()) else ""


def _currency(message: MessageView, earlier: list[MessageView], texts: RoomTexts) -> str:
    """Once, at the first sum; a language that needs no explanation has none."""
    first = ROUBLES in message.content and not any(ROUBLES in m.content for m in earlier)
    return str(texts.words["currency"]) if first else ""


def describe_decision(decision: Decision, texts: RoomTexts) -> str:
    """While the answer is being written."""
    return f"{_sureness(decision, texts)} …"


def describe_turn(turn: Turn, texts: RoomTexts) -> str:
    """How sure · by what · model where it is not the embedded one · time."""
    model = describe_model(turn, texts) if turn.degraded or turn.model != EMBEDDED else ""
    sure = "" if turn.model == CONSENT else _sureness(turn.decision, texts)
    total = turn.timings.get("total")
    return " · ".join(part for part in (sure, model, _time(total, texts) if total else "") if part)


def _sureness(decision: Decision, texts: RoomTexts) -> str:
    words = texts.words
    source = str(words["sources"].get(decision.source, decision.source))
    if decision.source not in WEIGHED:
        return source
    return f"{words['sure'][sureness_of(decision.confidence)]} · {source}"


def _time(seconds: float, texts: RoomTexts) -> str:
    """Tenths of a second: what people feel."""
    return f"{texts.number(max(seconds, 0.1), 1)}\u00a0{texts.words['s']}"


def escape_markdown(text: str) -> str:
    """Markdown that is read as `text`, letter by letter."""
    marked = _MARKDOWN.sub(r"\\\1", escape_tags(text))
    return _BLOCK.sub(lambda found: f"{found[1]}{_escape_block(found[2])}", marked)


def _escape_block(mark: str) -> str:
    """`1.` begins a list by its point, the others by themselves; `>` is an entity already."""
    return f"{mark[:-1]}\\{mark[-1]}" if mark[:-1].isdigit() else f"\\{mark}"
