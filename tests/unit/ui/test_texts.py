"""The words of the workbench: the same keys and blanks in both languages, each in its own letters."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

from app.core.config import Settings
from app.core.locales import LOCALES
from app.ui.words import LANGUAGES, words
from tests.support.paths import ROOT

ROOMS = sorted({path.stem for path in LOCALES.glob("*/ui/*.yaml")})
BLANK = re.compile(r"(?<!\{)\{(\w*)[^{}]*\}(?!\})")


def leaves(found: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    if isinstance(found, dict):
        for key, value in found.items():
            yield from leaves(value, f"{path}.{key}".lstrip("."))
    else:
        yield path, found


def texts(found: Any) -> list[str]:
    """Of lists all texts in them."""
    if isinstance(found, list):
        return [text for each in found for text in texts(each)]
    return (
        [text for _, leaf in leaves(found) for text in texts(leaf)]
        if isinstance(found, dict)
        else [str(found)]
    )


@pytest.mark.parametrize("room", ROOMS)
def test_both_languages_have_the_same_keys(room: str) -> None:
    ours, theirs = (sorted(key for key, _ in leaves(words(lang, room))) for lang in LANGUAGES)
    assert ours == theirs


@pytest.mark.parametrize("room", ROOMS)
def test_both_languages_fill_the_same_blanks(room: str) -> None:
    ours, theirs = (dict(leaves(words(lang, room))) for lang in LANGUAGES)
    blanks = [
        {key: {name for text in texts(value) for name in BLANK.findall(text)} for key, value in each.items()}
        for each in (ours, theirs)
    ]
    assert blanks[0] == blanks[1]


@pytest.mark.parametrize("room", ROOMS)
def test_every_key_is_a_text(room: str) -> None:
    """YAML reads a bare yes, no, on or off as a truth value."""
    odd = [
        (lang, key)
        for lang in LANGUAGES
        for key, _ in leaves(words(lang, room))
        if re.search(r"(^|\.)(True|False|None)(\.|$)", key)
    ]
    assert odd == []


def test_the_settings_room_names_every_setting_in_the_order_of_the_example_file() -> None:
    lines = (ROOT / ".env.example").read_text("utf-8").splitlines()
    groups: list[list[str]] = []
    for line in lines:
        if line.startswith("# --- "):
            groups.append([])
        elif line and not line.startswith("#"):
            groups[-1].append(line.partition("=")[0])
    for language in LANGUAGES:
        told = words(language, "settings")["groups"]
        assert [list(group["names"]) for group in told.values()] == groups
    assert sum(map(len, groups)) == len(Settings.model_fields)
