"""Dialogs that need an operator, most urgent first."""

from __future__ import annotations

from collections import deque
from collections.abc import AsyncIterator, Callable, Collection, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import structlog
from pydantic import ValidationError

from app.core.backoffice import ActionApproval
from app.core.cursors import decode_cursor, encode_cursor
from app.core.dialog import Dialog
from app.core.exceptions import (
    CursorInvalid,
    DialogNotFound,
    DialogQuarantined,
    IndexBuilding,
    StorageUnavailable,
)
from app.core.own_words import mood_lines
from app.core.ports import BackOffice, DialogQuery, DialogStore
from app.core.urgency import (
    LOOK_BACK,
    MANY,
    WEIGHTS,
    QueuePlace,
    Urgency,
    hundredths,
    seconds_since,
    worth_points,
)
from app.services.operators.priority import Signals, priority_of
from app.services.operators.records import QueueRecords
from app.services.operators.summary import briefing, language_in, name_by_id
from app.services.operators.views import QueueRow, QueueView
from app.services.operators.wish import is_unread, latest_line

log = structlog.get_logger()
NEVER = datetime(1970, 1, 2, tzinfo=UTC)
CURSOR_LIFETIME = timedelta(hours=24)
PAGE = 100  # of what waits, read from the index at a time
WEIGHED = 500  # customers asked for at a time
STALE = timedelta(minutes=10)
"""So old may be what the order knows of a customer's payments; what is shown is never old."""


@dataclass(frozen=True)
class Entry:
    """A waiting dialog and its pending approvals."""

    urgency: Urgency
    approvals: list[ActionApproval]

    def place(self, moment: datetime) -> QueuePlace:
        return self.urgency.place(moment)

    @classmethod
    def of(cls, urgency: Urgency, approvals: list[ActionApproval]) -> Entry:
        """Waiting since the earliest request; a pending approval adds 15 points."""
        begun = [approval.requested_at for approval in approvals]
        since = min([*begun, *([urgency.since] if urgency.since else [])], default=None)
        standing = urgency.standing + (hundredths(WEIGHTS["approval"]) if approvals else 0)
        return cls(replace(urgency, standing=standing, since=since), approvals)


@dataclass(frozen=True)
class Queue:
    store: DialogStore
    office: BackOffice | None
    clock: Callable[[], datetime]
    title_of: Callable[[str, str], str] = name_by_id

    async def page(self, limit: int, cursor: str | None = None, reader: str | None = None) -> QueueView:
        """Texts in the language of the `reader`, else of each dialog. Raises CursorInvalid.

        Reads only the dialogs of the page.
        """
        after = _place_of(cursor, self.clock()) if cursor is not None else None
        moment = after.moment if after else self.clock()
        records = QueueRecords(self.office)
        approvals = await records.waiting()
        await self._weigh(records, moment)
        asked = await self._find_pending(approvals, moment)
        rows: list[QueueRow] = []
        last, more = after, False
        async for entry in self._entries(approvals.keys(), asked, moment, after):
            if len(rows) == limit:
                more = True
                break
            if row := await self._row(entry, records, moment, reader):
                rows.append(row)
                last = entry.place(moment)
        return QueueView(
            dialogs=rows,
            total=await self.store.waiting.count() + sum(not e.urgency.escalated for e in asked),
            records=records.state,
            next_cursor=encode_cursor(last.model_dump_json()) if more and last else None,
        )

    async def look_after(self) -> bool:
        """Recompute what changes with time alone; True if more remains to be done."""
        now = self.clock()
        counted = await self.store.waiting.recount(now, WEIGHED)
        return max(counted, await self._weigh(QueueRecords(self.office), now, now - STALE)) == WEIGHED

    async def _weigh(self, records: QueueRecords, now: datetime, before: datetime = NEVER) -> int:
        """Update the worth of customers who are new in the queue or wrote again; failures are logged."""
        try:
            customers = await self.store.waiting.to_weigh(before, WEIGHED)
            if customers and (worths := await records.worths(customers)) is not None:
                values = {name: worth_points(worths.get(name)) for name in customers}
                await self.store.waiting.weigh(values, now)
                return len(customers)
        except IndexBuilding:
            raise
        except StorageUnavailable as error:
            log.warning("queue_update_failed", code=error.code)
        return 0

    async def _find_pending(
        self, approvals: Mapping[str, list[ActionApproval]], moment: datetime
    ) -> list[Entry]:
        """Dialogs with a pending approval, most urgent first."""
        found = await self.store.waiting.among(approvals.keys(), moment) if approvals else []
        entries = [Entry.of(urgency, approvals[urgency.dialog_id]) for urgency in found]
        return sorted(entries, key=lambda entry: entry.place(moment).order)

    async def _entries(
        self, besides: Collection[str], asked: list[Entry], moment: datetime, after: QueuePlace | None
    ) -> AsyncIterator[Entry]:
        """Both lists merged, from behind `after` on; read lazily."""
        rest = deque(e for e in asked if after is None or e.place(moment).order > after.order)
        async for entry in self._waiting(besides, moment, after):
            while rest and rest[0].place(moment).order < entry.place(moment).order:
                yield rest.popleft()
            yield entry
        for entry in rest:
            yield entry

    async def _waiting(
        self, besides: Collection[str], moment: datetime, after: QueuePlace | None
    ) -> AsyncIterator[Entry]:
        while found := await self.store.waiting.page(moment, PAGE, after):
            for urgency in found:
                if urgency.dialog_id not in besides:
                    yield Entry(urgency, [])
            after = found[-1].place(moment)

    async def _row(
        self, entry: Entry, records: QueueRecords, moment: datetime, reader: str | None
    ) -> QueueRow | None:
        try:
            dialog = await self.store.read(entry.urgency.dialog_id)
        except (DialogNotFound, DialogQuarantined):
            return None
        if dialog.status == "closed" or not (dialog.escalated or entry.approvals):
            return None
        account, worth = await records.customer(dialog.customer_id)
        signals = Signals(
            lines=mood_lines(dialog),
            waiting=seconds_since(entry.urgency.since, moment),
            worth=worth,
            repeats=await self._repeats(dialog, moment),
            approval=bool(entry.approvals),
        )
        return QueueRow(
            dialog_id=dialog.dialog_id,
            customer_id=dialog.customer_id,
            assigned_agent=dialog.assigned_agent,
            handler=dialog.handler,
            held_by=dialog.operator,
            waiting_seconds=int(signals.waiting),
            priority=priority_of(signals, reader or language_in(dialog)),
            approvals=[approval.number for approval in entry.approvals],
            summary=briefing(dialog, account, reader, self.title_of, await records.unpaid(dialog)),
            latest=latest_line(dialog),
            unread=is_unread(dialog),
        )

    async def _repeats(self, dialog: Dialog, moment: datetime) -> int:
        page = await self.store.find(DialogQuery(limit=MANY, customer_id=dialog.customer_id))
        others = (row for row in page.rows if row.dialog_id != dialog.dialog_id)
        return sum(row.updated_at > moment - LOOK_BACK for row in others)


def _place_of(cursor: str, now: datetime) -> QueuePlace:
    """Raises CursorInvalid for a foreign cursor, or one older than a day."""
    try:
        place = QueuePlace.model_validate_json(decode_cursor(cursor))
    except ValidationError:
        raise CursorInvalid from None
    if abs(now - place.moment) > CURSOR_LIFETIME:
        raise CursorInvalid
    return place
