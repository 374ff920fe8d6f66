"""Whether conversations and batteries can be trusted: format, contradictions, copies, datasheets."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import combinations
from pathlib import Path
from typing import Any

from app.core.locales import LOCALES
from app.core.similarity import near_pairs, words
from app.core.yaml import load
from app.evaluation.cases import SetInvalid, read_set
from app.evaluation.check import STAY, Finding
from app.evaluation.conversations.batteries import Offer
from app.evaluation.conversations.model import ConsentLine, Conversation, DemandLine, Split, read_lines
from app.evaluation.conversations.openings import LOG

FEWEST_WORDS = 4
"""Different words of a line from which it can be somebody's own: everybody says "yes" and "how much"."""
CONVERSATIONS, BATTERIES = "conversations", "batteries"
ACTS = "acts.yaml"
Placed = tuple[str, str]
"""Where a line stands, and the line."""


@dataclass
class _Lines:
    """Customers' lines by split; `findings` are of the files that they were read from."""

    train: list[Placed] = field(default_factory=list)
    dev: list[Placed] = field(default_factory=list)
    test: list[Placed] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)

    def of(self, split: Split) -> list[Placed]:
        return self.dev if split == "dev" else self.test


def check_conversations(folder: Path, labels: tuple[str, ...], locales: Path = LOCALES) -> list[Finding]:
    """`folder` is that of all sets. Training are its `train/` and `acts.yaml` of the locales."""
    found = _Lines()
    seen: dict[str, str] = {}
    for path in sorted((folder / CONVERSATIONS).glob("*.jsonl")):
        if path.name != LOG:
            _read_conversations(path, found, seen)
    for path in sorted((folder / BATTERIES).glob("*.jsonl")):
        _read_battery(path, found)
    if found.dev or found.test:
        _read_training(folder, labels, locales, found)
    return [*found.findings, *_shared(found), *_without_datasheet(folder)]


def _read_conversations(path: Path, found: _Lines, seen: dict[str, str]) -> None:
    split, _, language = path.stem.partition("_")
    if split not in ("dev", "test") or not language:
        found.findings.append(_error(path, "the name is dev_LANGUAGE or test_LANGUAGE"))
        return
    try:
        conversations = read_lines(path, Conversation)
    except SetInvalid as error:
        found.findings.append(_error(path, str(error)))
        return
    for conversation in conversations:
        if conversation.id in seen:
            found.findings.append(_error(path, f"{conversation.id} stands in {seen[conversation.id]} too"))
        seen[conversation.id] = path.name
        found.findings += [_error(path, problem) for problem in _problems(conversation, language)]
        told = [(f"{path.stem} {conversation.id}", turn.say) for turn in conversation.turns]
        found.of("dev" if split == "dev" else "test").extend(told)


def _problems(conversation: Conversation, language: str) -> Iterator[str]:
    if conversation.language != language:
        yield f"{conversation.id}: the language is {conversation.language}, in a file of {language}"
    done: set[str] = set()
    for number, turn in enumerate(conversation.turns, 1):
        done |= set(turn.must.acts or ())
        if both := done & set(turn.must_not.acts):
            told = ", ".join(sorted(both))
            yield f"{conversation.id} turn {number}: {told} must be done by now, and must not"


def _read_battery(path: Path, found: _Lines) -> None:
    name, _, language = path.stem.rpartition("_")
    kind = _KINDS.get(name.removeprefix("dev_"))
    if kind is None or not language:
        found.findings.append(_error(path, f"the name is one of {', '.join(_KINDS)} and the language"))
        return
    try:
        lines: list[Any] = read_lines(path, kind)
    except SetInvalid as error:
        found.findings.append(_error(path, str(error)))
        return
    if kind is Offer:
        return
    for text, count in Counter(_key(line) for line in lines).items():
        if count > 1:
            found.findings.append(_error(path, f"stands {count} times: {text}"))
    found.of("dev" if name.startswith("dev_") else "test").extend((path.stem, line.say) for line in lines)


_KINDS: dict[str, type[ConsentLine] | type[DemandLine] | type[Offer]] = {
    "consent": ConsentLine,
    "demands": DemandLine,
    "offers": Offer,
}


def _key(line: ConsentLine | DemandLine) -> str:
    """A yes may be written in several ways that differ in their punctuation alone."""
    if isinstance(line, ConsentLine):
        return f"{line.offer}: {line.say}"
    return f"{line.act}: {' '.join(words(line.say))}"


def _read_training(folder: Path, labels: tuple[str, ...], locales: Path, found: _Lines) -> None:
    """Sets that cannot be read are the finding of another check."""
    for path in sorted((folder / "train").glob("*.jsonl")):
        try:
            cases = read_set(path, {*labels, STAY}).cases
        except SetInvalid:
            continue
        found.train += [
            (f"train/{path.stem} {case.id}", turn.content)
            for case in cases
            for turn in case.turns
            if turn.role == "customer"
        ]
    for path in sorted(locales.glob(f"*/{ACTS}")):
        found.train += [(f"{path.parent.name}/{ACTS}", text) for text in _texts(load(path))]


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for part in value.values() if isinstance(value, dict) else value:
            yield from _texts(part)


def _shared(found: _Lines) -> Iterator[Finding]:
    splits = {"train": found.train, "dev": found.dev, "test": found.test}
    long = {name: [line for line in lines if _is_long(line[1])] for name, lines in splits.items()}
    for first, second in combinations(long, 2):
        left, right = long[first], long[second]
        for ours, theirs in near_pairs([text for _, text in left], [text for _, text in right]):
            where, text = right[theirs]
            problem = f"{second} shares a line with {first}, {left[ours][0]}: {text}"
            yield Finding(severity="error", where=where, problem=problem)


def _is_long(text: str) -> bool:
    return len(set(words(text))) >= FEWEST_WORDS


def _without_datasheet(folder: Path) -> Iterator[Finding]:
    sheet = folder / "README.md"
    told = sheet.read_text(encoding="utf-8") if sheet.is_file() else ""
    for name in (CONVERSATIONS, BATTERIES):
        for path in sorted((folder / name).glob("*.jsonl")):
            if path.name != LOG and f"`{name}/{path.name}`" not in told:
                yield Finding(
                    severity="error", where="README.md", problem=f"no datasheet of `{name}/{path.name}`"
                )


def _error(path: Path, problem: str) -> Finding:
    return Finding(severity="error", where=f"{path.parent.name}/{path.name}", problem=problem)
