"""Labelled transcripts, one JSON object per line, read strictly (docs/evaluation.md), and where sets are.

The team's folder is searched before the sets that ship with the package.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

import app
from app.core import jsonlines
from app.core.encodings import Undecodable, decoded
from app.core.exceptions import CallCenterError
from app.core.models import Role, Said

SETS = Path("eval_sets")
_PACKAGE = Path(app.__file__).parent


def home(own: Path = SETS) -> Path:
    """The folder whose sets are offered: the team's, or the shipped one where it has none."""
    return own if own != SETS or any(own.glob("*.jsonl")) else shipped() or own


def part(name: str) -> Path:
    """A folder or file of the sets; where there is none, where the team's would be."""
    came = shipped()
    return came / name if came and not (SETS / name).exists() and (came / name).exists() else SETS / name


def find(name: str, own: Path = SETS) -> Path | None:
    """A set by the path of its file, or by its name."""
    inside = [Path(name), own / f"{name}.jsonl", part(f"{name}.jsonl")]
    return next((path for path in inside if path.is_file()), None)


def shipped() -> Path | None:
    """A wheel has the sets inside the package, a checkout beside it, an image nowhere."""
    return next((at for where in (_PACKAGE, _PACKAGE.parent) if (at := where / SETS).is_dir()), None)


Event = Literal["start", "stay", "switch", "escalate", "return", "close"]


class SetInvalid(CallCenterError):
    """A labelled set that cannot be used; the sentence names file and line, 0 where it is no line."""

    status = 422
    code = "set_invalid"

    def __init__(self, where: str, line: int, problem: str) -> None:
        super().__init__(f"{where}, line {line}: {problem}" if line else f"{where}: {problem}")
        self.where, self.line = where, line


class CaseTurn(BaseModel):
    """`expected` and `acceptable` stand on customer turns that count; `agent` tells who spoke."""

    model_config = ConfigDict(extra="forbid")

    role: Role
    content: str = Field(min_length=1)
    agent: str | None = None
    expected: str | None = None
    acceptable: list[str] = Field(default_factory=list)
    event: Event | None = None

    @model_validator(mode="after")
    def _accepts_what_is_expected(self) -> CaseTurn:
        if self.expected and self.expected not in self.acceptable:
            self.acceptable = [self.expected, *self.acceptable]
        return self

    def as_said(self) -> Said:
        return Said(role=self.role, content=self.content, agent=self.agent)


class Case(BaseModel):
    """A conversation whose last line is the customer's; a single message is one turn."""

    model_config = ConfigDict(extra="forbid")

    id: str
    lang: str = "ru"
    industry: str = "general"
    tags: list[str] = Field(default_factory=list)
    difficulty: str = "plain"
    origin: str = "written"
    turns: list[CaseTurn] = Field(min_length=1)

    @model_validator(mode="after")
    def _ends_with_a_label(self) -> Case:
        last = self.turns[-1]
        if last.role != "customer" or last.expected is None:
            raise ValueError("the last turn must be a customer's with a label")
        return self

    @property
    def labelled(self) -> list[int]:
        """Positions of the turns that count."""
        return [at for at, turn in enumerate(self.turns) if turn.role == "customer" and turn.expected]

    @property
    def text(self) -> str:
        return self.turns[-1].content


class CaseSet(BaseModel):
    """`digest` is the SHA-256 of the content, whatever the formatting of the file."""

    name: str
    cases: list[Case]

    @property
    def digest(self) -> str:
        lines = (json.dumps(c.model_dump(), sort_keys=True, ensure_ascii=False) for c in self.cases)
        return sha256("\n".join(lines).encode()).hexdigest()

    @property
    def size(self) -> int:
        """How many labelled turns."""
        return sum(len(case.labelled) for case in self.cases)


def read_set(path: Path, legal: Iterable[str] | None = None, corrections: bool = False) -> CaseSet:
    """Raises SetInvalid for the first bad line; `legal` are the labels of the roster.

    In a file of `corrections` (corrections.py) what is not confirmed is left out.
    """
    names = frozenset(legal) if legal else None
    cases: list[Case] = []
    seen: set[str] = set()
    for number, line in numbered_lines(path):
        case = _case(path.name, number, line, corrections)
        if case is None:
            continue
        if case.id in seen:
            raise SetInvalid(path.name, number, f"the id {case.id} stands twice")
        if names and (strange := _labels(case) - names):
            raise SetInvalid(path.name, number, f"unknown label {', '.join(sorted(strange))}")
        seen.add(case.id)
        cases.append(case)
    return CaseSet(name=path.stem, cases=cases)


def numbered_lines(path: Path) -> Iterator[tuple[int, str]]:
    """Those with something in them. Raises SetInvalid."""
    try:
        return jsonlines.lines(decoded(path.read_bytes()))
    except OSError as error:
        raise SetInvalid(path.name, 0, f"the file cannot be read ({error.strerror})") from error
    except Undecodable as error:
        raise SetInvalid(path.name, 0, f"{error}; save the file as UTF-8") from None


def _case(where: str, number: int, line: str, corrections: bool) -> Case | None:
    """None for a correction that nobody confirmed."""
    try:
        row = jsonlines.loads(line)
        if corrections and isinstance(row, dict):
            row.pop("correction", None)
            if row.pop("confirmed", True) is not True:
                return None
        return Case.model_validate(_long_form(row))
    except ValidationError as error:
        first = error.errors(include_input=False)[0]
        field, problem = ".".join(map(str, first["loc"])), first["msg"].removeprefix("Value error, ")
        raise SetInvalid(where, number, f"{field}: {problem}" if field else problem) from None
    except ValueError as error:
        raise SetInvalid(where, number, str(error)) from None


def _long_form(row: Any) -> Any:
    """`{"id", "text", "label", "acceptable"?}` is one customer turn."""
    if not isinstance(row, dict) or "text" not in row:
        return row
    rest = {k: v for k, v in row.items() if k not in ("text", "label", "acceptable")}
    turn = {
        "role": "customer",
        "content": row["text"],
        "expected": row.get("label"),
        "acceptable": row.get("acceptable", []),
        "event": "start",
    }
    return {**rest, "turns": [turn]}


def _labels(case: Case) -> set[str]:
    return {label for turn in case.turns for label in (turn.acceptable if turn.expected else [])}
