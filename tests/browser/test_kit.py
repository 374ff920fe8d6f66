"""The page of components: both themes have the same boxes, and each part the look of its tokens."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser

from tests.browser.conftest import visitor

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
PARTS = ".cc-title, .cc-tag, .cc-button, .cc-tile, .cc-fold, .cc-item, .cc-table, .cc-empty, .cc-spinner"
BOXES = f"""(theme) => [...document.querySelectorAll(`.kit-theme.${{theme}} :is({PARTS})`)]
  .map((part) => [part.className, Math.round(part.offsetWidth), Math.round(part.offsetHeight)])"""
STYLE = """([selector, names]) => {
  const style = getComputedStyle(document.querySelector(selector));
  return names.map((name) => style.getPropertyValue(name));
}"""


@pytest.mark.parametrize("language", ["ru", "en"])
def test_the_themes_differ_in_colours_alone(browser: Browser, url: str, language: str) -> None:
    with visitor(browser, url) as page:
        page.goto(f"{url}/ui/{language}/kit")
        page.locator(".cc-table-tools").first.wait_for()
        light, dark = (page.evaluate(BOXES, theme) for theme in ("light", "dark"))
        assert len(light) > 30
        assert light == dark


def test_parts_have_the_computed_style_of_their_tokens(browser: Browser, url: str) -> None:
    with visitor(browser, url) as page:
        page.goto(f"{url}/ui/en/kit")
        button = [".light .cc-primary", ["min-height", "background-color", "color", "border-radius"]]
        assert page.evaluate(STYLE, button) == ["34px", "rgb(29, 95, 180)", "rgb(255, 255, 255)", "6px"]
        tile = [".dark .cc-tile", ["background-color", "border-radius", "color"]]
        assert page.evaluate(STYLE, tile) == ["rgb(22, 31, 45)", "10px", "rgb(231, 236, 243)"]
        width = page.evaluate("document.querySelector('.light .cc-primary').offsetWidth")
        assert width < 120, "as wide as its words"


def test_a_phone_gets_touch_targets(browser: Browser, url: str) -> None:
    with visitor(browser, url, viewport={"width": 390, "height": 844}) as page:
        page.goto(f"{url}/ui/ru/kit")
        page.locator(".cc-table-tools").first.wait_for()
        low = page.evaluate(
            """() => [...document.querySelectorAll(".cc-button, .cc-item, .cc-fold > summary")]
              .filter((part) => part.offsetHeight < 44).map((part) => part.outerHTML)"""
        )
        assert low == []
        assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_a_table_is_sorted_filtered_and_walked_by_keys(browser: Browser, url: str) -> None:
    with visitor(browser, url) as page:
        page.goto(f"{url}/ui/en/kit")
        table = page.locator(".light table.cc-table")
        counts = table.locator("tbody tr:visible td:last-child")
        table.get_by_role("button", name="Dialogs").click()
        rising = [int(text) for text in counts.all_inner_texts()]
        assert rising == sorted(rising)
        table.get_by_role("button", name="Dialogs").click()
        assert [int(text) for text in counts.all_inner_texts()] == rising[::-1]
        page.locator(".light .cc-table-tools input").fill("invoice")
        assert {row.split("\t")[0] for row in table.locator("tbody tr:visible").all_inner_texts()} == {
            "Invoice for November"
        }
        table.locator("tbody tr:visible").first.focus()
        page.keyboard.press("ArrowDown")
        assert page.evaluate("document.activeElement.matches('tbody tr:not([hidden]) ~ tr:not([hidden])')")
