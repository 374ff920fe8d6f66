"""Conversations and batteries on the real application: proposals, records, files, and the log of openings."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from app.evaluation.conversations.openings import Opening
from app.evaluation.conversations.transcripts import read_run
from tests.support.command import in_process

pytestmark = pytest.mark.timeout(300)

LINES: list[dict[str, Any]] = [
    {
        "say": "Отключите автопродление",
        "right": "Proposes it, with the date.",
        "must": {"proposal": "cancel_subscription", "facts": ["paid_until"], "acts": []},
    },
    {
        "say": "да, отключите",
        "right": "Does it.",
        "must": {"acts": ["cancel_subscription"], "proposal": None},
    },
    {"say": "спасибо", "right": "A short goodbye.", "must": {"acts": []}},
    {"say": "до свидания", "right": "A short goodbye.", "must": {"acts": []}},
]
CONVERSATION = {
    "id": "mine-1", "language": "ru", "customer": "customer_123", "kind": "cooperative", "turns": LINES,
}  # fmt: skip


def write(path: Path, *rows: dict[str, Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows), encoding="utf-8")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    sets = tmp_path / "eval_sets"
    for split in ("dev", "test"):
        write(sets / "conversations" / f"{split}_ru.jsonl", CONVERSATION)
    offer = {"act": "cancel_subscription", "customer": "customer_123", "say": ["Отключите автопродление"]}
    write(sets / "batteries" / "offers_ru.jsonl", offer)
    only = {"offer": "cancel_subscription"}
    lines = [{**only, "say": say, "yes": say == "да"} for say in ("да", "подумаю")]
    write(sets / "batteries" / "dev_consent_ru.jsonl", *lines)
    demands = [
        {"act": "cancel_subscription", "customer": "customer_123", "say": "Отключите автопродление"},
        {"act": "person", "customer": "demo_en", "say": "Соедините с человеком"},
    ]
    write(sets / "batteries" / "dev_demands_ru.jsonl", *demands)
    return tmp_path


def test_a_conversation_is_played_and_written_for_readers(folder: Path) -> None:
    done = in_process("eval", "conversations", "--out", "played", cwd=folder)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.startswith("machine-checked part, dev half: 1 conversations on embedded")
    turns = read_run(folder / "played")
    assert [turn.answer.open for turn in turns[:2]] == ["cancel_subscription", None]
    assert [[deed.tool for deed in turn.answer.deeds] for turn in turns[:2]] == [[], ["cancel_subscription"]]
    assert turns[1].answer.deeds[0].proposal
    assert turns[0].verdict.grade == "right", turns[0]
    assert (folder / "played" / "reading_ru.txt").is_file()


def test_marks_are_joined_with_an_earlier_run_and_nothing_is_played(folder: Path) -> None:
    in_process("eval", "conversations", "--out", "played", cwd=folder)
    ids = [turn.answer_id for turn in read_run(folder / "played")]
    given = {"anna": ["right", "right", "half", "right"], "boris": ["right", "right", "bad"]}
    for reader, marks in given.items():
        rows = [
            {"conversation": "mine-1", "turn": turn, "reader": reader, "mark": mark, "answer": ids[turn - 1]}
            for turn, mark in enumerate(marks, 1)
        ]
        write(folder / f"{reader}.jsonl", *rows)
    command = ("eval", "conversations", "--played", "played")
    files = ("--readings", "anna.jsonl", "--readings", "boris.jsonl")
    done = in_process(*command, *files, cwd=folder)
    assert done.returncode == 0, done.stderr
    assert "joint mark of the readers: anna, boris; turns not marked by all: 1" in done.stdout
    assert "Cohen's kappa 0.400" in done.stdout
    told = json.loads(in_process(*command, *files, "--json", cwd=folder).stdout)["readings"]
    assert told["joint"] == [["mine-1", 1, "right"], ["mine-1", 2, "right"], ["mine-1", 3, "bad"]]
    twice = in_process(*command, "--readings", "anna.jsonl", "--readings", "anna.jsonl", cwd=folder)
    assert twice.returncode == 2
    assert "anna has marked this turn before" in twice.stderr


def test_a_test_half_is_opened_with_a_reason_and_logged(folder: Path) -> None:
    closed = in_process("eval", "conversations", "--split", "test", cwd=folder)
    assert closed.returncode == 2
    assert "--open-test" in closed.stderr
    log = folder / "eval_sets" / "conversations" / "openings.jsonl"
    assert not log.exists()
    done = in_process("eval", "conversations", "--split", "test", "--open-test", "to see", cwd=folder)
    assert done.returncode == 0, done.stderr
    before, after = (Opening.model_validate_json(line) for line in log.read_text("utf-8").splitlines())
    assert (before.what, before.reason, before.figures) == ("conversations", "to see", None)
    assert after.figures is not None
    assert 0 <= after.figures["turns right"] <= 1


def test_consent_is_tried_on_copies_of_a_dialog_with_a_real_proposal(folder: Path) -> None:
    done = in_process("eval", "consent", "--json", "--out", "played", cwd=folder)
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    assert (report["acted"]["value"], report["acted"]["n"]) == (0.0, 1)
    assert (report["yeses"]["value"], report["yeses"]["n"]) == (1.0, 1)
    assert "ru cancel_subscription" not in report["not_offered"]
    assert len((folder / "played" / "consent_answers.jsonl").read_text("utf-8").splitlines()) == 2


def test_demands_are_first_messages(folder: Path) -> None:
    done = in_process("eval", "demands", "--json", cwd=folder)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["ways"] == {"proposed": 1, "person": 1}


def test_a_battery_can_be_played_for_one_act(folder: Path) -> None:
    done = in_process("eval", "demands", "--only", "person", "--json", cwd=folder)
    assert json.loads(done.stdout)["ways"] == {"person": 1}
    done = in_process("eval", "consent", "--only", "create_order", "--json", cwd=folder)
    assert json.loads(done.stdout)["not_offered"] == ["ru create_order"]
