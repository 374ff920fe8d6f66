"""Times are those of the browser's zone, in every room that shows one."""

from __future__ import annotations

import asyncio
import warnings
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Browser, expect

from app.bootstrap import build
from app.core.knowledge import Upload
from app.evaluation.registry import Registry
from app.services.dialogs.views import DialogView
from app.services.workbench import Workbench
from app.ui.words import moment
from tests.browser.conftest import visitor
from tests.support.server import running, settings
from tests.unit.evaluation.builders import prediction, run

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
SLOW = 30_000
CUSTOMER = "customer_123"
FAR = [("ru", "Pacific/Kiritimati"), ("en", "America/St_Johns")]
"""At +14:00 and at half an hour's shift: no zone of a server is either."""


@dataclass
class House:
    url: str
    dialog: str
    began: datetime
    said: datetime
    measured: datetime
    added: datetime
    approved: datetime


def furnished(url: str, bench: Workbench) -> House:
    async def begun() -> DialogView:
        await bench.dialogs.store.open()
        created = await bench.dialogs.create(CUSTOMER, "не могу войти")
        return await bench.dialogs.view(str(created.body["dialog_id"]))

    dialog = asyncio.run(begun())
    measured = run([prediction("c1")], "20260101-000000-abcdef0")
    bench.evaluation.registry.start(measured.provenance)
    (document,) = bench.knowledge.add([Upload("dogs", "dogs.md", "# Собаки\n\nС собакой можно.\n".encode())])
    bench.knowledge.approve("можно с собакой", "ru", "анна", "dogs", "")
    (approval,) = bench.knowledge.approvals
    return House(
        url, dialog.dialog_id, dialog.created_at, dialog.updated_at, measured.provenance.started,
        document.current.added, approval.approved,
    )  # fmt: skip


@pytest.fixture(scope="module")
def house(storage: Path) -> Iterator[House]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # gradio's own deprecations are not ours
        bench = build(settings(storage, ui=True))
        service = replace(bench.evaluation, registry=Registry(storage.parent / "eval_runs"))
        bench = replace(bench, evaluation=service)
        with ThreadPoolExecutor(1) as aside:  # a loop of the browser's runs here
            made = aside.submit(furnished, "", bench).result()
        with running(bench) as url:
            yield replace(made, url=url)


@pytest.mark.parametrize(("language", "zone"), FAR)
def test_every_room_shows_times_as_the_visitor_has_them(
    browser: Browser, house: House, language: str, zone: str
) -> None:
    def there(at: datetime) -> str:
        return moment(at, language, ZoneInfo(zone))

    def room(name: str) -> None:
        page.goto(f"{house.url}/ui/{language}/?tab={name}&dialog={house.dialog}&watch={house.dialog}")

    with visitor(browser, house.url, timezone_id=zone) as page:
        room("chat")
        expect(page.locator("#cc-saved")).to_contain_text(
            there(house.said).replace(" ", "\u00a0"), timeout=SLOW
        )
        room("monitor")
        expect(page.locator(".mon-head time")).to_have_text(there(house.began), timeout=SLOW)
        room("evaluation")
        page.locator("#cc-eval-runs input").click(timeout=SLOW)
        expect(page.get_by_role("option").first).to_contain_text(there(house.measured), timeout=SLOW)
        room("knowledge")
        page.goto(f"{house.url}/ui/{language}/?tab=knowledge&article=document:dogs")
        expect(page.locator("#cc-kb-article")).to_contain_text(there(house.added), timeout=SLOW)
        page.goto(f"{house.url}/ui/{language}/?tab=knowledge&kind=approved&spoken=all")
        page.locator("#cc-kb-found a[data-article^='answer:']").click(timeout=SLOW)
        expect(page.locator("#cc-kb-article")).to_contain_text(there(house.approved), timeout=SLOW)
