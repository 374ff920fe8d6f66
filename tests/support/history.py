"""A past for the store: about four hundred dialogs over forty days, the same ones every time."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from app.core.dialog import Closing, Dialog, HandbackNote, Rating
from app.core.models import Decision, Handoff, Reply, Source, Summary, ToolUse, Turn, Usage
from app.core.ports import DialogStore

NOW = datetime(2026, 11, 22, 15, 0, tzinfo=UTC)
DAYS, DIALOGS = 40, 400
BUSY = (1, 1, 0, 0, 0, 1, 2, 4, 7, 9, 10, 10, 9, 8, 9, 9, 8, 7, 7, 8, 7, 5, 3, 2)
"""How many dialogs begin in each hour of a day (UTC), relative to one another."""
EVENING = (16, 21)
"""Hours in which more customers ask for a person."""


@dataclass(frozen=True, slots=True)
class Line:
    """What a customer says, the answer, and the article that has it (none: a gap)."""

    asked: str
    answered: str
    article: str | None = None


@dataclass(frozen=True, slots=True)
class Theme:
    agent: str
    lines: tuple[Line, ...]


RU = (
    Theme("tech_support", (
        Line("Не могу войти в аккаунт, пишет неверный пароль", "Сбросьте пароль.", "cannot-log-in"),
        Line("Файлы не синхронизируются второй день", "Проверьте место на диске.", "sync-not-working"),
        Line("Как подключить календарь из рабочей почты?", "Уточню и вернусь с ответом."),
        Line("Как подключить календарь из почты Outlook?", "Уточню и вернусь с ответом."),
    )),
    Theme("sales", (
        Line("Сколько стоит Профи на год?", "Профи на год — 19 104 ₽.", "plan-pro"),
        Line("Чем Бизнес отличается от Профи?", "В Бизнесе больше мест и хранилища.", "plans-compare"),
        Line("Есть ли тариф для семьи из пяти человек?", "Такого тарифа я не нашёл."),
    )),
    Theme("supervisor", (
        Line("Верните деньги за двойное списание", "Передаю сотруднику, он проверит платёж."),
        Line("Пишу третий раз, никто не отвечает!!", "Понимаю. Подключаю сотрудника."),
    )),
)  # fmt: skip
EN = (
    Theme("tech_support", (
        Line("I cannot log in, it says the password is wrong", "Reset the password.", "cannot-log-in"),
        Line("How do I export my notes to Markdown?", "I could not find this."),
    )),
    Theme("sales", (
        Line("How much is Pro for a year?", "Pro is 19,104 ₽ a year.", "plan-pro"),
        Line("Is there a plan for a family of five?", "I could not find such a plan."),
    )),
    Theme("supervisor", (
        Line("I want my money back, you charged me twice", "I am passing this on to a colleague."),
    )),
)  # fmt: skip
ENDINGS = {
    "ru": ("Спасибо, помогло", "Понятно", "Это безобразие!!!"),
    "en": ("Thank you, that helped", "I see", "This is a disgrace!!!"),
}
SOURCES: tuple[Source, ...] = ("lexical", "embedding", "embedding", "sticky", "llm", "fallback")


def history(now: datetime = NOW, dialogs: int = DIALOGS, days: int = DAYS, seed: int = 7) -> Iterator[Dialog]:
    """Oldest first. The last day's may still go on."""
    chance = random.Random(seed)
    starts = sorted(_start(chance, now, days) for _ in range(dialogs))
    for start in starts:
        yield Past(chance, now).dialog(start)


async def fill(store: DialogStore, dialogs: Sequence[Dialog]) -> None:
    for dialog in dialogs:
        async with store.lock(dialog.dialog_id):
            await store.write(dialog)


def fill_apart(store: DialogStore, dialogs: Sequence[Dialog]) -> None:
    """In a thread of its own, because Playwright's loop may run in this one."""
    with ThreadPoolExecutor(1) as pool:
        pool.submit(lambda: asyncio.run(fill(store, dialogs))).result()


def _start(chance: random.Random, now: datetime, days: int) -> datetime:
    """More of late: the business grows."""
    back = int(days * (1 - chance.random() ** 0.9))
    hour = chance.choices(range(24), BUSY)[0]
    day = (now - timedelta(days=back)).replace(hour=hour, minute=chance.randrange(60), second=0)
    return min(day, now - timedelta(minutes=chance.randrange(5, 90)))


class Past:
    """Makes one dialog through what may happen to dialogs."""

    def __init__(self, chance: random.Random, now: datetime) -> None:
        self.chance = chance
        self.now = now

    def dialog(self, start: datetime) -> Dialog:
        chance = self.chance
        language = chance.choices(("ru", "en"), (3, 1))[0]
        themes = RU if language == "ru" else EN
        weights = (5, 4, 3) if EVENING[0] <= start.hour < EVENING[1] else (6, 4, 1)
        dialog = Dialog(
            dialog_id=str(UUID(int=chance.getrandbits(128), version=4)),
            customer_id=f"customer_{chance.randrange(260)}",
            created_at=start,
            updated_at=start,
        )
        dialog.add_event("dialog.opened", {}, start)
        self.at = start
        theme = chance.choices(themes, weights)[0]
        for line in chance.sample(theme.lines, min(len(theme.lines), chance.choice((1, 1, 2)))):
            self._turn(dialog, theme.agent, line, language)
        if dialog.escalation:
            self._person(dialog, language)
        else:
            self._ending(dialog, language)
        self._end(dialog)
        return dialog

    def _turn(self, dialog: Dialog, agent: str, line: Line, language: str) -> None:
        asked = dialog.receive(line.asked, self._later(5, 90))
        if self.chance.random() < 0.02:
            dialog.give_up_pending(self._later(1, 3))
            return
        seconds = self.chance.lognormvariate(0.2, 0.6)
        self.at += timedelta(seconds=seconds)
        said = dialog.answer(
            asked,
            Reply(text=line.answered, turn=self._trace(dialog, agent, line, language)),
            self.at,
            seconds,
        )
        said.liked = self.chance.choices((None, True, False), (8, 2, 1))[0]

    def _trace(self, dialog: Dialog, agent: str, line: Line, language: str) -> Turn:
        chance = self.chance
        asks_person = agent == "supervisor" or chance.random() < 0.04
        serving = dialog.assigned_agent
        hops = [
            Handoff(
                from_agent=serving or "tech_support",
                to="supervisor",
                reason="a person must decide",
                timestamp=self.at,
            )
        ]
        tokens = chance.randrange(300, 1400)
        return Turn(
            decision=Decision(
                agent=agent, confidence=chance.uniform(0.5, 0.99), source=chance.choice(SOURCES)
            ),
            agent="supervisor" if asks_person else agent,
            model="gpt-4o-mini",
            degraded=chance.random() < 0.03,
            language=language,
            escalated=asks_person,
            withheld=["price: 990 ₽"] if chance.random() < 0.02 else [],
            hops=hops if asks_person and serving != "supervisor" and agent != "supervisor" else [],
            tools=self._tools(agent, asks_person),
            citations=[line.article] if line.article else [],
            usage=Usage(input_tokens=tokens, output_tokens=tokens // 5, cost=tokens * 2.7e-7, calls=1),
            timings={"total": 1.0},
        )

    def _tools(self, agent: str, asks_person: bool) -> list[ToolUse]:
        if asks_person and self.chance.random() < 0.5:
            status = self.chance.choice(("approval", "done", "refused"))
            return [ToolUse(name="refund_payment", arguments={}, result="{}", status=status, number="P-1")]
        if agent == "tech_support" and self.chance.random() < 0.2:
            return [ToolUse(name="open_ticket", arguments={}, result="{}", status="done", number="T-1")]
        return []

    def _person(self, dialog: Dialog, language: str) -> None:
        """Most are taken over; of those most are closed by the person, some handed back."""
        if self.chance.random() < 0.12:
            return
        self.at += timedelta(seconds=self.chance.expovariate(1 / 90))
        dialog.take_over("anna", "", self.at)
        for _ in range(self.chance.choice((2, 2, 3, 4))):
            dialog.say(
                "anna", "Разбираюсь." if language == "ru" else "Looking into it.", self._later(20, 200)
            )
        if self.chance.random() < 0.4:
            dialog.hand_back(HandbackNote(by="anna", text="done", at=self._later(10, 60)))

    def _ending(self, dialog: Dialog, language: str) -> None:
        words = self.chance.choices((*ENDINGS[language], ""), (5, 2, 1, 6))[0]
        if words:
            line = Line(words, "Обращайтесь!" if language == "ru" else "You are welcome!")
            self._turn(dialog, dialog.assigned_agent or "tech_support", line, language)

    def _end(self, dialog: Dialog) -> None:
        chance = self.chance
        if chance.random() < 0.6:
            self._close(dialog, "resolved", self._later(30, 400))
        elif dialog.handler == "bot":
            self._close(dialog, "timeout", self.at + timedelta(hours=1))
        rated = self.at + timedelta(minutes=2)
        if chance.random() < 0.35 and rated < self.now:
            wanted = any(event.kind == "dialog.escalated" for event in dialog.events)
            happy = chance.random() < (0.4 if wanted else 0.85)
            dialog.rate(Rating(score=chance.choice((4, 5, 5) if happy else (1, 2, 3)), at=rated))

    def _close(self, dialog: Dialog, reason: str, at: datetime) -> None:
        if at < self.now:
            summary = Summary(
                total_messages=len(dialog.messages), total_tokens=0, duration_minutes=1, resolution=""
            )
            dialog.close(Closing(reason=reason, at=at, summary=summary))

    def _later(self, least: float, most: float) -> datetime:
        self.at += timedelta(seconds=self.chance.uniform(least, most))
        return self.at
