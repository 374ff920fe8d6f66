"""All data of one customer: planted over HTTP in every place that keeps any, given out, and deleted."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import httpx2
import pytest
from pydantic import SecretStr

from app.bootstrap import build
from app.core.personal_data import Deletion
from app.engines.backoffice import outbox_rows
from app.engines.backoffice.customer_records import OWNED
from app.engines.backoffice.tables import metadata
from app.services.workbench import Workbench
from tests.support.approvals import ANNUAL, Case, Places
from tests.support.mock_crm import SECRET
from tests.support.operator import Room, code
from tests.support.server import running, settings

CANARY = "kanarek7f3a91"
OTHER = "demo_en_annual"
URL = f"/api/v1/customers/{ANNUAL}"
NOBODYS = {"counters", "incidents"}
"""Tables of the back office that keep nothing of a customer."""
FILES = re.compile(
    r"dialogs/[0-9a-f-]{36}\.json|dialogs/\.quarantine/[0-9a-f-]{36}\.json|dialogs/\.[0-9a-f-]{36}\.\w+\.tmp"
    r"|dialogs/\.(?:index/\w+\.sqlite3(?:-wal|-shm)?|locks/.*|secret)"
    r"|office\.sqlite(?:-wal|-shm|\.lock)?|checkpoints/(?:approvals|memory)\.sqlite(?:-wal|-shm)?"
    r"|\.?proposals(?:\.jsonl(?:\.lock)?|\.\w+\.tmp)|dialogs-access/(?:keys\.sqlite(?:-wal|-shm)?|secret|\.lock|audit\.(?:jsonl|head))"
)
"""Every file that a service writes; each is a store's of `CustomerData`, or keeps nothing of a customer."""


@pytest.fixture
def places(tmp_path: Path) -> Places:
    return Places(tmp_path)


@pytest.fixture
def bench(places: Places) -> Workbench:
    crm = {"crm": "webhook", "crm_url": "http://127.0.0.1:9/", "crm_allow_private": True}
    given = {"enable_memory": True, "demo_data": True, "webhook_secret": SecretStr(SECRET)}
    return build(settings(places.dialogs, **places.settings, **crm, **given))


@pytest.fixture
def http(bench: Workbench) -> Iterator[httpx2.Client]:
    with running(bench) as url, httpx2.Client(base_url=url, timeout=60, trust_env=False) as http:
        yield http


def plant(http: httpx2.Client, folder: Path, customer: str = ANNUAL) -> None:
    """Something in every store; what a crash leaves is laid down by hand."""
    waiting = Case.open(http, customer, *(["Please refund payment P-1036"] if customer == OTHER else []))
    waiting.room.say(f"{CANARY} и ещё вопрос")
    talk = Room.open(http, f"не работает приложение {CANARY}", customer)
    served = talk.view()["assigned_agent"]
    talk.reroute("sales" if served != "sales" else "tech_support", f"reason {CANARY}").raise_for_status()
    talk.take_over()
    talk.reply(f"answer {CANARY}", key="k")
    talk.hand_back(note=f"note {CANARY}")
    talk.rate(1, comment=f"comment {CANARY}")
    talk.close().raise_for_status()
    broken = Room.open(http, f"спасибо {CANARY}", customer)
    file = folder / "dialogs" / f"{broken.dialog}.json"
    file.write_bytes(file.read_bytes()[:-20])
    assert broken.say("ау").status_code >= 400
    (folder / "dialogs" / f".{talk.dialog}.0a0a.tmp").write_text(f'{{"customer_id": "{customer}", "{CANARY}')
    (folder / ".proposals.0a0a.tmp").write_text(CANARY)


def hits(folder: Path, *words: str) -> list[tuple[str, str]]:
    return [
        (path.relative_to(folder).as_posix(), word)
        for path in sorted(folder.rglob("*"))
        if path.is_file()
        for word in words
        if word.encode() in path.read_bytes()
    ]


def exported(http: httpx2.Client, url: str = URL) -> dict[str, Any]:
    answer = http.get(f"{url}/export")
    assert answer.headers["Content-Type"] == "application/zip"
    with ZipFile(io.BytesIO(answer.raise_for_status().content)) as archive:
        return {name.removesuffix(".json"): json.loads(archive.read(name)) for name in archive.namelist()}


def test_nothing_of_a_customer_is_left_in_the_storage(http: httpx2.Client, tmp_path: Path) -> None:
    plant(http, tmp_path)
    email = exported(http)["customers"][0]["email"]
    found = {name.removesuffix("-wal") for name, _ in hits(tmp_path, CANARY, ANNUAL, email)}
    assert found > {"office.sqlite", "proposals.jsonl", "checkpoints/memory.sqlite"}
    deleted = http.delete(URL).raise_for_status().json()["deleted"]
    assert deleted["dialogs"] == 2
    assert deleted["damaged_dialogs"] == 2
    assert hits(tmp_path, CANARY, ANNUAL, email) == []
    assert http.delete(URL).json()["deleted"].keys() == deleted.keys()
    assert not any(http.delete(URL).json()["deleted"].values())
    assert exported(http).keys() == {"manifest"}


def test_a_store_that_does_not_answer_is_found(http: httpx2.Client, bench: Workbench, tmp_path: Path) -> None:
    """Every store holds something of the planted customer, and every file and table is some store's."""
    plant(http, tmp_path)
    held = exported(http)
    empty = {kind for kind, count in held["manifest"]["records"].items() if not count}
    assert empty <= {table.name for table in OWNED} - {"approvals", "effects", "customers"}
    files = {path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*") if path.is_file()}
    assert {name for name in files if not FILES.fullmatch(name)} == set()
    assert metadata.tables.keys() == {table.name for table in OWNED} | NOBODYS
    assert outbox_rows.metadata.tables.keys() == {"outbox_parcels", "outbox_dialogs"}
    assert len(bench.privacy.customers.records) == 7


def test_another_customer_keeps_everything(http: httpx2.Client, tmp_path: Path) -> None:
    plant(http, tmp_path, OTHER)
    plant(http, tmp_path)
    url = f"/api/v1/customers/{OTHER}"
    before = exported(http, url)["manifest"]["records"]
    http.delete(URL).raise_for_status()
    after = exported(http, url)["manifest"]["records"]
    assert after == before
    assert hits(tmp_path, ANNUAL) == []


def test_an_export_reads_as_what_was_said(http: httpx2.Client, tmp_path: Path) -> None:
    plant(http, tmp_path)
    held = exported(http)
    said = [line["content"] for dialog in held["dialogs"] for line in dialog["messages"]]
    assert f"не работает приложение {CANARY}" in said
    assert held["manifest"]["records"]["dialogs"] == len(held["dialogs"]) == 2
    assert held["manifest"]["sha256"].keys() == {f"{kind}.json" for kind in held.keys() - {"manifest"}}


def test_what_is_written_while_a_deletion_runs_is_refused(http: httpx2.Client, bench: Workbench) -> None:
    room = Room.open(http, "не работает приложение", ANNUAL)
    bench.privacy.customers.deletions.begin(Deletion(ANNUAL, frozenset(), datetime.now(UTC), "test"))
    refused = http.post("/api/v1/dialogue/create", json={"customer_id": ANNUAL, "initial_message": "эй"})
    assert code(refused) == code(room.say("эй")) == (409, "customer_being_deleted")
    assert http.delete(URL).json()["deleted"]["dialogs"] == 1
    assert Room.open(http, "здравствуйте", ANNUAL).view()["message_count"] == 2
