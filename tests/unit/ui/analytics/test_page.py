"""What the analytics room and its report show."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from html import unescape
from io import StringIO

import pytest

from app.agents.roster import TOOLS
from app.agents.tools.person import PERSON_TOOL
from app.core.dialog import Dialog
from app.core.models import Usage
from app.services.analytics.facts import facts_of
from app.services.analytics.period import Period, PeriodInvalid
from app.services.analytics.scope import Outcomes, Visits
from app.services.analytics.staffing import Wanted, staff
from app.services.analytics.tally import tally
from app.services.analytics.views import Figures, rows_of
from app.ui.analytics import charts
from app.ui.analytics.asked import Asked, describe_choice, parse_day
from app.ui.analytics.crew import render_staffing
from app.ui.analytics.report import render_report
from app.ui.analytics.room import PLOTS
from app.ui.analytics.sheet import to_sheet
from app.ui.analytics.tables import Tables
from app.ui.analytics.tiles import SIGNS, Tiles
from app.ui.room import render
from app.ui.words import LANGUAGES, Words, dollars, number, percent, room_texts, roubles, seconds, words
from tests.support.history import history
from tests.support.small_history import NOW, Told, at

EVIL = "<img src=x onerror=alert(1)> как экспортировать заметки"


def figures_of(dialogs: Sequence[Dialog]) -> Figures:
    period = Period.of(date(2026, 11, 1), date(2026, 11, 22), "UTC", NOW)
    visits = Visits.of((d.customer_id, d.created_at) for d in dialogs)
    known = [facts for d in dialogs if (facts := facts_of(d))]
    return tally(known, period, Outcomes(visits, NOW, timedelta(minutes=60)))


@pytest.fixture(scope="module")
def figures() -> Figures:
    return figures_of([*history(), Told.of("x", at(21)).asks(EVIL, citations=[]).dialog])


def leaves(told: Words, path: str = "") -> dict[str, object]:
    if isinstance(told, dict):
        return {k: v for name, part in told.items() for k, v in leaves(part, f"{path}.{name}").items()}
    return {path: told}


def test_both_languages_have_the_same_words() -> None:
    ru, en = (leaves(words(language, "analytics")) for language in LANGUAGES)
    assert ru.keys() == en.keys()
    assert all(value for value in [*ru.values(), *en.values()])
    for name, value in ru.items():
        assert set(re.findall(r"{\w+}", str(value))) == set(re.findall(r"{\w+}", str(en[name]))), name


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_figure_has_a_card_and_its_interval(figures: Figures, language: str) -> None:
    tiles = Tiles(figures, room_texts(language, "analytics"))
    shown = [*tiles.headline, *(tile for _, group in tiles.groups for tile in group)]
    assert len(shown) == len({tile.key for tile in shown}) == 15
    rates = [tile for tile in shown if tile.key in dict(figures.rates)]
    percent = {"ru": "95\u00a0%", "en": "95%"}[language]
    assert all(percent in tile.sure for tile in rates)
    assert not tiles.missing


@pytest.mark.parametrize("language", LANGUAGES)
def test_four_figures_stand_on_top_each_with_its_days(figures: Figures, language: str) -> None:
    top = Tiles(figures, room_texts(language, "analytics")).headline
    assert [tile.key for tile in top] == ["dialogs", "resolved", "escalated", "rating"]
    assert top[0].line == [part.dialogs for part in figures.by_day[:-1]], "the last day is not over"
    settled = [part.resolved.value for part in figures.by_day if part.resolved.n]
    assert top[1].line == settled
    assert 0 < len(settled) < len(figures.by_day)
    page = render("analytics.figures", tiles=Tiles(figures, room_texts(language, "analytics")), signs=SIGNS,
                  t=room_texts(language, "analytics"))  # fmt: skip
    assert page.count("<polyline") >= len(top)


def test_without_ratings_satisfaction_stands_in_their_place(figures: Figures) -> None:
    figures = figures.model_copy(deep=True)
    figures.satisfaction.rating.value = None
    tiles = Tiles(figures, room_texts("ru", "analytics"))
    assert [tile.key for tile in tiles.headline] == ["dialogs", "resolved", "escalated", "content"]
    assert tiles.missing == "Пока нет данных: оценки клиентов."


def test_what_has_no_data_is_named_once_and_shown_nowhere() -> None:
    young = [Told.of("a", at(22, 9)).asks("Сколько стоит Профи?", usage=Usage(input_tokens=9)).dialog]
    figures, texts = figures_of(young), room_texts("en", "analytics")
    tiles, tables = Tiles(figures, texts), Tables(figures, texts)
    assert tiles.missing.startswith("No data yet: solved without a person, ratings")
    assert {"resolved", "rating"}.isdisjoint(tiles.by_key)
    assert (tiles.by_key["cost"].value, tiles.by_key["cost"].note) == (
        "$0.00",
        "embedded model, free of charge",
    )
    page = render("analytics.figures", tiles=tiles, signs=SIGNS, t=texts)
    page += render("analytics.details", tables=tables.details(), t=texts)
    page += render_report(figures, staff(Wanted(per_hour=1)), "en")
    assert "—" not in page
    [agents] = [table for table in tables.details() if table.key == "agent"]
    assert "cost" not in agents.columns
    charts_words = words("en", "analytics")["charts"]
    assert charts.plot_resolution(figures, charts_words, "en") is None
    assert charts.plot_ratings(figures, charts_words, "en") is None
    assert charts.plot_escalated(figures, charts_words, "en") is None


def test_a_change_has_a_sign_and_a_word_beside_its_colour(figures: Figures) -> None:
    figures = figures.model_copy(deep=True)
    figures.rates.escalated.clear, figures.rates.escalated.difference = True, 0.1
    texts = room_texts("en", "analytics")
    shown = render("analytics.figures", tiles=Tiles(figures, texts), signs=SIGNS, t=texts)
    assert '<span class="an-change an-bad">! ▲ 10.0\u00a0points · significant</span>' in shown


def test_what_a_figure_means_opens_by_keyboard_and_has_a_name(figures: Figures) -> None:
    texts = room_texts("en", "analytics")
    page = render("analytics.figures", tiles=Tiles(figures, texts), signs=SIGNS, t=texts)
    assert page.count('<summary aria-label="What it means: ') == 15
    assert 'title="' not in page


@pytest.mark.parametrize("language", LANGUAGES)
def test_charts_are_what_plotly_reads(figures: Figures, language: str) -> None:
    told = words(language, "analytics")["charts"]
    drawn = [draw(figures, told, language) for draw in PLOTS.values() if draw]
    parts = [json.loads(plot.plot)["data"] for plot in drawn if plot]
    assert len(parts) == 5
    assert all(parts)
    for traces in parts[:2]:
        assert sum(map(sum, (trace["y"] for trace in traces))) == figures.volumes.dialogs.value
    assert sum(parts[2][0]["y"]) == figures.load.escalations


def test_articles_and_actions_are_told_by_their_titles(figures: Figures) -> None:
    table = Tables(figures, room_texts("ru", "analytics"), {"cannot-log-in": "Не войти"}).topics()
    names = [row[0].text for row in table.rows]
    assert {"Не войти", "вернуть деньги", "открыть заявку"} <= set(names)
    assert all(row[2].share == row[2].value for row in table.rows), "bars are of one scale"
    assert [row[1].value for row in table.rows] == [topic.dialogs for topic in figures.topics]


def test_a_share_has_a_bar_and_is_sorted_by_its_figure(figures: Figures) -> None:
    texts = room_texts("ru", "analytics")
    table = Tables(figures, texts).desks()
    page = render("analytics.table", given=table, t=texts)
    assert page.count('class="an-share"') == len(figures.agents)
    assert f'data-value="{figures.agents[0].share.value.value}"' in page
    assert "tech_support" not in page


def test_the_zone_is_told_by_its_place(figures: Figures) -> None:
    figures = figures.model_copy(deep=True)
    figures.period.zone = "Europe/Moscow"
    assert describe_choice(figures, room_texts("ru", "analytics")).endswith("время: Москва (UTC+3)")
    figures.period.zone = "Asia/Kolkata"
    assert describe_choice(figures, room_texts("en", "analytics")).endswith("zone: Kolkata (UTC+5:30)")
    figures.period.zone = "UTC"
    assert describe_choice(figures, room_texts("en", "analytics")).endswith("zone: UTC")


@pytest.mark.parametrize(("language", "separator"), [("ru", ";"), ("en", ",")])
def test_the_sheet_is_in_words_and_numbers_of_its_language(
    figures: Figures, language: str, separator: str
) -> None:
    sheet = to_sheet(figures, room_texts(language, "analytics"), {})
    assert sheet.startswith("\ufeff")
    rows = list(csv.reader(StringIO(sheet.removeprefix("\ufeff")), delimiter=separator))
    assert {len(row) for row in rows} == {8}
    known = words(language, "analytics")["sheet"]
    [resolved] = [
        row for row in rows if row[0] == known["tables"]["total"] and row[2] == known["figures"]["resolved"]
    ]
    point = "," if language == "ru" else "."
    assert resolved[3] == f"{figures.rates.resolved.value.value:.4f}".replace(".", point)
    assert not re.search(r"tech_support|refund_payment|_p50|handed_over", sheet)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_row_of_the_sheet_has_words(figures: Figures, language: str) -> None:
    known = words(language, "analytics")["sheet"]
    tables = {str(row[0]) for row in rows_of(figures)}
    told = {str(row[2]) for row in rows_of(figures)} - {"ru", "en"}
    assert tables <= known["tables"].keys()
    assert told <= known["figures"].keys()


def test_of_many_questions_seven_are_shown_and_all_are_in_the_tables() -> None:
    asked = ("calendar export", "printer margins", "holiday opening hours", "robot vacuum", "wedding invoice",
             "spare batteries", "lost umbrella", "garden camera", "violin lessons")  # fmt: skip
    dialogs = [Told.of(name, at(20)).asks(f"what about {name}", citations=[]).dialog for name in asked]
    tables = Tables(figures_of(dialogs), room_texts("en", "analytics"))
    [short] = [table for table in tables.main() if table.key == "gap"]
    [every] = [table for table in tables.details() if table.key == "gaps"]
    assert (len(short.rows), len(every.rows)) == (7, 9)


def test_without_a_period_before_nothing_is_compared(figures: Figures) -> None:
    figures, texts = figures.model_copy(deep=True), room_texts("en", "analytics")
    figures.volumes.dialogs.before = figures.volumes.messages.before = 0
    figures.volumes.dialogs.change = None
    assert "nothing to compare with: no data for 10 Oct 2026" in describe_choice(figures, texts)
    assert Tiles(figures, texts).by_key["dialogs"].change == ""


def test_few_dialogs_have_whole_lines_and_one_agent_is_compared_with_nobody() -> None:
    figures = figures_of([Told.of("a", at(day)).asks("Сколько стоит Профи?").closes() for day in (3, 4)])
    told, texts = words("en", "analytics")["charts"], room_texts("en", "analytics")
    plot = charts.plot_days(figures, told, "en")
    assert plot
    drawn = json.loads(plot.plot)
    assert [trace["name"] for trace in drawn["data"]] == [told["alone"]]
    assert drawn["layout"]["yaxis"]["dtick"] == 1
    assert figures.rates.resolved.value.n == 2
    assert charts.plot_resolution(figures, told, "en") is None
    assert [table.key for table in Tables(figures, texts).main()] == ["topic"]


def test_only_a_usual_period_without_a_choice_is_the_whole() -> None:
    given = Asked("30", "", "", "UTC", "", "", "")
    assert given.whole
    assert not replace(given, agent="sales").whole
    assert not replace(given, period="custom").whole


def test_words_of_customers_are_shown_and_not_run(figures: Figures) -> None:
    texts = room_texts("ru", "analytics")
    table = Tables(figures, texts).gaps()
    assert any(row[0].text == EVIL for row in table.rows)
    for page in (
        render("analytics.table", given=table, t=texts),
        render_report(figures, staff(Wanted(per_hour=1)), "ru"),
    ):
        assert "<img" not in page
        assert EVIL in unescape(page)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_report_is_one_page_that_fetches_and_runs_nothing(figures: Figures, language: str) -> None:
    page = render_report(figures, staff(Wanted(per_hour=3)), language)
    assert "<script" not in page
    assert not re.search(r"<[^>]*(?:src|href)=|url\(|@import|https?://", page)
    assert "default-src 'none'" in page
    assert words(language, "analytics")["charts"]["hour"] in page
    assert words(language, "analytics")["assumed"] in unescape(page)


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_empty_report_says_so(language: str) -> None:
    page = unescape(render_report(figures_of([]), staff(Wanted(per_hour=0)), language))
    assert words(language, "analytics")["empty"] in page


def test_staffing_marks_the_crew_that_is_enough() -> None:
    texts = room_texts("en", "analytics")
    answer, page = render_staffing(staff(Wanted(per_hour=200, handling=180, within=20)), texts)
    assert "Operators needed: 14 serving at once, 20 on the shift" in answer
    assert page.count("an-chosen") == 1
    assert "ten thousand" in render_staffing(staff(Wanted(per_hour=10_000, handling=28_800)), texts)[0]


@pytest.mark.parametrize("written", ["2026-11-22", " 22.11.2026", "22 Nov 2026"])
def test_a_day_may_be_typed_as_the_page_writes_it(written: str) -> None:
    assert parse_day(written) == date(2026, 11, 22)
    with pytest.raises(PeriodInvalid):
        parse_day(f"{written}x")


def test_figures_are_written_as_people_of_the_language_do() -> None:
    assert (number(1990, "ru"), number(1990.5, "en", 1)) == ("1\u00a0990", "1,990.5")
    assert (percent(0.125, "ru", 1), percent(0.5, "en")) == ("12,5\u00a0%", "50%")
    assert (number(1990.5, "ru"), number(0.914, "ru", 2)) == ("1\u00a0990,5", "0,91")
    assert (roubles(1990, "ru"), roubles(1990, "en")) == ("1\u00a0990\u00a0₽", "1,990\u00a0₽")
    assert (dollars(12.3, "en"), dollars(0.0012, "en"), dollars(0, "ru")) == ("$12.30", "$0.0012", "$0,00")
    units = {"s": "s", "min": "min", "h": "h", "d": "d"}
    assert [seconds(v, "en", units) for v in (1.25, 42, 185, 7800, 200_000, None)] == [
        "1.2\u00a0s", "42\u00a0s", "3\u00a0min 5\u00a0s", "2\u00a0h 10\u00a0min", "2\u00a0d 7\u00a0h", "—",
    ]  # fmt: skip


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_tool_has_a_name(language: str) -> None:
    named = words(language, "analytics")["tools"]
    assert {PERSON_TOOL, *TOOLS} <= named.keys()
