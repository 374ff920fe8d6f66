"""The same records, on which nothing that is done stays done."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass

from sqlalchemy import Connection

from app.engines.backoffice.database import Database


@dataclass(frozen=True)
class Unwritten:
    """Each writing transaction on `real` is rolled back, however it ends. It opens and closes with `real`."""

    real: Database

    def reading(self) -> AbstractContextManager[Connection]:
        return self.real.reading()

    @contextmanager
    def writing(self, *names: str) -> Iterator[Connection]:
        with self.real.writing(*names) as connection:
            try:
                yield connection
            finally:
                connection.rollback()

    def close(self) -> None:
        """The real one stays open."""
