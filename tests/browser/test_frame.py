"""The frame: tabs, language, theme, address, and what it must never show."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from app.ui.words import LANGUAGES
from tests.browser.conftest import visitor
from tests.browser.furnished import CANARY, SLOW, walk

pytestmark = [
    pytest.mark.browser,
    pytest.mark.xdist_group("browser"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
]
OURS = """() => {
  const quoted = `:not(html)[lang], code, pre, script, style, .cc-hit, .cc-cites a, .cc-value, .token,
    .chatbot, [data-testid=bot], #cc-saved, #an-table-gap, .mon-text, .mon-last, .mon-name, .mon-summary dd`;
  const found = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const part = walker.currentNode.parentElement;
    if (part.checkVisibility({visibilityProperty: true}) && !part.closest(quoted)) {
      found.push(walker.currentNode.data.trim());
    }
  }
  return found.filter(Boolean);
}"""
"""Every visible text but what is quoted: of customers, articles, code."""
NAMELESS = """() => [...document.querySelectorAll("input, textarea, select, button, a[href]")]
  .filter((part) => part.checkVisibility({visibilityProperty: true}) && part.type !== "file")
  .filter((part) => ![...(part.labels || [])].some((label) => label.textContent.trim()))
  .filter((part) => !(part.ariaLabel || part.title || part.textContent.trim() || part.placeholder
    || part.getAttribute("aria-labelledby")))
  .map((part) => part.outerHTML.slice(0, 160))"""
CYRILLIC = re.compile("[А-Яа-яЁё]")
SAME_IN_BOTH = re.compile(
    r"Call Center Agents|JSON|CSV|HTML|Markdown|CRM|XLSX|UTC|JUnit|Python|customer_\d+|[“«][^”»]*[”»]"
)


@pytest.fixture(scope="module")
def url(furnished_url: str) -> str:
    return furnished_url


def enter(page: Page, room: str, language: str = "ru") -> None:
    page.goto(f"{page.url.split('/ui/')[0]}/ui/{language}/?tab={room}")
    expect(page.locator("#cc-model summary")).to_be_visible(timeout=SLOW)
    expect(page.locator(f"#cc-tab-{room}-button")).to_have_attribute("aria-selected", "true", timeout=SLOW)


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_furnished_room_speaks_one_language_names_its_controls_and_no_secret(
    browser: Browser, url: str, named: dict[str, str], language: str
) -> None:
    heard: list[str] = []
    with visitor(browser, url) as page:
        page.on("response", lambda r: heard.append(r.url) if r.status >= 400 else None)
        page.on("pageerror", lambda error: heard.append(str(error)))
        for room in walk(page, language, url, named):
            assert strange(page.evaluate(OURS), language) == [], room
            assert page.evaluate(NAMELESS) == [], room
            assert CANARY not in page.content()
        assert page.evaluate("document.documentElement.lang") == language
    assert heard == []


def strange(texts: list[str], language: str) -> list[str]:
    """A name of a product may stand in a Russian sentence, but not alone."""
    told = [SAME_IN_BOTH.sub("", text) for text in texts]
    if language == "en":
        return [text for text in told if CYRILLIC.search(text)]
    return [text for text in told if re.search("[A-Za-z]{3}", text) and not CYRILLIC.search(text)]


def test_the_switch_keeps_the_room_and_changes_every_word(page: Page) -> None:
    enter(page, "settings")
    expect(page.locator("#cc-settings")).to_contain_text("Провайдер модели", timeout=SLOW)
    expect(page.locator("#cc-settings")).to_contain_text("задано, скрыто")
    page.locator("[data-lang=en]").click()
    expect(page.locator("#cc-settings")).to_contain_text("Model provider", timeout=SLOW)
    expect(page).to_have_title("Call Center Agents — workbench")
    assert "tab=settings" in page.url


def test_a_click_on_the_badge_explains_who_answers(page: Page) -> None:
    badge = page.locator("#cc-model")
    expect(badge.locator("summary")).to_contain_text("в порядке · встроенная модель", timeout=SLOW)
    badge.locator("summary").click()
    expect(badge).to_contain_text("отвечает встроенная модель, без сети")
    page.keyboard.press("Escape")
    expect(badge.locator(".cc-pop")).to_be_hidden()


def test_the_theme_stays_and_the_keyboard_reaches_the_tabs(page: Page) -> None:
    body = page.locator("body")
    expect(body).not_to_contain_class("dark")
    page.locator("[data-theme-switch]").click()
    expect(body).to_contain_class("dark")
    page.reload()
    expect(page.locator("#cc-model summary")).to_be_visible(timeout=SLOW)
    expect(body).to_contain_class("dark")
    expect(page.locator("#cc-message textarea")).to_be_focused(timeout=SLOW)
    page.locator("#cc-tab-chat-button").press("End")
    expect(page.locator("#cc-tab-settings-button")).to_be_focused(timeout=SLOW)
    page.keyboard.press("Enter")
    expect(page.locator("#cc-tab-settings-button")).to_have_attribute("aria-selected", "true", timeout=SLOW)
    page.reload()
    expect(page.locator("#cc-tab-settings-button")).to_have_attribute("aria-selected", "true", timeout=SLOW)


def test_no_furnished_room_scrolls_sideways_on_a_narrow_screen(
    browser: Browser, url: str, named: dict[str, str]
) -> None:
    with visitor(browser, url, viewport={"width": 390, "height": 844}) as page:
        for room in walk(page, "ru", url, named):
            assert page.evaluate("document.documentElement.scrollWidth") <= 390, room


def test_an_unknown_address_leads_back(browser: Browser, url: str) -> None:
    with visitor(browser, url, locale="en-GB") as page:
        answer = page.goto(f"{url}/ui/xx/")
        assert answer is not None
        assert answer.status == 404
        expect(page.get_by_role("heading")).to_have_text("Page not found")
        page.get_by_role("link", name="Open the workbench").click()
        expect(page.locator("#cc-model")).to_be_visible(timeout=SLOW)
