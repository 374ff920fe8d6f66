"""Each action is whole: somebody may call it, the back office can do it, and its free text is marked."""

from __future__ import annotations

from datetime import datetime
from typing import Literal, get_args, get_origin

import pytest

from app.core.actions import ACTIONS, FREE, ITEM, NUMBER, PLAN, Action, marked
from app.engines.backoffice.actions import EFFECTS
from tests.support.company import ROSTER

each_action = pytest.mark.parametrize("action", ACTIONS)


def kinds(annotation: object) -> set[object]:
    """What a value may be; texts out of a list are no free texts."""
    if get_origin(annotation) is Literal:
        return {Literal}
    return set().union(*map(kinds, get_args(annotation))) if get_args(annotation) else {annotation}


def test_the_back_office_can_do_every_action_and_no_other() -> None:
    assert EFFECTS.keys() == set(ACTIONS)


def test_every_action_is_a_tool_of_some_agent() -> None:
    assert set(ACTIONS) <= {tool.args for agent in ROSTER for tool in agent.tools}


@each_action
def test_a_text_is_marked_as_free_or_as_a_number(action: type[Action]) -> None:
    fields = {name: kinds(field.annotation) for name, field in action.model_fields.items()}
    texts = {
        name for name, known in fields.items() if not known <= {Literal, int, bool, datetime, type(None)}
    }
    assert texts == set().union(*(marked(action, mark) for mark in (FREE, NUMBER, PLAN, ITEM)))
    assert not marked(action, FREE) & marked(action, NUMBER)


@each_action
def test_once_only_does_not_hang_on_what_a_model_may_word_otherwise(action: type[Action]) -> None:
    named = {action.once_for} - {""}
    assert named <= action.model_fields.keys() - marked(action, FREE)
    assert marked(action, NUMBER) <= named
