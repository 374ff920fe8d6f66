"""A dialog replayed under other settings: what differs is told, and nothing has happened."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import cast

import pytest

from app.bootstrap import build
from app.core.actions import OpenComplaint
from app.core.backoffice import ActionContext
from app.core.clock import utcnow
from app.core.models import RouteQuery
from app.engines.backoffice.office import SqlBackOffice
from app.services.dialogs.admission import Stopped
from app.services.read_only_office import ReadOnlyOffice
from app.services.replay import AT_ONCE, ReplaysBusy, Setup, SetupImpossible, Step
from app.services.workbench import Workbench
from tests.support.server import settings

pytestmark = pytest.mark.anyio
AS_NOW = Setup(router="local", threshold=0)
STORY = (
    "Не работает приложение, не могу войти в аккаунт",
    "сколько стоит Профи?",
    "Оформите Профи на год",
    "да",
)


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Workbench]:
    given = {
        "backoffice_storage": str(tmp_path / "office.sqlite"),
        "checkpoint_storage": str(tmp_path / "kept"),
    }
    made = build(settings(tmp_path / "dialogs", **given))
    await made.start()
    yield made
    await made.stop()


async def told(bench: Workbench, *texts: str) -> str:
    name = str((await bench.dialogs.create("customer_123", texts[0])).body["dialog_id"])
    for text in texts[1:]:
        await bench.dialogs.send(name, text)
    return name


async def steps(bench: Workbench, name: str, setup: Setup) -> list[Step]:
    return [step async for step in bench.replay.run(name, setup)]


def office_of(bench: Workbench) -> SqlBackOffice:
    return cast(SqlBackOffice, bench.customers.office)


async def test_the_same_settings_give_the_same_dialog_though_it_has_ordered(bench: Workbench) -> None:
    name = await told(bench, *STORY)
    assert [step.differs for step in await steps(bench, name, AS_NOW)] == [""] * 4


async def test_a_replay_has_no_effect_anywhere(bench: Workbench) -> None:
    name = await told(bench, STORY[0])
    dialog = await bench.dialogs.store.read(name)
    for seq, text in ((3, STORY[2]), (5, "Я хочу пожаловаться на поддержку")):
        dialog.receive(text, bench.dialogs.clock())
        dialog.give_up_pending(bench.dialogs.clock())
        assert dialog.messages[-1].seq >= seq - 1
    async with bench.dialogs.store.lock(name):
        await bench.dialogs.store.write(dialog)
    before, stored = office_of(bench).counts(), await bench.dialogs.view(name)
    replayed = await steps(bench, name, AS_NOW)
    used = [use.status for step in replayed if step.now.turn for use in step.now.turn.tools]
    assert "done" in used
    assert replayed[1].then.failure == "failed"
    assert office_of(bench).counts() == before
    assert office_of(bench).effects(name) == []
    assert await bench.dialogs.view(name) == stored


async def test_a_threshold_keeps_the_customer_and_the_first_difference_is_the_route(bench: Workbench) -> None:
    name = await told(bench, *STORY[:2])
    first, second = await steps(bench, name, Setup(router="local", threshold=0.97))
    assert (first.differs, second.differs) == ("", "route")
    assert second.now.turn is not None
    assert second.now.turn.decision.agent == "tech_support"


async def test_another_language_is_other_words(bench: Workbench) -> None:
    name = await told(bench, STORY[1])
    (step,) = await steps(bench, name, Setup(router="local", threshold=0, language="en"))
    assert step.differs == "words"
    assert step.now.turn is not None
    assert step.now.turn.language == "en"


async def test_a_person_is_not_replaced(bench: Workbench) -> None:
    name = await told(bench, STORY[1])
    await bench.operators.take_over(name, "anna")
    await bench.dialogs.send(name, "спасибо")
    await bench.operators.reply(name, "anna", "Пожалуйста, это Анна.")
    _, second = await steps(bench, name, AS_NOW)
    assert (second.differs, second.now.text) == ("", "Пожалуйста, это Анна.")


async def test_a_router_that_is_not_here_is_refused(bench: Workbench) -> None:
    name = await told(bench, STORY[1])
    with pytest.raises(SetupImpossible):
        await steps(bench, name, Setup(router="llm", threshold=0.5))


async def test_a_replay_can_be_stopped(bench: Workbench, monkeypatch: pytest.MonkeyPatch) -> None:
    name = await told(bench, STORY[1])
    begun = asyncio.Event()

    async def never(_query: RouteQuery) -> None:
        begun.set()
        await asyncio.Event().wait()

    made = bench.replay.make(AS_NOW, None, utcnow)
    monkeypatch.setattr(type(made.router), "route", lambda _self, query: never(query))
    running = asyncio.create_task(steps(bench, name, AS_NOW))
    await begun.wait()
    assert bench.replay.stop(name)
    with pytest.raises(Stopped):
        await running


async def test_no_more_than_some_dialogs_are_replayed_at_once(bench: Workbench) -> None:
    name = await told(bench, STORY[1])
    begun = [bench.replay.run(name, AS_NOW, str(number)) for number in range(AT_ONCE)]
    for replay in begun:
        await anext(replay)
    with pytest.raises(ReplaysBusy):
        await steps(bench, name, AS_NOW)
    for replay in begun:
        assert [step async for step in replay] == []
    assert len(await steps(bench, name, AS_NOW)) == 1


def test_a_system_that_cannot_take_back_refuses(tmp_path: Path) -> None:
    real = SqlBackOffice(tmp_path / "office.sqlite", demo=True)
    rehearsed = ReadOnlyOffice(real)
    origin = ActionContext(dialog_id="d", seq=1, customer_id="customer_123")
    before = real.counts()
    assert rehearsed.act(origin, OpenComplaint(subject="everything")).reason == "rehearsal"
    assert rehearsed.account("customer_123") == real.account("customer_123")
    assert (rehearsed.plans(), rehearsed.items()) == (real.plans(), real.items())
    assert rehearsed.payments("customer_123") == real.payments("customer_123")
    assert real.counts() == before
    real.close()


BOUGHT_AND_RETURNED = (
    "Верните деньги за последний платёж",
    "да",
    "Закажите хаб с самовывозом",
    "да",
    "отмените этот заказ",
    "да",
    "верните деньги за последний платёж",
)


async def test_a_replay_begins_before_what_the_dialog_has_done(bench: Workbench) -> None:
    """Numbers and all: what was returned is there to be returned, what was ordered is not ordered yet."""
    name = await told(bench, *BOUGHT_AND_RETURNED)
    done = [effect.tool for effect in office_of(bench).effects(name) if effect.outcome.status == "done"]
    assert done == ["refund_payment", "create_order", "cancel_order"]
    before = office_of(bench).counts()
    replayed = await steps(bench, name, AS_NOW)
    assert [step.now.text for step in replayed] == [step.then.text for step in replayed]
    assert [step.differs for step in replayed] == [""] * len(BOUGHT_AND_RETURNED)
    used = [use.status for step in replayed if step.now.turn for use in step.now.turn.tools]
    assert used.count("done") == len(done)
    assert office_of(bench).counts() == before


async def test_what_later_dialogs_did_is_not_there_yet(bench: Workbench) -> None:
    name = await told(bench, "Верните деньги за последний платёж")
    await told(bench, "Верните деньги за последний платёж", "да")
    [step] = await steps(bench, name, AS_NOW)
    assert (step.differs, step.now.text) == ("", step.then.text)


async def test_what_a_person_decided_falls_where_it_fell(bench: Workbench) -> None:
    name = str((await bench.dialogs.create("demo_annual", "Верните деньги за год")).body["dialog_id"])
    await bench.dialogs.send(name, "да")
    [waits] = office_of(bench).approvals()
    await bench.operators.decide(waits.number, True, "anna")
    await bench.dialogs.send(name, "покажите мои платежи")
    replayed = await steps(bench, name, AS_NOW)
    assert [step.now.text for step in replayed] == [step.then.text for step in replayed]
