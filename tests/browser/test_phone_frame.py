"""The frame and the monitor on a phone: nothing is cut, a thumb hits everything, the bar leaves room."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, expect

from app.ui.words import LANGUAGES
from tests.browser.conftest import visitor

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
SLOW = 60_000
CUT = """() => [...document.querySelectorAll("#cc-tabs > .tab-wrapper [role=tab]")]
  .filter((tab) => tab.scrollWidth > tab.clientWidth || tab.getBoundingClientRect().right > innerWidth)
  .map((tab) => tab.textContent)"""
CROPPED = """() => [...document.querySelectorAll(".an-grid .cc-scroll")]
  .filter((table) => table.scrollWidth > table.clientWidth).map((table) => table.ariaLabel)"""
SMALL = """() => [...document.querySelectorAll("#cc-header :is(a, button, summary), .cc-made-up a")]
  .filter((part) => part.checkVisibility({visibilityProperty: true}) && !part.matches(".cc-skip"))
  .filter((part) => part.offsetHeight < 44 || part.offsetWidth < 44).map((part) => part.outerHTML)"""


@pytest.mark.parametrize("language", LANGUAGES)
def test_six_rooms_fit_in_a_row_and_the_header_is_for_thumbs(
    browser: Browser, url: str, language: str
) -> None:
    with visitor(browser, url, **PHONE) as page:
        page.goto(f"{url}/ui/{language}/example/?tab=analytics")
        expect(page.locator("#cc-model summary")).to_be_visible(timeout=SLOW)
        assert page.evaluate(CUT) == []
        assert page.evaluate(SMALL) == []
        row = page.locator("#cc-tabs > .tab-wrapper .tab-container")
        expect(row).to_have_css("background-image", "none")
        mark = page.locator(".cc-made-up").bounding_box()
        assert mark is not None
        assert mark["height"] < 60
        expect(page.locator("#an-desk")).to_be_hidden()
        page.locator("#an-table-about").wait_for(timeout=SLOW)
        assert page.evaluate(CROPPED) == []
        page.locator("[data-an-sift]").click()
        expect(page.locator("#an-desk")).to_be_in_viewport()


@pytest.mark.parametrize("address", ["/ui/ru/", "/ui/en/", "/ui/ru/example/"])
def test_the_header_has_the_way_to_the_other_data_and_what_the_badge_opens_is_whole(
    browser: Browser, url: str, address: str
) -> None:
    with visitor(browser, url, **PHONE) as page:
        page.goto(f"{url}{address}")
        page.locator("#cc-model summary").click(timeout=SLOW)
        expect(page.locator(".cc-week a")).to_be_in_viewport()
        assert page.evaluate(SMALL) == []
        told = page.locator(".cc-pop").bounding_box()
        assert told is not None
        assert told["x"] >= 0
        assert told["x"] + told["width"] <= 390
        assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_an_operator_takes_decides_writes_and_gives_back_with_one_thumb(browser: Browser, url: str) -> None:
    with visitor(browser, url, **PHONE) as page:
        page.goto(f"{url}/ui/ru/example/?tab=monitor")
        first = page.locator("[data-take]").first
        first.click(timeout=SLOW)
        expect(page.locator("#cc-said")).to_contain_text("Введите своё имя", timeout=SLOW)
        page.locator("[name=operator]").fill("Оксана")
        page.get_by_role("button", name="Взять: ООО «Северный маяк»").click()
        text, approve = page.locator(".mon-pending .mon-why"), page.locator(".mon-pending [data-do=approve]")
        expect(approve).to_be_in_viewport(timeout=SLOW)
        expect(page.locator(".mon")).to_have_attribute("data-state", "mine", timeout=SLOW)
        expect(approve).to_be_in_viewport()
        above, below = text.bounding_box(), approve.bounding_box()
        assert above is not None
        assert below is not None
        assert above["width"] > 250
        assert above["y"] + above["height"] <= below["y"]
        page.locator("form[data-do=reply] textarea").fill("Здравствуйте!")
        page.locator("form[data-do=reply] button").click()
        mine = page.locator(".mon-line").filter(has_text="Здравствуйте!")
        expect(mine).to_be_in_viewport(ratio=1, timeout=SLOW)
        bar, line = page.locator(".mon-acts").bounding_box(), mine.bounding_box()
        assert bar is not None
        assert line is not None
        assert bar["height"] < 110
        assert line["y"] + line["height"] <= bar["y"]
        expect(page.locator(".mon-back")).to_be_in_viewport()
        page.locator("[data-menu]").click()
        page.locator("[data-more=hand_back]").click()
        page.locator("form[data-do=hand_back] .cc-primary").click()
        expect(page.locator(".mon")).to_have_attribute("data-state", "open", timeout=SLOW)


def test_the_ways_from_case_to_case_are_side_by_side(browser: Browser, url: str) -> None:
    with visitor(browser, url, **PHONE) as page:
        page.goto(f"{url}/ui/ru/example/?tab=evaluation")
        steps = page.locator(".ev-walk [data-step]")
        expect(steps).to_have_count(2, timeout=SLOW)
        before, after = (step.bounding_box() for step in steps.all())
        assert before is not None
        assert after is not None
        assert abs(before["y"] - after["y"]) < 5
