"""Scenario files: YAML, a list of scenarios or one a file, read strictly."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from app.core.encodings import Undecodable, decoded
from app.core.exceptions import CallCenterError
from app.evaluation.scenarios.model import Scenario


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


def chosen(scenarios: Iterable[Scenario], only: Sequence[str]) -> list[Scenario]:
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
        loaded = yaml.safe_load(decoded(path.read_bytes()))
    except (OSError, Undecodable) as error:
        raise ScenarioInvalid(path.name, f"the file cannot be read ({error})") from error
    except yaml.YAMLError as error:
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
