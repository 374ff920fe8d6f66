"""The chat room beyond the first three messages: other ways through a dialog, and what is seen of it."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import httpx2
import pytest
from playwright.sync_api import Page, expect

from tests.browser.test_chat import say

pytestmark = [
    pytest.mark.browser,
    pytest.mark.xdist_group("browser"),
    pytest.mark.filterwarnings("ignore:.*no_silent_downcasting"),  # in Gradio's own statistics
]
SLOW = 20_000


def opened(page: Page) -> str:
    """The id in the address."""
    expect(page).to_have_url(re.compile(r"dialog=[0-9a-f-]{36}"), timeout=SLOW)
    return str(re.findall(r"dialog=([0-9a-f-]{36})", page.url)[0])


def stored(storage: Path, dialog: str) -> dict[str, Any]:
    read: dict[str, Any] = json.loads((storage / f"{dialog}.json").read_text(encoding="utf-8"))
    return read


def ask(page: Page, text: str, answer: str) -> None:
    say(page, text)
    expect(page.locator("#cc-chat")).to_contain_text(answer, timeout=SLOW)
    expect(page.locator("#cc-send")).to_be_visible(timeout=SLOW)


def test_another_wording_makes_a_branch_and_the_old_dialog_stays(page: Page, storage: Path) -> None:
    ask(page, "сколько стоит Профи?", "sales ·")
    old = opened(page)
    page.locator("#cc-edit").click()
    box = page.locator("#cc-message textarea")
    expect(box).to_have_value("сколько стоит Профи?", timeout=SLOW)
    ask(page, "Не работает приложение, не могу войти в аккаунт", "tech_support ·")
    expect(page.locator("#cc-serving")).to_contain_text("ветка с сообщения 1")
    new = opened(page)
    assert stored(storage, new)["forked_from"] == {"dialog_id": old, "seq": 1}
    assert stored(storage, old)["closing"]["reason"] == "superseded"
    assert stored(storage, old)["messages"][0]["content"] == "сколько стоит Профи?"
    page.locator("#cc-undo").click()
    expect(box).to_have_value("Не работает приложение, не могу войти в аккаунт", timeout=SLOW)
    expect(page.locator("#cc-chat")).not_to_contain_text("tech_support ·")


def test_what_was_ordered_is_not_ordered_again(page: Page) -> None:
    ask(page, "Оформите Профи на год", "оформлен")
    before = opened(page)
    page.locator("#cc-retry").click()
    expect(page.locator("#cc-notice")).to_contain_text("изменил записи компании", timeout=SLOW)
    page.locator("#cc-edit").click()
    expect(page.locator("#cc-notice")).to_contain_text("изменил записи компании")
    assert opened(page) == before
    page.locator("#cc-quick").get_by_role("button", name="Да").click()
    expect(page.locator("#cc-chat")).to_contain_text("pay.orbita.example", timeout=SLOW)
    page.locator("#cc-chat .message").get_by_text("оформлен").click()
    expect(page.locator("#cc-path")).to_contain_text("create_order", timeout=SLOW)


def test_a_reload_keeps_the_dialog_and_a_like(page: Page, storage: Path) -> None:
    ask(page, "What plans do you have?", "sales ·")
    dialog = opened(page)
    page.get_by_role("button", name="Нравится", exact=True).click()
    expect(page.locator("#cc-saved label.selected")).to_contain_text("sales")
    page.reload()
    expect(page.locator("#cc-chat")).to_contain_text("sales ·", timeout=SLOW)
    expect(page.locator("#cc-path")).to_contain_text("sales", timeout=SLOW)
    assert stored(storage, dialog)["messages"][1]["liked"] is True
    with page.expect_download(timeout=SLOW) as file:
        page.locator("#cc-export-md").click()
    assert "What plans do you have?" in file.value.path().read_text(encoding="utf-8")


def test_the_words_of_a_person_appear_by_themselves(page: Page, url: str) -> None:
    ask(page, "сколько стоит Профи?", "sales ·")
    dialog = opened(page)
    with httpx2.Client(base_url=f"{url}/api/v1/operator/dialogs/{dialog}", trust_env=False) as http:
        http.post("/takeover", json={"operator": "anna"}).raise_for_status()
        expect(page.locator("#cc-serving")).to_contain_text("Отвечает сотрудник", timeout=SLOW)
        http.post("/reply", json={"operator": "anna", "message": "Это Анна."}).raise_for_status()
    expect(page.locator("#cc-chat")).to_contain_text("Это Анна.", timeout=SLOW)
    say(page, "Спасибо, Анна")
    expect(page.locator("#cc-chat .user")).to_have_count(2, timeout=SLOW)
    expect(page.locator("#cc-chat .bot")).to_have_count(2)


def test_a_replay_stands_beside_what_was(page: Page) -> None:
    ask(page, "Не работает приложение, не могу войти в аккаунт", "tech_support ·")
    ask(page, "сколько стоит Профи?", "sales ·")
    page.locator("#cc-what-if > button").click()
    number = page.locator("#cc-replay-threshold input[type=number]")
    number.fill("0.97")
    number.press("Tab")
    page.locator("#cc-replay-start").click()
    expect(page.locator("#cc-replay .cc-pair")).to_have_count(2, timeout=SLOW)
    expect(page.locator("#cc-replay .cc-verdict")).to_contain_text("Первое расхождение: ход 2", timeout=SLOW)
    expect(page.locator("#cc-replay .cc-first")).to_contain_text("сколько стоит")


def test_on_a_narrow_screen_the_path_is_a_drawer(page: Page) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    ask(page, "верните деньги, третий раз пишу!", "supervisor ·")
    expect(page.locator("#cc-path")).to_be_hidden()
    page.locator("#cc-path-drawer summary").click()
    expect(page.locator("#cc-path")).to_contain_text("supervisor")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_an_unknown_dialog_is_told_of(page: Page, url: str) -> None:
    page.goto(f"{url}/ui/ru/?tab=chat&dialog=00000000-0000-4000-8000-000000000000")
    expect(page.locator("#cc-notice")).to_contain_text("Такого диалога нет", timeout=SLOW)
