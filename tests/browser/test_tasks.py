"""How many clicks the work of a day takes."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest
from playwright.sync_api import Browser, Page, expect

from app.bootstrap import build
from tests.browser.conftest import visitor
from tests.support.approvals import Case, Places
from tests.support.server import running, settings

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
SLOW = 30_000
COUNT = (
    "window.clicks = 0; addEventListener('click', (e) => e.isTrusted && e.detail && window.clicks++, true)"
)


@pytest.fixture(scope="module")
def url(storage: Path) -> Iterator[str]:
    """With records of its own: what is approved here is really paid back."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # gradio's own deprecations are not ours
        with running(build(settings(storage, ui=True, **Places(storage).settings))) as address:
            yield address


def clicks(page: Page) -> int:
    return int(page.evaluate("window.clicks"))


def test_an_operator_takes_answers_and_approves_in_three_clicks(browser: Browser, url: str) -> None:
    with httpx2.Client(base_url=url, timeout=60, trust_env=False) as http:
        room = Case.open(http).room
        with visitor(browser, url, locale="ru-RU", viewport={"width": 1280, "height": 800}) as page:
            page.add_init_script("localStorage.setItem('cc-operator', 'Анна')")
            page.add_init_script(COUNT)
            page.goto(f"{url}/ui/ru/?tab=monitor")
            expect(page).to_have_title(re.compile(r"^\(1\) "), timeout=60_000)
            page.locator(f"[data-take='{room.dialog}']").click(timeout=SLOW)
            box = page.locator("form[data-do=reply] textarea")
            expect(box).to_be_focused(timeout=SLOW)
            expect(box).to_be_in_viewport(ratio=1)
            page.keyboard.type("Сейчас верну")
            page.keyboard.press("Enter")
            expect(page.locator("[data-part=lines]")).to_contain_text("Сейчас верну", timeout=SLOW)
            page.locator(".mon-pending [data-do=approve]").click()
            page.locator(".mon-ask [value=yes]").click()
            expect(page.locator("[data-part=approvals]")).to_contain_text("Одобрять нечего", timeout=SLOW)
            expect(page.locator("[data-fact=promised]")).to_contain_text("выполнено", timeout=SLOW)
            assert clicks(page) == 3
        [decided] = http.get("/api/v1/approvals?status=approved").json()["approvals"]
    assert decided["decided_by"] == "Анна"
