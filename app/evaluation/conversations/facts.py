"""Facts of the customer's records, and whether an answer states them in any usual form of its language.

They are taken from the back office when they are looked for: nothing is written down twice.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import TypeVar

from app.core.backoffice import Account, BookedCall, Effect, Order, Payment, Subscription, Ticket
from app.core.company import in_use
from app.core.proposals import Proposal
from app.core.quantities import scale
from app.core.text import fold, without_yo
from app.evaluation.conversations.model import Fact

STANDS = ("done", "approval")
_SPACES = re.compile(r"\s+")
_NUMBER = re.compile(r"[A-Z]{1,3}-\d+")
_GIGABYTES = r"(?:gb|gig\w*|гб|гиг\w*)"
_TERABYTES = r"(?:tb|тб|терабайт\w*)"
_STEM = 5
"""Letters up to which a title is not inflected."""
T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class CustomerSnapshot:
    """What the office holds of a customer at one moment. `refund_due` is whole roubles of the last payment.

    `effects` and `proposals` are those of the dialog, in their order.
    """

    now: datetime
    account: Account | None = None
    payments: Sequence[Payment] = ()
    orders: Sequence[Order] = ()
    tickets: Sequence[Ticket] = ()
    calls: Sequence[BookedCall] = ()
    refund_due: int | None = None
    effects: Sequence[Effect] = ()
    proposals: Sequence[Proposal] = ()

    @property
    def subscription(self) -> Subscription | None:
        return self.account.subscription if self.account else None

    @property
    def deeds(self) -> list[Effect]:
        """What was done, or waits for a person's word."""
        return [effect for effect in self.effects if effect.outcome.status in STANDS]


@dataclass(frozen=True)
class ReadAnswer:
    """What the customer reads, as facts are looked for in it."""

    text: str
    language: str
    now: datetime
    plain: str = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "plain", flatten(self.text))

    def figures(self) -> set[Decimal]:
        """Every number, whatever it counts."""
        read = scale(self.language)
        return {value for _, value in [*read.figures(self.plain), *read.sums(self.plain)]}

    def names_day(self, day: datetime) -> bool:
        local = day.astimezone(in_use().zone)
        today = self.now.astimezone(in_use().zone).date()
        wanted = {(year, local.month, local.day) for year in (local.year, None)}
        found = (value for value in scale(self.language).read(self.plain, today) if value.kind == "date")
        return any(wanted & set(value.meanings) for value in found)

    def names_time(self, at: datetime) -> bool:
        """`15:00`, `15.00`, `3 pm`, `15 часов`, `at 15`, in the company's time."""
        local = at.astimezone(in_use().zone)
        hour, minute = local.hour, local.minute
        half, noon = hour % 12 or 12, "a" if hour < 12 else "p"
        minutes = rf"(?:[:.]{minute:02})" if minute else r"(?:[:.]00)?"
        spoken = rf"(?<![\d:.])0?{half}{minutes} ?{noon}\.?m\b"
        exact = rf"(?<![\d:.])0?{hour}[:.]{minute:02}(?!\d)"
        bare = rf"(?:\bв|\bна|\bat|\bfor) 0?{hour}(?! ?[\d:.]\d)\b" if not minute else exact
        return any(re.search(form, self.plain) for form in (spoken, exact, bare))

    def has(self, pattern: str) -> bool:
        return re.search(pattern, self.plain, re.IGNORECASE) is not None


def flatten(text: str) -> str:
    """As words are looked for: one kind of space, ё as е, small letters."""
    return without_yo(_SPACES.sub(" ", text)).casefold()


def is_stated(fact: Fact, answer: ReadAnswer, known: CustomerSnapshot) -> bool | None:
    """None where the records have no such fact."""
    return _CHECKS[fact](answer, known)


def numbers_in(values: Iterable[object]) -> set[str]:
    """`T-1001` and its like among the values."""
    return {found for value in values if isinstance(value, str) for found in _NUMBER.findall(value)}


Check = Callable[[ReadAnswer, CustomerSnapshot], bool | None]


def _one_of(values: Iterable[T], holds: Callable[[T], bool]) -> bool | None:
    known = list(values)
    return any(map(holds, known)) if known else None


def _day(find: Callable[[CustomerSnapshot], datetime | None]) -> Check:
    def check(answer: ReadAnswer, known: CustomerSnapshot) -> bool | None:
        day = find(known)
        return answer.names_day(day) if day else None

    return check


def _sums(find: Callable[[CustomerSnapshot], Iterable[int]]) -> Check:
    def check(answer: ReadAnswer, known: CustomerSnapshot) -> bool | None:
        return _one_of(find(known), lambda value: Decimal(value) in answer.figures())

    return check


def _numbers(find: Callable[[CustomerSnapshot], Iterable[str]]) -> Check:
    def check(answer: ReadAnswer, known: CustomerSnapshot) -> bool | None:
        return _one_of(
            find(known), lambda number: re.search(rf"{number.lower()}(?!\d)", answer.plain) is not None
        )

    return check


def _plan(answer: ReadAnswer, known: CustomerSnapshot) -> bool | None:
    """Its title, in any case of the language."""
    if known.subscription is None:
        return None
    titles = in_use().catalogue[known.subscription.plan].titles.values()
    return any(re.search(_inflected(fold(title)), answer.plain) for title in titles)


def _inflected(title: str) -> str:
    """A long title may lose its ending."""
    if len(title) <= _STEM:
        return rf"(?<!\w){re.escape(title)}(?!\w)"
    return rf"(?<!\w){re.escape(title[:-2])}"


def _until(known: CustomerSnapshot) -> datetime | None:
    return known.subscription.renews if known.subscription else None


def _renews(known: CustomerSnapshot) -> datetime | None:
    held = known.subscription
    return held.renews if held and held.status in ("active", "trial") else None


def _next_sum(known: CustomerSnapshot) -> Iterator[int]:
    if known.subscription and known.subscription.status in ("active", "past_due"):
        yield known.subscription.price_rub


def _price(known: CustomerSnapshot) -> Iterator[int]:
    if known.subscription:
        yield known.subscription.price_rub


def _debt(known: CustomerSnapshot) -> Iterator[int]:
    if known.subscription and known.subscription.status == "past_due":
        yield known.subscription.price_rub


def _duplicates(known: CustomerSnapshot) -> list[str]:
    return [payment.number for payment in known.payments if payment.duplicate_of]


def _due(known: CustomerSnapshot) -> Iterator[int]:
    if known.refund_due is not None:
        yield known.refund_due


def _touched(known: CustomerSnapshot) -> set[str]:
    """Numbers of what was acted on, or made, in this dialog."""
    return numbers_in(value for effect in known.deeds for value in _values(effect))


def _values(effect: Effect) -> list[object]:
    return [effect.outcome.number, effect.about, *effect.arguments.values(), *effect.outcome.facts.values()]


def _orders(known: CustomerSnapshot) -> list[Order]:
    """Those that go on or were dealt with in this dialog; else all."""
    touched = _touched(known)
    live = [o for o in known.orders if o.status not in ("delivered", "cancelled") or o.number in touched]
    return live or list(known.orders)


def _tickets(known: CustomerSnapshot) -> list[Ticket]:
    touched = _touched(known)
    live = [ticket for ticket in known.tickets if ticket.status == "open" or ticket.number in touched]
    return live or list(known.tickets)


def _call(answer: ReadAnswer, known: CustomerSnapshot) -> bool | None:
    return _one_of((call.at for call in known.calls if call.at > known.now), answer.names_time)


def _used(answer: ReadAnswer, known: CustomerSnapshot) -> bool | None:
    if known.subscription is None:
        return None
    used = known.subscription.used_gb
    tera = {round(Decimal(used) / size, digits) for size in (1000, 1024) for digits in (1, 2)}
    terabytes = re.findall(rf"(\d+(?:[.,]\d+)?) ?{_TERABYTES}", answer.plain)
    return (
        Decimal(used) in answer.figures()
        or answer.has(rf"(?<!\d){used} ?{_GIGABYTES}")
        or any(Decimal(found.replace(",", ".")) in tera for found in terabytes)
    )


def _devices(answer: ReadAnswer, known: CustomerSnapshot) -> bool | None:
    names = [fold(device.name) for device in known.account.devices] if known.account else []
    return all(name in answer.plain for name in names) if names else None


def _last_act(known: CustomerSnapshot) -> set[str]:
    """Of what was done last, or of what is proposed."""
    last = known.deeds[-1:]
    made = {effect.outcome.number for effect in last} - {""}
    about = numbers_in(value for effect in last for value in _values(effect))
    live = [p for p in known.proposals if p.is_live][-1:]
    return made or about or numbers_in(v for p in live for v in [*p.arguments.values(), *p.facts.values()])


_CHECKS: dict[Fact, Check] = {
    "plan": _plan,
    "paid_until": _day(_until),
    "next_charge_date": _day(_renews),
    "next_charge_sum": _sums(_next_sum),
    "debt": _sums(_debt),
    "price": _sums(_price),
    "last_payment_sum": _sums(lambda known: [p.amount_rub for p in known.payments[:1]]),
    "last_payment_number": _numbers(lambda known: [p.number for p in known.payments[:1]]),
    "duplicate_payment_number": _numbers(_duplicates),
    "refund_due": _sums(_due),
    "order_number": _numbers(lambda known: [order.number for order in _orders(known)]),
    "order_sum": _sums(lambda known: [order.total_rub for order in _orders(known)]),
    "ticket_number": _numbers(lambda known: [ticket.number for ticket in _tickets(known)]),
    "call_time": _call,
    "used_gb": _used,
    "devices": _devices,
    "act_number": _numbers(_last_act),
}
