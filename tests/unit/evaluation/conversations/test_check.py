"""Planted faults in conversations and batteries are found and named."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from app.evaluation.conversations.check import check_conversations
from tests.support.company import AGENTS
from tests.support.paths import ROOT
from tests.unit.evaluation.conversations.builders import conversation

SHEET = "`conversations/dev_en.jsonl` `conversations/test_en.jsonl` `batteries/consent_en.jsonl`"
OURS = "please give me back what I paid on Monday"


def row(name: str, *turns: dict[str, Any], language: str = "en") -> dict[str, Any]:
    return conversation(*turns, name=name, language=language).model_dump(exclude_unset=True)


def write(path: Path, *rows: dict[str, Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(json.dumps(each, ensure_ascii=False) for each in rows), encoding="utf-8")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write(tmp_path / "conversations" / "dev_en.jsonl", row("d-1", {"say": OURS}))
    write(
        tmp_path / "conversations" / "test_en.jsonl", row("t-1", {"say": "where is my box, it was due today"})
    )
    write(tmp_path / "batteries" / "consent_en.jsonl", {"offer": "any", "say": "ok then", "yes": False})
    (tmp_path / "README.md").write_text(SHEET, encoding="utf-8")
    return tmp_path


def problems(folder: Path) -> list[str]:
    found = check_conversations(folder, AGENTS, folder / "locales")
    return [f"{finding.where}: {finding.problem}" for finding in found]


def test_clean_files_have_no_findings(folder: Path) -> None:
    assert problems(folder) == []


def test_a_line_shared_by_development_and_test_is_found(folder: Path) -> None:
    write(folder / "conversations" / "test_en.jsonl", row("t-1", {"say": f"{OURS}!"}))
    assert problems(folder) == [f"test_en t-1: test shares a line with dev, dev_en d-1: {OURS}!"]


def test_a_line_of_the_acts_counts_as_training(folder: Path) -> None:
    acts = folder / "locales" / "en" / "acts.yaml"
    acts.parent.mkdir(parents=True)
    acts.write_text(f"refund:\n- {OURS}\n", encoding="utf-8")
    assert problems(folder) == [f"dev_en d-1: dev shares a line with train, en/acts.yaml: {OURS}"]


def test_what_everybody_says_is_not_shared(folder: Path) -> None:
    write(folder / "conversations" / "test_en.jsonl", row("t-1", {"say": "yes"}))
    write(folder / "conversations" / "dev_en.jsonl", row("d-1", {"say": "yes"}))
    assert problems(folder) == []


def test_an_act_that_must_be_and_must_not_be_is_a_contradiction(folder: Path) -> None:
    turns = [{"must": {"acts": ["open_ticket"]}}, {"must_not": {"acts": ["open_ticket"]}}]
    write(folder / "conversations" / "dev_en.jsonl", row("d-1", *turns))
    [problem] = problems(folder)
    assert problem.endswith("d-1 turn 2: open_ticket must be done by now, and must not")


def test_language_name_and_datasheet_are_checked(folder: Path) -> None:
    write(folder / "conversations" / "dev_en.jsonl", row("d-1", language="ru"))
    write(folder / "conversations" / "other.jsonl")
    write(folder / "batteries" / "offers_de.jsonl")
    told = "\n".join(problems(folder))
    assert "d-1: the language is ru, in a file of en" in told
    assert "conversations/other.jsonl: the name is dev_LANGUAGE or test_LANGUAGE" in told
    assert "no datasheet of `batteries/offers_de.jsonl`" in told


def test_a_line_that_stands_twice_is_found(folder: Path) -> None:
    twice = {"offer": "any", "say": "ok then", "yes": False}
    write(folder / "batteries" / "consent_en.jsonl", {**twice, "say": "OK, then!"}, twice, twice)
    assert problems(folder) == ["batteries/consent_en.jsonl: stands 2 times: any: ok then"]


def test_a_file_that_cannot_be_read_is_named_with_its_line(folder: Path) -> None:
    (folder / "batteries" / "consent_en.jsonl").write_text('{"offer": "any"}', encoding="utf-8")
    assert "consent_en.jsonl, line 1: say: Field required" in problems(folder)[0]


def test_the_shipped_files_pass() -> None:
    assert check_conversations(ROOT / "eval_sets", AGENTS) == []
