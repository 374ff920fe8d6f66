"""A supervisor watches, takes over and decides, beside a customer and a colleague."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2
import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from app.bootstrap import build
from tests.support.approvals import ANNUAL, ASKS, Places
from tests.support.operator import Room
from tests.support.server import running, settings

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
SLOW = 30_000
HIDE = """state => {
  Object.defineProperty(document, 'visibilityState', {get: () => state, configurable: true});
  document.dispatchEvent(new Event('visibilitychange'));
}"""


@pytest.fixture(scope="module")
def url(storage: Path) -> Iterator[str]:
    """With records of its own: what is approved here is really paid back."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # gradio's own deprecations are not ours
        with running(build(settings(storage, ui=True, **Places(storage.parent).settings))) as address:
            yield address


@pytest.fixture
def http(url: str) -> Iterator[httpx2.Client]:
    with httpx2.Client(base_url=url, timeout=60, trust_env=False) as client:
        yield client


@contextmanager
def desk(browser: Browser, url: str, who: str, dialog: str = "", width: int = 1280) -> Iterator[Page]:
    """A colleague's browser, with a name typed."""
    context = browser.new_context(viewport={"width": width, "height": 844}, locale="ru-RU")
    page = context.new_page()
    page.goto(f"{url}/ui/ru/?tab=monitor&dialog={dialog}", wait_until="domcontentloaded")
    expect(page.locator("[data-part=queue] h3")).to_be_visible(timeout=60_000)
    page.locator(".mon-person [name=operator]").fill(who)
    yield page
    context.close()


def row(page: Page, dialog: str) -> Locator:
    return page.locator(f".mon-list .mon-row[data-dialog='{dialog}']")


def press(page: Page, what: str) -> None:
    page.locator(f".mon-acts button[data-do={what}]").click()


def test_a_person_takes_over_and_both_sides_see_it_without_a_reload(
    browser: Browser, url: str, http: httpx2.Client
) -> None:
    room = Room.open(http, "Сколько стоит Профи?")
    with desk(browser, url, "anna") as anna, desk(browser, url, "boris", room.dialog) as boris:
        row(anna, room.dialog).click()
        press(anna, "take_over")
        box = anna.locator("form[data-do=reply] textarea")
        box.fill("Здравствуйте, это <b>Анна</b>")
        box.press("Enter")
        lines = anna.locator("[data-part=lines]")
        expect(lines).to_contain_text("это <b>Анна</b>", timeout=SLOW)
        assert room.view()["messages"][-1]["content"] == "Здравствуйте, это <b>Анна</b>"
        room.say("А скидка есть?")
        expect(lines).to_contain_text("А скидка есть?", timeout=SLOW)
        expect(boris.locator("[data-part=about]")).to_contain_text("ведёт anna", timeout=SLOW)
        expect(boris.locator("[data-part=lines]")).to_contain_text("А скидка есть?", timeout=SLOW)
        expect(boris.locator(".mon")).to_have_attribute("data-state", "other")
        anna.locator("details[data-when=mine] summary").click()
        anna.locator("form[data-do=hand_back] textarea").fill("скидку обещала")
        anna.locator("form[data-do=hand_back] button").click()
        expect(anna.locator(".mon-said")).to_contain_text("снова у бота", timeout=SLOW)
        expect(boris.locator(".mon")).to_have_attribute("data-state", "open", timeout=SLOW)


def test_an_approval_is_asked_for_once_and_carried_out(
    browser: Browser, url: str, http: httpx2.Client
) -> None:
    room = Room.open(http, ASKS, ANNUAL)
    with desk(browser, url, "anna", room.dialog) as page:
        page.locator("button[data-do=approve]").first.click()
        page.locator(".mon-ask textarea").fill("видела чек")
        page.locator(".mon-ask button[value=yes]").click()
        expect(page.locator(".mon-said")).to_contain_text("одобрено", timeout=SLOW)
        expect(page.locator("[data-part=approvals]")).to_contain_text("Решать сейчас нечего", timeout=SLOW)
    [decided] = http.get("/api/v1/approvals?status=approved").json()["approvals"]
    assert (decided["decided_by"], decided["note"]) == ("anna", "видела чек")


def test_filters_leave_what_was_asked_for_and_a_reroute_becomes_a_proposal(
    browser: Browser, url: str, http: httpx2.Client
) -> None:
    russian, english = Room.open(http, "Не открывается файл"), Room.open(http, "What plans do you have?")
    with desk(browser, url, "anna") as page:
        expect(row(page, russian.dialog)).to_be_visible(timeout=SLOW)
        page.locator("select[name=lang]").select_option("en")
        expect(row(page, russian.dialog)).to_have_count(0, timeout=SLOW)
        row(page, english.dialog).focus()
        page.keyboard.press("Enter")
        page.locator("details[data-when~=open] summary").click()
        form = page.locator("form[data-do=reroute]")
        form.locator("select").select_option("tech_support")
        form.locator("textarea").fill("спрашивает о настройке")
        form.locator("button").click()
        expect(page.locator(".mon-said")).to_contain_text("ждёт подтверждения", timeout=SLOW)
        assert f"dialog={english.dialog}" in page.url
        page.locator("[name=text]").first.fill("нет такого")
        expect(page.locator(".mon-list")).to_contain_text("Таких диалогов нет", timeout=SLOW)
        page.goto(f"{url}/ui/ru/?tab=evaluation")
        page.locator("#cc-eval-pending > button").click(timeout=SLOW)
        page.locator("#cc-eval-second textarea, #cc-eval-second input").first.fill("boris")
        page.locator("#cc-eval-pending [data-pick]").first.click(timeout=SLOW)
        expect(page.locator("#cc-eval-confirmed")).to_contain_text("Подтвердил(а) boris", timeout=SLOW)
    assert english.view()["assigned_agent"] == "tech_support"


def test_a_hidden_tab_asks_for_nothing_and_catches_up_when_it_is_seen(
    browser: Browser, url: str, http: httpx2.Client
) -> None:
    asked: list[str] = []
    with desk(browser, url, "anna") as hidden, desk(browser, url, "boris") as seen:
        hidden.on("request", lambda request: asked.append(request.url))
        hidden.evaluate(HIDE, "hidden")
        one = news(http, seen)
        expect(row(hidden, one)).to_have_count(0)
        hidden.evaluate(HIDE, "visible")
        expect(row(hidden, one)).to_be_visible(timeout=SLOW)
        hidden.get_by_role("tab", name="Чат").click()
        expect(hidden.locator(".mon")).to_be_hidden()
        asked.clear()
        two = news(http, seen)
        assert questions(asked) == []
        hidden.get_by_role("tab", name="Монитор").click()
        expect(row(hidden, two)).to_be_visible(timeout=SLOW)
        hidden.evaluate(HIDE, "hidden")
        asked.clear()
        news(http, seen)
        assert questions(asked) == []


def news(http: httpx2.Client, seen: Page) -> str:
    """Two dialogs, one after the other, that an open page has been told of."""
    for _ in range(2):
        dialog = Room.open(http, "Сколько стоит Профи?").dialog
        expect(row(seen, dialog)).to_be_visible(timeout=SLOW)
    return dialog


def questions(asked: list[str]) -> list[str]:
    return [url for url in asked if "component_server" in url]


def test_a_narrow_screen_shows_the_list_then_the_transcript(
    browser: Browser, url: str, http: httpx2.Client
) -> None:
    room = Room.open(http, "Сколько стоит Профи?")
    with desk(browser, url, "anna", width=390) as page:
        row(page, room.dialog).click()
        expect(page.locator(".mon-line").first).to_be_in_viewport(timeout=SLOW)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        page.locator(".mon-back").click()
        expect(page.locator("[data-part=queue] h3")).to_be_in_viewport()
