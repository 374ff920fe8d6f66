"""The folder of what visitors upload, and of what is made for them to download."""

from __future__ import annotations

import os
import time
from contextlib import suppress
from pathlib import Path

from gradio.utils import get_upload_folder


def sweep(seconds: float) -> None:
    """What a killed process has left: Gradio removes only files of its own life."""
    for path in Path(get_upload_folder()).glob("**/*"):
        with suppress(OSError):
            if path.is_file() and path.lstat().st_mtime < time.time() - seconds:
                path.unlink()


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
