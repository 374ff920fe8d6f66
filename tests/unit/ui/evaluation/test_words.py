"""What the evaluation room says of a run: counts, shares, names."""

from __future__ import annotations

import re

import pytest

from app.evaluation.predictions import SetFacts
from app.services.evaluation.runs import RunProgress
from app.ui.evaluation.headline import describe_headline
from app.ui.evaluation.rows import evaluation_texts, render_progress
from app.ui.evaluation.sections import render_sections
from tests.unit.evaluation.builders import rights
from tests.unit.evaluation.pages import report_of

QUOTED = {"ru": "«{}»", "en": "“{}”"}
DONE = {
    "ru": "Готово, случаев: 150, их вариантов: 1\u00a0570.",
    "en": "Done: 150 cases and 1,570 variants.",
}
WITH_TYPOS = {"ru": "С опечатками — 75 из 100 (проверено 4).", "en": "With typos: 75 of 100 (4 checked)."}


@pytest.mark.parametrize("language", DONE)
def test_variants_are_counted_apart(language: str) -> None:
    now = RunProgress("r", "done", 1720, 1720, variants=1570)
    assert DONE[language] in render_progress(now, evaluation_texts(language))


@pytest.mark.parametrize("language", WITH_TYPOS)
def test_the_headline_tells_of_typos_and_its_margin_in_points(language: str) -> None:
    known = [*rights([True] * 4), *rights([True, True, True, False], perturbation="typos")]
    sentences = describe_headline(report_of(known), evaluation_texts(language))
    assert sentences[-1] == WITH_TYPOS[language]
    assert {"ru": "п.\u00a0п.", "en": "points"}[language] in sentences[0]


@pytest.mark.parametrize(
    ("language", "part", "share"),
    [("ru", "Сложность: трудные", "50,0\u00a0%"), ("en", "Difficulty: hard", "50.0%")],
)
def test_parts_are_named_with_their_facet_and_shares_are_per_cents(
    language: str, part: str, share: str
) -> None:
    known = [
        *rights([True, False] * 20, difficulty="hard"),
        *rights([True] * 20, difficulty="plain", set="t"),
    ]
    page = render_sections(report_of(known), evaluation_texts(language))
    assert part in page
    assert f"{share} (" in page
    assert not re.search(r"\b0[.,]\d{3}\b", page)


@pytest.mark.parametrize(
    ("language", "told"), [("ru", "выборка: 4 из 1\u00a0345"), ("en", "a sample: 4 of 1,345")]
)
def test_a_sample_is_called_one(language: str, told: str) -> None:
    report = report_of(rights([True] * 4))
    report.provenance.sets = [SetFacts(name="t", digest="", cases=1345, turns=1345)]
    assert told not in describe_headline(report, evaluation_texts(language))[0]
    report.provenance.limit = 4
    assert told in describe_headline(report, evaluation_texts(language))[0]


def test_a_part_that_is_the_same_turns_as_another_is_told_once() -> None:
    known = [
        *rights([True, False] * 20, difficulty="hard", set="t"),
        *rights([True] * 20, difficulty="plain"),
    ]
    page = render_sections(report_of(known), evaluation_texts("en")).partition("</section>")[0]
    assert page.count("50.0%</b>") == 1


@pytest.mark.parametrize("language", QUOTED)
def test_what_is_said_of_the_button_calls_it_as_it_is_named(language: str) -> None:
    said = evaluation_texts(language).words
    assert said["start_with"].startswith(f"{said['start']} ")
    for key in ("choose", "empty"):
        assert QUOTED[language].format(said["start"]) in said[key]
