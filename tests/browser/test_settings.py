"""The status room: a verdict, connections that are tried at a press, and the settings in force."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import visitor

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
SLOW = 30_000


def enter(page: Page, url: str, language: str = "ru") -> None:
    page.goto(f"{url}/ui/{language}/?tab=settings")
    expect(page.locator("#cc-settings .cc-verdict")).to_be_visible(timeout=2 * SLOW)


def test_the_verdict_comes_first_and_a_press_tries_a_connection(page: Page, url: str) -> None:
    enter(page, url)
    expect(page.locator(".cc-verdict")).to_have_text(
        "Всё работает. Отвечает встроенная модель, ключ провайдера не задан."
    )
    storage = page.locator("[data-connection=storage]")
    storage.get_by_role("button", name="Проверить: Хранилище диалогов").click()
    expect(storage.locator(".cc-result")).to_contain_text("Работает. Проверка заняла", timeout=SLOW)
    told, card = storage.locator(".cc-result p").bounding_box(), storage.bounding_box()
    assert told is not None
    assert card is not None
    assert card["y"] < told["y"] < card["y"] + card["height"]
    storage.get_by_role("button", name="Проверить").click()
    expect(storage.locator(".cc-result")).to_contain_text("только что запускали", timeout=SLOW)
    expect(page.locator("[data-connection=provider] button")).to_have_count(0)


def test_settings_are_folded_counted_and_their_names_copied(browser: Browser, url: str) -> None:
    with visitor(browser, url, locale="en-GB", permissions=["clipboard-read", "clipboard-write"]) as page:
        enter(page, url, "en")
        group = page.locator("[data-group=service]")
        expect(group.locator("table")).to_be_hidden()
        expect(group.locator("summary")).to_contain_text("changed")
        group.locator("summary").click()
        group.locator("[data-copy=OPERATOR_KEY]").click()
        expect(page.locator("#cc-said")).to_have_text("Name copied: OPERATOR_KEY")
        assert page.evaluate("navigator.clipboard.readText()") == "OPERATOR_KEY"


def test_on_a_phone_settings_are_cards(browser: Browser, url: str) -> None:
    with visitor(browser, url, viewport={"width": 390, "height": 844}) as page:
        enter(page, url)
        page.locator("[data-group=provider] summary").click()
        row = page.locator("[data-group=provider] tbody tr").first
        name, help_text = row.locator("td").first.bounding_box(), row.locator("td").last.bounding_box()
        assert name is not None
        assert help_text is not None
        assert help_text["y"] >= name["y"] + name["height"]
        assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_what_production_needs_is_listed_and_what_is_set_is_ticked(page: Page, url: str) -> None:
    enter(page, url, "en")
    steps = page.locator(".cc-steps li")
    expect(steps).to_have_count(5)
    expect(steps.first).to_have_text(re.compile("^To do: Set ENVIRONMENT=production"))


def test_the_room_is_found_by_the_name_of_its_tab(browser: Browser, url: str) -> None:
    with visitor(browser, url) as page:
        page.goto(f"{url}/ui/ru/?tab=status")
        expect(page.locator("#cc-tab-settings-button")).to_have_attribute(
            "aria-selected", "true", timeout=SLOW
        )
