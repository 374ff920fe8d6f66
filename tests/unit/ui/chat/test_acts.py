"""The card of an act tells the state as it is now, also of what was proposed or asked for long ago."""

from __future__ import annotations

import json

import pytest

from app.agents.tools.person import CALLED, PERSON_TOOL
from app.core.models import ToolUse
from app.services.dialogs.views import DialogView
from app.ui.chat.acts import describe_acts
from app.ui.words import room_texts
from tests.contract.samples import NOON, new_dialog, reply

WORDS = room_texts("en", "chat").words["act_states"]


def shown(*states: str) -> list[list[str]]:
    """For each turn that used the tool with such a status, the states that its bubble shows."""
    dialog = new_dialog()
    for status in states:
        said, result = reply("…"), {"status": status, "amount": "990 ₽", "payment": "P-1"}
        said.turn.tools = [
            ToolUse(name="refund_payment", arguments={}, result=json.dumps(result), status=status)
        ]
        dialog.answer(dialog.receive("?", NOON), said, NOON, 0.1)
    view = DialogView.of(dialog)
    acts = [describe_acts(view, m, room_texts("en", "chat")) for m in view.messages if m.path]
    return [[act.state for act in turn] for turn in acts]


@pytest.mark.parametrize(
    ("states", "told"),
    [
        (("proposed",), [["lapsed"]]),
        (("proposed", "done"), [["agreed"], ["done"]]),
        (("proposed", "declined"), [["declined"], []]),
        (("proposed", "approval", "done"), [["agreed"], ["approved"], ["done"]]),
        (("approval", "refused"), [["rejected"], ["refused"]]),
    ],
)
def test_the_card_follows_what_became_of_the_act(states: tuple[str, ...], told: list[list[str]]) -> None:
    assert shown(*states) == [[WORDS[state] for state in turn] for turn in told]


def test_what_was_done_before_has_no_second_card() -> None:
    dialog, said = new_dialog(), reply("…")
    result = json.dumps({"status": "refused", "reason": "just_done"})
    said.turn.tools = [ToolUse(name="open_complaint", arguments={}, result=result, status="refused")]
    dialog.answer(dialog.receive("?", NOON), said, NOON, 0.1)
    view = DialogView.of(dialog)
    assert describe_acts(view, view.messages[-1], room_texts("en", "chat")) == []


def test_a_called_person_is_no_act() -> None:
    dialog, said = new_dialog(), reply("…")
    said.turn.tools = [ToolUse(name=PERSON_TOOL, arguments={}, result="{}", status=CALLED)]
    dialog.answer(dialog.receive("?", NOON), said, NOON, 0.1)
    view = DialogView.of(dialog)
    assert describe_acts(view, view.messages[-1], room_texts("en", "chat")) == []
