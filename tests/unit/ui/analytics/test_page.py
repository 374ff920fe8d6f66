"""What the analytics room and its report show."""

from __future__ import annotations

import json
import re
from datetime import date, timedelta
from html import unescape

import pytest

from app.services.analytics.facts import facts_of
from app.services.analytics.period import Period, PeriodInvalid
from app.services.analytics.scope import Outcomes, Visits
from app.services.analytics.staffing import Wanted, staff
from app.services.analytics.tally import tally
from app.services.analytics.views import Figures
from app.ui.analytics import charts
from app.ui.analytics.panels import render_report, render_staffing
from app.ui.analytics.room import parse_day
from app.ui.analytics.rows import SIGNS, Cards, Tables
from app.ui.room import render
from app.ui.words import LANGUAGES, Words, dollars, number, percent, room_texts, roubles, seconds, words
from tests.support.history import history
from tests.support.small_history import NOW, Told, at

EVIL = "<img src=x onerror=alert(1)> как экспортировать заметки"


def figures_of(empty: bool = False) -> Figures:
    dialogs = [] if empty else [*history(), Told.of("x", at(21)).asks(EVIL, citations=[]).dialog]
    period = Period.of(date(2026, 11, 1), date(2026, 11, 22), "UTC", NOW)
    visits = Visits.of((d.customer_id, d.created_at) for d in dialogs)
    known = [facts for d in dialogs if (facts := facts_of(d))]
    return tally(known, period, Outcomes(visits, NOW, timedelta(minutes=60)))


@pytest.fixture(scope="module")
def figures() -> Figures:
    return figures_of()


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
    shown = list(Cards(figures, room_texts(language, "analytics")).list_all())
    assert len({card.key for card in shown}) == 15
    rates = [card for card in shown if card.key in dict(figures.rates)]
    percent = {"ru": "95\u00a0%", "en": "95%"}[language]
    assert all(percent in card.note for card in rates)


def test_a_change_has_a_sign_and_a_word_beside_its_colour(figures: Figures) -> None:
    figures = figures.model_copy(deep=True)
    figures.rates.escalated.clear, figures.rates.escalated.difference = True, 0.1
    cards = Cards(figures, room_texts("en", "analytics")).list_all()
    shown = render("analytics.cards", cards=cards, signs=SIGNS)
    assert '<span class="an-change an-bad">! ▲ 10.0 points · significant</span>' in shown


@pytest.mark.parametrize("language", LANGUAGES)
def test_charts_are_what_plotly_reads(figures: Figures, language: str) -> None:
    told = words(language, "analytics")["charts"]
    for draw in (charts.plot_days, charts.plot_hours, charts.plot_resolution, charts.plot_ratings):
        assert json.loads(draw(figures, told, language).plot)["data"]
    by_day = json.loads(charts.plot_days(figures, told, language).plot)["data"]
    assert sum(map(sum, (trace["y"] for trace in by_day))) == figures.volumes.dialogs.value


def test_words_of_customers_are_shown_and_not_run(figures: Figures) -> None:
    texts = room_texts("ru", "analytics")
    table = Tables(figures, texts).gaps()
    assert any(row[0] == EVIL for row in table.rows)
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
    page = unescape(render_report(figures_of(empty=True), staff(Wanted(per_hour=0)), language))
    assert words(language, "analytics")["empty"] in page


def test_staffing_marks_the_crew_that_is_enough() -> None:
    texts = room_texts("en", "analytics")
    page = render_staffing(staff(Wanted(per_hour=200, handling=180, within=20)), texts)
    assert "Serving at once: 14. Scheduled for that shift: 20" in page
    assert page.count("an-chosen") == 1
    assert "ten thousand" in render_staffing(staff(Wanted(per_hour=10_000, handling=28_800)), texts)


@pytest.mark.parametrize("written", ["2026-11-22", " 22.11.2026", "22 Nov 2026"])
def test_a_day_may_be_typed_as_the_page_writes_it(written: str) -> None:
    assert parse_day(written) == date(2026, 11, 22)
    with pytest.raises(PeriodInvalid):
        parse_day(f"{written}x")


def test_figures_are_written_as_people_of_the_language_do() -> None:
    assert (number(1990, "ru"), number(1990.5, "en", 1)) == ("1\u00a0990", "1,990.5")
    assert (percent(0.125, "ru", 1), percent(0.5, "en")) == ("12,5\u00a0%".replace("\u00a0", " "), "50 %")
    assert (number(1990.5, "ru"), number(0.914, "ru", 2)) == ("1\u00a0990,5", "0,91")
    assert (roubles(1990, "ru"), roubles(1990, "en")) == ("1\u00a0990\u00a0₽", "1,990\u00a0₽")
    assert (dollars(12.3, "en"), dollars(0.0012, "en"), dollars(0, "ru")) == ("$12.30", "$0.0012", "$0,00")
    units = {"s": "s", "min": "min", "h": "h", "d": "d"}
    assert [seconds(v, "en", units) for v in (1.25, 42, 185, 7800, 200_000, None)] == [
        "1.2\u00a0s", "42\u00a0s", "3\u00a0min 5\u00a0s", "2\u00a0h 10\u00a0min", "2\u00a0d 7\u00a0h", "—",
    ]  # fmt: skip
