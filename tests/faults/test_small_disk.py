"""A small disk that is really full or read-only: every store says so, loses nothing and heals by itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack
from itertools import islice
from pathlib import Path

import pytest

from app.core.exceptions import CallCenterError
from tests.faults.small_disk import MOST, STORES, Store, full, read_only, small_disk

CODES = {
    (507, "storage_full"),
    (503, "storage_unavailable"),
    (503, "back_office_unavailable"),
    (503, "library_unavailable"),
}
each_store = pytest.mark.parametrize("opened", STORES, ids=lambda opened: opened.__name__)
Opened = Callable[[Path], AbstractContextManager[Store]]


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    with small_disk(tmp_path / "disk") as folder:
        yield folder


class Writer:
    """Writes numbers and knows which were acknowledged."""

    def __init__(self) -> None:
        self.acknowledged: set[int] = set()
        self._numbers = iter(range(MOST))

    def write(self, store: Store, most: int) -> None:
        for n in islice(self._numbers, most):
            store.write(n)
            self.acknowledged.add(n)

    def refused(self, store: Store) -> tuple[int, str]:
        """Files that are there may still have room: it writes until there is none."""
        with pytest.raises(CallCenterError) as raised:
            self.write(store, MOST)
        return raised.value.status, raised.value.code


@each_store
def test_a_full_disk_is_told_loses_nothing_and_heals_without_a_restart(disk: Path, opened: Opened) -> None:
    writer = Writer()
    with opened(disk) as store:
        writer.write(store, 5)
        with full(disk):
            assert {writer.refused(store) for _ in range(2)} <= CODES
            assert store.kept() >= writer.acknowledged, "it can be read in the meantime"
        writer.write(store, 3)
        assert store.kept() >= writer.acknowledged
    with opened(disk) as again:
        assert again.kept() >= writer.acknowledged


@each_store
def test_a_read_only_disk_is_told_loses_nothing_and_heals_without_a_restart(
    disk: Path, opened: Opened
) -> None:
    writer = Writer()
    with opened(disk) as store:
        writer.write(store, 5)
    with ExitStack() as late:
        with read_only(disk):
            store = late.enter_context(opened(disk))
            assert {writer.refused(store) for _ in range(2)} <= CODES
        writer.write(store, 3)
        assert store.kept() >= writer.acknowledged
