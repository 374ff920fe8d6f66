"""An analyst looks at a month, takes it along as a table, and prints it."""

from __future__ import annotations

import re
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
JUMP = 0.05
SHIFTS = """window.shifted = 0;
new PerformanceObserver((list) => list.getEntries().forEach((entry) => { shifted += entry.value; }))
  .observe({type: "layout-shift", buffered: true})"""
WIDER = """parts => parts.filter((part) => part.scrollWidth > part.clientWidth + 1)
  .map((part) => part.getAttribute("aria-label"))"""


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
    page.get_by_role("button", name="7 дней").click()
    expect(span).to_contain_text("16.11.2026 – 22.11.2026", timeout=LONG)
    expect(span).to_contain_text("время: Москва (UTC+3)")
    expect(dialogs).not_to_have_text(month, timeout=LONG)
    week = dialogs.inner_text()
    page.reload()
    expect(span).to_contain_text("16.11.2026 – 22.11.2026", timeout=LONG)
    expect(dialogs).to_have_text(week, timeout=LONG)


def test_every_filter_is_in_the_address_and_back_returns_to_what_was_seen(page: Page, url: str) -> None:
    dialogs = page.locator("#an-dialogs b")
    month = dialogs.inner_text()
    page.locator("#an-speech").select_option("en")
    expect(dialogs).not_to_have_text(month, timeout=LONG)
    english = dialogs.inner_text()
    page.locator("#an-desk").select_option("sales")
    expect(dialogs).not_to_have_text(english, timeout=LONG)
    expect(page).to_have_url(f"{url}/ui/ru/?tab=analytics&period=30&speech=en&desk=sales")
    sold = dialogs.inner_text()
    assert int(month) > int(english) > int(sold) > 0
    page.go_back()
    expect(dialogs).to_have_text(english, timeout=LONG)
    expect(page.locator("#an-desk")).to_have_value("")
    page.go_back()
    expect(dialogs).to_have_text(month, timeout=LONG)
    page.go_forward()
    expect(dialogs).to_have_text(english, timeout=LONG)
    page.goto(f"{url}/ui/ru/?tab=analytics&period=30&speech=en&desk=sales")
    expect(dialogs).to_have_text(sold, timeout=LONG)
    expect(page.locator("#an-speech")).to_have_value("en")
    expect(page.get_by_role("button", name="30 дней")).to_have_attribute("aria-pressed", "true")


def test_four_figures_are_explained_and_the_rest_is_folded(page: Page) -> None:
    expect(page.locator(".an-headline .an-tile")).to_have_count(4)
    expect(page.locator(".an-headline svg polyline")).to_have_count(4)
    folded = page.locator("#an-messages")
    expect(folded).to_be_hidden()
    page.locator("#an-more > summary").click()
    expect(folded).to_be_visible()
    help = page.locator("#an-resolved .an-help")
    help.locator("summary").focus()
    page.keyboard.press("Enter")
    expect(help.locator("p")).to_contain_text("клиент не вернулся за 72 часа")
    page.keyboard.press("Escape")
    expect(help.locator("p")).to_be_hidden()
    expect(help.locator("summary")).to_be_focused()


def test_hours_are_those_of_the_browser(page: Page, browser: Browser, url: str) -> None:
    """Three hours lie between Moscow and UTC all year round."""
    read = "part => part.data[0].y"
    with visitor(browser, url, timezone_id="UTC") as other:
        other.goto(f"{url}/ui/en/?tab=analytics&period=custom&from=2026-10-01&to=2026-11-22")
        expect(other.locator("#an-said")).to_contain_text("time zone: UTC", timeout=LONG)
        plot = other.locator("#an-plot-written .js-plotly-plot")
        expect(plot).to_be_visible(timeout=LONG)
        utc = plot.evaluate(read)
    page.goto(f"{url}/ui/ru/?tab=analytics&period=custom&from=2026-10-01&to=2026-11-22")
    expect(page.locator("#an-said")).to_contain_text("01.10.2026 – 22.11.2026", timeout=LONG)
    expect(page.locator("#an-plot-written .js-plotly-plot")).to_be_visible(timeout=LONG)
    moscow = page.locator("#an-plot-written .js-plotly-plot").evaluate(read)
    assert moscow[3:] + moscow[:3] == utc


def test_the_table_and_the_report_come_as_files_and_the_report_opens(
    page: Page, browser: Browser, tmp_path: Path
) -> None:
    with page.expect_download(timeout=LONG) as table:
        page.locator("#an-csv").click()
    text = Path(table.value.path()).read_text(encoding="utf-8")
    assert table.value.suggested_filename == "analytics-2026-10-24-2026-11-22.csv"
    assert text.startswith("\ufeffраздел;строка;")
    assert re.search(r"^всего;;решено без сотрудника;0,\d+;0,\d+;0,\d+;\d+;", text, re.MULTILINE)
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
    page.get_by_role("button", name="Сколько нужно сотрудников?").click()
    per_hour, crew = page.locator("#an-per_hour input"), page.locator("#an-crew")
    per_hour.fill("200")
    page.locator("#an-handling input").fill("3")
    page.locator("#an-within input").fill("20")
    page.locator("#an-within input").press("Tab")
    expect(crew).to_contain_text("Нужно сотрудников: 14 на линии одновременно, 20 в смене", timeout=LONG)
    page.locator("#an-level input").fill("100")
    page.locator("#an-level input").press("Tab")
    expect(crew).to_contain_text("Проверьте значения", timeout=LONG)


def test_own_dates_begin_with_those_shown_and_an_empty_or_wrong_period_says_what_to_do(
    page: Page, url: str
) -> None:
    expect(page.locator("#an-first")).to_be_hidden()
    page.get_by_role("button", name="Свои даты").click()
    expect(page.locator("#an-first")).to_have_value("2026-10-24")
    page.locator("#an-first").fill("2020-01-01")
    page.locator("#an-last").fill("2020-01-31")
    expect(page.locator("#an-said")).to_contain_text("нет ни одного такого диалога", timeout=LONG)
    expect(page.locator("#an-figures")).to_be_hidden()
    page.locator("#an-said").get_by_role("link", name="Показать 30 дней").click()
    expect(page.locator("#an-dialogs b")).to_be_visible(timeout=LONG)
    page.goto(f"{url}/ui/ru/?tab=analytics&period=custom&from=завтра")
    expect(page.locator("#an-said")).to_contain_text("Неверный период", timeout=LONG)


def test_where_nothing_ever_was_the_way_leads_to_the_chat(
    browser: Browser, tmp_path_factory: pytest.TempPathFactory
) -> None:
    with (
        running(build(settings(tmp_path_factory.mktemp("fresh"), ui=True))) as fresh,
        visitor(browser, fresh) as page,
    ):
        page.goto(f"{fresh}/ui/ru/?tab=analytics")
        expect(page.locator("#an-said .cc-empty svg")).to_be_visible(timeout=60_000)
        expect(page.locator("#an-said")).to_contain_text("Пока не было ни одного диалога")
        page.locator("#an-said").get_by_role("link", name="Начать диалог в чате").click()
        expect(page.locator("#cc-message textarea")).to_be_visible(timeout=LONG)


def test_nothing_jumps_while_figures_and_charts_come(browser: Browser, url: str) -> None:
    with visitor(browser, url) as page:
        page.add_init_script(SHIFTS)
        page.goto(f"{url}/ui/ru/?tab=analytics&period=30")
        for name in ("day", "written", "hour", "resolved", "feeling"):
            expect(page.locator(f"#an-plot-{name} .js-plotly-plot")).to_be_visible(timeout=60_000)
        assert page.evaluate("shifted") < JUMP


@pytest.mark.parametrize("language", ["ru", "en"])
def test_nothing_sticks_out_on_a_narrow_screen(browser: Browser, url: str, language: str) -> None:
    with visitor(browser, url, viewport={"width": 390, "height": 844}) as page:
        page.goto(f"{url}/ui/{language}/?tab=analytics&period=30")
        expect(page.locator("#an-plot-day .js-plotly-plot")).to_be_visible(timeout=60_000)
        page.wait_for_function("document.documentElement.scrollWidth <= innerWidth", timeout=LONG)
        first, second = (page.locator(".an-headline .an-tile").nth(at).bounding_box() for at in (0, 1))
        assert first
        assert second
        assert first["y"] == second["y"]
        assert page.locator(".an-question .cc-scroll").evaluate_all(WIDER) == []
