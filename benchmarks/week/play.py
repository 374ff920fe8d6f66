"""The play: visits, operators and approvals, in the order of time, on the real application."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from heapq import heappop, heappush
from itertools import count

from app.core.dialog import Dialog
from app.core.exceptions import CallCenterError
from app.services.workbench import Workbench
from benchmarks.week.scripts import Visit

TICK = timedelta(milliseconds=110)
Steps = AsyncIterator[timedelta]


@dataclass
class Watch:
    """A clock that is set. Each look takes a moment, as a turn does."""

    now: datetime

    def __call__(self) -> datetime:
        self.now += TICK
        return self.now


@dataclass
class Stage:
    """Carries visits on, each until it waits for something; what is over stays over at `ends`."""

    bench: Workbench
    watch: Watch
    ends: datetime
    live: list[str] = field(default_factory=list)
    shown: dict[str, str] = field(default_factory=dict)
    _queue: list[tuple[datetime, int, Steps]] = field(default_factory=list)
    _order: count[int] = field(default_factory=count)

    def enter(self, at: datetime, steps: Steps) -> None:
        heappush(self._queue, (at, next(self._order), steps))

    async def play(self) -> None:
        while self._queue:
            at, _, steps = heappop(self._queue)
            if at > self.ends:
                continue
            self.watch.now = max(at, self.watch.now)
            wait = await anext(steps, None)
            if wait is not None:
                self.enter(max(at, self.watch.now) + wait, steps)

    async def visit(self, visit: Visit) -> Steps:
        """A customer's dialog from the first word to the end."""
        customer = Customer(self, visit, random.Random(visit.seed))
        async for wait in customer.talk():
            yield wait


@dataclass
class Customer:
    stage: Stage
    visit: Visit
    rng: random.Random
    dialog_id: str = ""

    async def talk(self) -> Steps:
        book, script = self.visit.book, self.visit.script
        begun = await self.stage.bench.dialogs.create(self.visit.customer, self.visit.opening)
        self.dialog_id = str(begun.body["dialog_id"])
        if self.visit.live:
            self.stage.live.append(self.dialog_id)
        if self.visit.shown:
            self.stage.shown[self.visit.shown] = self.dialog_id
        yield self._pause()
        for lines in script.then:
            said = book.agreed if lines == "agreed" else lines
            await self._say(self.rng.choice(said))
            yield self._pause()
        async for wait in self._end():
            yield wait

    async def _end(self) -> Steps:
        if self.visit.live in ("bot", "approval"):
            return
        dialog = await self._dialog()
        helped = self.rng.random() < self.visit.script.helped
        if not dialog.escalated and not self.visit.shown:
            async for wait in self._judge(helped):
                yield wait
            dialog = await self._dialog()
        if self.visit.live == "waits":
            return
        if dialog.escalated:
            async for wait in self._served(dialog):
                yield wait
        async for wait in self._leave(helped):
            yield wait

    async def _judge(self, helped: bool) -> Steps:
        """What the answer was good for; the stubborn ask for a person."""
        book = self.visit.book
        if not helped and self.visit.script.repairs:
            await self._say(self.rng.choice(book.failed))
            yield self._pause()
        if not helped and (self.visit.live or self.rng.random() < 0.22):
            await self._say(self.rng.choice(book.wanted))
            yield self._pause()
        elif helped and self.rng.random() < 0.75:
            await self._say(self.rng.choice(book.repaired if self.visit.script.repairs else book.thanks))
            yield self._pause()

    async def _served(self, dialog: Dialog) -> Steps:
        """By an operator, unless nobody comes; an approval is decided by one."""
        book, operators = self.visit.book, self.stage.bench.operators
        name = self.rng.choice(book.operators)
        yield timedelta(minutes=3 if self.visit.live else self.rng.triangular(2, 22, 5))
        for number in dialog.escalation.about if dialog.escalation else []:
            approved = self.rng.random() < 0.7
            await operators.decide(
                number, approved, name, self.rng.choice(book.approved if approved else book.refused)
            )
            yield timedelta(minutes=self.rng.uniform(1, 4))
        dialog = await self._dialog()
        if not dialog.escalated or self.rng.random() < 0.12:
            return
        async for wait in self._taken_over(name):
            yield wait

    async def _taken_over(self, name: str) -> Steps:
        book, operators = self.visit.book, self.stage.bench.operators
        await operators.take_over(self.dialog_id, name)
        yield timedelta(seconds=self.rng.randint(15, 60))
        await operators.reply(self.dialog_id, name, self.rng.choice(book.hello).format(name=name))
        yield timedelta(seconds=self.rng.randint(40, 150))
        if self.visit.live == "served":
            return
        for line in self.visit.script.person:
            await operators.reply(self.dialog_id, name, line)
            yield timedelta(seconds=self.rng.randint(50, 200))
        await self._say(self.rng.choice(book.relieved))
        yield timedelta(seconds=self.rng.randint(30, 120))
        await operators.close(self.dialog_id, name)

    async def _leave(self, helped: bool) -> Steps:
        """A thumb or stars for some; what nobody closes is closed as idle."""
        bench, dialog = self.stage.bench, await self._dialog()
        if self.rng.random() < 0.45:
            answers = [line.seq for line in dialog.messages if line.role == "agent"]
            liked = self.rng.random() < (0.82 if helped else 0.4)
            await bench.feedback.like(self.dialog_id, answers[-1], liked)
        if self.rng.random() < 0.3:
            score = self.rng.choices((5, 4, 3, 2, 1), (60, 24, 8, 3, 2) if helped else (20, 20, 25, 20, 15))[
                0
            ]
            comment = self.rng.choice(self.visit.book.comments) if score > 3 else ""
            await bench.operators.rate(self.dialog_id, score, comment)
        yield timedelta(minutes=61)
        if (await self._dialog()).status == "active":
            await bench.dialogs.close_idle(self.dialog_id, self.stage.watch.now)

    async def _say(self, text: str) -> None:
        try:
            await self.stage.bench.dialogs.send(self.dialog_id, text)
        except CallCenterError:
            return

    async def _dialog(self) -> Dialog:
        return await self.stage.bench.dialogs.store.read(self.dialog_id)

    def _pause(self) -> timedelta:
        return timedelta(seconds=self.rng.triangular(12, 150, 35))
