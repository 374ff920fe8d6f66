from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
import typer

from app.cli.eval_scenarios import check_score
from app.core.models import ToolUse
from app.evaluation.scenarios.report import ScenarioReport, score, summary, to_junit, write_all
from app.evaluation.scenarios.trial import Outcome, ScenarioTrial
from app.evaluation.scenarios.world import PlayedLine

USED = ToolUse(name="refund_payment", arguments={"payment": "P-1"}, result="{}", status="done", number="R-1")


def trial(name: str, outcome: Outcome, **more: Any) -> ScenarioTrial:
    spoken = [
        PlayedLine(role="customer", text="<script>alert(1)</script>\u202e\x00"),
        PlayedLine(role="agent", name="sales", text="Да", tools=[USED]),
    ]
    known: dict[str, Any] = {"language": "ru", "tags": ["quote"], "agents": ["sales"], "repeat": 0}
    return ScenarioTrial(scenario=name, outcome=outcome, **({"lines": spoken} | known | more))


def report(*trials: ScenarioTrial) -> ScenarioReport:
    return ScenarioReport(model="embedded", customer="scripted", score=score(trials), trials=list(trials))


MIXED = report(
    trial("good", "pass"),
    trial("bad", "state_failed", problems=["missing: x"], forbidden=["forbidden: y"]),
    trial("lost", "error", problems=["timeout"]),
    trial("odd", "customer_fault", problems=["said nothing"]),
)


def test_the_first_line_holds_the_dear_figure() -> None:
    first, second, *rest = summary(MIXED).splitlines()
    assert first.split() == ["forbidden", "actions", "1"]
    assert second.startswith("passed                0.333")
    assert "bad 1: state wrong: missing: x; forbidden: y" in rest


def test_repeats_show_how_reliable_it_is() -> None:
    both = report(trial("a", "pass"), trial("a", "state_failed", repeat=1))
    assert "k=1 0.500 · k=2 0.000" in summary(both)


def test_a_test_report_reader_sees_failures_errors_and_what_does_not_count() -> None:
    [suite] = ElementTree.fromstring(to_junit(MIXED.trials))
    assert {k: suite.get(k) for k in ("tests", "failures", "errors", "skipped")} == {
        "tests": "4", "failures": "1", "errors": "1", "skipped": "1",
    }  # fmt: skip


def test_the_files_hold_everything_and_the_page_runs_nothing(tmp_path: Path) -> None:
    write_all(MIXED, tmp_path / "out")
    kept = json.loads((tmp_path / "out" / "scenarios.json").read_text(encoding="utf-8"))
    assert ScenarioReport.model_validate(kept) == MIXED
    page = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    assert "<script" not in page
    assert "&lt;script&gt;alert(1)" in page
    assert "refund_payment" in page
    ElementTree.parse(tmp_path / "out" / "junit.xml")


@pytest.mark.parametrize(
    ("trials", "least", "falls"),
    [
        ([trial("a", "pass")], 1.0, False),
        ([trial("a", "pass"), trial("b", "words_failed")], 0.6, True),
        ([trial("a", "pass"), trial("b", "words_failed")], 0.5, False),
        ([trial("a", "pass", forbidden=["x"])], 0.0, True),
        ([trial("a", "customer_fault")], 0.5, True),
    ],
)
def test_too_few_passes_or_one_forbidden_action_is_exit_status_1(
    trials: list[ScenarioTrial], least: float, falls: bool
) -> None:
    if not falls:
        check_score(score(trials), least)
        return
    with pytest.raises(typer.Exit) as left:
        check_score(score(trials), least)
    assert left.value.exit_code == 1
