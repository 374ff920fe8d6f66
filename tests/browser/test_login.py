"""A person logs in, serves a customer under their own name, and logs out for good."""

from __future__ import annotations

import warnings
from collections.abc import Iterator

import httpx2
import pytest
from playwright.sync_api import Browser, Page, expect

from app.bootstrap import build
from app.services.workbench import Workbench
from app.ui.words import words
from tests.browser.conftest import visitor
from tests.support.server import running, settings

PASSWORD = "correct horse battery"


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Workbench:
    made = build(settings(tmp_path_factory.mktemp("desk") / "d", ui=True, environment="production"))
    made.access.accounts.create("Анна", "operator", PASSWORD)
    made.access.accounts.create("Зоя", "analyst", PASSWORD)
    return made


@pytest.fixture(scope="module")
def desk_url(desk: Workbench) -> Iterator[str]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with running(desk) as address:
            yield address


def log_in(page: Page, name: str, password: str) -> None:
    page.locator("#name").fill(name)
    page.locator("#password").fill(password)
    page.locator("form button").first.click()


def test_a_person_logs_in_serves_and_logs_out(browser: Browser, desk_url: str, desk: Workbench) -> None:
    key = {"Authorization": f"Bearer {desk.access.keys.issue('shop', ['chat']).text}"}
    asked = {"customer_id": "customer_123", "initial_message": "Позовите человека!"}
    opened = httpx2.post(f"{desk_url}/api/v1/dialogue/create", json=asked, headers=key, timeout=60).json()
    with visitor(browser, desk_url) as page:
        page.goto(f"{desk_url}/ui/ru/")
        log_in(page, "Анна", "wrong")
        told = words("ru", "frame")["login"]["problems"]["credential_wrong"]
        expect(page.get_by_role("alert")).to_have_text(told)
        log_in(page, "Анна", PASSWORD)
        page.locator("#cc-message textarea").wait_for(timeout=60_000)
        expect(page.locator("#cc-tab-analytics-button")).to_have_count(0)
        page.goto(f"{desk_url}/ui/ru/?tab=monitor&watch={opened['dialog_id']}")
        page.locator(".mon-acts [data-do=take_over]").click(timeout=60_000)
        expect(page.locator(".mon-person [name=operator]")).to_be_hidden()
        expect(page.locator(".mon-about")).to_contain_text("Анна", timeout=30_000)
        page.locator(".cc-leave button").last.click()
        expect(page.locator("#password")).to_be_visible()
        page.go_back()
        expect(page.locator("#password")).to_be_visible()
        expect(page.locator(".mon")).to_have_count(0)


def test_an_analyst_meets_no_closed_room_and_no_error(browser: Browser, desk_url: str) -> None:
    with visitor(browser, desk_url) as page:
        page.goto(f"{desk_url}/ui/ru/")
        log_in(page, "Зоя", PASSWORD)
        page.locator("#cc-tab-analytics-button").wait_for(timeout=60_000)
        for closed in ("chat", "monitor"):
            expect(page.locator(f"#cc-tab-{closed}-button")).to_have_count(0)
        page.locator("#cc-tab-analytics-button").click()
        page.wait_for_timeout(3000)
        expect(page.locator(".toast-body, [data-testid=toast-body]")).to_have_count(0)
