"""A message reads its dialog once over REST, twice from the chat; the audit is read only after tools."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any, cast

import httpx2
import pytest

from app.adapters.storage import dialog_files
from app.bootstrap import build
from app.core.backoffice import Effect
from app.core.dialog import Dialog
from app.engines.backoffice.office import SqlBackOffice
from app.main import create_app
from app.services.workbench import Workbench
from app.ui.chat.turns import ChatTurns
from app.ui.words import room_texts
from tests.support.server import settings

pytestmark = pytest.mark.anyio
CUSTOMER = "customer_123"
PLAIN, WITH_A_TOOL = "Как сменить пароль?", "Покажите мои платежи"


class CountingOffice(SqlBackOffice):
    audit_reads = 0

    def effects(self, dialog_id: str, seq: int | None = None) -> list[Effect]:
        self.audit_reads += 1
        return super().effects(dialog_id, seq)


class Blank:
    """Screen and list of the chat: they draw what they are given."""

    log, path = "log", "path"

    def show_running(self, *_: object) -> dict[Any, Any]:
        return {}

    show_busy = show_dialog = show_running

    async def list_dialogs(self, *_: object) -> dict[Any, Any]:
        return {}


@pytest.fixture
def office(tmp_path: Path) -> CountingOffice:
    return CountingOffice(str(tmp_path / "office.sqlite"), demo=True)


@pytest.fixture
def bench(tmp_path: Path, office: CountingOffice) -> Workbench:
    return build(settings(tmp_path / "dialogs", router="local"), office=office)


@pytest.fixture
def counts(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """Reads of dialog files and parses of what was read."""
    found: Counter[str] = Counter()
    load, parse = dialog_files.DialogFiles.load, Dialog.model_validate_json

    def counting_load(files: dialog_files.DialogFiles, dialog_id: str) -> Dialog:
        found["reads"] += 1
        return load(files, dialog_id)

    def counting_parse(data: bytes, **options: Any) -> Dialog:
        found["parses"] += 1
        return parse(data, **options)

    monkeypatch.setattr(dialog_files.DialogFiles, "load", counting_load)
    monkeypatch.setattr(Dialog, "model_validate_json", counting_parse)
    return found


async def test_over_rest_a_message_reads_and_parses_its_dialog_once(
    bench: Workbench, counts: Counter[str]
) -> None:
    api = create_app(bench)
    transport = httpx2.ASGITransport(api)
    async with (
        api.router.lifespan_context(api),
        httpx2.AsyncClient(transport=transport, base_url="http://127.0.0.1") as http,
    ):
        created = await http.post("/api/v1/dialogue/create", json={"customer_id": CUSTOMER})
        path = f"/api/v1/dialogue/{created.json()['dialog_id']}/message"
        for text, key in ((PLAIN, {}), (WITH_A_TOOL, {}), (PLAIN, {"Idempotency-Key": "k"})):
            counts.clear()
            answer = await http.post(path, json={"message": text}, headers=key)
            assert answer.json()["response"]
            assert counts == {"reads": 1, "parses": 1}


async def test_from_the_chat_a_message_reads_and_parses_its_dialog_twice(
    bench: Workbench, counts: Counter[str]
) -> None:
    name = str((await bench.dialogs.create(CUSTOMER, None)).body["dialog_id"])
    chat = ChatTurns(bench, cast(Any, Blank()), cast(Any, Blank()), room_texts("ru", "chat"))
    counts.clear()
    updates = [update async for update in chat.say(PLAIN, name, CUSTOMER, "", None)]
    assert len(updates) > 1
    assert counts == {"reads": 2, "parses": 2}


async def test_the_audit_is_read_only_after_a_tool_ran(bench: Workbench, office: CountingOffice) -> None:
    name = str((await bench.dialogs.create(CUSTOMER, PLAIN)).body["dialog_id"])
    await bench.dialogs.send(name, PLAIN)
    assert office.audit_reads == 0
    await bench.dialogs.create(CUSTOMER, WITH_A_TOOL)
    assert office.audit_reads == 1
