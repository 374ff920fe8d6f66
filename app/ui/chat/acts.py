"""What an agent's turn did or proposed, as a card in its bubble: what, how much, in which state."""

from __future__ import annotations

import json
from dataclasses import dataclass

from app.core.models import ToolUse
from app.services.dialogs.views import DialogView, MessageView
from app.services.operators.summary import wording
from app.ui.words import RoomTexts

KINDS = {"done": "good", "approved": "good", "approval": "person", "proposed": "warn", "refused": "bad"}
"""How the state looks; the others are past and grey."""
SETTLED = {"done", "approval"}
TOLD_ELSEWHERE = {"declined", "called"}


@dataclass(frozen=True)
class ShownAct:
    """`about` names what it concerns; `sum` is empty where no money moves."""

    title: str
    about: str
    sum: str
    state: str
    kind: str


def describe_acts(view: DialogView, message: MessageView, texts: RoomTexts) -> list[ShownAct]:
    """In the order of the turn; a tool that was called twice is told of once, as it ended.

    What was declined is told where it was proposed; what was done before has its card there; of a person who
    was called the bubble tells.
    """
    assert message.path
    last = {use.name: use for use in message.path.tools if use.status}
    shown = [use for use in last.values() if use.status not in TOLD_ELSEWHERE and not _is_repeated(use)]
    return [_act(view, message, use, texts) for use in shown]


def _is_repeated(use: ToolUse) -> bool:
    return use.status == "refused" and _read(use.result).get("reason") == "just_done"


def _act(view: DialogView, message: MessageView, use: ToolUse, texts: RoomTexts) -> ShownAct:
    result, state = _read(use.result), _state(view, message, use)
    title = wording(texts.language)["tools"].get(use.name, use.name)
    number = use.number or result.get("payment")
    about = [result.get("item"), result.get("period") or result.get("purpose"), number]
    return ShownAct(
        title=f"{title[:1].upper()}{title[1:]}",
        about=" · ".join(str(part) for part in about if part),
        sum=str(result.get("total") or result.get("amount") or ""),
        state=texts.words["act_states"].get(state, state),
        kind=KINDS.get(state, ""),
    )


def _state(view: DialogView, message: MessageView, use: ToolUse) -> str:
    """As it is now: a proposal may have been agreed to since, an approval given."""
    later = next(iter(_later(view, message.seq, use.name)), "")
    if use.status == "proposed":
        if later in SETTLED:
            return "agreed"
        if later == "declined":
            return later
        waits = view.proposal and view.proposal.tool == use.name and not later
        return "proposed" if waits else "lapsed"
    if use.status == "approval" and later in ("done", "refused"):
        return "approved" if later == "done" else "rejected"
    return use.status


def _later(view: DialogView, seq: int, tool: str) -> list[str]:
    """States of the same tool in turns after `seq`."""
    paths = [m.path for m in view.messages[seq:] if m.path]
    return [use.status for path in paths for use in path.tools if use.name == tool and use.status]


def _read(result: str) -> dict[str, object]:
    try:
        told = json.loads(result)
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}
