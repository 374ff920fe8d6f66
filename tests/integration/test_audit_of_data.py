"""Changes of knowledge, runs of the retention, and everything that is given out, have their lines."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest

from app.bootstrap import build
from app.bootstrap.access import audit_of
from app.core.audit import acting, digest_of
from app.core.config import Settings
from app.core.documents import DocumentUnusable
from app.core.exceptions import StorageUnavailable
from app.core.knowledge import ApprovedAnswerNotFound, DocumentNotFound, Upload
from app.services.workbench import Workbench
from tests.support.command import in_process
from tests.support.operator import Room
from tests.support.server import running, settings
from tests.support.strangers import Strangers, strangers

QUESTION, WORDS = "What does the plan cost?", "Words about parking cars."
KEY = "k" * 32


def lines(given: Settings, *kinds: str) -> list[tuple[str, ...]]:
    log = audit_of(given)
    assert log.verify().line is None
    return [(e.who, e.what, e.about, e.outcome) for e in log.entries() if e.what.startswith(kinds)]


def upload(text: str = WORDS, file: str = "parking.md") -> Upload:
    return Upload("parking", file, text.encode())


@pytest.fixture
def bench(tmp_path: Path) -> Workbench:
    return build(settings(tmp_path / "dialogs", demo_data=True))


def test_changes_of_the_knowledge_base_are_recorded_without_words(bench: Workbench, tmp_path: Path) -> None:
    kb, place = bench.knowledge, f"answer {digest_of(QUESTION)}"
    with acting("key desk"):
        kb.add([upload()])
        with pytest.raises(DocumentUnusable):
            kb.add([upload("\0\0", "parking.pdf")])
        first = kb.approve(QUESTION, "en", "anna", text=WORDS)
        again = kb.approve(QUESTION, "en", "boris", text=f"{WORDS} More.", instead=first)
        kb.withdraw(again)
        with pytest.raises(ApprovedAnswerNotFound):
            kb.withdraw(again)
        kb.remove("parking")
    with pytest.raises(DocumentNotFound):
        kb.remove("parking")
    found = lines(bench.settings, "document.", "answer.")
    assert [line for line in found if line[3] != "begun"] == [
        ("key desk", "document.added", "parking", "done"),
        ("key desk", "document.added", "parking", "document_unusable"),
        ("key desk as anna", "answer.approved", place, "done"),
        ("key desk as boris", "answer.approved", f"{place} instead of {place}", "done"),
        ("key desk", "answer.withdrawn", place, "done"),
        ("key desk", "answer.withdrawn", place, ApprovedAnswerNotFound.code),
        ("key desk", "document.removed", "parking", "done"),
        ("service", "document.removed", "parking", DocumentNotFound.code),
    ]
    assert [line[3] for line in found[::2]] == ["begun"] * 8
    text = (tmp_path / "dialogs-access" / "audit.jsonl").read_text()
    assert "plan cost" not in text
    assert "Words" not in text


def test_the_command_line_signs_what_it_does(tmp_path: Path) -> None:
    given = settings(tmp_path / "dialogs")
    places = {
        "DIALOGS_STORAGE_PATH": str(given.dialogs_storage_path),
        "KNOWLEDGE_STORAGE": str(given.knowledge_storage),
        "ACCESS_STORAGE": str(given.access_storage),
        "BACKOFFICE_STORAGE": str(tmp_path / "office.sqlite"),
        "RETENTION_DAYS": "30",
    }
    (tmp_path / "parking.md").write_text(WORDS)
    for command in (
        ("kb", "add", "parking.md"),
        ("kb", "approve", QUESTION, "--text", WORDS, "--by", "anna"),
        ("kb", "remove", "parking"),
        ("customers", "prune"),
    ):
        assert in_process(*command, cwd=tmp_path, **places).returncode == 0
    assert [line[:2] for line in lines(given, "") if line[3] != "begun"] == [
        ("command line", "document.added"),
        ("command line as anna", "answer.approved"),
        ("command line", "document.removed"),
        ("command line", "retention.run"),
    ]


@pytest.mark.anyio
async def test_a_run_of_the_retention_has_its_line_and_its_count(tmp_path: Path) -> None:
    now = datetime.now(UTC)
    bench = build(settings(tmp_path / "dialogs", retention_days=30, demo_data=True))
    old = build(bench.settings, clock=lambda: now - timedelta(days=31))
    await old.dialogs.store.open()
    await old.dialogs.create("demo_en", "the app does not open")
    await bench.privacy.retention.run_daily()
    await bench.privacy.retention.run_daily()
    found = lines(bench.settings, "retention", "dialog.deleted")
    assert [(who, what, outcome) for who, what, _, outcome in found] == [
        ("retention", "dialog.deleted", "done"),
        ("retention", "retention.run", "deleted 1"),
    ]
    for each in (bench, old):
        await each.release()
        await each.dialogs.store.close()


def test_figures_over_rest_have_their_line(bench: Workbench) -> None:
    key = bench.access.keys.issue("figures", ["analyst"])
    headers = {"Authorization": f"Bearer {key.text}"}
    with running(bench) as url, httpx2.Client(base_url=url, timeout=60, trust_env=False) as http:
        asked = {"from": "2026-01-01", "to": "2026-01-07"}
        http.get("/api/v1/analytics/csv", params=asked, headers=headers).raise_for_status()
        http.get("/api/v1/analytics", params=asked, headers=headers).raise_for_status()
        assert http.get("/api/v1/analytics/csv", headers={"Authorization": "Bearer x"}).status_code == 401
    named = "analytics-2026-01-01-2026-01-07.csv"
    assert lines(bench.settings, "analytics") == [("key figures", "analytics.exported", named, "done")]


def press(at: Strangers, fn: Any, data: list[Any]) -> str:
    assert at.join(fn, data, session_hash="p").status_code == 200
    with at.http.stream("GET", "/ui/en/gradio_api/queue/data?session_hash=p") as stream:
        return stream.read().decode()


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_what_is_downloaded_from_the_workbench_has_its_line(tmp_path: Path) -> None:
    pytest.importorskip("gradio")
    bench = build(settings(tmp_path / "dialogs", ui=True, demo_data=True, operator_key=KEY))
    with strangers(tmp_path, bench) as at:
        room = Room.open(at.http, "the app does not open", "demo_en")
        writer = next(fn for fn in at.handlers if getattr(fn.fn, "args", ("",))[0] == "json")
        assert "the app does not open" in press(at, writer, [room.dialog])
        asked = ["week", "", "", "UTC", "", "", KEY]
        for name in ("export", "print_report"):
            extra = [] if name == "export" else [10, 5, 80, 20, 30]
            assert "analytics" in json.dumps(press(at, at.handler(name), [*asked, *extra]))
    found = lines(bench.settings, "dialog.exported", "analytics")
    assert found[0] == ("customer", "dialog.exported", room.dialog, "done")
    assert {(who, what) for who, what, *_ in found[1:]} == {("OPERATOR_KEY", "analytics.exported")}


def test_nothing_is_given_out_where_its_line_cannot_be_written(bench: Workbench, tmp_path: Path) -> None:
    (tmp_path / "dialogs-access").write_text("a file")
    with pytest.raises(StorageUnavailable):
        asyncio.run(bench.record("dialog.exported", "d"))
    with pytest.raises(StorageUnavailable):
        bench.knowledge.add([upload()])
    assert bench.knowledge.documents() == []
