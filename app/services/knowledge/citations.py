"""Which dialogs an article was cited in. Looks at the latest ones only, and reads each once a change."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import datetime

from app.core.dialog import Dialog
from app.core.exceptions import DialogNotFound, DialogQuarantined
from app.core.ports import DialogQuery, DialogRow, DialogStore

LATEST = 1000
PAGE, AT_ONCE = 100, 8


@dataclass(frozen=True, slots=True)
class Cited:
    """An answer that names the article: what was asked, who answered."""

    dialog_id: str
    seq: int
    agent: str
    question: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Citations:
    """Newest answer first. `complete` is false where there are more dialogs than were looked at."""

    found: list[Cited]
    looked: int
    complete: bool

    @property
    def dialogs(self) -> int:
        return len({cited.dialog_id for cited in self.found})


@dataclass
class CitationIndex:
    """Keeps what the last `latest` dialogs cite; a repeat reads only those that have changed."""

    store: DialogStore
    latest: int = LATEST
    _known: dict[str, tuple[datetime, dict[str, list[Cited]]]] = field(default_factory=dict, init=False)
    _looking: asyncio.Lock = field(default_factory=asyncio.Lock, init=False)

    async def of(self, article_id: str) -> Citations:
        """Raises what the store raises."""
        async with self._looking:
            complete = await self._look()
            found = [each for _, cites in self._known.values() for each in cites.get(article_id, [])]
            looked = len(self._known)
        return Citations(sorted(found, key=lambda cited: cited.at, reverse=True), looked, complete)

    async def _look(self) -> bool:
        rows, complete = await self._rows()
        listed = {row.dialog_id for row in rows}
        self._known = {name: kept for name, kept in self._known.items() if name in listed}
        changed = [row for row in rows if self._is_news(row)]
        for start in range(0, len(changed), AT_ONCE):
            await asyncio.gather(*map(self._read, changed[start : start + AT_ONCE]))
        return complete

    async def _rows(self) -> tuple[list[DialogRow], bool]:
        rows: list[DialogRow] = []
        cursor: str | None = None
        while len(rows) < self.latest:
            page = await self.store.find(DialogQuery(limit=min(PAGE, self.latest - len(rows)), cursor=cursor))
            rows += page.rows
            cursor = page.next_cursor
            if cursor is None:
                return rows, True
        return rows, False

    def _is_news(self, row: DialogRow) -> bool:
        known = self._known.get(row.dialog_id)
        return known is None or known[0] != row.updated_at

    async def _read(self, row: DialogRow) -> None:
        """What is damaged or gone by now cites nothing."""
        try:
            dialog = await self.store.read(row.dialog_id)
        except (DialogNotFound, DialogQuarantined):
            self._known.pop(row.dialog_id, None)
        else:
            self._known[row.dialog_id] = (dialog.updated_at, cites(dialog))


def cites(dialog: Dialog) -> dict[str, list[Cited]]:
    """By article: the answers that name it."""
    found: dict[str, list[Cited]] = {}
    asked = ""
    for line in dialog.messages:
        if line.role == "customer":
            asked = line.content
        for article_id in dict.fromkeys(line.turn.citations if line.turn else ()):
            agent = line.agent_type or ""
            cited = Cited(dialog.dialog_id, line.seq, agent, asked, line.timestamp)
            found.setdefault(article_id, []).append(cited)
    return found
