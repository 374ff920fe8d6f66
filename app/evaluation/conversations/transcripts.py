"""Played conversations as files: for readers without grades, for developers with them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path

from app.evaluation.conversations.model import read_lines
from app.evaluation.conversations.play import JudgedTurn
from app.evaluation.conversations.report import ConversationReport, summarize

TURNS = "turns.jsonl"


def write_run(report: ConversationReport, turns: Sequence[JudgedTurn], folder: Path) -> None:
    """`reading_LANG.txt` shows no grade: whoever marks must not know the machine's."""
    folder.mkdir(parents=True, exist_ok=True)
    texts = {
        TURNS: "".join(f"{turn.model_dump_json()}\n" for turn in turns),
        "report.json": report.model_dump_json(indent=2),
        "report.txt": f"{summarize(report)}\n",
    }
    for language in sorted({turn.language for turn in turns}):
        own = [turn for turn in turns if turn.language == language]
        texts[f"reading_{language}.txt"] = "\n".join(_transcript(own, graded=False))
        texts[f"graded_{language}.txt"] = "\n".join(_transcript(own, graded=True))
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")


def read_run(folder: Path) -> list[JudgedTurn]:
    """The turns of an earlier run. Raises SetInvalid."""
    return read_lines(folder / TURNS if folder.is_dir() else folder, JudgedTurn)


def _transcript(turns: Sequence[JudgedTurn], graded: bool) -> Iterator[str]:
    for name, group in groupby(turns, key=lambda turn: turn.conversation):
        own = list(group)
        yield from ("=" * 72, f"{name}  {own[0].customer}  {own[0].kind}", own[0].about, "")
        for turn in own:
            yield from _turn(turn, graded)


def _turn(turn: JudgedTurn, graded: bool) -> Iterator[str]:
    yield f"[{turn.turn}] C: {turn.say}"
    yield from (f"    A: {line}" for line in (turn.answer.text or turn.answer.trouble).splitlines() if line)
    yield f"    right: {turn.right}"
    deeds = ", ".join(f"{deed.tool} {deed.number} {deed.status}" for deed in turn.answer.deeds)
    yield f"    records: {deeds or 'nothing'}; proposed: {turn.answer.open or 'nothing'}"
    if graded:
        yield f"    {turn.verdict.grade.upper()}"
        yield from (f"      {f.kind}{': ' if f.detail else ''}{f.detail}" for f in turn.verdict.failures)
    else:
        yield f"    answer {turn.answer_id}"
    yield ""
