"""What the local router is trained on: the lines of a folder, and a team's own in place of some of them."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from app.core.company import in_use
from app.core.exceptions import CallCenterError
from app.core.similarity import near_pairs, words
from app.core.text import is_blank, shorten
from app.engines.routing.artefact import STAY, data_hash
from app.engines.routing.training.lines import LabelledLine, lines_of, read_lines
from app.evaluation.cases import CaseSet, read_set

FEWEST, SHOWN = 5, 3


class TrainingRefused(CallCenterError):
    status = 422
    code = "training_refused"


@dataclass(frozen=True, kw_only=True)
class Lessons:
    """`own` counts the team's lines by file; they are in `lines` too, in place of `replaced` shipped ones."""

    lines: list[LabelledLine]
    fingerprint: str
    own: Mapping[str, int]
    replaced: int

    @property
    def labels(self) -> dict[str, int]:
        return dict(Counter(line.label for line in self.lines))

    @property
    def sentence(self) -> str:
        own = sum(self.own.values())
        mine = f", {own} of them your own, in place of {self.replaced} of ours" if self.own else ""
        return f"{len(self.lines)} lines{mine}"


def read_lessons(train_dir: Path, extra: Sequence[Path]) -> Lessons:
    """A text of the team replaces the same text of `train_dir`.

    Raises SetInvalid for a bad line, TrainingRefused where the lines do not suffice to train on.
    """
    legal = (*in_use().agents, STAY)
    for path in sorted(train_dir.glob("*.jsonl")):
        read_set(path, legal)
    files = {path: _read_own(path, legal) for path in extra}
    own = [line for lines in files.values() for line in lines]
    replaced = _labels_by_text(own)
    shipped = read_lines(train_dir)
    kept = [line for line in shipped if _key(line.text) not in replaced]
    lines = [*kept, *{_key(line.text): line for line in own if not line.past}.values()]
    lines += [line for line in own if line.past]
    counts = Counter(line.label for line in lines)
    for agent in in_use().agents:
        if counts[agent] < FEWEST:
            raise TrainingRefused(
                f"{counts[agent]} training lines of {agent}, at least {FEWEST} are needed ({train_dir})."
            )
    by_file = {str(path): len(found) for path, found in files.items()}
    return Lessons(
        lines=lines,
        fingerprint=_fingerprint(train_dir, own),
        own=by_file,
        replaced=len(shipped) - len(kept),
    )


def _read_own(path: Path, legal: Sequence[str]) -> list[LabelledLine]:
    found = []
    for case in read_set(path, legal, corrections=True).cases:
        for line in lines_of((turn.model_dump() for turn in case.turns), case.lang, case.industry):
            if is_blank(line.text):
                raise TrainingRefused(f"{path.name}: {case.id} has a blank text.")
            found.append(line)
    return found


def _labels_by_text(lines: Sequence[LabelledLine]) -> dict[str, str]:
    """Of single messages only: inside a dialog the same words may have another label.

    Raises TrainingRefused where one text has two labels.
    """
    labels: dict[str, str] = {}
    for line in (x for x in lines if not x.past):
        if (before := labels.setdefault(_key(line.text), line.label)) != line.label:
            raise TrainingRefused(f"“{_short(line.text)}” has two labels: {before} and {line.label}.")
    return labels


def _fingerprint(train_dir: Path, own: Sequence[LabelledLine]) -> str:
    base = data_hash(train_dir)
    if not own:
        return base
    rows = sorted(
        json.dumps([x.text, x.label, x.lang, x.industry, _past(x)], ensure_ascii=False) for x in own
    )
    return sha256("\n".join([base, *rows]).encode("utf-8", "surrogatepass")).hexdigest()


def _past(line: LabelledLine) -> list[object]:
    if line.past is None:
        return []
    return [line.past.serving, [[each.role, each.agent, each.content] for each in line.past.said]]


def refuse_leaks(lines: Sequence[LabelledLine], sets: Sequence[CaseSet]) -> None:
    """Raises TrainingRefused where a line is, word for word or nearly, in a set to compare on."""
    turns = ((f"{s.name} {case.id}", turn) for s in sets for case in s.cases for turn in case.turns)
    asked = [(where, turn.content) for where, turn in turns if turn.role == "customer"]
    pairs = list(near_pairs([text for _, text in asked], [line.text for line in lines]))
    if not pairs:
        return
    shown = "; ".join(f"“{_short(lines[ours].text)}” is {asked[theirs][0]}" for theirs, ours in pairs[:SHOWN])
    more = f" and {len(pairs) - SHOWN} more" if len(pairs) > SHOWN else ""
    raise TrainingRefused(
        f"Training lines stand, nearly or wholly, in a set to compare on: {shown}{more}. "
        "Leave them out of one of the two, or compare on other sets (--on)."
    )


def _key(text: str) -> str:
    return " ".join(words(text))


def _short(text: str) -> str:
    line = " ".join(text.split())
    return shorten(line, 60)
