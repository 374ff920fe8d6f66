"""Tables that a notebook shows: rounded, and the same each time."""

from __future__ import annotations

import re
from collections.abc import Sequence

from app.evaluation import frames
from app.evaluation.compare import compare
from app.evaluation.costs import CostMatrix
from app.evaluation.predictions import Prediction
from app.evaluation.report import Report, build_report
from tests.unit.evaluation.builders import prediction, rights, run

LONG = re.compile(r"\d\.\d{4,}")


def report(predictions: Sequence[Prediction]) -> Report:
    return build_report(run(predictions), CostMatrix(), None)


def test_the_headline_is_rounded_and_counts_are_whole() -> None:
    table = frames.headline(report(rights([True] * 6 + [False], seconds=0.018078)))
    assert list(table.loc["accuracy"]) == [0.857, 0.487, 0.974, 7]
    assert [table.loc[row, "value"] for row in ("p50, ms", "p95, ms")] == [18, 18]
    assert LONG.findall(table.to_html()) == []
    assert "7.0" not in table.to_html()


def test_runs_stand_side_by_side_in_columns() -> None:
    right, wrong = report(rights([True] * 3)), report(rights([True, True, False]))
    table = frames.side_by_side({"before": wrong, "after": right})
    assert list(table.columns) == ["before", "after"]
    assert list(table.loc["accuracy"]) == [0.667, 1.0]
    assert LONG.findall(table.to_html()) == []


def test_a_comparison_is_told_in_tenths_of_a_point() -> None:
    a, b = run(rights([True, True, False] * 3), "a"), run(rights([True, False, False] * 3), "b")
    table = frames.comparisons({"a → b": compare(a, b)})
    assert table.loc["a → b", "points"] == -33.3
    assert table.loc["a → b", "p"] == 0.25
    assert LONG.findall(table.to_html()) == []


def test_a_readable_table_is_the_same_html_each_time() -> None:
    found = frames.misroutes(report(rights([True, False])))
    assert frames.readable(found).to_html() == frames.readable(found).to_html()


def test_shares_of_whole_dialogs_count_whole_turns() -> None:
    turns = [prediction("c", nth=nth, turn=nth, serving="sales", event="stay") for nth in (1, 2, 3)]
    table = frames.dialogs(report(turns))
    assert len(table)
    assert str(table["n"].dtype).startswith("int")


def test_a_list_without_rows_says_so() -> None:
    assert "nothing yet" in frames.table([]).to_html()
    assert len(frames.table([])) == 0
