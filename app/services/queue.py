"""Dialogs that want a person, the most urgent first."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from pydantic import AwareDatetime, BaseModel, ConfigDict, ValidationError

from app.core.backoffice import Account, Approval
from app.core.dialog import Dialog
from app.core.exceptions import CursorInvalid, DialogNotFound, DialogQuarantined
from app.core.models import OPERATOR
from app.core.ports import BackOffice, DialogQuery, DialogStore
from app.services.handover import briefing, customer_lines, language_in
from app.services.priority import Priority, Signals, priority_of
from app.services.records import Records
from app.services.views_people import QueueRow, QueueView

LOOK_BACK = timedelta(days=30)
CURSOR_LIFETIME = timedelta(hours=24)
PAGE = 200
MANY = 20  # dialogs of one customer that are looked at: more weigh the same


class Place(BaseModel):
    """The end of a page. All pages are counted as of `moment`, so that waiting does not reorder them."""

    model_config = ConfigDict(extra="forbid")

    moment: AwareDatetime
    points: int
    since: AwareDatetime
    dialog_id: str

    @property
    def order(self) -> tuple[int, datetime, str]:
        return -self.points, self.since, self.dialog_id


@dataclass(frozen=True)
class Entry:
    """`since` is None while the customer waits for nobody."""

    dialog: Dialog
    account: Account | None
    since: datetime | None
    priority: Priority
    approvals: list[Approval]

    def place(self, moment: datetime) -> Place:
        since = self.since or moment
        points = self.priority.hundredths
        return Place(moment=moment, points=points, since=since, dialog_id=self.dialog.dialog_id)

    def row(self, moment: datetime, reader: str | None) -> QueueRow:
        dialog = self.dialog
        return QueueRow(
            dialog_id=dialog.dialog_id,
            customer_id=dialog.customer_id,
            assigned_agent=dialog.assigned_agent,
            handler=dialog.handler,
            held_by=dialog.operator,
            waiting_seconds=int(_seconds(self.since, moment)),
            priority=self.priority,
            approvals=[approval.number for approval in self.approvals],
            summary=briefing(dialog, self.account, reader),
        )


@dataclass(frozen=True)
class Queue:
    store: DialogStore
    office: BackOffice | None
    clock: Callable[[], datetime]

    async def page(self, limit: int, cursor: str | None = None, reader: str | None = None) -> QueueView:
        """In the language of the `reader`, else of each dialog. Raises CursorInvalid."""
        after = _opened(cursor, self.clock()) if cursor is not None else None
        moment = after.moment if after else self.clock()
        records = Records(self.office)
        entries = await self._entries(records, moment, reader)
        entries.sort(key=lambda e: e.place(moment).order)
        rest = [e for e in entries if after is None or e.place(moment).order > after.order]
        shown = rest[:limit]
        return QueueView(
            dialogs=[entry.row(moment, reader) for entry in shown],
            total=len(entries),
            records=records.state,
            next_cursor=_sealed(shown[-1].place(moment)) if len(rest) > len(shown) else None,
        )

    async def _entries(self, records: Records, moment: datetime, reader: str | None) -> list[Entry]:
        approvals = await records.waiting()
        names = dict.fromkeys([*await self._escalated(), *approvals])
        found = [await self._entry(name, approvals.get(name, []), records, moment, reader) for name in names]
        return [entry for entry in found if entry]

    async def _escalated(self) -> list[str]:
        names: list[str] = []
        cursor: str | None = None
        while True:
            page = await self.store.find(DialogQuery(limit=PAGE, cursor=cursor, escalated=True))
            names += [row.dialog_id for row in page.rows]
            cursor = page.next_cursor
            if cursor is None:
                return names

    async def _entry(
        self, name: str, approvals: list[Approval], records: Records, moment: datetime, reader: str | None
    ) -> Entry | None:
        try:
            dialog = await self.store.read(name)
        except (DialogNotFound, DialogQuarantined):
            return None
        if dialog.status == "closed" or not (dialog.escalated or approvals):
            return None
        account, worth = await records.customer(dialog.customer_id)
        since = waiting_since(dialog, approvals)
        signals = Signals(
            lines=customer_lines(dialog),
            waiting=_seconds(since, moment),
            worth=worth,
            repeats=await self._repeats(dialog, moment),
            approval=bool(approvals),
        )
        return Entry(dialog, account, since, priority_of(signals, reader or language_in(dialog)), approvals)

    async def _repeats(self, dialog: Dialog, moment: datetime) -> int:
        page = await self.store.find(DialogQuery(limit=MANY, customer_id=dialog.customer_id))
        others = (row for row in page.rows if row.dialog_id != dialog.dialog_id)
        return sum(row.updated_at > moment - LOOK_BACK for row in others)


def waiting_since(dialog: Dialog, approvals: list[Approval]) -> datetime | None:
    """The escalation or, once a person has written, the first line after the person's last; or an approval.

    The first line, not the last: who writes again is not put back.
    """
    begun = [approval.requested_at for approval in approvals]
    if dialog.escalation is not None:
        since = dialog.escalation.since
        spoken = [m for m in dialog.messages if m.agent_type == OPERATOR and m.timestamp >= since]
        after = dialog.messages[spoken[-1].seq :] if spoken else []
        begun += [since] if not spoken else [m.timestamp for m in after if m.role == "customer"][:1]
    return min(begun, default=None)


def _seconds(since: datetime | None, moment: datetime) -> float:
    return max(0.0, (moment - since).total_seconds()) if since else 0.0


def _sealed(place: Place) -> str:
    return base64.urlsafe_b64encode(place.model_dump_json().encode()).decode().rstrip("=")


def _opened(cursor: str, now: datetime) -> Place:
    """Raises CursorInvalid for what was not issued here, or a day ago."""
    try:
        packed = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        place = Place.model_validate_json(packed)
    except (binascii.Error, ValueError, ValidationError):
        raise CursorInvalid from None
    if abs(now - place.moment) > CURSOR_LIFETIME:
        raise CursorInvalid
    return place
