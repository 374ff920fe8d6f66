"""The tables of the index, and every statement that touches them."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from typing import Any

from app.adapters.storage import index_queue
from app.adapters.storage.dialog_files import Stamp
from app.adapters.storage.listing import cursor_after, micros, moment, needle, place_of, row_of, searched_text
from app.core.dialog import Dialog
from app.core.ports import DialogPage, DialogQuery, DialogRow

VERSION = 7
TRIGRAM = 3
REMOVED = 1  # the application id of an index that holds words of removed rows
STEP = 500  # pages
# Trigrams find any substring of three characters or more, inside words too, in any language:
# Russian words change their endings and ids are quoted by their tail, so whole words would miss both.
_SCHEMA = f"""
CREATE TABLE dialogs (
    number INTEGER PRIMARY KEY, dialog_id TEXT NOT NULL UNIQUE, customer_id TEXT NOT NULL,
    status TEXT NOT NULL, assigned_agent TEXT, created INTEGER NOT NULL, updated INTEGER NOT NULL,
    message_count INTEGER NOT NULL, last_message TEXT NOT NULL,
    handler TEXT NOT NULL, escalated INTEGER NOT NULL, subject TEXT NOT NULL, pending INTEGER NOT NULL,
    events INTEGER NOT NULL, mtime_ns INTEGER NOT NULL, size INTEGER NOT NULL
);
CREATE INDEX by_change ON dialogs (updated, dialog_id);
CREATE INDEX by_status ON dialogs (status, updated, dialog_id);
CREATE INDEX by_agent ON dialogs (assigned_agent, updated, dialog_id);
CREATE INDEX by_customer ON dialogs (customer_id, updated, dialog_id);
CREATE INDEX by_escalated ON dialogs (updated, dialog_id) WHERE escalated;
CREATE INDEX by_pending ON dialogs (updated, dialog_id) WHERE pending;
{index_queue.SCHEMA}
CREATE TABLE encryption (mark TEXT NOT NULL);
PRAGMA user_version = {VERSION};
"""
_LINES = "CREATE VIRTUAL TABLE lines USING fts5 (body, tokenize = 'trigram case_sensitive 1');"
_HIDDEN_LINES = "CREATE TABLE lines (body BLOB NOT NULL);"
_COLUMNS = (
    "dialog_id, customer_id, status, assigned_agent, created, updated, message_count, last_message, "
    "handler, escalated, subject, pending, events, mtime_ns, size"
)
_SHOWN = (
    "dialog_id, show(customer_id, ''), status, assigned_agent, created, updated, message_count, "
    "show(last_message, dialog_id), handler, escalated, show(subject, dialog_id)"
)
_PUT = f"""
INSERT INTO dialogs ({_COLUMNS}) VALUES (
    ?1, hide(?2, ''), ?3, ?4, ?5, ?6, ?7, hide(?8, ?1), ?9, ?10, hide(?11, ?1), ?12, ?13, ?14, ?15
)
ON CONFLICT (dialog_id) DO UPDATE SET
    customer_id = excluded.customer_id, status = excluded.status, assigned_agent = excluded.assigned_agent,
    created = excluded.created, updated = excluded.updated, message_count = excluded.message_count,
    last_message = excluded.last_message, handler = excluded.handler, escalated = excluded.escalated,
    subject = excluded.subject, pending = excluded.pending, events = excluded.events,
    mtime_ns = excluded.mtime_ns, size = excluded.size
RETURNING number
"""


def schema(mark: str) -> str:
    """With a key words cannot be searched by trigrams: who reads those reads the words."""
    return f"{_SCHEMA}{_HIDDEN_LINES if mark else _LINES}INSERT INTO encryption VALUES ('{mark}');"


def mark(index: sqlite3.Connection) -> str:
    """Of the key that it was made with; empty where it is plain."""
    return str(index.execute("SELECT mark FROM encryption").fetchone()[0])


def put(index: sqlite3.Connection, dialog: Dialog, stamp: Stamp) -> None:
    row = row_of(dialog)
    shown = (row.dialog_id, row.customer_id, row.status, row.assigned_agent)
    times = (micros(row.created_at), micros(row.updated_at))
    said = (row.message_count, row.last_message, row.handler, row.escalated, row.subject)
    counted = (bool(dialog.pending()), len(dialog.events), *stamp)
    [(number,)] = index.execute(_PUT, shown + times + said + counted).fetchall()
    words = (number, searched_text(dialog), dialog.dialog_id)
    index.execute("INSERT OR REPLACE INTO lines (rowid, body) VALUES (?, hide(?, ?))", words)
    index_queue.put(index, number, dialog)


def remove(index: sqlite3.Connection, dialog_id: str) -> None:
    number = "(SELECT number FROM dialogs WHERE dialog_id = ?)"
    index.execute(f"DELETE FROM lines WHERE rowid = {number}", (dialog_id,))
    gone = "DELETE FROM dialogs WHERE dialog_id = ? RETURNING number, customer_id"
    for found in index.execute(gone, (dialog_id,)).fetchall():
        index_queue.remove(index, *found)
    index.execute(f"PRAGMA application_id = {REMOVED}")


def has_removed(index: sqlite3.Connection) -> bool:
    """Whether words of removed rows may still stand in the index."""
    [(mark,)] = index.execute("PRAGMA application_id").fetchall()
    return bool(mark == REMOVED)


def wipe(index: sqlite3.Connection, *, first: bool) -> bool:
    """One step; False after the last. FTS5 only marks what is deleted, until it merges all it has."""
    if mark(index):  # no FTS5 there
        index.execute("PRAGMA application_id = 0")
        return False
    before = index.total_changes
    index.execute("INSERT INTO lines (lines, rank) VALUES ('merge', ?)", (-STEP if first else STEP,))
    more = index.total_changes - before > 1
    if not more:
        index.execute("PRAGMA application_id = 0")
    return more


def stamps(index: sqlite3.Connection) -> dict[str, Stamp]:
    found = index.execute("SELECT dialog_id, mtime_ns, size FROM dialogs")
    return {name: Stamp(mtime_ns, size) for name, mtime_ns, size in found}


def stamp(index: sqlite3.Connection, dialog_id: str) -> Stamp | None:
    found = index.execute("SELECT mtime_ns, size FROM dialogs WHERE dialog_id = ?", (dialog_id,)).fetchone()
    return found and Stamp(*found)


def unfinished(index: sqlite3.Connection) -> list[str]:
    return _ids(index.execute("SELECT dialog_id FROM dialogs WHERE pending ORDER BY updated, dialog_id"))


def idle_since(index: sqlite3.Connection, microseconds: int, limit: int, skip: int) -> list[str]:
    where = "status = 'active' AND handler = 'bot' AND updated < ?"
    statement = f"SELECT dialog_id FROM dialogs WHERE {where} ORDER BY updated, dialog_id LIMIT ? OFFSET ?"
    return _ids(index.execute(statement, (microseconds, limit, skip)))


def event_counts(index: sqlite3.Connection) -> dict[str, int]:
    return dict(index.execute("SELECT dialog_id, events FROM dialogs WHERE events > 0").fetchall())


def find(index: sqlite3.Connection, query: DialogQuery) -> DialogPage:
    conditions = list(_conditions(query, bool(mark(index))))
    where = " AND ".join(sql for sql, _ in conditions) or "1"
    values = [value for _, given in conditions for value in given]
    statement = f"SELECT {_SHOWN} FROM dialogs WHERE {where} ORDER BY updated DESC, dialog_id DESC LIMIT ?"
    found = index.execute(statement, [*values, query.limit + 1]).fetchall()
    rows = [_row(record) for record in found[: query.limit]]
    return DialogPage(rows, cursor_after(rows[-1]) if len(found) > len(rows) else None)


def _conditions(query: DialogQuery, hidden: bool) -> Iterator[tuple[str, tuple[object, ...]]]:
    equal = {"status": query.status, "assigned_agent": query.agent, "customer_id": query.customer_id}
    for column, value in equal.items():
        if value is not None:
            wanted = "hide(?, '')" if column == "customer_id" else "?"
            yield f"{column} = {wanted}", (value,)
    if query.escalated is not None:
        yield ("escalated" if query.escalated else "NOT escalated"), ()
    if query.cursor is not None:
        yield "(updated, dialog_id) < (?, ?)", place_of(query.cursor)
    if query.text is not None and (text := needle(query.text)):
        yield _holds(text, hidden)


def _holds(wanted: str, hidden: bool) -> tuple[str, tuple[object, ...]]:
    """Below three characters the trigrams are of no use, and hidden words have none: the rows are read."""
    if hidden or len(wanted) < TRIGRAM:
        return "instr(show((SELECT body FROM lines WHERE rowid = number), dialog_id), ?)", (wanted,)
    phrase = '"' + wanted.replace('"', '""') + '"'
    return "number IN (SELECT rowid FROM lines WHERE lines MATCH ?)", (phrase,)


def _row(record: Sequence[Any]) -> DialogRow:
    dialog_id, customer_id, status, agent, created, updated, count, last, *rest = record
    handler, escalated, subject = rest
    return DialogRow(
        dialog_id=dialog_id,
        customer_id=customer_id,
        status=status,
        assigned_agent=agent,
        created_at=moment(created),
        updated_at=moment(updated),
        message_count=count,
        last_message=last,
        handler=handler,
        escalated=bool(escalated),
        subject=subject,
    )


def _ids(found: sqlite3.Cursor) -> list[str]:
    return [dialog_id for (dialog_id,) in found]
