"""axe-core over every furnished room, and the parts of the keyboard's way that it does not see."""

from __future__ import annotations

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import visitor
from tests.browser.furnished import SLOW, walk

pytestmark = [
    pytest.mark.browser,
    pytest.mark.xdist_group("browser"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
]
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
GRAVE = ("serious", "critical")
LOOKS = [("ru", "light", 1280), ("en", "dark", 1280), ("ru", "dark", 390), ("en", "light", 390)]


def findings(page: Page) -> list[str]:
    """A line for each rule and part."""
    found: list[Any] = Axe().run(page, options=RULES).response["violations"]
    return [
        f"{rule['id']}: {node['html'][:160]}"
        for rule in found
        if rule["impact"] in GRAVE
        for node in rule["nodes"]
    ]


@pytest.mark.timeout(300)
@pytest.mark.parametrize(("language", "theme", "width"), LOOKS)
def test_axe_finds_nothing_serious_in_any_room(
    browser: Browser, furnished_url: str, named: dict[str, str], language: str, theme: str, width: int
) -> None:
    screen = {"width": width, "height": 844 if width < 600 else 900}
    with visitor(browser, furnished_url, viewport=screen, reduced_motion="reduce") as page:
        page.add_init_script(f"localStorage.setItem('cc-theme', '{theme}')")
        rooms = walk(page, language, furnished_url, named)
        found = [f"{room}: {line}" for room in rooms for line in findings(page)]
    assert "\n".join(found) == ""


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
