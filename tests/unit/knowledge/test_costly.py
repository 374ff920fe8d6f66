"""Small files that cost more than they may, by the way that the product reads them."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.adapters.knowledge.documents import apart
from app.adapters.knowledge.documents.apart import read_apart
from app.core.documents import DocumentUnusable, Unusable
from tests.support.library import library, upload


class Left(Exception):
    """Whoever uploaded has gone."""


def leave() -> None:
    raise Left


def spin(*_: object) -> None:
    while True:
        pass


def hoard(*_: object) -> None:
    bytes(2**31)


def fail(*_: object) -> None:
    raise AssertionError


@pytest.mark.parametrize(
    ("reader", "kind"), [(spin, Unusable.SLOW), (hoard, Unusable.MEMORY), (fail, Unusable.CRASH)]
)
def test_a_reader_that_takes_too_much_or_fails_is_a_sentence_about_the_file(
    reader: object, kind: Unusable, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(apart, "SECONDS", 2)
    monkeypatch.setattr(apart, "read", reader)
    with pytest.raises(DocumentUnusable, match=r"^a\.md ") as told:
        read_apart("a.md", b"words")
    assert told.value.kind is kind


def test_the_library_reads_in_another_process_and_stops_where_nobody_waits(tmp_path: Path) -> None:
    with pytest.raises(Left):
        library(tmp_path).read(upload(), leave)
    assert len(library(tmp_path).read(upload()).articles) == 3
