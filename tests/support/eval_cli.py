"""The folder of a team that measures: a set of thirty messages, the command, and what it left."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from app.evaluation.predictions import Run
from app.evaluation.registry import Registry
from tests.support.command import call_center, in_process

Json = dict[str, Any]
LABELS = ("tech_support", "sales", "supervisor")


def folder_with_a_set(root: Path) -> Path:
    """Thirty messages in eval_sets/some.jsonl."""
    write(root, "some", *(line(number) for number in range(30)))
    return root


def text_of(number: int) -> str:
    return f"message {number}"


def label_of(text: str) -> str:
    return LABELS[int(text.split()[-1]) % 3]


def line(number: int, **more: object) -> Json:
    return {"id": f"c{number:02}", "text": text_of(number), "label": label_of(text_of(number)), **more}


def write(folder: Path, name: str, *rows: Json) -> None:
    path = folder / "eval_sets" / f"{name}.jsonl"
    path.parent.mkdir(exist_ok=True)
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")


def evaluate(folder: Path, *arguments: str, status: int = 0, **environment: str) -> str:
    """Everything it said."""
    done = in_process("eval", *arguments, cwd=folder, **environment)
    assert done.returncode == status, done.stdout + done.stderr
    return done.stdout + done.stderr


def process(folder: Path, *arguments: str, status: int = 0) -> str:
    """Everything it said in a process of its own."""
    done = call_center("eval", *arguments, cwd=folder)
    assert done.returncode == status, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    return done.stdout + done.stderr


def latest(folder: Path) -> Run:
    return Registry(folder / "storage" / "eval_runs").load("latest")
