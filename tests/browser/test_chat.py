"""The story of three messages, as a customer lives it, and what becomes of a dialog afterwards."""

from __future__ import annotations

import json
import re
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from app.bootstrap import build
from app.ui.words import words
from tests.browser.conftest import typed
from tests.browser.test_monitor import desk, press
from tests.faults.customers import until
from tests.support.server import running, settings

pytestmark = [
    pytest.mark.browser,
    pytest.mark.xdist_group("browser"),
    pytest.mark.filterwarnings("ignore:.*no_silent_downcasting"),  # in Gradio's own statistics
]
SLOW = 20_000


@pytest.fixture(scope="module")
def url(storage: Path) -> Iterator[str]:
    """Pages that have left wait for news still: its end is not to wait for them."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # gradio's own deprecations are not ours
        with running(build(settings(storage, ui=True)), grace=1) as address:
            yield address


def say(page: Page, text: str) -> None:
    box = page.locator("#cc-message textarea")
    box.fill(text)
    box.press("Enter")


def ask(page: Page, text: str, answer: str) -> None:
    say(page, text)
    expect(page.locator("#cc-chat")).to_contain_text(answer, timeout=SLOW)
    expect(page.locator("#cc-send")).to_be_visible(timeout=SLOW)


def opened(page: Page) -> str:
    """The id in the address."""
    expect(page).to_have_url(re.compile(r"dialog=[0-9a-f-]{36}"), timeout=SLOW)
    return str(re.findall(r"dialog=([0-9a-f-]{36})", page.url)[0])


def saved(page: Page, button: str) -> str:
    """The text of a file that the browser was given."""
    with page.expect_download(timeout=SLOW) as file:
        page.locator(button).click()
    return file.value.path().read_text(encoding="utf-8")


def stored(storage: Path, dialog: str) -> dict[str, Any]:
    read: dict[str, Any] = json.loads((storage / f"{dialog}.json").read_text(encoding="utf-8"))
    return read


def test_whoever_looks_at_the_customers_and_chooses_none_keeps_the_dialog(page: Page) -> None:
    ask(page, "сколько стоит Профи?", "990")
    dialog, customer = opened(page), page.locator("#cc-picker [aria-haspopup]")
    options = page.get_by_role("option")
    for typed_in in ("", "demo_"):
        for leave in ("Escape", "click"):
            customer.click()
            expect(options.first).to_be_visible(timeout=SLOW)
            page.keyboard.type(typed_in)
            if leave == "click":
                page.locator("#cc-message textarea").click()
            else:
                page.keyboard.press(leave)
                expect(customer).to_be_focused()
            expect(options.first).to_be_hidden()
            expect(page.locator("#cc-chat")).to_contain_text("990")
            assert f"dialog={dialog}" in page.url
    customer.click()
    page.keyboard.type("demo_student")
    page.keyboard.press("Enter")
    expect(page.locator("#cc-chat")).not_to_contain_text("990", timeout=SLOW)
    expect(customer).to_contain_text("Алина Сорокина")


def test_three_messages_reach_three_agents(page: Page, storage: Path) -> None:
    chat, path = page.locator("#cc-chat"), page.locator("#cc-path")
    say(page, "Не работает приложение, не могу войти в аккаунт")
    expect(chat).to_contain_text("техподдержка ·", timeout=SLOW)
    expect(chat).to_contain_text("Проверьте раскладку")
    expect(path).to_contain_text("cannot-log-in")
    link = path.locator("a.cc-link").first
    assert re.fullmatch(r"\?tab=knowledge&article=[\w-]+", str(link.get_attribute("href")))
    say(page, "сколько стоит Профи?")
    expect(path).to_contain_text("quote", timeout=SLOW)
    expect(chat).to_contain_text("1\u00a0990\u00a0₽")
    say(page, "верните деньги, третий раз пишу!")
    expect(chat).to_contain_text("супервайзер ·", timeout=SLOW)
    expect(path).to_contain_text(re.compile(r"стоимость\s*\$0\b"), timeout=SLOW)
    expect(path.locator(".cc-bar b").first).to_have_text(re.compile(r"^[01],\d\d$"))
    agents = [m["agent_type"] for m in stored(storage, opened(page))["messages"][1::2]]
    assert agents == ["tech_support", "sales", "supervisor"]


def test_the_offline_model_says_so(page: Page) -> None:
    expect(page.locator("#cc-model")).to_contain_text("отвечает встроенная модель")
    page.locator("[data-lang=en]").click()
    expect(page.locator("#cc-model")).to_contain_text("the embedded model answers", timeout=SLOW)


def test_a_new_dialog_begins_empty_and_the_saved_one_is_found_by_its_first_words(page: Page) -> None:
    chat, files = page.locator("#cc-chat"), page.locator("#cc-export-json, #cc-export-md")
    expect(files.first).to_be_disabled()
    ask(page, "What plans do you have?", "продажи ·")
    ask(page, "I cannot log in", "техподдержка ·")
    story = json.loads(saved(page, "#cc-export-json"))
    assert (story["dialog_id"], len(story["messages"])) == (opened(page), 4)
    page.locator("#cc-new").click()
    expect(chat).not_to_contain_text("продажи ·", timeout=SLOW)
    expect(files.first).to_be_disabled()
    assert "dialog=" not in page.url
    page.locator("#cc-saved .cc-item", has_text="What plans do you have?").first.click()
    expect(chat).to_contain_text("техподдержка ·", timeout=SLOW)
    assert opened(page) == story["dialog_id"]


def test_markup_of_a_customer_is_shown_and_not_run(page: Page) -> None:
    hostile = "<img src=x onerror=\"document.title='owned'\"> не открывается файл"
    say(page, hostile)
    expect(page.locator("#cc-chat")).to_contain_text("техподдержка ·", timeout=SLOW)
    expect(page.locator("#cc-chat .user")).to_contain_text(hostile)
    expect(page.locator("#cc-saved .cc-item").first).to_contain_text("<img src=x")
    expect(page.locator("#cc-chat-room [onerror], #cc-chat-room img[src=x]")).to_have_count(0)
    assert page.title() == words("ru", "frame")["page_title"]


def test_a_person_takes_over_in_another_browser_and_the_customer_sees_the_words(
    page: Page, browser: Browser, url: str
) -> None:
    ask(page, "сколько стоит Профи?", "продажи ·")
    with desk(browser, url, "anna", opened(page)) as anna:
        press(anna, "take_over")
        expect(page.locator("#cc-serving")).to_contain_text("Отвечает сотрудник", timeout=SLOW)
        box = anna.locator("form[data-do=reply] textarea")
        box.fill("Это Анна.")
        box.press("Enter")
        expect(page.locator("#cc-chat")).to_contain_text("Это Анна.", timeout=SLOW)
        say(page, "Спасибо, Анна")
        expect(anna.locator("[data-part=lines]")).to_contain_text("Спасибо, Анна", timeout=SLOW)
    expect(page.locator("#cc-chat .user")).to_have_count(2, timeout=SLOW)
    expect(page.locator("#cc-chat .bot")).to_have_count(2)


def test_another_wording_makes_a_branch_and_the_old_dialog_stays(page: Page, storage: Path) -> None:
    ask(page, "сколько стоит Профи?", "продажи ·")
    old = opened(page)
    page.locator("#cc-edit").click()
    box = page.locator("#cc-message textarea")
    expect(box).to_have_value("сколько стоит Профи?", timeout=SLOW)
    ask(page, "Не работает приложение, не могу войти в аккаунт", "техподдержка ·")
    expect(page.locator("#cc-serving")).to_contain_text("ветка с сообщения 1")
    new = opened(page)
    assert stored(storage, new)["forked_from"] == {"dialog_id": old, "seq": 1}
    assert stored(storage, old)["closing"]["reason"] == "superseded"
    assert stored(storage, old)["messages"][0]["content"] == "сколько стоит Профи?"
    page.locator("#cc-undo").click()
    expect(box).to_have_value("Не работает приложение, не могу войти в аккаунт", timeout=SLOW)
    expect(page.locator("#cc-chat")).not_to_contain_text("техподдержка ·")


def test_what_was_ordered_is_not_ordered_again(page: Page) -> None:
    ask(page, "Оформите Профи на год", "Оформить заказ?")
    ask(page, "да", "оформлен")
    before = opened(page)
    page.locator("#cc-retry").click()
    expect(page.locator("#cc-notice")).to_contain_text("изменил данные компании", timeout=SLOW)
    page.locator("#cc-edit").click()
    expect(page.locator("#cc-notice")).to_contain_text("изменил данные компании")
    assert opened(page) == before
    page.locator("#cc-quick").get_by_role("button", name="Да").click()
    expect(page.locator("#cc-chat")).to_contain_text("pay.orbita.example", timeout=SLOW)
    expect(page.locator("#cc-send")).to_be_visible(timeout=SLOW)
    page.locator("#cc-chat .message").get_by_text("оформлен").click()
    expect(page.locator("#cc-path")).to_contain_text("create_order", timeout=SLOW)


def test_a_reload_keeps_the_dialog_and_what_was_thought_of_an_answer(page: Page, storage: Path) -> None:
    ask(page, "What plans do you have?", "продажи ·")
    dialog = opened(page)
    for name, chosen in (("Нравится", "Понравилось"), ("Не нравится", "Не понравилось")):
        page.get_by_role("button", name=name, exact=True).click()
        expect(page.get_by_role("button", name=chosen, exact=True)).to_be_visible()
    expect(page.locator("#cc-saved [aria-current]")).to_contain_text("продажи")
    until(lambda: stored(storage, dialog)["messages"][1]["liked"] is False)
    page.reload()
    expect(page.locator("#cc-chat")).to_contain_text("продажи ·", timeout=SLOW)
    expect(page.locator("#cc-path")).to_contain_text("продажи", timeout=SLOW)
    page.get_by_role("button", name="Не понравилось", exact=True).click()
    until(lambda: stored(storage, dialog)["messages"][1]["liked"] is None)
    page.reload()
    expect(page.get_by_role("button", name="Не нравится", exact=True)).to_be_visible(timeout=SLOW)
    assert "What plans do you have?" in saved(page, "#cc-export-md")


def test_a_replay_stands_beside_what_was(page: Page) -> None:
    ask(page, "Не работает приложение, не могу войти в аккаунт", "техподдержка ·")
    ask(page, "сколько стоит Профи?", "продажи ·")
    page.locator("#cc-what-if > button").click()
    typed(page.locator("#cc-replay-threshold input[type=number]"), "0.97")
    page.locator("#cc-replay-start").click()
    expect(page.locator("#cc-replay .cc-pair")).to_have_count(2, timeout=SLOW)
    expect(page.locator("#cc-replay .cc-verdict")).to_contain_text(
        "Реплика 2 уходит в техподдержку, а не в продажи.", timeout=SLOW
    )
    expect(page.locator("#cc-replay summary")).to_contain_text("Реплика 1 без изменений")
    expect(page.locator("#cc-replay .cc-first")).to_contain_text("сколько стоит")


def test_on_a_narrow_screen_the_path_is_a_drawer(page: Page) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    ask(page, "верните деньги, третий раз пишу!", "супервайзер ·")
    expect(page.locator("#cc-path")).to_be_hidden()
    page.locator("[data-drawer=path]").click()
    expect(page.locator("#cc-path")).to_contain_text("супервайзер")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_an_unknown_dialog_is_told_of(page: Page, url: str) -> None:
    page.goto(f"{url}/ui/ru/?tab=chat&dialog=00000000-0000-4000-8000-000000000000")
    expect(page.locator("#cc-notice")).to_contain_text("Такого диалога нет", timeout=SLOW)


def test_what_is_proposed_has_two_buttons_that_decide_it(page: Page, url: str) -> None:
    page.goto(f"{url}/ui/?customer=demo_goods")
    ask(page, "закажите хаб с доставкой курьером", "Оформить заказ?")
    confirm, decline = page.locator("#cc-confirm"), page.locator("#cc-decline")
    expect(confirm).to_have_text("Да, оформите заказ", timeout=SLOW)
    expect(decline).to_be_visible()
    confirm.click()
    expect(page.locator("#cc-chat")).to_contain_text("оформлен", timeout=SLOW)
    expect(confirm).to_be_hidden(timeout=SLOW)
    ask(page, "закажите ключ с доставкой курьером", "Orbita Key")
    expect(decline).to_be_visible(timeout=SLOW)
    decline.click()
    expect(page.locator("#cc-chat")).to_contain_text("Нет, не оформляйте", timeout=SLOW)
    expect(decline).to_be_hidden(timeout=SLOW)
