"""One word for one thing and the typography of each language, in all texts that people read."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from app.core.locales import LOCALES
from app.core.yaml import load

ROOT = Path(__file__).resolve().parents[2]
GLOSSARY = ROOT / "docs" / "glossary.md"
HEADS = {"ru": "Русский", "en": "English"}
SAID = ("operators", "crm", "verdict", "talk", "follow_ups", "documents")
PARTS = {
    "skills": ("general", "skills"),
    "proposals": ("again", "changed", "one_more", "person", "unknown", "tools"),
}
HEARD = {"prefer", "act", "thing", "deed", "given", "because", "rules", "lead"}
"""Keys under which words stand that are recognised and not said."""
FORMAL = {"row", "lang"}
NBSP = "\u00a0"
BLANK = re.compile(r"\{[^}]*\}|\$\w+|<[a-z_]+>")
COMMAND = re.compile(
    r"call-center(?:-agents)?(?:\[\w+\])?(?: (?:train|eval|doctor|serve|kb|db))*|pip install|`[^`]*`"
    r"|--\w+(?: \d)?|https?://\S+|\b\w+(?:_\w+)+\b|\b\w+\.(?:csv|jsonl|html)\b|\.(?:env|docx?|xlsx?)\b"
    r"|\b(?:TEMPERATURE|CRM=none|p50|p95)\b"
)
Texts = list[tuple[str, str]]


def section(language: str) -> str:
    return GLOSSARY.read_text(encoding="utf-8").split(f"## {HEADS[language]}\n")[1].split("\n## ")[0]


def forbidden(language: str) -> list[str]:
    rows = [line.strip("|").split("|") for line in section(language).splitlines() if line.startswith("| ")]
    return [word.strip().lower() for row in rows[1:] for word in row[2].split(",")]


def latin_names() -> set[str]:
    told = section("ru").split("Латиницей: ")[1].split(".\n")[0].replace("\n", " ")
    return {word for name in told.split(",") for word in name.split()}


def leaves(value: Any, at: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for key, each in value.items():
            if key not in HEARD:
                yield from leaves(each, f"{at}.{key}")
    elif isinstance(value, list):
        for each in value:
            yield from leaves(each, at)
    elif isinstance(value, str):
        yield at, value


@cache
def spoken(language: str) -> Texts:
    folder, found = LOCALES / language, Texts()
    for path in (*sorted((folder / "ui").glob("*.yaml")), *(folder / f"{name}.yaml" for name in SAID)):
        found += [(f"{language}/{path.stem}{at}", text) for at, text in leaves(load(path))]
    for name, parts in PARTS.items():
        known = load(folder / f"{name}.yaml")
        found += [
            (f"{language}/{name}.{part}{at}", text)
            for part in parts
            for at, text in leaves(known.get(part, ""))
        ]
    return found


@cache
def prose() -> Texts:
    """The Russian pages, without code."""
    pages = [ROOT / "README.ru.md", *sorted((ROOT / "docs").glob("*.ru.md"))]
    found = Texts()
    for page in pages:
        text = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
        lines = [line for line in text.splitlines() if not line.startswith(("    ", "\t", "<"))]
        found += [
            (f"{page.name}:{n}", re.sub(r"`[^`]*`|\]\([^)]*\)", "•", line)) for n, line in enumerate(lines)
        ]
    return found


def texts_of(language: str) -> Texts:
    return [*spoken(language), *(prose() if language == "ru" else [])]


def faults(language: str, pattern: str, flags: int = 0) -> list[str]:
    wrong = re.compile(pattern, flags)
    return [f"{at}: {text[:120]}" for at, text in texts_of(language) if wrong.search(text)]


@pytest.mark.parametrize("language", HEADS)
def test_no_text_says_a_word_that_the_glossary_replaces(language: str) -> None:
    words = forbidden(language)
    assert len(words) > 20
    assert faults(language, r"(?<!\w)(?:" + "|".join(map(re.escape, words)) + ")", re.IGNORECASE) == []


@pytest.mark.parametrize("language", HEADS)
def test_no_text_has_two_spaces_or_a_space_before_a_stop(language: str) -> None:
    assert [f for f in faults(language, r"\S  +\S|\w [,;!?](?:\s|$)") if ".md:" not in f] == []


def test_russian_quotes_are_guillemets_and_figures_do_not_break() -> None:
    told = [each for each in spoken("ru") if not each[0].startswith("ru/quick")]
    assert [f"{at}: {text}" for at, text in told if re.search(r"[\"“”„]", text)] == []
    assert faults("ru", r"[\d}] [₽%](?!\w)|\d[₽%]") == []
    assert faults("ru", r"\d \d{3}(?!\d)|(?<![\d.,–-])\d{5,}(?!\d)|п\. п\.") == []


def test_english_quotes_are_curly_apostrophes_are_straight_and_per_cent_is_attached() -> None:
    told = [each for each in spoken("en") if not each[0].startswith("en/quick")]
    assert [f"{at}: {text}" for at, text in told if re.search(r"[\"’‘«»]", text)] == []
    assert faults("en", rf"[\d}}][ {NBSP}]%|\d{NBSP}\d{{3}}") == []


def test_russian_texts_hold_no_other_letters_than_in_names() -> None:
    allowed, found = latin_names(), []
    for at, text in spoken("ru"):
        bare = COMMAND.sub(" ", BLANK.sub(" ", text))
        words = set(re.findall(r"[A-Za-z][A-Za-z\d-]*", bare)) - allowed
        if words and at.rsplit(".", 1)[-1] not in FORMAL and not at.startswith("ru/quick"):
            found.append(f"{at}: {sorted(words)}")
    assert found == []


def test_english_texts_hold_russian_letters_nowhere_but_in_names_of_columns_and_languages() -> None:
    told = [
        f"{at}: {text}"
        for at, text in spoken("en")
        if re.search("[а-яё]", BLANK.sub("", text), re.IGNORECASE)
    ]
    assert [t for t in told if "problems.documents.columns" not in t and "perturbation.yo" not in t] == []


def test_the_glossary_itself_is_read_whole() -> None:
    assert {"супервизор", "прогон"} <= set(forbidden("ru"))
    assert {"CSV", "Hub"} <= latin_names()
