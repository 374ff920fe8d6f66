"""The same records, on which nothing that is done stays done."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection

from app.adapters.backoffice.engine import Database
from app.adapters.backoffice.office import SqlBackOffice


class Unwritten(Database):
    """Each writing transaction is rolled back, however it ends."""

    @contextmanager
    def writing(self, *names: str) -> Iterator[Connection]:
        with super().writing(*names) as connection:
            try:
                yield connection
            finally:
                connection.rollback()


class RehearsedOffice(SqlBackOffice):
    """Answers an action as `real` would now; what `real` did for the same turn already it answers again."""

    def __init__(self, real: SqlBackOffice) -> None:
        super().__init__(real._database.storage, real._policy, clock=real._clock)
        self._database = Unwritten(real._database.storage, self._prepare)
