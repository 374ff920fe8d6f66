"""The example week in the browser: three cards, the switch and the way back."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from app.ui.example import DIALOGS

pytestmark = [
    pytest.mark.browser,
    pytest.mark.xdist_group("browser"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
]
SLOW = 60_000


def opened(page: Page, card: str) -> None:
    page.locator(f"[data-example={card}]").click()
    page.locator(".cc-made-up").wait_for(timeout=SLOW)


def test_the_first_card_opens_a_finished_dialog(page: Page) -> None:
    opened(page, "talk")
    expect(page).to_have_url(re.compile(rf"/ui/ru/example/\?.*dialog={DIALOGS['ru']}"))
    expect(page.locator("#cc-chat")).to_contain_text("номер возврата", timeout=SLOW)


def test_the_second_card_opens_a_report(page: Page) -> None:
    opened(page, "routes")
    expect(page.locator("#cc-eval-matrix button").first).to_be_visible(timeout=SLOW)


def test_the_third_card_opens_the_desk_with_people_waiting(page: Page, storage: Path) -> None:
    opened(page, "desk")
    expect(page.locator("#cc-tab-monitor-button")).to_have_attribute("aria-selected", "true")
    expect(page.locator("#cc-tabs")).to_contain_text("38 304", timeout=SLOW)
    assert list(storage.glob("*.json")) == []


def test_what_an_operator_sends_is_in_view_wherever_they_were_reading(page: Page) -> None:
    page.set_viewport_size({"width": 1280, "height": 620})
    opened(page, "desk")
    page.locator("[name=operator]").fill("Анна")
    page.locator("[data-take]").first.click(timeout=SLOW)
    box = page.locator("form[data-do=reply] textarea")
    box.fill("Здравствуйте, это Анна.", timeout=SLOW)
    lines = page.locator("[data-part=lines]")
    lines.evaluate("(box) => { box.scrollTop = 0; }")
    box.press("Enter")
    expect(lines.locator(".mon-line", has_text="это Анна")).to_be_in_viewport(ratio=0.9, timeout=SLOW)


def test_the_switch_leads_there_and_back_in_each_language(page: Page) -> None:
    page.locator("#cc-example a").click()
    page.locator(".cc-made-up").wait_for(timeout=SLOW)
    page.locator(".cc-switch a[data-lang=en]").click()
    expect(page).to_have_url(re.compile(r"/ui/en/example/"))
    expect(page.locator(".cc-made-up")).to_contain_text("A made-up week", timeout=SLOW)
    page.locator(".cc-made-up a").click()
    expect(page).to_have_url(re.compile(r"/ui/en/$|/ui/en/\?"))
    expect(page.locator(".cc-guide")).to_be_visible(timeout=SLOW)
    expect(page.locator(".cc-made-up")).to_have_count(0)


def test_what_is_said_in_the_example_stays_there_and_ones_own_dialogs_make_the_cards_small(
    page: Page, storage: Path
) -> None:
    page.goto(f"{page.url.partition('/ui/')[0]}/ui/ru/example/")
    page.locator("#cc-message textarea").fill("Сколько стоит доставка?")
    page.locator("#cc-send").click()
    expect(page.locator("#cc-chat .message").nth(1)).to_be_visible(timeout=SLOW)
    assert list(storage.glob("*.json")) == []
    page.locator(".cc-made-up a").click()
    page.locator(".cc-guide").wait_for(timeout=SLOW)
    page.locator("#cc-message textarea").fill("Сколько стоит доставка?")
    page.locator("#cc-send").click()
    expect(page.locator("#cc-chat .message").nth(1)).to_be_visible(timeout=SLOW)
    expect(page.locator(".cc-guide")).to_be_hidden()
    page.reload()
    page.locator("#cc-message textarea").wait_for(timeout=SLOW)
    expect(page.locator("#cc-chat .message").nth(1)).to_be_visible(timeout=SLOW)
    page.locator("#cc-new").click()
    expect(page.locator(".cc-guide")).to_be_visible(timeout=SLOW)
    cards = page.locator(".cc-guide a")
    expect(cards).to_have_count(3)
    assert all(box["height"] < 48 for box in map(Locator.bounding_box, cards.all()) if box)
    page.set_viewport_size({"width": 390, "height": 844})
    expect(cards.last).to_be_in_viewport(ratio=1)
    above, title = cards.last.bounding_box(), page.locator(".cc-welcome h2:visible").bounding_box()
    assert above
    assert title
    assert title["y"] - above["y"] - above["height"] < 48
