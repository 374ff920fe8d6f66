"""Which of the latest dialogs cite an article; each is read once per change."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import datetime

from app.core.dialog import Dialog
from app.core.ports import DialogQuery, DialogRow, DialogStore
from app.services.dialogs.scan import DialogCache, every

LATEST = 1000
PAGE = 100


@dataclass(frozen=True, slots=True)
class Cited:
    """An answer that cites the article, and the question it answered."""

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
    """What the last `latest` dialogs cite; a repeat reads only those that have changed."""

    store: DialogStore
    latest: int = LATEST
    _looking: asyncio.Lock = field(default_factory=asyncio.Lock, init=False)
    _cites: DialogCache[dict[str, list[Cited]]] = field(init=False)

    def __post_init__(self) -> None:
        self._cites = DialogCache(self.store, cites, self.latest)

    async def of(self, article_id: str) -> Citations:
        """Raises what the store raises."""
        async with self._looking:
            rows, complete = await self._rows()
            known = await self._cites.get_all({row.dialog_id: row.updated_at for row in rows})
        found = [each for by_article in known.values() for each in by_article.get(article_id, [])]
        return Citations(sorted(found, key=lambda cited: cited.at, reverse=True), len(known), complete)

    async def _rows(self) -> tuple[list[DialogRow], bool]:
        rows: list[DialogRow] = []
        async for row in every(self.store, DialogQuery(limit=PAGE)):
            if len(rows) == self.latest:
                return rows, False
            rows.append(row)
        return rows, True


def cites(dialog: Dialog) -> dict[str, list[Cited]]:
    """Answers that cite an article, by article id."""
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
