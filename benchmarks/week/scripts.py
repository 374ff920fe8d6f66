"""What customers of the example week come with: the files of scripts, and the visits made of them."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import cycle
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from app.core.company import in_use
from app.core.demo_customers import DemoDevice, DemoPerson, DemoSubscription
from app.core.yaml import load

HERE = Path(__file__).parent
LANGUAGES = ("ru", "en")
ENDS = datetime(2026, 11, 25, 12, 40, tzinfo=UTC)
WEEK = timedelta(days=7)
TIMES = 1.65
"""Dialogs for each that a script asks for."""
HOURS = (1, 1, 1, 1, 1, 1, 2, 5, 12, 22, 30, 31, 24, 20, 25, 30, 28, 20, 16, 17, 14, 9, 5, 2)
"""How many begin in each hour of the company's day."""
DAYS = (13, 11, 10, 9, 9, 5, 4)
"""And on each day of the week, from Monday."""
PAID = (15, 24)
"""Days ago that the further customers have paid: before the play begins."""


class Script(BaseModel):
    model_config = ConfigDict(extra="forbid")

    key: str
    weeks: tuple[int, int]
    helped: float
    open: list[str]
    more: list[str] = Field(default_factory=list)
    then: list[Literal["agreed"] | list[str]] = Field(default_factory=list)
    person: list[str] = Field(default_factory=list)
    plan: str | None = None
    calls_person: bool = False

    @property
    def repairs(self) -> bool:
        """Something is out of order."""
        return self.key in ("sync", "calls", "crash", "login")


class Book(BaseModel):
    """All scripts of one language, and the small talk around them."""

    model_config = ConfigDict(extra="forbid")

    language: str
    greetings: list[str]
    repaired: list[str]
    thanks: list[str]
    failed: list[str]
    wanted: list[str]
    relieved: list[str]
    agreed: list[str]
    operators: list[str]
    hello: list[str]
    approved: list[str]
    refused: list[str]
    comments: list[str]
    scripts: list[Script]


@dataclass(frozen=True)
class Visit:
    """One dialog to be played. `live` and `shown` are those of tales.yaml."""

    at: datetime
    book: Book
    script: Script
    customer: str
    opening: str
    seed: int
    live: str = ""
    shown: str = ""


def books() -> list[Book]:
    return [Book.model_validate(load(HERE / f"{language}.yaml")) for language in LANGUAGES]


class Kind(BaseModel):
    """Every first name with a last one, in turn."""

    first: list[str]
    last: list[str]

    def names(self, count: int) -> list[str]:
        return [f"{self.first[n % len(self.first)]} {self.last[n % len(self.last)]}" for n in range(count)]


class People(BaseModel):
    count: int
    kinds: list[Kind]
    companies: list[str]

    def names(self) -> list[str]:
        return [*self.companies, *(name for kind in self.kinds for name in kind.names(self.count))]


@cache
def further_people() -> list[DemoPerson]:
    known = {code: People.model_validate(people) for code, people in load(HERE / "people.yaml").items()}
    return [
        _person(language, place, name)
        for language, people in known.items()
        for place, name in enumerate(people.names())
    ]


def _person(language: str, place: int, name: str) -> DemoPerson:
    rng = random.Random(f"{language} {place}")
    plan = rng.choices(list(in_use().catalogue.plans), (5, 3, 1))[0]
    paid = rng.uniform(*PAID)
    subscription = DemoSubscription(
        plan=plan, period="month", paid=paid, times=rng.randint(1, 6), used_gb=rng.randint(3, 45)
    )
    devices = [
        DemoDevice(
            name=rng.choice(DEVICES[language]), platform=platform, version=CURRENT, seen=rng.uniform(0, 2)
        )
        for platform in rng.sample(PLATFORMS, 2)
    ]
    number = f"{place:03}"
    return DemoPerson(
        id=f"week_{language}_{place + 1:03}",
        name=name,
        language=language,
        email=f"week.{language}.{place + 1}@example.{'ru' if language == 'ru' else 'com'}",
        phone=f"+7 000 555-{number[0]}{number[1]}-{number[2]}0"
        if language == "ru"
        else f"+1 202 555 01{number[1:]}",
        since=200 + rng.randint(0, 500),
        subscription=subscription,
        devices=devices,
    )


DEVICES = {
    "ru": ["Ноутбук", "Телефон", "Планшет", "Рабочий компьютер"],
    "en": ["Laptop", "Phone", "Tablet", "Work PC"],
}
PLATFORMS = ["Windows 11", "macOS 14", "Android 14", "iOS 17"]
CURRENT = ".".join(map(str, in_use().profile.current_app))


def visits() -> list[Visit]:
    """In the order of time."""
    rng, begins, known = random.Random(2026), ENDS - 2 * WEEK, books()
    found = [visit for book in known for script in book.scripts for visit in _of(book, script, begins, rng)]
    found += _tales({book.language: book for book in known})
    return sorted(found, key=lambda visit: (visit.at, visit.opening))


def _tales(known: dict[str, Book]) -> Iterator[Visit]:
    tales: list[dict[str, Any]] = load(HERE / "tales.yaml")
    for seed, tale in enumerate(tales):
        lines = [[line] for line in tale["then"]]
        asked = {
            "key": "tale",
            "weeks": (0, 1),
            "helped": tale["helped"],
            "open": [tale["open"]],
            "then": lines,
        }
        script = Script.model_validate({**asked, "person": tale.get("person", [])})
        at, book = ENDS - timedelta(hours=tale["ago"]), known[tale["language"]]
        marks = {name: tale.get(name, "") for name in ("live", "shown")}
        yield Visit(at, book, script, tale["who"], tale["open"], seed, **marks)


def _of(book: Book, script: Script, begins: datetime, rng: random.Random) -> Iterator[Visit]:
    """Customers and openings go round, so that neighbours in a list differ."""
    people = [p for p in further_people() if p.language == book.language]
    people = [
        p for p in people if script.plan is None or (p.subscription and p.subscription.plan == script.plan)
    ]
    used: set[str] = set()
    rng.shuffle(people)
    come = cycle(people)
    for week, wanted in enumerate(script.weeks):
        for _ in range(round(wanted * TIMES)):
            opening = _opening(book, script, used, rng)
            at = _moment(begins + week * WEEK, rng)
            yield Visit(at, book, script, next(come).id, opening, rng.randrange(10**9))


def _opening(book: Book, script: Script, used: set[str], rng: random.Random) -> str:
    for _ in range(20):
        greeting, line = rng.choice(book.greetings), rng.choice(script.open)
        told = greeting + (line[0].lower() + line[1:] if greeting.endswith(", ") else line)
        if script.more and rng.random() < 0.5:
            told = f"{told.rstrip('.')}. {rng.choice(script.more)}"
        if told not in used:
            break
    used.add(told)
    return told


def _moment(begins: datetime, rng: random.Random) -> datetime:
    """In the week from `begins`, by the habits of the days and hours of the company's place."""
    zone = in_use().zone
    while True:
        at = begins + timedelta(seconds=rng.randrange(int((WEEK - timedelta(hours=2)).total_seconds())))
        local = at.astimezone(zone)
        if rng.random() < HOURS[local.hour] / max(HOURS) * DAYS[local.weekday()] / max(DAYS):
            return at
