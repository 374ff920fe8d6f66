"""Texts of the package: one file a language, in a folder of their kind."""

from __future__ import annotations

from pathlib import Path

FALLBACK = "en"


def known(folder: Path, language: str) -> Path:
    """The file of that language, else the English one."""
    files = {path.stem: path for path in folder.glob("*.yaml")}
    return files.get(language, files[FALLBACK])
