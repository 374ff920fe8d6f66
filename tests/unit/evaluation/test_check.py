"""Planted faults in labelled sets are found and named."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from app.evaluation.check import Finding, check

LABELS = ("tech_support", "sales", "supervisor")
SPLITS = {"train/ru.jsonl": "t", "dev_ru.jsonl": "d", "routing_ru.jsonl": "r"}
Row = dict[str, object]


def lines(prefix: str) -> list[Row]:
    return [
        {"id": f"{prefix}-{label}-{n}", "text": f"{prefix}{n} {label} слово{n}{prefix}", "label": label}
        for label in LABELS
        for n in range(20)
    ]


def write(path: Path, rows: list[Row]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows), encoding="utf-8")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, prefix in SPLITS.items():
        write(tmp_path / name, lines(prefix))
    (tmp_path / "README.md").write_text(" ".join(f"`{name}`" for name in SPLITS), encoding="utf-8")
    return tmp_path


def plant(folder: Path, name: str, text: str, **more: object) -> None:
    row = {"id": "planted", "text": text, "label": "sales", **more}
    write(folder / name, [*lines(SPLITS[name]), row])


def problems(found: list[Finding], severity: str = "error") -> list[str]:
    return [f"{f.where}: {f.problem}" for f in found if f.severity == severity]


def test_clean_sets_have_no_findings(folder: Path) -> None:
    assert check(folder, LABELS) == []


def test_a_repeated_text_is_found_whatever_its_case_and_punctuation(folder: Path) -> None:
    plant(folder, "routing_ru.jsonl", "R3 SALES, слово3r!")
    assert problems(check(folder, LABELS)) == ["routing_ru planted: the same text as r-sales-3"]


@pytest.mark.parametrize("name", ["routing_ru.jsonl", "dev_ru.jsonl"])
def test_a_near_copy_of_a_training_line_is_found(folder: Path, name: str) -> None:
    write(
        folder / "train/ru.jsonl", [*lines("t"), {"id": "x", "text": "Счёт ещё не пришёл", "label": "sales"}]
    )
    plant(folder, name, "еще не пришел счет, вот")
    (problem,) = problems(check(folder, LABELS))
    assert "planted" in problem
    assert "with train: ru x" in problem


def test_a_line_under_the_threshold_is_no_copy(folder: Path) -> None:
    plant(folder, "routing_ru.jsonl", "t1 sales другое дело")
    assert check(folder, LABELS) == []


def test_an_earlier_turn_of_a_dialog_counts_as_a_message(folder: Path) -> None:
    turns = [
        {"role": "customer", "content": "t4 sales слово4t"},
        {"role": "agent", "content": "да?"},
        {"role": "customer", "content": "нет", "expected": "sales"},
    ]
    write(folder / "routing_ru.jsonl", [*lines("r"), {"id": "planted", "turns": turns}])
    assert problems(check(folder, LABELS)) == [
        "routing_ru planted: test shares a message with train: ru t-sales-4"
    ]


def test_examples_in_prompts_count_as_training(folder: Path, tmp_path: Path) -> None:
    prompts = tmp_path / "prompts"
    prompts.mkdir()
    (prompts / "router.md").write_text('For example "верните мне деньги" is supervisor.', encoding="utf-8")
    plant(folder, "routing_ru.jsonl", "Верните мне деньги!")
    assert problems(check(folder, LABELS, [prompts])) == [
        "routing_ru planted: test shares a message with train: router.md"
    ]


def test_a_broken_line_is_named_with_its_number(folder: Path) -> None:
    plant(folder, "dev_ru.jsonl", "привет", colour="red")
    assert any("dev_ru.jsonl, line 61: colour" in problem for problem in problems(check(folder, LABELS)))


def test_stay_is_a_label_of_training_only(folder: Path) -> None:
    write(folder / "train/ru.jsonl", [*lines("t"), {"id": "s", "text": "спасибо", "label": "stay"}])
    assert check(folder, LABELS) == []
    plant(folder, "routing_ru.jsonl", "благодарю", label="stay")
    assert any("unknown label stay" in problem for problem in problems(check(folder, LABELS)))


def test_too_few_lines_of_a_label_are_refused(folder: Path) -> None:
    write(folder / "dev_ru.jsonl", lines("d")[:-1])
    assert problems(check(folder, LABELS)) == ["dev: 19 lines of supervisor, 20 are needed"]


def test_a_rare_label_is_a_warning(folder: Path) -> None:
    more: list[Row] = [{"id": f"m{n}", "text": f"ещё{n} иное{n}", "label": "sales"} for n in range(60)]
    write(folder / "dev_ru.jsonl", [*lines("d"), *more])
    found = check(folder, LABELS)
    assert problems(found) == []
    assert problems(found, "warning") == [
        "dev: only 17% of lines are tech_support",
        "dev: only 17% of lines are supervisor",
    ]


def test_a_training_set_made_by_a_grammar_is_refused(folder: Path) -> None:
    rows = [{**row, "origin": "grammar"} if at % 3 == 0 else row for at, row in enumerate(lines("t"))]
    write(folder / "train/ru.jsonl", rows)
    assert problems(check(folder, LABELS)) == ["train: 33% of lines are made by a grammar, 30% is the limit"]


def test_a_set_without_a_datasheet_is_refused(folder: Path) -> None:
    (folder / "README.md").unlink()
    assert len(problems(check(folder, LABELS))) == len(SPLITS)


def test_a_missing_split_is_refused(folder: Path) -> None:
    (folder / "dev_ru.jsonl").unlink()
    assert any("no dev set" in problem for problem in problems(check(folder, LABELS)))
