"""Whose view of the chat is shown, examples that bring their customer, and steps back between dialogs."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from app.bootstrap import build
from tests.browser.conftest import visitor
from tests.browser.test_chat import SLOW, ask, opened, say
from tests.support.server import running, settings

pytestmark = [
    pytest.mark.browser,
    pytest.mark.xdist_group("browser"),
    pytest.mark.filterwarnings("ignore:.*no_silent_downcasting"),  # in Gradio's own statistics
]
REFUND = "верните деньги за подписку, передумали"


@pytest.fixture(scope="module")
def url(storage: Path) -> Iterator[str]:
    """Pages that have left wait for news still: its end is not to wait for them."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # gradio's own deprecations are not ours
        with running(build(settings(storage, ui=True)), grace=1) as address:
            yield address


def test_the_customers_view_has_no_figures_and_a_colleague_opens_the_same(
    page: Page, browser: Browser, url: str
) -> None:
    ask(page, "сколько стоит Профи?", "продажи ·")
    figures, path, tools = (
        page.locator(f"#{name}") for name in ("cc-chat .cc-figures", "cc-path", "cc-retry")
    )
    for part in (figures.first, path, tools):
        expect(part).to_be_visible()
    page.locator("#cc-view [data-view=customer]").click()
    for part in (figures.first, path, tools, page.locator("#cc-saved")):
        expect(part).to_be_hidden()
    expect(page.locator("#cc-chat")).to_contain_text("продажи")
    expect(page).to_have_url(re.compile("view=customer"))
    with visitor(browser, url) as colleague:
        colleague.goto(page.url)
        expect(colleague.locator("#cc-chat")).to_contain_text("продажи", timeout=SLOW)
        expect(colleague.locator("#cc-chat .cc-figures").first).to_be_hidden()
    page.goto(f"{url}/ui/ru/")
    expect(page.locator("#cc-view [data-view=customer]")).to_have_attribute(
        "aria-pressed", "true", timeout=SLOW
    )
    page.locator("#cc-view [data-view=analyst]").click()
    expect(page.locator("#cc-path-column")).to_be_visible()


def test_one_click_on_an_example_is_an_answer_to_its_customer(browser: Browser, url: str) -> None:
    with visitor(browser, url, locale="en-US") as page:
        page.goto(f"{url}/ui/en/")
        customer = page.locator("#cc-picker [aria-haspopup]")
        expect(customer).to_contain_text("Emma Clarkson", timeout=SLOW)
        page.locator(".cc-example", has_text="charged twice").click()
        expect(page.locator("#cc-chat .cc-act")).to_contain_text("1,990", timeout=SLOW)
        expect(customer).to_contain_text("Grace Holloway")
        expect(page.locator("#cc-chat .cc-currency")).to_have_text(re.compile("roubles"), timeout=SLOW)
        customer.click()
        languages = page.locator("#cc-picker [role=option] b[lang]").evaluate_all(
            "all => all.map(b => b.lang)"
        )
        assert languages == sorted(languages)
        assert languages.count("en") == 3
        cut = "all => all.filter(b => b.scrollWidth > b.clientWidth + 1).length"
        assert page.locator("#cc-picker b").evaluate_all(cut) == 0


def test_a_bubble_tells_what_waits_and_that_a_person_was_called(page: Page, url: str) -> None:
    page.goto(f"{url}/ui/ru/?customer=demo_vip")
    chat = page.locator("#cc-chat")
    ask(page, "сколько стоит Профи?", "продажи ·")
    ask(page, REFUND, "Вернуть деньги?")
    expect(chat.locator(".cc-passed").last).to_have_text("Передано: супервайзер", timeout=SLOW)
    act = chat.locator(".cc-act")
    expect(act).to_contain_text("38\u00a0304\u00a0₽", timeout=SLOW)
    expect(act.locator(".cc-tag")).to_have_text("ждёт согласия")
    page.locator("#cc-confirm").click()
    expect(chat.locator(".cc-called")).to_have_text("Сотрудник вызван", timeout=SLOW)
    expect(act.locator(".cc-tag")).to_have_text(["клиент согласен", "ждёт одобрения"])


def test_what_is_to_be_agreed_to_is_in_view_on_a_low_screen(browser: Browser, url: str) -> None:
    with visitor(browser, url, viewport={"width": 1280, "height": 620}) as page:
        page.goto(f"{url}/ui/ru/?customer=demo_student")
        ask(page, "сколько стоит Профи?", "продажи ·")
        say(page, "оформите Профи на год")
        expect(page.locator("#cc-confirm")).to_be_visible(timeout=SLOW)
        expect(page.locator("#cc-chat .cc-act").last).to_be_in_viewport(ratio=0.9)


def test_back_and_forward_walk_between_dialogs(page: Page) -> None:
    chat = page.locator("#cc-chat")
    ask(page, "сколько стоит Профи?", "продажи ·")
    first = opened(page)
    page.locator("#cc-new").click()
    expect(page.locator(".cc-example").first).to_be_visible(timeout=SLOW)
    ask(page, "Не работает приложение, не могу войти в аккаунт", "техподдержка ·")
    second = opened(page)
    page.go_back()
    expect(page.locator(".cc-example").first).to_be_visible(timeout=SLOW)
    page.go_back()
    expect(chat).to_contain_text("продажи ·", timeout=SLOW)
    assert first in page.url
    page.go_forward()
    page.go_forward()
    expect(chat).to_contain_text("техподдержка ·", timeout=SLOW)
    assert second in page.url


def test_a_dialog_that_another_branch_continues_says_so_in_the_list(page: Page) -> None:
    ask(page, "What plans do you have?", "продажи ·")
    page.locator("#cc-retry").click()
    states = page.locator("#cc-saved .cc-item", has_text="What plans").locator(".cc-tag")
    expect(states).to_have_text(["открыт, ветка", "продолжен в другой ветке"], timeout=SLOW)
    items = page.locator("#cc-saved .cc-item")
    items.first.focus()
    page.keyboard.press("ArrowDown")
    expect(items.nth(1)).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#cc-serving")).to_contain_text("продолжен в другой ветке", timeout=SLOW)


def test_nothing_of_the_conversation_is_named_in_another_language(page: Page) -> None:
    ask(page, "сколько стоит Профи?", "продажи ·")
    expect(page.get_by_role("log", name="Диалог")).to_be_visible()
    names = page.locator("#cc-chat [aria-label]").evaluate_all(
        "all => all.map(part => part.getAttribute('aria-label'))"
    )
    assert [name for name in names if re.search("[A-Za-z]{3}", name)] == []


def test_no_room_meets_the_content_policy(page: Page) -> None:
    met: list[str] = []
    page.on("console", lambda told: met.append(told.text) if "Content Security Policy" in told.text else None)
    page.reload()
    ask(page, "сколько стоит Профи?", "продажи ·")
    for room, part in (
        ("evaluation", "#cc-eval-matrix, #cc-eval"),
        ("monitor", "#cc-monitor"),
        ("analytics", "#an-figures"),
        ("knowledge", "#cc-tab-knowledge"),
        ("settings", "#cc-tab-settings table, #cc-tab-settings section"),
    ):
        page.locator(f"#cc-tab-{room}-button").click()
        expect(page.locator(part).first).to_be_visible(timeout=SLOW)
    assert met == []
