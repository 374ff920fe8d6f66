"""docs/backoffice.md lists the reasons that the code can give: each of them, and no other."""

from __future__ import annotations

import ast
import re
from typing import get_args

import pytest

from app.engines.backoffice import outcomes
from tests.support.paths import ROOT

TEXT = (ROOT / "docs/backoffice.md").read_text("utf-8")
CODE = [path for path in (ROOT / "app/engines/backoffice").rglob("*.py") if path.name != "outcomes.py"]


def listed(heading: str) -> set[str]:
    section = TEXT.partition(f"### {heading}\n")[2].partition("\n#")[0]
    return set(re.findall(r"^\| `(\w+)` \|", section, re.MULTILINE))


def written() -> set[str]:
    """Every text that stands in the code."""
    nodes = (node for path in CODE for node in ast.walk(ast.parse(path.read_text("utf-8"))))
    return {n.value for n in nodes if isinstance(n, ast.Constant) and isinstance(n.value, str)}


@pytest.mark.parametrize(
    ("heading", "words"),
    [
        ("Reasons of refusals", outcomes.Refusal),
        ("Reasons of approvals", outcomes.Waiting),
        ("A note of quotes", outcomes.Note),
    ],
)
def test_the_documented_reasons_are_those_of_the_code(heading: str, words: object) -> None:
    assert listed(heading) == set(get_args(words))
    assert set(get_args(words)) <= written()


def test_outcomes_are_made_by_functions_whose_reasons_are_checked() -> None:
    """Elsewhere an outcome is only read back, or is a quote's note or a wait that has its number."""
    makers = {
        path.name for path in CODE for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "Outcome"
    }  # fmt: skip
    assert makers == {"pricing.py", "approvals.py", "repeats.py"}
