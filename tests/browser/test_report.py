"""The report of a run, opened from the disk without a network."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from app.evaluation.html import render
from tests.unit.evaluation.pages import mixed, report_of

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


@pytest.fixture
def report(browser: Browser, tmp_path: Path) -> Iterator[Page]:
    """Any request but the file itself, and any word in the console, fails the test."""
    path = tmp_path / "report.html"
    path.write_text(render(report_of(mixed(), mixed())), encoding="utf-8")
    context = browser.new_context(viewport={"width": 390, "height": 844}, offline=True)
    page, heard = context.new_page(), list[str]()
    page.on("request", lambda r: None if r.url == path.as_uri() else heard.append(r.url))
    page.on("console", lambda message: heard.append(message.text))
    page.on("pageerror", lambda error: heard.append(str(error)))
    page.goto(path.as_uri())
    yield page
    context.close()
    assert heard == []


def test_searching_misroutes_finds_them(report: Page) -> None:
    misroutes = report.locator("#misroutes .misroute")
    expect(misroutes.filter(visible=True)).to_have_count(3)
    report.get_by_role("searchbox").fill("ДЕНЬГИ верните")
    expect(misroutes.filter(visible=True)).to_have_count(1)
    expect(misroutes.filter(visible=True)).to_contain_text("верните деньги")
    expect(report.get_by_role("status")).to_have_text("1 of 3")
    report.get_by_role("searchbox").fill("nothing like it")
    expect(report.get_by_role("status")).to_have_text("No misroute has these words.")


def test_nothing_sticks_out_on_a_narrow_screen(report: Page) -> None:
    assert report.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_paper_shows_what_was_folded_away(report: Page) -> None:
    report.evaluate("for (const d of document.querySelectorAll('details')) d.open = false")
    report.emulate_media(media="print")
    report.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert report.evaluate("[...document.querySelectorAll('details')].every(d => d.open)")
    expect(report.get_by_placeholder("Search in misroutes…")).to_be_hidden()
