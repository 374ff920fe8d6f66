"""Other ways through a dialog, on a language model that can be made to wait; and a server that comes back."""

from __future__ import annotations

import inspect
import warnings
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import httpx2
import pytest
from gradio.context import Context
from playwright.sync_api import Page, expect
from pydantic import SecretStr

from app.bootstrap import build
from app.ui.chat.turns import ChatTurns
from app.ui.chat.what_if import WhatIf
from tests.browser.test_chat import SLOW, ask, opened, say, stored
from tests.support.mock_llm import MockProvider, running_mock
from tests.support.provider import CANARY
from tests.support.server import running, settings

pytestmark = [
    pytest.mark.browser,
    pytest.mark.xdist_group("browser"),
    pytest.mark.filterwarnings("ignore:.*no_silent_downcasting"),  # in Gradio's own statistics
]


@dataclass
class House:
    """A server that may end and come back at its address."""

    storage: Path
    mock: MockProvider
    url: str = ""
    _running: ExitStack = field(default_factory=ExitStack)

    def begin(self) -> None:
        Context.id = 0  # Gradio numbers the parts of pages through the life of a process
        port = int(self.url.rpartition(":")[2] or 0)
        given = {"router": "local", "openai_base_url": self.mock.url, "openai_api_key": SecretStr(CANARY)}
        bench = build(settings(self.storage, ui=True, **given))
        self.url = self._running.enter_context(running(bench, port, grace=1))

    def end(self) -> None:
        self._running.close()


@pytest.fixture(scope="module")
def mock() -> Iterator[MockProvider]:
    with running_mock() as provider:
        yield provider


@pytest.fixture(scope="module")
def house(storage: Path, mock: MockProvider) -> Iterator[House]:
    made = House(storage, mock)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # gradio's own deprecations are not ours
        made.begin()
        yield made
        made.end()


@pytest.fixture(scope="module")
def url(house: House) -> str:
    return house.url


def test_whatever_is_stopped_is_stopped_on_the_event_loop() -> None:
    """Gradio calls plain functions in threads, where no task may be cancelled."""
    assert all(map(inspect.iscoroutinefunction, (ChatTurns.stop, WhatIf.end)))


def test_a_turn_is_stopped_and_answered_by_a_retry(page: Page, mock: MockProvider, storage: Path) -> None:
    send, stop, notice = (page.locator(f"#cc-{name}") for name in ("send", "stop", "notice"))
    with mock.holding():
        say(page, "сколько стоит Профи?")
        stop.click(timeout=SLOW)
        expect(notice).to_contain_text("Ответ остановлен", timeout=SLOW)
    expect(send).to_be_visible()
    dialog = opened(page)
    assert [m["state"] for m in stored(storage, dialog)["messages"]] == ["failed"]
    page.locator("#cc-retry").click()
    expect(page.locator("#cc-chat .bot")).to_contain_text("продажи ·", timeout=SLOW)
    expect(send).to_be_visible(timeout=SLOW)
    assert opened(page) == dialog
    assert [m["role"] for m in stored(storage, dialog)["messages"]] == ["customer", "agent"]


def test_a_replay_is_cancelled(page: Page, mock: MockProvider) -> None:
    ask(page, "сколько стоит Профи?", "продажи ·")
    page.locator("#cc-what-if > button").click()
    with mock.holding():
        page.locator("#cc-replay-start").click()
        page.locator("#cc-replay-cancel").click(timeout=SLOW)
        expect(page.locator("#cc-replay .cc-verdict")).to_contain_text("Прервано", timeout=SLOW)
    expect(page.locator("#cc-replay-start")).to_be_enabled()


def end_server(page: Page, house: House) -> None:
    house.end()
    expect(page.locator("#cc-said")).to_contain_text("Нет связи с сервером", timeout=SLOW)


def write_as_operator(house: House, dialog: str) -> None:
    with httpx2.Client(base_url=f"{house.url}/api/v1/operator/dialogs/{dialog}", trust_env=False) as http:
        http.post("/takeover", json={"operator": "anna"}).raise_for_status()
        http.post("/reply", json={"operator": "anna", "message": "Это Анна."}).raise_for_status()


def test_an_open_chat_outlives_its_server(page: Page, house: House) -> None:
    """What is said after the server came back appears by itself, and a reload shows it again."""
    ask(page, "сколько стоит Профи?", "продажи ·")
    dialog, chat = opened(page), page.locator("#cc-chat")
    end_server(page, house)
    expect(chat).to_contain_text("продажи ·")
    house.begin()
    write_as_operator(house, dialog)
    expect(chat).to_contain_text("Это Анна.", timeout=SLOW)
    page.reload()
    expect(chat).to_contain_text("Это Анна.", timeout=SLOW)
    expect(chat).to_contain_text("продажи ·")


def test_a_chat_that_waited_for_an_answer_outlives_its_server(
    page: Page, house: House, mock: MockProvider
) -> None:
    """Gradio's client hears of nothing more once an event of it was cut; what was being typed is kept."""
    ask(page, "сколько стоит Профи?", "продажи ·")
    dialog, chat = opened(page), page.locator("#cc-chat")
    with mock.holding():
        say(page, "а скидки есть?")
        expect(page.locator("#cc-stop")).to_be_visible(timeout=SLOW)
        end_server(page, house)
    page.locator("#cc-message textarea").fill("набрано до возвращения")
    house.begin()
    write_as_operator(house, dialog)
    expect(chat).to_contain_text("Это Анна.", timeout=SLOW)
    box = page.locator("#cc-message textarea")
    expect(box).to_have_value("набрано до возвращения")
    box.press("Enter")
    expect(chat).to_contain_text("набрано до возвращения", timeout=SLOW)
