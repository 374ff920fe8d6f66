"""The chat on a phone: one scroll, the writing line always at hand, drawers, targets for a thumb."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from app.bootstrap import build
from tests.browser.conftest import visitor
from tests.browser.test_chat import SLOW, ask
from tests.support.approvals import Places
from tests.support.server import running, settings

pytestmark = [
    pytest.mark.browser,
    pytest.mark.xdist_group("browser"),
    pytest.mark.filterwarnings("ignore:.*no_silent_downcasting"),  # in Gradio's own statistics
]
PHONE = {"width": 390, "height": 844}
SMALL = """() => [...document.querySelectorAll("#cc-tab-chat :is(button, textarea, summary)")]
  .filter((part) => part.checkVisibility({visibilityProperty: true, opacityProperty: true}))
  .filter((part) => part.getBoundingClientRect().height < 44)
  .map((part) => part.outerHTML.slice(0, 120))"""
SCROLLING = """() => [...document.querySelectorAll("#cc-talk-column *, #cc-talk-column")]
  .filter((part) => part.tagName !== "TEXTAREA")
  .filter((part) => ["auto", "scroll"].includes(getComputedStyle(part).overflowY))
  .filter((part) => part.scrollHeight > part.clientHeight + 1)
  .map((part) => part.id || part.className)"""


@pytest.fixture(scope="module")
def url(storage: Path) -> Iterator[str]:
    """Pages that have left wait for news still: its end is not to wait for them.

    Records are its own: the same order placed elsewhere minutes ago would be asked about otherwise.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # gradio's own deprecations are not ours
        with running(build(settings(storage, ui=True, **Places(storage).settings)), grace=1) as address:
            yield address


@pytest.fixture
def phone(browser: Browser, url: str) -> Iterator[Page]:
    with visitor(browser, url, viewport=PHONE, has_touch=True, is_mobile=True) as page:
        page.goto(f"{url}/ui/ru/")
        page.locator("#cc-message textarea").wait_for(timeout=60_000)
        yield page


def in_view(page: Page, selector: str) -> bool:
    """Wholly."""
    box = page.locator(selector).last.bounding_box()
    return box is not None and box["y"] >= 0 and box["y"] + box["height"] <= PHONE["height"]


def test_one_can_always_write_and_sees_where_the_answer_begins(phone: Page) -> None:
    assert in_view(phone, "#cc-message textarea")
    for line, answer in (
        ("Не работает приложение, не могу войти в аккаунт", "Caps Lock"),
        ("сколько стоит Профи?", "продажи ·"),
        ("какие у вас тарифы?", "Бизнес"),
    ):
        ask(phone, line, answer)
        expect(phone.locator("#cc-chat .bot .cc-say").last).to_be_in_viewport()
        assert in_view(phone, "#cc-chat .bot .cc-say")
        assert in_view(phone, "#cc-message textarea")
        assert in_view(phone, "#cc-send")
    assert phone.evaluate(SCROLLING) == []
    assert phone.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_thumb_hits_everything(phone: Page) -> None:
    assert phone.evaluate(SMALL) == []
    ask(phone, "Оформите Профи на год", "Оформить заказ?")
    expect(phone.locator("#cc-confirm")).to_be_visible(timeout=SLOW)
    assert phone.evaluate(SMALL) == []
    phone.locator("[data-drawer=tools]").click()
    expect(phone.locator("#cc-retry")).to_be_visible()
    assert phone.evaluate(SMALL) == []


def test_drawers_open_one_at_a_time_and_escape_closes_them(phone: Page) -> None:
    ask(phone, "сколько стоит Профи?", "продажи ·")
    for name, part in (("saved", "#cc-saved"), ("path", "#cc-path"), ("tools", "#cc-retry")):
        button = phone.locator(f"#cc-head [data-drawer={name}]")
        expect(phone.locator(part)).to_be_hidden()
        button.click()
        expect(phone.locator(part)).to_be_visible()
        phone.keyboard.press("Escape")
        expect(phone.locator(part)).to_be_hidden()
        expect(button).to_be_focused()


def test_the_menu_holds_the_view_and_what_is_done_with_a_turn(phone: Page) -> None:
    ask(phone, "сколько стоит Профи?", "продажи ·")
    more, chat = phone.locator("[data-drawer=tools]"), phone.locator("#cc-chat")
    more.click()
    phone.locator("#cc-tools [data-view=customer]").click()
    expect(chat.locator(".cc-figures").first).to_be_hidden()
    expect(phone.locator("#cc-tools")).to_be_hidden()
    more.click()
    expect(phone.locator("#cc-retry")).to_be_hidden()
    phone.locator("#cc-tools [data-view=analyst]").click()
    expect(chat.locator(".cc-figures").first).to_be_visible()
