"""How urgent a waiting dialog is, in whole hundredths of a point: what stands, and what grows as it waits."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol

from pydantic import AwareDatetime, BaseModel, ConfigDict

from app.core.anger import measure_anger
from app.core.backoffice import Worth
from app.core.company import in_use
from app.core.dialog import Dialog
from app.core.models import OPERATOR
from app.core.own_words import mood_lines

WEIGHTS = {"anger": 35, "waiting": 30, "approval": 15, "value": 10, "repeats": 10}
HALF_WAIT = 15 * 60  # seconds after which waiting weighs half of all it can
HALF_PAID = 20_000  # roubles paid that weigh half
AGAIN = 0.6  # what is left after one more dialog in the last 30 days
LOOK_BACK = timedelta(days=30)
MANY = 20  # dialogs of one customer that are looked at: more weigh the same
NOBODY = datetime.max.replace(tzinfo=UTC)
"""Since when a customer waits who waits for nobody."""


class QueuePlace(BaseModel):
    """Where a dialog stands in the queue, as of `moment`. The most urgent come first."""

    model_config = ConfigDict(extra="forbid")

    moment: AwareDatetime
    points: int
    since: AwareDatetime
    dialog_id: str

    @property
    def order(self) -> tuple[int, datetime, str]:
        return -self.points, self.since, self.dialog_id


@dataclass(frozen=True, slots=True)
class Urgency:
    """`standing` are the points that do not grow by waiting, without those of an approval.

    `escalated`: a person is wanted or serves. `since` is None while the customer waits for nobody.
    """

    dialog_id: str
    customer_id: str
    standing: int
    since: datetime | None
    escalated: bool

    def place(self, moment: datetime) -> QueuePlace:
        points = self.standing + waiting_points(seconds_since(self.since, moment))
        return QueuePlace(moment=moment, points=points, since=self.since or NOBODY, dialog_id=self.dialog_id)


class WaitingQueue(Protocol):
    """The queue as a store keeps it beside the dialogs: none is read to answer. Raises StorageUnavailable."""

    async def page(self, moment: datetime, limit: int, after: QueuePlace | None = None) -> list[Urgency]:
        """Of escalated dialogs, the most urgent first."""
        ...

    async def among(self, dialog_ids: Collection[str], moment: datetime) -> list[Urgency]:
        """Those of them that are not closed, escalated or not."""
        ...

    async def count(self) -> int:
        """Escalated dialogs."""
        ...

    async def count_free(self) -> int:
        """Those of them that no person serves yet."""
        ...

    async def to_weigh(self, before: datetime, limit: int) -> list[str]:
        """Customers of open dialogs whose value was asked for before that, or before their last line."""
        ...

    async def weigh(self, values: Mapping[str, int], now: datetime) -> None:
        """Points for what customers are worth."""
        ...

    async def recount(self, now: datetime, limit: int) -> int:
        """Bring up to date, for so many customers, what earlier dialogs count that have grown old.

        How many there were.
        """
        ...


def points_of(share: float, name: str) -> float:
    """As people are shown them."""
    return round(WEIGHTS[name] * share, 2)


def hundredths(points: float) -> int:
    return round(100 * points)


def waiting_points(seconds: float) -> int:
    return hundredths(points_of(waiting_share(seconds), "waiting"))


def anger_points(dialog: Dialog) -> int:
    return hundredths(points_of(measure_anger(mood_lines(dialog)).level, "anger"))


def repeat_points(others: int) -> int:
    return hundredths(points_of(repeats_share(others), "repeats"))


def worth_points(worth: Worth | None) -> int:
    return hundredths(points_of(worth_share(worth), "value"))


def waiting_share(seconds: float) -> float:
    return seconds / (seconds + HALF_WAIT)


def repeats_share(others: int) -> float:
    return 1 - AGAIN**others


def worth_share(worth: Worth | None) -> float:
    if worth is None:
        return 0.0
    paid, plan = max(0, worth.paid_rub), in_use().catalogue.plans.get(worth.plan or "")
    return 1 - (1 - (plan.value if plan else 0)) * (1 - paid / (paid + HALF_PAID))


def seconds_since(since: datetime | None, moment: datetime) -> float:
    return max(0.0, (moment - since).total_seconds()) if since else 0.0


def waiting_since(dialog: Dialog) -> datetime | None:
    """The escalation or, once a person has written, the first line after the person's last.

    The first line, not the last: who writes again is not put back.
    """
    if dialog.escalation is None:
        return None
    since = dialog.escalation.since
    spoken = [m for m in dialog.messages if m.agent_type == OPERATOR and m.timestamp >= since]
    if not spoken:
        return since
    return next((m.timestamp for m in dialog.messages[spoken[-1].seq :] if m.role == "customer"), None)
