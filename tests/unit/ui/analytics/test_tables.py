"""Tables of the analytics room whose figures must agree, and rows that lead to dialogs."""

from __future__ import annotations

import json

import pytest

from app.core.models import ToolUse
from app.ui.analytics.asked import describe_choice
from app.ui.analytics.charts import plot_days, plot_ratings
from app.ui.analytics.tables import Tables
from app.ui.analytics.tiles import Tiles
from app.ui.room import render
from app.ui.words import LANGUAGES, room_texts, words
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


def test_a_day_that_is_not_over_says_so() -> None:
    texts = room_texts("en", "analytics")
    figures = figures_of(
        [Told.of(day, at(int(day), 9)).asks("How much is Pro?").dialog for day in ("21", "22")]
    )
    assert Tables(figures, texts).days().rows[0][0].note == "today, until 12:00"
    plot = plot_days(figures, texts.words["charts"], "en")
    assert plot
    [bars] = json.loads(plot.plot)["data"]
    assert bars["customdata"][-1] == "22 Nov, today, until 12:00"
    assert bars["marker"]["opacity"][-1] < bars["marker"]["opacity"][-2] == 1
    assert describe_choice(figures, texts).startswith("1 Nov 2026 – 22 Nov 2026, until 12:00")
    note = Tiles(figures, texts).by_key["dialogs"]
    assert len(note.line) == len(figures.by_day) - 1


def test_a_share_of_known_outcomes_says_how_many_have_none() -> None:
    texts = room_texts("en", "analytics")
    dialogs = [Told.of(str(day), at(day)).asks("How much is Pro?").closes() for day in (3, 21, 22)]
    note = Tiles(figures_of(dialogs), texts).by_key["resolved"].note
    assert note == "1 of 1 with a known outcome; 2 more are open or within their 72 hours"


def test_each_part_of_the_bar_of_satisfaction_is_named_however_narrow_it_is() -> None:
    figures = figures_of([one.dialog for one in told()])
    figures.satisfaction.ratings.update({5: 50, 1: 1})
    drawn = plot_ratings(figures, words("en", "analytics")["charts"], "en")
    assert drawn is not None
    plot = json.loads(drawn.plot)
    assert plot["layout"]["showlegend"] is True
    assert {"★★★★★ 50", "★ 1"} <= {trace["name"] for trace in plot["data"]}


def test_of_many_topics_the_largest_are_beside_the_reasons_and_all_in_a_fold() -> None:
    cited = [
        Told.of(f"c{n}", at(20)).asks("?", escalated=True, tools=[CALL], citations=[f"a-{n}"])
        for n in range(9)
    ]
    tables = Tables(figures_of([one.dialog for one in cited]), room_texts("en", "analytics"))
    counts = {table.key: len(table.rows) for table in (*tables.main(), *tables.details())}
    assert (counts["about"], counts["abouts"]) == (7, 9)


@pytest.mark.parametrize(("today", "shown"), [(9, 9), (0, None)])
def test_a_day_that_has_begun_is_drawn_where_it_rises_and_never_as_a_fall(
    today: int, shown: int | None
) -> None:
    figures = figures_of([Told.of("a", at(21)).asks("How much is Pro?").dialog])
    days = [part.model_copy(update={"dialogs": 1}) for part in figures.by_day]
    days[-1] = days[-1].model_copy(update={"dialogs": today})
    given = figures.model_copy(update={"by_day": days})
    line = Tiles(given, room_texts("ru", "analytics")).headline[0].line
    assert line == [1.0] * (len(days) - 1) + ([float(shown)] if shown else [])
