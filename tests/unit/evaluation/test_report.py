import pytest

from app.evaluation.costs import CostMatrix
from app.evaluation.report import Report, build_report
from tests.unit.evaluation.builders import prediction, rights, run
from tests.unit.evaluation.pages import mixed, report_of


def test_missed_escalations_stand_first_even_where_others_are_dearer() -> None:
    costs = CostMatrix(prices={"sales": {"tech_support": 50.0}})
    wrong = [prediction("a", got="tech_support"), prediction("b", "supervisor", "sales")]
    assert [p.case for p in build_report(run(wrong), costs).misroutes] == ["b", "a"]


def test_among_equals_the_dearest_then_the_surest_is_first() -> None:
    wrong = [
        prediction("unsure", got="tech_support", confidence=0.4),
        prediction("sure", got="tech_support", confidence=0.9),
        prediction("dear", got="supervisor", confidence=0.1),
    ]
    assert [p.case for p in report_of(wrong).misroutes] == ["dear", "sure", "unsure"]


def test_a_failure_is_not_a_misroute() -> None:
    report = report_of(mixed())
    assert [p.case for p in report.failures] == ["d"]
    assert "d" not in {p.case for p in report.misroutes}


def test_the_matrices_agree_with_the_prices() -> None:
    report = report_of(mixed())
    assert report.confusion["supervisor"]["sales"] == 1
    assert report.prices["supervisor"]["sales"] == report.confusion_cost["supervisor"]["sales"] == 10
    assert (
        sum(map(sum, (row.values() for row in report.confusion_cost.values())))
        == report.headline.mistake_cost
    )


def test_perturbed_turns_count_for_robustness_only() -> None:
    report = report_of(mixed())
    assert report.headline.turns == 6
    assert [flip.perturbation for flip in report.robustness] == ["typos"]


def test_a_threshold_is_told_for_each_wanted_risk_or_that_none_does() -> None:
    sure = rights([True] * 99, confidence=0.9)
    report = report_of([*sure, prediction("z", got="tech_support", confidence=0.2)])
    first = report.promises[0]
    assert first.point is not None
    assert (first.point.threshold, first.kept.n, first.wrong.value) == (0.2, 100, 0.01)
    none = report_of(rights([False] * 5, confidence=0.9)).promises
    assert [p.point for p in none] == [None] * 4


def test_without_confidence_no_threshold_is_promised() -> None:
    assert report_of(rights([True])).promises == []


def test_repeats_tell_who_wavers() -> None:
    turns = [
        prediction("a", repeat=0),
        prediction("a", got="supervisor", repeat=1),
        *(prediction("b", repeat=n) for n in (0, 1)),
    ]
    repeats = report_of(turns).repeats
    assert repeats is not None
    assert (repeats.agreement, repeats.unstable) == (0.5, ["s/a/0"])


def test_a_cascade_is_computed_where_one_of_two_runs_called_a_model() -> None:
    near = rights([True, False], confidence=0.9)
    far = rights([True, True], tokens=100, cost=0.1)
    for baseline, candidate in ((near, far), (far, near)):
        cascade = report_of(candidate, baseline).cascade
        assert cascade is not None
        assert (cascade.points[0].calls_saved, cascade.points[0].accuracy) == (0, 1)
        assert (cascade.points[-1].calls_saved, cascade.points[-1].accuracy) == (1, 0.5)
    assert report_of(near, near).cascade is None
    assert report_of(far, far).cascade is None


@pytest.mark.parametrize("predictions", [[], mixed(), rights([True]), rights([False])])
def test_a_report_survives_json(predictions: list) -> None:  # type: ignore[type-arg]
    report = report_of(predictions, predictions)
    assert Report.model_validate_json(report.model_dump_json()) == report
