"""The story of three messages, as a customer lives it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


def say(page: Page, text: str) -> None:
    box = page.locator("#cc-message textarea")
    box.fill(text)
    box.press("Enter")


def test_three_messages_reach_three_agents(page: Page, storage: Path) -> None:
    chat, path = page.locator("#cc-chat"), page.locator("#cc-path")
    say(page, "Не работает приложение, не могу войти в аккаунт")
    expect(chat).to_contain_text("tech_support ·", timeout=20_000)
    expect(chat).to_contain_text("Проверьте раскладку")
    expect(path).to_contain_text("cannot-log-in")
    say(page, "сколько стоит Профи?")
    expect(path).to_contain_text("plan-pro", timeout=20_000)
    expect(chat).to_contain_text("1\u00a0990\u00a0₽")
    say(page, "верните деньги, третий раз пишу!")
    expect(chat).to_contain_text("supervisor ·", timeout=20_000)
    stored = [json.loads(p.read_text(encoding="utf-8")) for p in storage.glob("*.json")]
    story = next(d for d in stored if len(d["messages"]) == 6)
    agents = [m["agent_type"] for m in story["messages"][1::2]]
    assert agents == ["tech_support", "sales", "supervisor"]


def test_the_offline_model_says_so(page: Page) -> None:
    expect(page.locator("#cc-model")).to_contain_text("отвечает встроенная модель")
    page.locator("[data-lang=en]").click()
    expect(page.locator("#cc-model")).to_contain_text("the embedded model answers", timeout=20_000)


def test_a_new_dialog_begins_empty(page: Page) -> None:
    chat = page.locator("#cc-chat")
    say(page, "What plans do you have?")
    expect(chat).to_contain_text("sales ·", timeout=20_000)
    expect(chat).to_contain_text("1,990 ₽")
    page.locator("#cc-new").click()
    expect(chat).not_to_contain_text("sales ·", timeout=10_000)


def test_markup_of_a_customer_is_shown_and_not_run(page: Page) -> None:
    say(page, "<img src=x onerror=\"document.title='owned'\"> не открывается файл")
    expect(page.locator("#cc-chat")).to_contain_text("tech_support ·", timeout=20_000)
    assert page.title() != "owned"
