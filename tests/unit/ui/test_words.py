"""Whatever can go wrong before a visitor's eyes has a sentence in both languages."""

from __future__ import annotations

import re

import pytest

from app.core.documents import DocumentUnusable, Left, LeftOut, Unusable
from app.core.exceptions import StorageUnavailable
from app.core.proposals import OVER
from app.services.dialogs.branching import WHY
from app.ui.words import LANGUAGES, describe_error, describe_left_out, words
from tests.support.paths import ROOT

FIELDS = dict.fromkeys(
    ("known", "limit", "id", "other", "row", "missing", "lang", "agent", "problem", "column", "line"), "7"
)
ELSEWHERE = {
    "no_back_office", "internal_error", "prompt_variable_missing",  # no situation; defect
    "setting_invalid", "company_invalid",  # of the start
    "body_too_large", "unsupported_media_type", "cursor_invalid",  # of REST alone
    "foreign_origin", "host_unknown", "one_worker_needed",  # before any page
    "idempotency_key_reused", "crm_error", "crm_refused", "crm_unavailable",  # REST; the relay keeps them
    "baseline_unknown", "costs_invalid", "scenario_invalid", "step_impossible",  # of the command line
    "training_refused", "version_not_found",
    "document_unusable",  # told by what is wrong with the document
}  # fmt: skip
CODE = re.compile(r'^    code(?:: str)? = "(\w+)"', re.MULTILINE)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_situation_that_a_visitor_can_meet_has_a_sentence(language: str) -> None:
    sources = (path.read_text("utf-8") for path in (ROOT / "app").rglob("*.py"))
    codes = {code for source in sources for code in CODE.findall(source)} | WHY.keys() | OVER.keys()
    assert codes >= ELSEWHERE
    assert words(language, "problems")["codes"].keys() == codes - ELSEWHERE


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", Unusable)
def test_a_problem_of_a_document_is_told_in_the_language_of_the_page(kind: Unusable, language: str) -> None:
    sentence = describe_error(DocumentUnusable("отчёт.csv", kind, **FIELDS), language)
    assert sentence.startswith("отчёт.csv: ")
    assert "{" not in sentence


def test_the_table_has_no_sentence_too_many() -> None:
    for language in LANGUAGES:
        assert words(language, "problems")["documents"].keys() == {kind.name.lower() for kind in Unusable}


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_left_out_of_a_document_is_told_in_the_language_of_the_page(language: str) -> None:
    assert words(language, "problems")["left_out"].keys() == set(Left)
    assert describe_left_out("памятка", LeftOut(Left.PICTURES, "2, 7"), "ru").startswith(
        "памятка: страницы без текста"
    )
    for kind in Left:
        assert "7" in describe_left_out("a", LeftOut(kind, "7"), language)


def test_a_situation_is_told_by_its_code_and_a_room_may_word_it_itself() -> None:
    assert describe_error(StorageUnavailable(), "ru").startswith("Хранилище диалогов")
    assert describe_error(StorageUnavailable(), "ru", {"storage_unavailable": "Позже."}) == "Позже."
