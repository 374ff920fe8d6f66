"""Every act in a dialog, every decision and every deletion has its line; no line has content."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx2
import pytest

from app.bootstrap import build
from app.bootstrap.access import audit_of
from app.services.workbench import Workbench
from tests.support.approvals import ANNUAL, Case, Places
from tests.support.operator import Room
from tests.support.server import running, settings

WORDS = "kanarek7f3a91"


def bench_in(folder: Path, **given: object) -> Workbench:
    places = Places(folder)
    return build(settings(places.dialogs, demo_data=True, **places.settings, **given))


def test_acts_of_people_agents_and_customers_are_recorded_without_content(tmp_path: Path) -> None:
    bench = bench_in(tmp_path)
    key = bench.access.keys.issue("desk", ["chat", "operator", "admin"])
    headers = {"Authorization": f"Bearer {key.text}"}
    with (
        running(bench) as url,
        httpx2.Client(base_url=url, headers=headers, timeout=60, trust_env=False) as http,
    ):
        case = Case.open(http, ANNUAL)
        case.approve().raise_for_status()
        room = Room.open(http, f"не работает приложение {WORDS}", "demo_en")
        room.take_over(reason=WORDS).raise_for_status()
        room.reply(WORDS).raise_for_status()
        room.hand_back(note=WORDS).raise_for_status()
        http.delete("/api/v1/customers/demo_en").raise_for_status()
    log = audit_of(bench.settings)
    lines = [(e.who, e.what, e.about, e.outcome) for e in log.entries()]
    assert log.verify().line is None
    assert ("key desk as anna", "dialog.replied", f"{room.dialog}#3", "done") in lines
    assert ("key desk as anna", "dialog.handed_back", room.dialog, "done") in lines
    assert ("key desk", "dialog.deleted", room.dialog, "done") in lines
    asked = [line[1::2] for line in lines if line[2] == case.number]
    assert asked == [("approval.approved", "begun"), ("approval.approved", "done")]
    kinds = {(who, what) for who, what, _, _ in lines}
    assert {("key desk as anna", "dialog.taken_over"), ("key desk", "customer.deleted")} < kinds
    assert any(who.startswith("agent ") and what == "dialog.routed" for who, what in kinds)
    assert any(what == "refund.made" for _, what in kinds)
    opened = [line for line in lines if line[1] == "dialog.opened"]
    assert len(opened) == len(set(opened)) == 2
    text = (tmp_path / "dialogs-access" / "audit.jsonl").read_text()
    assert WORDS not in text
    assert "demo_en" not in text


@pytest.mark.anyio
async def test_dialogs_older_than_the_retention_go_and_younger_ones_stay(tmp_path: Path) -> None:
    now = datetime.now(UTC)
    bench = bench_in(tmp_path, retention_days=30)
    old = build(bench.settings, clock=lambda: now - timedelta(days=31))
    await old.dialogs.store.open()
    gone = str((await old.dialogs.create("demo_en", "the app does not open")).body["dialog_id"])
    damaged = tmp_path / "dialogs" / ".quarantine" / f"{gone[:-1]}0.json"
    damaged.parent.mkdir()
    damaged.write_text("cut")
    os.utime(damaged, (now.timestamp() - 31 * 86_400,) * 2)
    stays = str((await bench.dialogs.create("demo_en", "the app does not open")).body["dialog_id"])
    await bench.privacy.retention.run_daily()
    await bench.privacy.retention.run_daily()
    names = {path.stem for path in (tmp_path / "dialogs").rglob("*.json")}
    assert names == {stays}
    deleted = [e for e in audit_of(bench.settings).entries() if e.what == "dialog.deleted"]
    assert [(e.who, e.about) for e in deleted] == [("retention", gone)]
    for each in (bench, old):
        await each.release()
        await each.dialogs.store.close()
