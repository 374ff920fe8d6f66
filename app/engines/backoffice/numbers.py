"""Numbers that people read out: O-1001."""

from __future__ import annotations

import re
from typing import Literal

from sqlalchemy import Connection
from sqlalchemy.dialects import postgresql, sqlite

from app.engines.backoffice.tables import counters

Prefix = Literal["O", "P", "T", "C", "A", "I", "R", "CB", "CR"]
FIRST = 1001

_LATIN = str.maketrans("АВСЕНКМОРТХ–—−", "ABCEHKMOPTX---")
_SHAPE = re.compile(r"([A-Z]{1,2})\s*-?\s*(\d{1,12})")


def next_number(connection: Connection, prefix: Prefix) -> str:
    """Unique over processes: the counter's row stays locked until the transaction ends.

    One statement: two who need the first number of all at the same moment wait for each other too.
    """
    insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    first = insert(counters).values(prefix=prefix, value=FIRST)
    step = first.on_conflict_do_update(index_elements=["prefix"], set_={"value": counters.c.value + 1})
    return f"{prefix}-{connection.scalar(step.returning(counters.c.value))}"


def as_number(said: str) -> str:
    """As people write it: small letters, Cyrillic look-alikes, spaces. Anything else comes back empty."""
    shape = _SHAPE.fullmatch(said.strip().upper().translate(_LATIN).lstrip("№#").strip())
    return f"{shape[1]}-{int(shape[2])}" if shape else ""
