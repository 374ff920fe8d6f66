"""A supervisor watches, takes over and decides, beside a customer and a colleague."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import httpx2
import pytest
from playwright.sync_api import Browser, Locator, Page, Route, expect

from app.bootstrap import build
from app.services.operators.monitor import SingleFlight
from tests.support.approvals import Case, Places
from tests.support.operator import Room
from tests.support.server import running, settings

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
SLOW = 30_000
QUESTIONS = "**/component_server**"
HIDE = """state => {
  Object.defineProperty(document, 'visibilityState', {get: () => state, configurable: true});
  document.dispatchEvent(new Event('visibilitychange'));
}"""


@pytest.fixture(scope="module")
def url(storage: Path) -> Iterator[str]:
    """With records of its own: what is approved here is really paid back. News are told without a rest."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # gradio's own deprecations are not ours
        bench = build(settings(storage, ui=True, **Places(storage).settings))
        eager = replace(bench.monitor, _shared=SingleFlight(rest=0, least=0))
        with running(replace(bench, monitor=eager)) as address:
            yield address


@pytest.fixture
def http(url: str) -> Iterator[httpx2.Client]:
    with httpx2.Client(base_url=url, timeout=60, trust_env=False) as client:
        yield client


@contextmanager
def desk(browser: Browser, url: str, who: str, dialog: str = "", width: int = 1280) -> Iterator[Page]:
    """A colleague's browser, with a name typed; a request that would leave the machine fails the test."""
    context = browser.new_context(viewport={"width": width, "height": 844}, locale="ru-RU")
    asked: list[str] = []
    context.on("request", lambda request: asked.append(request.url))
    page = context.new_page()
    page.goto(f"{url}/ui/ru/?tab=monitor&watch={dialog}", wait_until="domcontentloaded")
    expect(page.locator("[data-part=queue] h2").first).to_be_visible(timeout=60_000)
    page.locator(".mon-person [name=operator]").fill(who)
    yield page
    context.close()
    assert [to for to in asked if not to.startswith((url, "data:", "blob:"))] == []


def row(page: Page, dialog: str) -> Locator:
    return page.locator(f".mon-list .mon-row[data-dialog='{dialog}']")


def press(page: Page, what: str) -> None:
    page.locator(f".mon-acts button[data-do={what}]").click()


def confirm(page: Page, asked: str) -> None:
    expect(page.locator(".mon-ask p")).to_contain_text(asked)
    page.locator(".mon-ask button[value=yes]").click()


def state(page: Page, name: str) -> None:
    expect(page.locator(".mon")).to_have_attribute("data-state", name, timeout=SLOW)


def said(page: Page, words: str) -> None:
    """Beside the buttons of the open dialog, or in the toast of the page."""
    expect(page.locator(".mon-said, #cc-said").filter(has_text=words)).to_be_visible(timeout=SLOW)


def test_people_take_over_from_the_bot_and_from_each_other_and_all_see_it_without_a_reload(
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
        press(boris, "force")
        confirm(boris, "Диалог ведёт коллега (клиент: Илья Перов)")
        state(boris, "mine")
        state(anna, "other")
        boris.locator("[data-more=hand_back]").click()
        boris.locator("form[data-do=hand_back] textarea").fill("скидку обещала Анна")
        boris.locator("form[data-do=hand_back] .cc-primary").click()
        said(boris, "возвращён боту")
        state(anna, "open")
        press(anna, "close")
        confirm(anna, "Закрыть диалог? Илья Перов больше не сможет")
        for page in (anna, boris):
            expect(page.locator("[data-part=about]")).to_contain_text("закрыл сотрудник anna", timeout=SLOW)
    assert room.view()["status"] == "closed"


def test_what_is_done_is_done_to_what_is_shown_and_once_though_the_answer_is_lost(
    browser: Browser, url: str, http: httpx2.Client
) -> None:
    first, second = Room.open(http, "Первый вопрос о файле"), Room.open(http, "Второй вопрос о цене")
    first.take_over("anna")
    second.take_over("anna")
    with desk(browser, url, "anna", f"{first.dialog}&dialog={second.dialog}") as page:
        about, lines = page.locator("[data-part=about]"), page.locator("[data-part=lines]")
        box = page.locator("form[data-do=reply] textarea")
        expect(lines).to_contain_text("Первый вопрос", timeout=SLOW)
        box.fill("для первого")
        with unanswered(page):
            row(page, second.dialog).click()
            state(page, "none")
            expect(about).to_contain_text("Загрузка")
            expect(lines).to_be_empty()
            expect(box).to_be_hidden()
        page.evaluate("cc.monitor.again()")
        expect(lines).to_contain_text("Второй вопрос", timeout=SLOW)
        expect(box).to_have_value("")
        box.fill("для второго")
        with unanswered(page, deeds=True):
            press_send(page)
            said(page, "Соединение")
            expect(page.locator("form[data-do=reply] button")).to_be_enabled()
        press_send(page)
        said(page, "Отправлено")
        expect(box).to_have_value("")
        row(page, first.dialog).click()
        expect(box).to_have_value("для первого", timeout=SLOW)
    assert [m["content"] for m in second.view()["messages"]].count("для второго") == 1
    assert first.view()["message_count"] == 2


@contextmanager
def unanswered(page: Page, deeds: bool = False) -> Iterator[None]:
    """Questions of the page are lost on their way; or of its `deeds`, which are done, the answers."""

    def lose(route: Route) -> None:
        if not deeds:
            route.abort()
        elif '"act"' not in (route.request.post_data or ""):
            route.continue_()
        else:
            route.fetch()
            route.abort()

    page.route(QUESTIONS, lose)
    yield
    page.unroute(QUESTIONS)


def press_send(page: Page) -> None:
    page.locator("form[data-do=reply] button").click()


def test_an_approval_is_asked_for_once_and_carried_out(
    browser: Browser, url: str, http: httpx2.Client
) -> None:
    room = Case.open(http).room
    with desk(browser, url, "anna", room.dialog) as page:
        page.locator("button[data-do=approve]").first.click()
        page.locator(".mon-ask textarea").fill("видела чек")
        confirm(page, "Олег Сафронов: возврат платежа")
        said(page, "одобрено")
        expect(page.locator("[data-part=approvals]")).to_contain_text("Одобрять нечего", timeout=SLOW)
    [decided] = http.get("/api/v1/approvals?status=approved").json()["approvals"]
    assert (decided["decided_by"], decided["note"]) == ("anna", "видела чек")


def test_filters_leave_what_was_asked_for_and_a_reroute_becomes_a_proposal(
    browser: Browser, url: str, http: httpx2.Client
) -> None:
    russian = Room.open(http, "Не открывается файл", "filtered_1")
    english = Room.open(http, "What plans do you have?", "filtered_2")
    russian.take_over("boris")
    with desk(browser, url, "anna") as page:
        filters, listed = page.locator(".mon-filters"), page.locator(".mon-list .mon-row")
        filters.locator("[name=customer]").fill("filtered_2")
        expect(listed).to_have_count(1, timeout=SLOW)
        expect(row(page, english.dialog)).to_be_visible()
        filters.locator("[name=customer]").fill("")
        filters.locator("[name=waiting]").check()
        expect(row(page, english.dialog)).to_have_count(0, timeout=SLOW)
        expect(row(page, russian.dialog)).to_be_visible()
        filters.locator("[name=waiting]").uncheck()
        for name, value, stays, goes in (
            ("agent", "sales", english, russian),
            ("agent", "tech_support", russian, english),
            ("lang", "en", english, russian),
        ):
            filters.locator(f"[name={name}]").select_option(value)
            expect(row(page, goes.dialog)).to_have_count(0, timeout=SLOW)
            expect(row(page, stays.dialog)).to_be_visible(timeout=SLOW)
            filters.locator(f"[name={name}]").select_option("")
        filters.locator("[name=status]").select_option("closed")
        expect(row(page, english.dialog)).to_have_count(0, timeout=SLOW)
        filters.locator("[name=status]").select_option("active")
        row(page, english.dialog).focus(timeout=SLOW)
        page.keyboard.press("Enter")
        page.locator("[data-more=reroute]").click()
        form = page.locator("form[data-do=reroute]")
        form.locator("select").select_option("tech_support")
        form.locator("textarea").fill("спрашивает о настройке")
        form.locator(".cc-primary").click()
        said(page, "ждёт подтверждения")
        assert f"watch={english.dialog}" in page.url
        filters.locator("[name=text]").fill("нет такого")
        expect(page.locator(".mon-list")).to_contain_text("Подходящих диалогов нет", timeout=SLOW)
        page.goto(f"{url}/ui/ru/?tab=evaluation")
        page.locator("#cc-eval-pending > button").click(timeout=SLOW)
        page.locator("#cc-eval-second textarea, #cc-eval-second input").first.fill("boris")
        page.locator("#cc-eval-pending [data-pick]").first.click(timeout=SLOW)
        expect(page.locator("#cc-eval-confirmed")).to_contain_text("подтверждено (boris)", timeout=SLOW)
    assert english.view()["assigned_agent"] == "tech_support"


def test_a_hidden_tab_or_room_asks_for_nothing_and_catches_up_when_it_is_seen(
    browser: Browser, url: str, http: httpx2.Client
) -> None:
    asked: list[str] = []
    with desk(browser, url, "anna") as hidden, desk(browser, url, "boris") as seen:
        hidden.on("request", lambda request: asked.append(request.url))
        for hide, show in (
            (lambda: hidden.evaluate(HIDE, "hidden"), lambda: hidden.evaluate(HIDE, "visible")),
            (lambda: tab(hidden, "Чат"), lambda: tab(hidden, "Монитор")),
        ):
            hide()
            asked.clear()
            last = news(http, seen)
            assert [to for to in asked if "component_server" in to] == []
            show()
            expect(row(hidden, last)).to_be_visible(timeout=SLOW)


def tab(page: Page, name: str) -> None:
    page.get_by_role("tab", name=name).click()
    expect(page.locator(".mon")).to_be_visible(visible=name == "Монитор")


def news(http: httpx2.Client, seen: Page) -> str:
    """Two dialogs, one after the other, that an open page has been told of."""
    for _ in range(2):
        dialog = Room.open(http, "Сколько стоит Профи?").dialog
        expect(row(seen, dialog)).to_be_visible(timeout=SLOW)
    return dialog


def test_a_narrow_screen_shows_the_list_then_the_transcript(
    browser: Browser, url: str, http: httpx2.Client
) -> None:
    room, *_ = [Room.open(http, "Сколько стоит Профи?") for _ in range(12)]
    with desk(browser, url, "anna", width=390) as page:
        row(page, room.dialog).click()
        expect(page.locator(".mon-line").first).to_be_in_viewport(timeout=SLOW)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        expect(page.locator(".mon-acts [data-do=take_over]")).to_be_in_viewport()
        expect(page.locator("[data-part=queue]")).to_be_hidden()
        page.locator(".mon-back").click()
        expect(page.locator("[data-part=queue]")).to_be_visible()
        expect(row(page, room.dialog)).to_be_in_viewport()
        expect(page.locator(".mon-line").first).to_be_hidden()
        row(page, room.dialog).click()
        expect(page.locator(".mon-line").first).to_be_in_viewport(timeout=SLOW)
        page.go_back()
        expect(page.locator("[data-part=queue]")).to_be_visible()
        expect(row(page, room.dialog)).to_be_in_viewport()
        filters = page.locator(".mon-filters")
        expect(filters).to_be_hidden()
        page.locator("[data-sift]").click()
        expect(filters).to_be_visible()


def test_back_and_forward_walk_through_the_dialogs_that_were_opened(
    browser: Browser, url: str, http: httpx2.Client
) -> None:
    first, second = Room.open(http, "Первый вопрос о файле"), Room.open(http, "Второй вопрос о цене")
    with desk(browser, url, "anna") as page:
        lines = page.locator("[data-part=lines]")
        row(page, first.dialog).click()
        expect(lines).to_contain_text("Первый вопрос", timeout=SLOW)
        row(page, second.dialog).click()
        expect(lines).to_contain_text("Второй вопрос", timeout=SLOW)
        page.go_back()
        expect(lines).to_contain_text("Первый вопрос", timeout=SLOW)
        page.go_forward()
        expect(lines).to_contain_text("Второй вопрос", timeout=SLOW)
