"""A customer asks for what agents may not do, a person decides: over real HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2

from app.core.models import ToolUse
from app.engines.backoffice.office import SqlBackOffice
from tests.support.operator import Room
from tests.support.server import client

Json = dict[str, Any]
ANNUAL, ASKS = "demo_annual", "Верните деньги за годовую подписку"
ENGLISH, ASKS_ENGLISH = "demo_en_annual", "Please refund payment P-1036"
SUM = "11\u00a0144\u00a0₽"


@dataclass(frozen=True)
class Places:
    """Where one house keeps things; they outlive its servers."""

    folder: Path

    @property
    def settings(self) -> dict[str, str]:
        return {"backoffice_storage": self.office, "checkpoint_storage": str(self.checkpoints)}

    @property
    def environment(self) -> dict[str, str]:
        return {name.upper(): value for name, value in self.settings.items()}

    @property
    def dialogs(self) -> Path:
        return self.folder / "dialogs"

    @property
    def office(self) -> str:
        return str(self.folder / "office.sqlite")

    @property
    def checkpoints(self) -> Path:
        return self.folder / "checkpoints"

    @contextmanager
    def records(self) -> Iterator[SqlBackOffice]:
        with closing(SqlBackOffice(self.office)) as office:
            yield office

    def returned(self, customer: str = ANNUAL) -> int:
        """What was returned to the customer so far, in roubles."""
        with self.records() as office:
            return sum(payment.refunded_rub for payment in office.payments(customer))

    def refunds(self) -> int:
        with self.records() as office:
            return office.counts()["refunds"]

    def kept_bytes(self) -> bytes:
        return b"".join(path.read_bytes() for path in self.checkpoints.iterdir())


@dataclass(frozen=True)
class Case:
    """A dialog with a request that waits."""

    room: Room
    number: str
    lines: int

    @classmethod
    def open(cls, http: httpx2.Client, customer: str = ANNUAL, text: str = ASKS) -> Case:
        room = Room.open(http, text, customer)
        if "proposal" in room.view():
            room.say("yes" if text.isascii() else "да")
        return cls(room, asked_in(room)[-1].number, room.view()["message_count"])

    def approve(self, by: str = "anna", number: str = "") -> httpx2.Response:
        return self._decide("approve", by, number)

    def reject(self, by: str = "boris") -> httpx2.Response:
        return self._decide("reject", by, "")

    def told(self) -> list[Json]:
        """The lines after the request began to wait."""
        lines: list[Json] = self.room.view()["messages"][self.lines :]
        return lines

    def on(self, http: httpx2.Client) -> Case:
        """The same, seen through another server."""
        return Case(Room(http, self.room.dialog), self.number, self.lines)

    def _decide(self, word: str, by: str, number: str) -> httpx2.Response:
        url = f"/api/v1/approvals/{number or self.number}/{word}"
        return self.room.http.post(url, json={"by": by})


def asked_in(room: Room) -> list[ToolUse]:
    """The consequential tools of the last answer."""
    path = room.view()["messages"][-1]["path"]
    return [use for use in map(ToolUse.model_validate, path["tools"]) if use.status]


@contextmanager
def house(places: Places, **given: Any) -> Iterator[httpx2.Client]:
    with client(places.dialogs, **{**places.settings, **given}) as http:
        yield http
