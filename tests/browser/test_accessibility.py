"""The keyboard's way through the page, and motion that is reduced where it is asked for."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.conftest import visitor
from tests.browser.furnished import SLOW

pytestmark = [
    pytest.mark.browser,
    pytest.mark.xdist_group("browser"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
]


def test_the_first_tab_stop_leads_past_the_header(browser: Browser, url: str) -> None:
    with visitor(browser, url) as page:
        page.goto(f"{url}/ui/en/?tab=settings")
        expect(page.locator("#cc-model summary")).to_be_visible(timeout=SLOW)
        page.keyboard.press("Tab")
        skip = page.get_by_role("link", name="Skip to content")
        expect(skip).to_be_focused()
        expect(skip).to_be_in_viewport()
        page.keyboard.press("Enter")
        expect(page.locator("#cc-tab-settings-button")).to_be_focused()


def test_back_and_forward_walk_between_rooms(browser: Browser, url: str) -> None:
    with visitor(browser, url) as page:
        page.goto(f"{url}/ui/en/?tab=settings")
        expect(page.locator("#cc-model summary")).to_be_visible(timeout=SLOW)
        for room in ("analytics", "knowledge"):
            page.locator(f"#cc-tab-{room}-button").click()
            expect(page).to_have_url(f"{url}/ui/en/?tab={room}")
        for room, step in (
            ("analytics", page.go_back),
            ("settings", page.go_back),
            ("analytics", page.go_forward),
        ):
            step()
            chosen = page.locator(f"#cc-tab-{room}-button")
            expect(chosen).to_have_attribute("aria-selected", "true", timeout=SLOW)
            expect(page).to_have_url(f"{url}/ui/en/?tab={room}")


def test_reduced_motion_stops_every_animation(browser: Browser, url: str) -> None:
    with visitor(browser, url, reduced_motion="reduce") as page:
        page.goto(f"{url}/ui/en/kit")
        seconds = page.locator(".light .cc-spinner").evaluate(
            "part => getComputedStyle(part).animationDuration"
        )
        assert float(seconds.removesuffix("s")) < 0.001
