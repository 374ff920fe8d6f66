"""Every reason why a document cannot be used has a sentence in both languages."""

from __future__ import annotations

import ast
from collections.abc import Iterator

import pytest

from app.core.exceptions import StorageUnavailable
from app.core.knowledge import DocumentUnusable
from app.ui.problems import DOCUMENTS, told
from app.ui.words import LANGUAGES, words
from tests.unit.test_settings import ROOT

READERS = sorted((ROOT / "app/adapters/knowledge").rglob("*.py"))


def sample(node: ast.expr) -> str | None:
    """The text with 7 in its blanks."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(str(p.value) if isinstance(p, ast.Constant) else "7" for p in node.values)
    return None


def problems() -> Iterator[str]:
    for path in READERS:
        tree = ast.parse(path.read_text("utf-8"))
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "DocumentUnusable":
                found = sample(node.args[1])
            elif isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "problem":
                found = sample(node.value)
            else:
                continue
            if found and not found.startswith("7;"):
                yield found.replace("has no 7 in", "has no answer in")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("problem", sorted(set(problems())))
def test_a_problem_of_a_document_is_told_in_the_language_of_the_page(problem: str, language: str) -> None:
    error = DocumentUnusable("отчёт.csv", problem)
    sentence = told(error, language)
    assert sentence.startswith("отчёт.csv: ")
    assert sentence in {
        text.format(
            file="отчёт.csv", **dict.fromkeys(("known", "limit", "id", "other", "row", "lang", "agent"), "7")
        )
        for text in words(language, "problems")["documents"].values()
    } or problem.startswith("is of no format")


def test_the_table_has_no_sentence_too_many() -> None:
    for language in LANGUAGES:
        assert words(language, "problems")["documents"].keys() == DOCUMENTS.keys()


def test_an_unknown_problem_is_told_in_its_own_words() -> None:
    assert told(DocumentUnusable("a.md", "is odd"), "ru") == "a.md is odd."


def test_a_situation_is_told_by_its_code() -> None:
    assert told(StorageUnavailable(), "ru").startswith("Хранилище диалогов")
