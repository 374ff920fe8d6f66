"""Tables of the analytics room whose figures must agree, and rows that lead to dialogs."""

from __future__ import annotations

import pytest

from app.core.models import ToolUse
from app.ui.analytics.tables import Tables
from app.ui.room import render
from app.ui.words import LANGUAGES, room_texts
from tests.support.small_history import Told, at
from tests.unit.ui.analytics.test_page import figures_of

CALL = ToolUse(name="call_person", arguments={}, result="{}", status="called")


def told() -> list[Told]:
    passed_on = Told.of("a", at(20)).asks("Верните деньги", agent="supervisor", citations=[])
    passed_on.dialog.messages[-1].turn.decision.agent = "sales"  # type: ignore[union-attr]
    called = Told.of("b", at(21)).asks("Позовите <b>сотрудника</b>", escalated=True, tools=[CALL])
    return [passed_on, called]


def test_an_agent_has_one_count_of_answers() -> None:
    tables = Tables(figures_of([one.dialog for one in told()]), room_texts("ru", "analytics"))
    counts = [
        {row[0].text: row[table.columns.index("ответы")].text for row in table.rows}
        for table in (tables.desks(), tables.agents())
    ]
    assert counts[0] == counts[1]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_reason_leads_to_its_dialogs(language: str) -> None:
    dialogs, texts = [one.dialog for one in told()], room_texts(language, "analytics")
    table = Tables(figures_of(dialogs), texts).why()
    [row] = table.rows
    assert (row[0].text, row[1].text) == (texts.words["reasons"]["asked"], "1")
    page = render("analytics.table", given=table, t=texts)
    assert f'href="?tab=monitor&amp;watch={dialogs[1].dialog_id}"' in page
    assert "&lt;b&gt;" in page
    assert "<b>" not in page
