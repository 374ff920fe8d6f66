"""Real Chromium; where there is none the tests skip loudly."""

from __future__ import annotations

import asyncio
import shutil
import warnings
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect, sync_playwright

from app.bootstrap import build
from app.evaluation.registry import Registry
from app.services.workbench import Workbench
from tests.browser.flags import FLAGS
from tests.browser.furnished import SECRETS
from tests.browser.screenshots import furnish
from tests.support.server import running, settings


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    path = shutil.which("chromium")
    if path is None:
        pytest.skip("NO BROWSER: install chromium to run the browser tests")
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield found
        found.close()


@pytest.fixture(scope="module")
def storage(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("dialogs")


@pytest.fixture(scope="module")
def url(storage: Path) -> Iterator[str]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # gradio's own deprecations are not ours
        with running(build(settings(storage, ui=True))) as address:
            yield address


@pytest.fixture(scope="module")
def furnished_bench(storage: Path) -> Workbench:
    made = build(settings(storage, ui=True, **SECRETS))
    runs = Registry(storage.with_name("runs"))
    return replace(made, evaluation=replace(made.evaluation, registry=runs))


@pytest.fixture(scope="module")
def named(furnished_bench: Workbench) -> dict[str, str]:
    """In a thread of its own: the browser's loop runs in this one."""
    with ThreadPoolExecutor(1) as apart:
        return apart.submit(lambda: asyncio.run(furnish(furnished_bench, dialogs=40, cases=12))).result()


@pytest.fixture(scope="module")
def furnished_url(furnished_bench: Workbench, named: dict[str, str]) -> Iterator[str]:
    assert named  # it is furnished before it is opened
    with running(furnished_bench) as address:
        yield address


@contextmanager
def visitor(browser: Browser, url: str, **given: Any) -> Iterator[Page]:
    """Somebody new, who has opened nothing yet; a request that would leave the machine fails the test."""
    wide = {"width": 1280, "height": 900}
    context = browser.new_context(**{"viewport": wide, "locale": "ru-RU", **given})
    strangers: list[str] = []
    context.on(
        "request", lambda r: None if r.url.startswith((url, "data:", "blob:")) else strangers.append(r.url)
    )
    yield context.new_page()
    context.close()
    assert strangers == []


@pytest.fixture
def page(browser: Browser, url: str) -> Iterator[Page]:
    with visitor(browser, url) as page:
        page.goto(url)
        page.locator("#cc-message textarea").wait_for(timeout=60_000)
        yield page


def typed(number: Locator, value: str) -> None:
    """As people type, again where it did not stay: a slider just uncovered is not ready at once."""
    for _ in range(3):
        number.press("ControlOrMeta+a")
        number.press_sequentially(value)
        number.press("Tab")
        if number.input_value() == value:
            break
    expect(number).to_have_value(value)
