"""The words of the workbench: one folder a language, one file a room."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

TEXTS = Path(__file__).parent / "texts"
LANGUAGES = ("ru", "en")

Words = dict[str, Any]


@lru_cache
def words(language: str, room: str) -> Words:
    """Raises FileNotFoundError for a room without words: a missing translation is a defect."""
    read: Words = yaml.safe_load((TEXTS / language / f"{room}.yaml").read_text(encoding="utf-8"))
    return read
