"""Scenario files (YAML, read strictly): the customer's goal, the records before, and what must hold after.

In expectations, a list matches any of its members, and a mapping may omit fields.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    model_validator,
)

from app.core.actions import ACTIONS, tool_name
from app.core.encodings import Undecodable, decoded
from app.core.exceptions import CallCenterError
from app.core.yaml import YAMLError, parse
from app.evaluation.scenarios.fixtures import Before

TOOLS = frozenset(tool_name(action) for action in ACTIONS)
Kind = Literal["subscription", "payment", "order", "ticket", "call", "approval", "device"]
Step = Literal["take_over", "reply", "hand_back", "approve", "reject"]


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


def as_list(given: Any) -> Any:
    return given if isinstance(given, list) else [given]


def _known_tool(name: str) -> str:
    if name not in TOOLS:
        raise ValueError(f"{name} is no consequential tool; they are {', '.join(sorted(TOOLS))}")
    return name


def _compiles(pattern: str) -> str:
    if is_regex(pattern):
        try:
            re.compile(pattern[1:-1])
        except re.error as error:
            raise ValueError(f"{pattern} is no regular expression: {error}") from error
    return pattern


def is_regex(pattern: str) -> bool:
    return len(pattern) > 2 and pattern.startswith("/") and pattern.endswith("/")


ToolName = Annotated[str, AfterValidator(_known_tool)]
Pattern = Annotated[str, Field(min_length=1), AfterValidator(_compiles)]
Alternatives = Annotated[list[Pattern], BeforeValidator(as_list), Field(min_length=1)]
Names = Annotated[list[str], BeforeValidator(as_list)]


class ExpectedEffect(Strict):
    """What is looked for among the effects. `by_person`: a person decided it."""

    tool: Annotated[list[ToolName], BeforeValidator(as_list)]
    status: Annotated[list[Literal["done", "approval", "refused"]], BeforeValidator(as_list)] = ["done"]
    reason: Names | None = None
    arguments: dict[str, Any] = Field(default_factory=dict)
    by_person: bool | None = None


class Never(ExpectedEffect):
    """Must not be done, nor wait for a person's word, unless `status` says otherwise."""

    status: Annotated[list[Literal["done", "approval", "refused"]], BeforeValidator(as_list)] = [
        "done",
        "approval",
    ]


class RecordExpected(Strict):
    """So many records of that kind, exactly, fit `where`; `of` is another customer than the scenario's."""

    kind: Kind
    where: dict[str, Any] = Field(default_factory=dict)
    count: int = Field(default=1, ge=0)
    of: str | None = None


class Ends(Strict):
    """The dialog as it stands at its end, and who spoke first; what is not given may be anything."""

    first_agent: Names | None = None
    agent: Names | None = None
    handler: Literal["bot", "person"] | None = None
    status: Literal["active", "closed"] | None = None
    escalated: bool | None = None


class After(Strict):
    """`effects` are all that may be done or wait, each once; `others` are tools allowed beside them."""

    effects: list[ExpectedEffect] = Field(default_factory=list)
    others: Literal["none", "allowed"] | list[ToolName] = "none"
    records: list[RecordExpected] = Field(default_factory=list)
    ends: Ends = Ends()


class Operation(Strict):
    """What a person does between two lines of the customer; `agent` takes over at a hand-back."""

    do: Step
    by: str = "irina"
    text: str = ""
    agent: str | None = None


Turn = str | Operation


class Scenario(Strict):
    """`turns` are for a scripted customer, `goal` and `facts` for a simulated one; both may stand.

    `said` and `unsaid` are looked for in the lines of agents: words, or /a regular expression/; each entry
    of `said` may be a list of which one is enough.
    """

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9-]*$")
    language: str = Field(min_length=2)
    about: str = ""
    agents: Names = Field(default_factory=list)
    tags: list[str] = Field(min_length=1)
    customer: str = Field(min_length=1)
    before: list[Before] = Field(default_factory=list)
    turns: list[Turn] = Field(default_factory=list)
    goal: str = ""
    facts: list[str] = Field(default_factory=list)
    after: After = After()
    never: list[Never] = Field(default_factory=list)
    said: list[Alternatives] = Field(default_factory=list)
    unsaid: list[Pattern] = Field(default_factory=list)

    @model_validator(mode="after")
    def _has_a_customer(self) -> Scenario:
        if not self.lines and not self.goal:
            raise ValueError("give turns with a line of the customer, or a goal")
        if self.turns and not isinstance(self.turns[0], str):
            raise ValueError("the first turn must be a line of the customer")
        return self

    @property
    def lines(self) -> list[str]:
        """What the scripted customer says."""
        return [turn for turn in self.turns if isinstance(turn, str)]

    def steps_after(self, spoken: int) -> list[Operation]:
        """What people do after the customer has spoken so many times, before the next line."""
        heard, found = 0, list[Operation]()
        for turn in self.turns:
            if isinstance(turn, str):
                heard += 1
            elif heard == spoken:
                found.append(turn)
        return found

    @property
    def watched(self) -> list[str]:
        """The customers whose records are looked at, the scenario's first."""
        others = {before.only.of for before in self.before} | {r.of for r in self.after.records}
        return [self.customer, *sorted(name for name in others if name and name != self.customer)]


class ScenarioInvalid(CallCenterError):
    """A file of scenarios that cannot be used; the sentence names file, scenario and field."""

    status = 422
    code = "scenario_invalid"

    def __init__(self, where: str, problem: str) -> None:
        super().__init__(f"{where}: {problem}")


def read_scenarios(paths: Sequence[Path]) -> list[Scenario]:
    """Of files, and of all *.yaml in folders. Raises ScenarioInvalid for the first that cannot be used."""
    found: dict[str, str] = {}
    scenarios: list[Scenario] = []
    for path in _files(paths):
        for scenario in _read(path):
            if scenario.id in found:
                raise ScenarioInvalid(path.name, f"the id {scenario.id} stands in {found[scenario.id]} too")
            found[scenario.id] = path.name
            scenarios.append(scenario)
    return scenarios


def select_scenarios(scenarios: Iterable[Scenario], only: Sequence[str]) -> list[Scenario]:
    """By id, language or tag; all where none is named. Raises ScenarioInvalid where nothing fits."""
    named = set(only)
    found = [s for s in scenarios if not named or named & {s.id, s.language, *s.tags}]
    if not found:
        raise ScenarioInvalid(", ".join(only) or "scenarios", "no scenario has this id, language or tag")
    return found


def _files(paths: Sequence[Path]) -> Iterator[Path]:
    for path in paths:
        inside = sorted(path.glob("*.yaml")) if path.is_dir() else [path]
        if not inside:
            raise ScenarioInvalid(str(path), "the folder holds no *.yaml")
        yield from inside


def _read(path: Path) -> Iterator[Scenario]:
    try:
        loaded = parse(decoded(path.read_bytes()))
    except (OSError, Undecodable) as error:
        raise ScenarioInvalid(path.name, f"the file cannot be read ({error})") from error
    except YAMLError as error:
        raise ScenarioInvalid(path.name, f"this is not YAML: {' '.join(str(error).split())}") from error
    for number, given in enumerate(loaded if isinstance(loaded, list) else [loaded], 1):
        yield _scenario(path.name, number, given)


def _scenario(where: str, number: int, given: Any) -> Scenario:
    if not isinstance(given, dict):
        raise ScenarioInvalid(where, f"entry {number} is not a mapping")
    name = f"{where}, {given.get('id', f'entry {number}')}"
    try:
        return Scenario.model_validate(given)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        field = ".".join(str(part) for part in first["loc"])
        problem = first["msg"].removeprefix("Value error, ")
        raise ScenarioInvalid(name, f"{field}: {problem}" if field else problem) from None
