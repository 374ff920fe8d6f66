"""The folder of what visitors upload, and of what is made for them to download."""

from __future__ import annotations

import os
import time
from contextlib import suppress
from pathlib import Path

from gradio.utils import get_upload_folder

KEPT = 3600
"""Seconds that a visitor's file stays on our disk."""


def sweep(seconds: float) -> None:
    """What a killed process or a broken upload has left: Gradio removes only files that it answered with."""
    for path in sorted(Path(get_upload_folder()).glob("**/*"), reverse=True):
        with suppress(OSError):
            if path.lstat().st_mtime >= time.time() - seconds:
                continue
            if path.is_file():
                path.unlink()
            elif path.is_dir() and not path.is_symlink():
                path.rmdir()  # refused while something lies in it


class Leftovers:
    """Only uploads leave any, so they look, once in `seconds`."""

    def __init__(self, seconds: float = KEPT) -> None:
        self.seconds = seconds
        self._looked = time.monotonic()

    def look(self) -> None:
        if time.monotonic() - self._looked >= self.seconds:
            self._looked = time.monotonic()
            sweep(self.seconds)


def kept(path: str) -> bool:
    """Whether it is a plain file of the folder under its one name there, and no link leads out of it.

    Other places are refused by their name alone: they are not even looked at.
    """
    folder = get_upload_folder()
    if not path.startswith(folder + os.sep) or os.path.normpath(path) != path:
        return False
    try:
        found = Path(path).resolve(strict=True)
        return found.is_relative_to(Path(folder).resolve()) and found.is_file()
    except (OSError, ValueError):  # gone, too long, or with NUL
        return False
