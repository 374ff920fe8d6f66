"""A server that has started reads no more texts: the first turn costs what the next ones cost."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

from app.bootstrap import build
from app.core import yaml
from tests.support import german
from tests.support.server import settings

pytestmark = pytest.mark.anyio

LINES = (
    "Как сменить пароль?",
    "Сколько стоит тариф Профи на год?",
    "ВЕРНИТЕ ДЕНЬГИ!!! Сколько можно",
    "Закажите мне хаб с доставкой курьером",
    "I want to cancel my subscription",
    "What have I paid so far?",
    "Give me a person, please",
    "Call me tomorrow at half past five",
)


async def test_no_turn_of_a_warm_server_parses_a_text_or_imports_a_module(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    german.forget()
    bench = build(settings(tmp_path / "dialogs"))
    await bench.start()
    await bench.warm()
    parsed: list[str] = []
    parse = yaml.parse

    def counted(text: str) -> Any:
        parsed.append(text[:60])
        return parse(text)

    monkeypatch.setattr(yaml, "parse", counted)
    before = set(sys.modules)
    for line in LINES:
        await bench.dialogs.create("demo_ru", line)
    await bench.stop()
    assert parsed == []
    assert sorted(set(sys.modules) - before) == []


async def test_a_rehearsal_leaves_no_dialog_and_no_effect(tmp_path: Path) -> None:
    bench = build(settings(tmp_path / "dialogs"))
    await bench.start()
    await bench.warm()
    found = await bench.operators.approvals()
    stored = sorted((tmp_path / "dialogs").rglob("*.json"))
    await bench.stop()
    assert (found.approvals, stored) == ([], [])
