"""The queue in the index: how urgent each open dialog is, so that a page of it costs no more when many wait.

Points that stand are whole numbers, and of two dialogs that have the same ones the one that waits longer is
more urgent at any moment. So the queue is a merge of as many ordered lists as there are different sums.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterator, Mapping
from datetime import datetime
from heapq import merge
from itertools import islice

from app.adapters.storage.listing import micros, moment
from app.core.dialog import Dialog
from app.core.urgency import (
    LOOK_BACK,
    NOBODY,
    QueuePlace,
    Urgency,
    anger_points,
    repeat_points,
    waiting_points,
    waiting_since,
)

FAR = micros(NOBODY)
BACK = LOOK_BACK // (moment(1) - moment(0))
COUNTED = 17  # dialogs of a customer in 30 days, from which on one more gives no hundredth of a point
SCHEMA = """
CREATE TABLE urgency (
    number INTEGER PRIMARY KEY, dialog_id TEXT NOT NULL UNIQUE, customer_id TEXT NOT NULL,
    escalated INTEGER NOT NULL, held INTEGER NOT NULL, since INTEGER NOT NULL, changed INTEGER NOT NULL,
    anger INTEGER NOT NULL, value INTEGER NOT NULL, repeats INTEGER NOT NULL, until INTEGER NOT NULL,
    standing INTEGER NOT NULL AS (anger + value + repeats) STORED
);
CREATE INDEX by_urgency ON urgency (standing, since, dialog_id) WHERE escalated;
CREATE INDEX of_customer ON urgency (customer_id, repeats);
CREATE INDEX by_until ON urgency (until);
CREATE TABLE worths (customer_id TEXT PRIMARY KEY, value INTEGER NOT NULL, asked INTEGER NOT NULL);
CREATE INDEX by_asked ON worths (asked);
"""
_SUMS = """
WITH RECURSIVE sums (standing) AS (
    SELECT max(standing) FROM urgency WHERE escalated
    UNION ALL
    SELECT (SELECT max(u.standing) FROM urgency u WHERE u.escalated AND u.standing < sums.standing)
    FROM sums WHERE sums.standing IS NOT NULL
) SELECT standing FROM sums WHERE standing IS NOT NULL
"""
_SHOWN = "dialog_id, show(customer_id, ''), standing, since, escalated"
_PUT = """
INSERT OR REPLACE INTO urgency
    (number, dialog_id, customer_id, escalated, held, since, changed, anger, value, repeats, until)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, coalesce((SELECT value FROM worths WHERE customer_id = ?), 0), 0, ?)
"""
_ASK_AGAIN = "INSERT INTO worths VALUES (?, 0, 0) ON CONFLICT (customer_id) DO UPDATE SET asked = 0"


def put(index: sqlite3.Connection, number: int, dialog: Dialog) -> None:
    """After its row of the list."""
    [(customer,)] = index.execute("SELECT hide(?, '')", (dialog.customer_id,)).fetchall()
    if dialog.status == "closed":
        index.execute("DELETE FROM urgency WHERE number = ?", (number,))
    else:
        since, changed = waiting_since(dialog) or NOBODY, micros(dialog.updated_at)
        held = dialog.handler == "person"
        shown = (number, dialog.dialog_id, customer, dialog.escalated, held, micros(since), changed)
        index.execute(_PUT, (*shown, anger_points(dialog), customer, FAR))
        index.execute(_ASK_AGAIN, (customer,))
    count_again(index, customer)


def remove(index: sqlite3.Connection, number: int, customer: str | bytes) -> None:
    """After its row of the list has gone."""
    index.execute("DELETE FROM urgency WHERE number = ?", (number,))
    count_again(index, customer)


def count_again(index: sqlite3.Connection, customer: str | bytes, now: int | None = None) -> None:
    """What the other dialogs of the last 30 days count for each open one of a customer, as stored.

    Without `now`, as of the customer's last change: time alone makes them fewer, at `until`.
    """
    if index.execute("SELECT 1 FROM urgency WHERE customer_id = ?", (customer,)).fetchone() is None:
        index.execute("DELETE FROM worths WHERE customer_id = ?", (customer,))
        return
    latest = "SELECT updated FROM dialogs WHERE customer_id = ? ORDER BY updated DESC LIMIT ?"
    changes = [updated for (updated,) in index.execute(latest, (customer, COUNTED))]
    limit = (max(changes, default=0) if now is None else now) - BACK
    recent = [updated for updated in changes if updated > limit]
    until = recent[-1] + BACK if recent else FAR
    enough = len(recent) == COUNTED and now is None  # then the others have what one more would give them
    for which, others in ((">", len(recent) - 1), ("<=", len(recent))):
        points = repeat_points(max(0, others))
        index.execute(
            f"UPDATE urgency SET repeats = ?, until = ? WHERE customer_id = ? AND changed {which} ?"
            " AND (repeats <> ? OR (NOT ? AND until <> ?))",
            (points, until, customer, limit, points, enough, until),
        )


def recount(index: sqlite3.Connection, now: datetime, limit: int) -> int:
    aged = "SELECT DISTINCT customer_id FROM urgency WHERE until <= ? LIMIT ?"
    customers = [customer for (customer,) in index.execute(aged, (micros(now), limit))]
    for customer in customers:
        count_again(index, customer, micros(now))
    return len(customers)


def to_weigh(index: sqlite3.Connection, before: datetime, limit: int) -> list[str]:
    statement = "SELECT show(customer_id, '') FROM worths WHERE asked < ? ORDER BY asked LIMIT ?"
    return [customer for (customer,) in index.execute(statement, (micros(before), limit))]


def weigh(index: sqlite3.Connection, values: Mapping[str, int], now: datetime) -> None:
    for customer, value in values.items():
        told = (value, micros(now), customer)
        index.execute("UPDATE worths SET value = ?, asked = ? WHERE customer_id = hide(?, '')", told)
        changed = "UPDATE urgency SET value = ? WHERE customer_id = hide(?, '') AND value <> ?"
        index.execute(changed, (value, customer, value))


def count(index: sqlite3.Connection) -> int:
    [(found,)] = index.execute("SELECT count(*) FROM urgency WHERE escalated").fetchall()
    return int(found)


def count_free(index: sqlite3.Connection) -> int:
    [(found,)] = index.execute("SELECT count(*) FROM urgency WHERE escalated AND NOT held").fetchall()
    return int(found)


def among(index: sqlite3.Connection, dialog_ids: Collection[str]) -> list[Urgency]:
    statement = f"SELECT {_SHOWN} FROM urgency WHERE dialog_id = ?"
    found = (index.execute(statement, (name,)).fetchone() for name in dialog_ids)
    return [_urgency(row) for row in found if row]


def page(index: sqlite3.Connection, now: datetime, limit: int, after: QueuePlace | None) -> list[Urgency]:
    sums = [standing for (standing,) in index.execute(_SUMS)]
    lists = (_list(index, standing, now, limit, after) for standing in sums)
    return list(islice(merge(*lists, key=lambda urgency: urgency.place(now).order), limit))


def _list(
    index: sqlite3.Connection, standing: int, now: datetime, limit: int, after: QueuePlace | None
) -> Iterator[Urgency]:
    """Dialogs with these standing points that come after that place."""
    begin = _begin(standing, now, after) if after else (-FAR, "")
    ordered = f"SELECT {_SHOWN} FROM urgency WHERE escalated AND standing = ? AND (since, dialog_id) > (?, ?)"
    found = index.execute(f"{ordered} ORDER BY since, dialog_id LIMIT ?", (standing, *begin, limit))
    return (_urgency(row) for row in found)


def _begin(standing: int, now: datetime, after: QueuePlace) -> tuple[int, str]:
    """The last place of the list that does not come after `after`: a rounded sum may be that of many."""
    wanted = after.points - standing
    first, past = _since_when(wanted, now), _since_when(wanted - 1, now)
    place = micros(after.since), after.dialog_id
    return max((first, ""), min(place, (past, "")))


def _since_when(points: int, now: datetime) -> int:
    """The earliest moment since which waiting has not given more than so many points."""
    low, high, end = -FAR, FAR + 1, micros(now)
    while low < high:
        middle = (low + high) // 2
        if waiting_points(max(0, end - middle) / 1_000_000) <= points:
            high = middle
        else:
            low = middle + 1
    return low


def _urgency(row: tuple[str, str, int, int, int]) -> Urgency:
    dialog_id, customer, standing, since, escalated = row
    return Urgency(dialog_id, customer, standing, None if since == FAR else moment(since), bool(escalated))
