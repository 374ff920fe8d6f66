"""The frame: tabs, language, theme, address, and what it must never show."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from app.bootstrap import build
from app.ui.page import ROOMS
from tests.support.server import running, settings

pytestmark = [
    pytest.mark.browser,
    pytest.mark.xdist_group("browser"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
]
SLOW = 30_000
CANARY = "canary-7f3a91"
SECRETS: dict[str, Any] = {
    "operator_key": CANARY,
    "crm_token": CANARY,
    "webhook_secret": f"whsec_{CANARY}",
    "crm_url": f"http://127.0.0.1:9/{CANARY}",
}
KEYS = [room.key for room in ROOMS]
CHROME = """() => {
  const kinds = ["label > span", "button", "h3", "th", "summary", "legend"];
  const labels = kinds.map((kind) => `.tabitem ${kind}`);
  const quoted = ":not(html)[lang], code, .cc-hit, .chatbot, [data-testid=bot]";
  return [...document.querySelectorAll(["#cc-header *", "[role=tab]", ...labels].join())]
    .filter((part) => part.checkVisibility({visibilityProperty: true}) && !part.closest(quoted))
    .map((part) => [...part.childNodes].filter((n) => n.nodeType === 3).map((n) => n.data).join(" ").trim())
    .filter(Boolean);
}"""
SAME_IN_BOTH = {"Call Center Agents", "RU", "EN", "JSON", "CSV", "HTML", "Markdown", "CRM", "XLSX", "UTC"}


@pytest.fixture(scope="module")
def url(storage: Path) -> Iterator[str]:
    with running(build(settings(storage, ui=True, **SECRETS))) as address:
        yield address


def enter(page: Page, room: str, language: str = "ru") -> None:
    page.goto(f"{page.url.split('/ui/')[0]}/ui/{language}/?tab={room}")
    expect(page.locator("#cc-model summary")).to_be_visible(timeout=SLOW)
    expect(page.locator(f"#cc-tab-{room}-button")).to_have_attribute("aria-selected", "true", timeout=SLOW)


def test_each_room_speaks_one_language_and_names_no_secret(page: Page) -> None:
    heard: list[str] = []
    page.on("response", lambda r: heard.append(r.url) if r.status >= 400 else None)
    page.on("pageerror", lambda error: heard.append(str(error)))
    for language, stranger in (("ru", r"[A-Za-z]{3}"), ("en", r"[А-Яа-яЁё]")):
        for room in KEYS:
            enter(page, room, language)
            page.locator(f"#cc-tab-{room}").wait_for(timeout=SLOW)
            said = set(page.evaluate(CHROME)) - SAME_IN_BOTH
            strange = {s for s in said if re.search(stranger, s)}
            if language == "ru":
                strange = {s for s in strange if not re.search(r"[А-Яа-яЁё]", s)}
            assert strange == set(), (room, language)
            assert page.evaluate("document.documentElement.lang") == language
            assert CANARY not in page.content()
    assert heard == []


def test_the_switch_keeps_the_room_and_changes_every_word(page: Page) -> None:
    enter(page, "settings")
    expect(page.locator("#cc-settings")).to_contain_text("Поставщик модели", timeout=SLOW)
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
    page.locator("[data-theme-switch]").click()
    dark = page.evaluate("document.body.classList.contains('dark')")
    page.reload()
    expect(page.locator("#cc-model summary")).to_be_visible(timeout=SLOW)
    assert page.evaluate("document.body.classList.contains('dark')") == dark
    expect(page.locator("#cc-message textarea")).to_be_focused(timeout=SLOW)
    page.locator("#cc-tab-chat-button").press("End")
    expect(page.locator("#cc-tab-settings-button")).to_be_focused(timeout=SLOW)
    page.keyboard.press("Enter")
    expect(page.locator("#cc-tab-settings-button")).to_have_attribute("aria-selected", "true", timeout=SLOW)
    page.reload()
    expect(page.locator("#cc-tab-settings-button")).to_have_attribute("aria-selected", "true", timeout=SLOW)


def test_no_room_scrolls_sideways_on_a_narrow_screen(page: Page) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    for room in KEYS:
        enter(page, room)
        page.locator(f"#cc-tab-{room}").wait_for(timeout=SLOW)
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, room


def test_an_unknown_address_leads_back(browser: Browser, url: str) -> None:
    page = browser.new_page(locale="en-GB")
    answer = page.goto(f"{url}/ui/xx/")
    assert answer is not None
    assert answer.status == 404
    expect(page.get_by_role("heading")).to_have_text("There is no such page")
    page.get_by_role("link", name="Open the workbench").click()
    expect(page.locator("#cc-model")).to_be_visible(timeout=SLOW)
    page.close()
