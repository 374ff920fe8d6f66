"""Demo data: fictional customers of every kind, with dates counted back from now.

Addresses are of reserved domains; the telephone codes are assigned to nobody.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection

from app.engines.backoffice.demo_people import PEOPLE
from app.engines.backoffice.demo_writer import Writer

_INCIDENTS = (
    ("sync", "Файлы синхронизируются с задержкой", "Files sync with a delay", timedelta(days=40), 6),
    ("notifications", "Не приходят уведомления", "Notifications do not arrive", timedelta(days=12), 2),
    ("sync", "Файлы не открываются и не синхронизируются", "Files neither open nor sync",
     timedelta(days=2), 9),
)  # fmt: skip


def fill(connection: Connection, now: datetime) -> None:
    """Into tables without records. The same moment gives the same data."""
    writer = Writer(connection, now)
    for service, ru, en, ago, hours in _INCIDENTS:
        ended = now - ago
        writer.incident(service, {"ru": ru, "en": en}, ended - timedelta(hours=hours), ended)
    title = {"ru": "Видеозвонки прерываются и не соединяются", "en": "Video calls drop or do not connect"}
    writer.incident("calls", title, now - timedelta(minutes=100), None)
    for person in PEOPLE:
        person(writer)
