"""An analyst looks at a month, takes it along as a table, and prints it."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from app.adapters.storage.json_store import JsonStore
from app.bootstrap import build
from tests.browser.conftest import visitor
from tests.support.history import NOW, fill_apart, history
from tests.support.server import running, settings

pytestmark = [
    pytest.mark.browser,
    pytest.mark.xdist_group("browser"),
    pytest.mark.filterwarnings("ignore:.future.no_silent_downcasting"),  # of gradio, in its own statistics
]
LONG = 30_000  # ms: the machine may be busy


@pytest.fixture(scope="module")
def url(storage: Path) -> Iterator[str]:
    """Seen at the end of the forty days."""
    fill_apart(JsonStore(storage), list(history()))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # gradio's own deprecations are not ours
        with running(build(settings(storage, ui=True), clock=lambda: NOW)) as address:
            yield address


@pytest.fixture
def page(browser: Browser, url: str) -> Iterator[Page]:
    with visitor(browser, url, timezone_id="Europe/Moscow") as page:
        page.goto(f"{url}/ui/ru/?tab=analytics&period=30")
        page.locator("#an-dialogs b").wait_for(timeout=60_000)
        yield page


def test_a_month_is_seen_then_a_week_and_both_stay_after_a_reload(page: Page) -> None:
    dialogs, span = page.locator("#an-dialogs b"), page.locator("#an-said")
    expect(span).to_contain_text("24.10.2026 – 22.11.2026", timeout=LONG)
    expect(page.locator("#an-plot-hour .js-plotly-plot")).to_be_visible(timeout=LONG)
    month = dialogs.inner_text()
    page.locator("#an-period").get_by_text("7 дней").click()
    expect(span).to_contain_text("16.11.2026 – 22.11.2026 · время Europe/Moscow", timeout=LONG)
    expect(dialogs).not_to_have_text(month, timeout=LONG)
    week = dialogs.inner_text()
    page.reload()
    expect(span).to_contain_text("16.11.2026 – 22.11.2026", timeout=LONG)
    expect(dialogs).to_have_text(week, timeout=LONG)


def test_the_table_and_the_report_come_as_files_and_the_report_opens(
    page: Page, browser: Browser, tmp_path: Path
) -> None:
    with page.expect_download(timeout=LONG) as table:
        page.locator("#an-csv").click()
    text = Path(table.value.path()).read_text(encoding="utf-8")
    assert table.value.suggested_filename == "analytics-2026-10-24-2026-11-22.csv"
    assert "total,,resolved," in text
    with page.expect_download(timeout=LONG) as report:
        page.locator("#an-report").click()
    report.value.save_as(tmp_path / "report.html")
    paper = browser.new_page(viewport={"width": 390, "height": 844}, offline=True)
    paper.goto((tmp_path / "report.html").as_uri())
    expect(paper.get_by_role("heading", name="Когда нужен сотрудник?")).to_be_visible()
    expect(paper.get_by_text("по Эрлангу C")).to_be_visible()
    assert paper.evaluate("document.documentElement.scrollWidth <= innerWidth")
    paper.close()


def test_staffing_follows_what_is_typed_and_wrong_values_are_told(page: Page) -> None:
    per_hour, crew = page.locator("#an-per_hour input"), page.locator("#an-crew")
    per_hour.fill("200")
    page.locator("#an-handling input").fill("3")
    page.locator("#an-within input").fill("20")
    page.locator("#an-within input").press("Tab")
    expect(crew).to_contain_text("Одновременно на линии: 14. В штате на эту смену: 20", timeout=LONG)
    page.locator("#an-level input").fill("100")
    page.locator("#an-level input").press("Tab")
    expect(crew).to_contain_text("Проверьте значения", timeout=LONG)


def test_an_empty_period_and_a_wrong_one_say_what_to_do(page: Page) -> None:
    page.locator("#an-period").get_by_text("Свои даты").click()
    page.locator("#an-first textarea").fill("2020-01-01")
    page.locator("#an-last textarea").fill("2020-01-31")
    page.locator("#an-show").click()
    expect(page.locator("#an-said")).to_contain_text("нет ни одного диалога", timeout=LONG)
    expect(page.locator("#an-figures")).to_be_hidden()
    page.locator("#an-last textarea").fill("завтра")
    page.locator("#an-show").click()
    expect(page.locator("#an-said")).to_contain_text("Неверный период", timeout=LONG)


def test_nothing_sticks_out_on_a_narrow_screen(page: Page) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    expect(page.locator("#an-plot-day .js-plotly-plot")).to_be_visible(timeout=LONG)
    page.wait_for_function("document.documentElement.scrollWidth <= innerWidth", timeout=LONG)
