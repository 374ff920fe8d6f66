"""Texts by language: one folder per language, one file per subject. A new language is a new folder."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from app.core.yaml import load

LOCALES = Path(__file__).parents[1] / "locales"
DEFAULT = "ru"  # where nothing tells the language
FALLBACK = "en"  # where a language has no file of its own


@cache
def languages(name: str) -> tuple[str, ...]:
    """Those that have this file or folder; the default one first."""
    found = (path.parent.name for path in LOCALES.glob(f"*/{name}"))
    return tuple(sorted(found, key=lambda language: (language != DEFAULT, language)))


def preload() -> None:
    """Parses every text that a turn may need; those of the workbench its pages parse when they are built."""
    for path in LOCALES.glob("*/*.yaml"):
        load(path)


def read(name: str, language: str) -> Any:
    """The values of a file in that language, else in English. Raises FileNotFoundError where both lack it."""
    spoken = language if language in languages(f"{name}.yaml") else FALLBACK
    return load(LOCALES / spoken / f"{name}.yaml")


def read_all(name: str) -> dict[str, Any]:
    """By language, without those that lack the file: customers and replies mix languages."""
    return {language: read(name, language) for language in sorted(languages(f"{name}.yaml"))}
