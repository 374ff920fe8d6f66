"""Why a turn went to its desk, and that it was the wrong one: seen and said in the browser."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import visitor
from tests.browser.test_chat import SLOW, ask, opened

pytestmark = [
    pytest.mark.browser,
    pytest.mark.filterwarnings("ignore:.*no_silent_downcasting"),  # in Gradio's own statistics
]
REFUND = "Верните деньги, у меня списали за подписку два раза"
TOLD = re.compile("Похоже на .*, поэтому передано супервайзеру")


def proposed(storage: Path, dialog: str) -> list[str]:
    file = storage.with_name("proposals.jsonl")
    lines = file.read_text(encoding="utf-8").splitlines() if file.exists() else []
    found = [json.loads(line)["correction"] for line in lines]
    return [c["label"] for c in found if c["case"] == dialog]


def test_a_turn_is_explained_and_the_wrong_desk_is_named_and_taken_back(page: Page, storage: Path) -> None:
    ask(page, REFUND, "Повторного списания")
    why = page.locator("#cc-path .cc-why")
    expect(why).to_contain_text(TOLD, timeout=SLOW)
    expect(why.locator("mark", has_text="Верните")).to_be_visible()
    expect(why).to_contain_text("Ближайший пример")
    expect(why).to_contain_text("почти точно")
    dialog = opened(page)
    page.set_viewport_size({"width": 1280, "height": 800})
    expect(why.get_by_role("button", name="продажи")).to_be_in_viewport(ratio=1)
    why.get_by_role("button", name="продажи").click()
    expect(why).to_contain_text("Предложено: продажи", timeout=SLOW)
    expect(page.locator("#cc-said")).to_contain_text("Ждёт второго человека")
    toast = page.locator("#cc-said").bounding_box()
    assert toast is not None
    assert toast["y"] + toast["height"] < 120, "nothing below the tabs is covered"
    assert proposed(storage, dialog) == ["sales"]
    page.reload()
    expect(why).to_contain_text("Предложено: продажи", timeout=SLOW)
    why.get_by_role("button", name="Отозвать").click()
    expect(why.get_by_role("button", name="продажи")).to_be_visible(timeout=SLOW)
    assert proposed(storage, dialog) == []


def test_a_follow_up_is_told_without_a_figure(page: Page) -> None:
    why = page.locator("#cc-path .cc-why")
    ask(page, "не открывается приложение", "техподдержка")
    expect(why.locator(".cc-objection")).to_be_visible(timeout=SLOW)  # the answer is complete
    ask(page, "спасибо", "Пожалуйста")
    expect(why).to_contain_text("продолжает ту же тему", timeout=SLOW)
    expect(why).not_to_contain_text(re.compile(r"[01],\d\d"))


def test_a_phone_shows_why_within_its_width(browser: Browser, url: str) -> None:
    with visitor(browser, url, viewport={"width": 390, "height": 844}, has_touch=True) as page:
        page.goto(f"{url}/ui/ru/")
        page.locator("#cc-message textarea").wait_for(timeout=60_000)
        ask(page, REFUND, "Повторного списания")
        page.locator("[data-drawer=path]").click()
        why = page.locator("#cc-path .cc-why")
        expect(why).to_contain_text(TOLD, timeout=SLOW)
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        for button in why.locator(".cc-objection button").all():
            box = button.bounding_box()
            assert box is not None
            assert box["height"] >= 44
