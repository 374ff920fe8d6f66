"""Whether labelled sets can be trusted: schema, duplicates, leakage, balance, coverage, datasheets.

`train/*.jsonl` is training, `dev_*.jsonl` development, every other `*.jsonl` of the folder a test set.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import combinations
from pathlib import Path
from re import findall
from typing import Literal

from pydantic import BaseModel

from app.core.company import in_use
from app.core.similarity import near_pairs, words
from app.evaluation.cases import Case, CaseSet, SetInvalid, read_set
from app.evaluation.retrieval import is_questions

PROMPTS = Path(__file__).parents[1] / "agents" / "texts"
STAY = "stay"
ENOUGH = 20  # lines a label
FAIR = 0.6  # of an even share: 20 % with three labels
GRAMMAR, GRAMMAR_SHARE = "grammar", 0.3

Severity = Literal["error", "warning"]
Split = Literal["train", "dev", "test"]
Message = tuple[str, str]  # where, text


class Finding(BaseModel):
    """An error refuses the sets; a warning is for a person to judge."""

    severity: Severity
    where: str
    problem: str


def check(folder: Path, legal: Iterable[str], prompts: Iterable[Path] | None = None) -> list[Finding]:
    """`legal` are the roster's names; lines of the `prompts`, folders, count as training. Errors first."""
    labels = tuple(legal)
    splits, findings = _read(folder, labels)
    for sets in splits.values():
        for each in sets:
            findings += _duplicates(each)
    findings += _leaks(splits, [PROMPTS, in_use().folder / "agents"] if prompts is None else prompts)
    for split, sets in splits.items():
        findings += _balance(split, sets, labels)
    findings += _grammar(splits["train"])
    findings += _datasheets(folder, splits)
    return sorted(findings, key=lambda finding: finding.severity)


def _read(folder: Path, labels: tuple[str, ...]) -> tuple[dict[Split, list[CaseSet]], list[Finding]]:
    splits: dict[Split, list[CaseSet]] = {"train": [], "dev": [], "test": []}
    findings = []
    for path in [*sorted(folder.glob("*.jsonl")), *sorted((folder / "train").glob("*.jsonl"))]:
        split = _split(path)
        if is_questions(path):
            continue
        try:
            splits[split].append(read_set(path, {*labels, STAY} if split == "train" else labels))
        except SetInvalid as error:
            findings.append(_error(path.name, str(error)))
    for split, sets in splits.items():
        if not sets:
            findings.append(_error(str(folder), f"no {split} set"))
    return splits, findings


def _split(path: Path) -> Split:
    if path.parent.name == "train":
        return "train"
    return "dev" if path.name.startswith("dev_") else "test"


def _duplicates(each: CaseSet) -> Iterator[Finding]:
    seen: dict[tuple[str, ...], str] = {}
    for case in each.cases:
        said = tuple(" ".join(words(text)) for text in _customer(case))
        if said in seen:
            yield _error(f"{each.name} {case.id}", f"the same text as {seen[said]}")
        seen.setdefault(said, case.id)


def _leaks(splits: dict[Split, list[CaseSet]], prompts: Iterable[Path]) -> Iterator[Finding]:
    messages = {split: [m for each in sets for m in _messages(each)] for split, sets in splits.items()}
    messages["train"] += _shots(prompts)
    for first, second in combinations(messages, 2):
        left, right = messages[first], messages[second]
        for ours, theirs in near_pairs([text for _, text in left], [text for _, text in right]):
            yield _error(right[theirs][0], f"{second} shares a message with {first}: {left[ours][0]}")


def _messages(each: CaseSet) -> Iterator[Message]:
    for case in each.cases:
        for text in _customer(case):
            yield f"{each.name} {case.id}", text


def _customer(case: Case) -> list[str]:
    return [turn.content for turn in case.turns if turn.role == "customer"]


def _shots(prompts: Iterable[Path]) -> Iterator[Message]:
    """Lines and quoted pieces of the prompts."""
    for path in sorted(path for folder in prompts for path in folder.glob("*.md")):
        for line in path.read_text(encoding="utf-8").splitlines():
            for text in [line.strip(" -*>#"), *findall(r"[\"«“]([^\"»”]+)[\"»”]", line)]:
                if text:
                    yield path.name, text


def _balance(split: Split, sets: list[CaseSet], labels: tuple[str, ...]) -> Iterator[Finding]:
    counts = Counter(
        turn.expected
        for each in sets
        for case in each.cases
        for turn in case.turns
        if turn.expected in labels
    )
    for label in labels if sets else ():
        share = counts[label] / max(1, counts.total())
        if counts[label] < ENOUGH:
            yield _error(split, f"{counts[label]} lines of {label}, {ENOUGH} are needed")
        elif share < FAIR / len(labels):
            yield Finding(severity="warning", where=split, problem=f"only {share:.0%} of lines are {label}")


def _grammar(train: list[CaseSet]) -> Iterator[Finding]:
    origins = Counter(case.origin for each in train for case in each.cases)
    share = origins[GRAMMAR] / max(1, origins.total())
    if share > GRAMMAR_SHARE:
        yield _error("train", f"{share:.0%} of lines are made by a grammar, {GRAMMAR_SHARE:.0%} is the limit")


def _datasheets(folder: Path, splits: dict[Split, list[CaseSet]]) -> Iterator[Finding]:
    sheet = folder / "README.md"
    told = sheet.read_text(encoding="utf-8") if sheet.is_file() else ""
    for split, sets in splits.items():
        for each in sets:
            name = f"train/{each.name}.jsonl" if split == "train" else f"{each.name}.jsonl"
            if f"`{name}`" not in told:
                yield _error("README.md", f"no datasheet of `{name}`")


def _error(where: str, problem: str) -> Finding:
    return Finding(severity="error", where=where, problem=problem)
