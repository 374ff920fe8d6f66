"""Figures that a notebook shows."""

from __future__ import annotations

from io import BytesIO

import numpy as np
from matplotlib.axes import Axes
from PIL import Image

from app.evaluation import plots
from app.evaluation.costs import CostMatrix
from app.evaluation.predictions import Prediction
from app.evaluation.report import Report, build_report
from tests.unit.evaluation.builders import prediction, run


def turns(nth: int, hits: int, misses: int) -> list[Prediction]:
    return [
        prediction(f"c{at}", got="sales" if at < hits else "supervisor", nth=nth, turn=nth)
        for at in range(hits + misses)
    ]


def report(predictions: list[Prediction]) -> Report:
    return build_report(run(predictions), CostMatrix(), None)


def axes(chart: plots.Chart) -> Axes:
    [only] = chart.axes
    return only


def test_the_course_of_a_conversation_goes_from_left_to_right_whatever_the_accuracy() -> None:
    lines = [*turns(2, 9, 1), *turns(10, 8, 2), *turns(1, 5, 5)]
    shown = axes(plots.course(report(lines)))
    assert [label.get_text().partition("\n")[0] for label in shown.get_xticklabels()] == ["1", "2", "10"]
    lines_drawn = [np.asarray(line.get_ydata(), float).tolist() for line in shown.get_lines()]
    assert [0.5, 0.9, 0.8] in lines_drawn


def test_an_axis_fits_its_values() -> None:
    lines = [*turns(1, 95, 5), *turns(2, 98, 2)]
    low, high = axes(plots.course(report(lines))).get_ylim()
    assert 0.8 < low < 0.89
    assert 0.99 < high < 1.05


def test_the_matrix_tells_counts_and_shares() -> None:
    shown = {text.get_text() for text in axes(plots.matrix(report(turns(1, 3, 1)))).texts}
    assert {"3\n75.0%", "1\n25.0%", "0"} <= shown


def test_a_chart_is_a_picture_twice_as_sharp_as_it_is_shown_and_the_same_each_time() -> None:
    chart = plots.matrix(report(turns(1, 3, 1)))
    picture, size = chart._repr_png_()
    with Image.open(BytesIO(picture)) as opened:
        assert opened.size == (2 * size["width"], 2 * size["height"])
    assert plots.matrix(report(turns(1, 3, 1)))._repr_png_()[0] == picture
