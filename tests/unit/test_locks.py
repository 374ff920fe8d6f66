"""Each lock pins all that its image or environment imports."""

from __future__ import annotations

import tomllib
from importlib.metadata import requires

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.support.paths import ROOT
from tests.unit.test_make import pinned

EXTRAS = {
    "requirements.lock": ("ui", "eval", "postgres", "notebooks"),
    "requirements-run.lock": ("ui", "eval"),
    "deploy/requirements-server.lock": ("ui", "postgres"),
}


def needed(wanted: list[Requirement]) -> set[str]:
    """Names of `wanted` and of what they need on this machine, in their turn."""
    found: set[str] = set()
    while wanted:
        one = wanted.pop()
        extras = sorted(one.extras) or [""]
        if one.marker and not any(one.marker.evaluate({"extra": extra}) for extra in extras):
            continue
        name = canonicalize_name(one.name)
        if name in found:
            continue
        found.add(name)
        for line in requires(name) or ():
            below = Requirement(line)
            if below.marker is None or any(below.marker.evaluate({"extra": each}) for each in extras):
                wanted.append(Requirement(line.partition(";")[0]))
    return found


@pytest.mark.parametrize("name", EXTRAS)
def test_a_lock_pins_what_its_extras_need_and_what_that_needs(name: str) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    lines = list(project["dependencies"])
    for extra in EXTRAS[name]:
        lines += project["optional-dependencies"][extra]
    own = canonicalize_name(project["name"])
    asked = [each for each in map(Requirement, lines) if canonicalize_name(each.name) != own]
    assert needed(asked) - {canonicalize_name(each) for each in pinned(name)} == set()
