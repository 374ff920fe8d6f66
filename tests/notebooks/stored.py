"""Executes the notebooks with the parameters that stand in them, and stores what came out.

python -m tests.notebooks.stored [01_routing_accuracy …]
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import nbformat

from tests.notebooks.execution import STORED, execute, normalise, read_book, working_copy

SECONDS = 1800


def main(names: Sequence[str]) -> None:
    for path in (book for book in STORED if not names or book.stem in names):
        with tempfile.TemporaryDirectory() as folder:
            book = normalise(execute(read_book(path), working_copy(Path(folder)), seconds=SECONDS))
        nbformat.write(book, path)  # type: ignore[no-untyped-call]
        sys.stdout.write(f"{path.name}: {path.stat().st_size // 1024} KB\n")


if __name__ == "__main__":
    main(sys.argv[1:])
