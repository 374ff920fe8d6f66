import re
from typing import Any

import pytest

from app.evaluation.calibration import CascadePoint
from app.evaluation.html import percent, render, select_stops
from app.evaluation.predictions import Prediction
from tests.unit.evaluation.builders import prediction, rights, run
from tests.unit.evaluation.pages import HOSTILE, Reader, mixed, page_of, report_of

RUNS = {
    "an empty run": [],
    "all failures": [prediction(c, got=None) for c in "abc"],
    "a single class": rights([True, True]),
    "all wrong": rights([False, False]),
    "no confidence": [prediction("a"), prediction("b", "supervisor", "sales")],
    "repeats": [prediction("a", repeat=n, got=got) for n, got in enumerate(("sales", "supervisor"))],
    "a strange label": [prediction("a", got="plumber")],
    "everything": mixed(),
}  # fmt: skip


@pytest.mark.parametrize("name", RUNS)
@pytest.mark.parametrize("compared", [False, True])
def test_it_renders_well_formed(name: str, compared: bool) -> None:
    page = page_of(RUNS[name], mixed() if compared else None)
    assert (page.open, page.crossed) == ([], [])
    assert "Is this router good enough?" in page.text
    assert not re.search(r"\bnan\b|None,|\{\{|\{%", page.text)


@pytest.mark.parametrize("name", RUNS)
def test_it_is_one_file_that_asks_for_nothing(name: str) -> None:
    page = page_of(RUNS[name])
    assert {tag for tag, _ in page.elements}.isdisjoint(
        {"link", "img", "iframe", "object", "base", "form", "audio"}
    )
    held = [
        v for _, attrs in page.elements for k, v in attrs.items() if k in ("src", "href", "action", "srcset")
    ]
    assert all(v and v.startswith("#") for v in held)
    assert "http:" not in (whole := render(report_of(RUNS[name])))
    assert "https:" not in whole
    assert "@import" not in whole


def test_the_policy_of_the_page_lets_only_its_own_script_run() -> None:
    policy = next(m["content"] for m in page_of(mixed()).named("meta") if m.get("http-equiv"))
    assert policy is not None
    assert "default-src 'none'" in policy
    assert "script-src 'sha256-" in policy


def hostile() -> list[Prediction]:
    everywhere: dict[str, Any] = {
        "text": HOSTILE,
        "before": HOSTILE,
        "reason": HOSTILE,
        "tags": [HOSTILE, "x"],
        "industry": HOSTILE,
    }
    more: dict[str, Any] = {
        **everywhere,
        "lang": HOSTILE,
        "set": HOSTILE,
        "difficulty": HOSTILE,
        "event": HOSTILE,
        "serving": HOSTILE,
    }
    wrong = prediction(HOSTILE, "supervisor", HOSTILE, confidence=0.5, **more)
    return [
        wrong,
        prediction("failed", got=None, **everywhere),
        prediction("right", tokens=3, perturbation=None),
    ]


def test_hostile_words_stay_words_wherever_they_stand() -> None:
    candidate = run(hostile())
    report = report_of(
        hostile(), [prediction(HOSTILE, "supervisor", "supervisor", set=HOSTILE, text=HOSTILE)]
    )
    told = report.provenance.model_copy(
        update={
            "router": HOSTILE,
            "model": HOSTILE,
            "settings": {HOSTILE: HOSTILE},
            "prompts": {HOSTILE: HOSTILE},
            "slices": {"tag": HOSTILE},
        }
    )
    page = Reader(render(report.model_copy(update={"provenance": told})))
    assert len(page.named("script")) == 1
    assert page.named("img") == []
    assert not any(key.startswith("on") for _, attrs in page.elements for key in attrs)
    assert page.text.count("<script>alert(1)</script>") > 8
    assert "{{ 7*7 }}" in page.text
    assert (page.open, page.crossed) == ([], [])
    assert candidate.predictions[0].text == HOSTILE


def test_characters_that_turn_text_around_are_shown_as_codes() -> None:
    text = page_of(hostile()).text
    assert "\u202e" not in text
    assert "⟨U+202E⟩gnp" in text


def test_numbers_come_with_their_interval_and_n() -> None:
    text = page_of(rights([True, True, True, False])).text
    assert "0.750" in text
    assert "n\u00a0=\u00a04" in text


def test_an_empty_run_says_what_to_do_next() -> None:
    assert "Start it again with: call-center eval run --router local" in page_of([]).text


def test_missed_escalations_have_their_own_list_before_the_others() -> None:
    text = page_of(mixed()).text
    missed, others = (
        text.index("Missed escalations: needed the supervisor"),
        text.index("All other misroutes"),
    )
    assert missed < text.index("верните деньги", missed) < others


def test_the_comparison_shows_what_both_answered() -> None:
    text = page_of(rights([False, True]), rights([True, False])).text
    assert "Broken: A was right, B is not: 1" in text
    assert "Fixed: B is right, A was not: 1" in text


def test_a_cascade_has_a_curve_and_its_thresholds() -> None:
    page = page_of(rights([True, True], tokens=9, cost=0.1), rights([True, False], confidence=0.9))
    assert "What would asking the model only when unsure give?" in page.text
    assert any((svg["aria-label"] or "").startswith("Accuracy of the cascade") for svg in page.named("svg"))


def test_no_share_is_rounded_to_all_or_nothing() -> None:
    assert [percent(v) for v in (0, 0.004, 0.5, 0.996, 1)] == [
        "0\u00a0%",
        "0.4\u00a0%",
        "50\u00a0%",
        "99.6\u00a0%",
        "100\u00a0%",
    ]


def test_the_stops_of_a_cascade_hold_both_ends_once() -> None:
    points = [
        CascadePoint(threshold=1 - n / 200, accuracy=1, calls_saved=n / 100, cost=0) for n in range(101)
    ]
    chosen = select_stops(points)
    assert (chosen[0], chosen[-1]) == (points[0], points[-1])
    assert len(chosen) == len({p.threshold for p in chosen}) <= 12
    assert select_stops(points[:1]) == points[:1]
