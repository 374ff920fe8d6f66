"""A returning customer is recognised: what is kept of a dialog, who is told of it, and what forgets it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from app.adapters.mocks.llm.scripted import ScriptedChatModel
from app.adapters.storage.langgraph_storage import LangGraphMemory
from app.bootstrap import build
from app.core.exceptions import StorageUnavailable
from app.core.models import Memory
from app.services.workbench import Workbench
from tests.support.approvals import Places
from tests.support.back_office import postgres, schema_of
from tests.support.server import settings

pytestmark = pytest.mark.anyio
WHO = "demo_en"
SYNC = "не синхронизируются файлы на ноутбуке"
CANARY = "канарейка7f3a91"


@pytest.fixture
def places(tmp_path: Path) -> Places:
    return Places(tmp_path)


@asynccontextmanager
async def centre(places: Places, *script: str, **given: Any) -> AsyncIterator[Workbench]:
    """On a scripted model where there is a script, else on the embedded one."""
    chosen = {"enable_memory": True, "router": "local", **places.settings, **given}
    model = ScriptedChatModel(script=list(script)) if script else None
    bench = build(settings(places.dialogs, **chosen), model=model)
    await bench.start()
    try:
        yield bench
    finally:
        await bench.stop()


def model_of(bench: Workbench) -> ScriptedChatModel:
    model = bench.dialogs.orchestrator.speaker.model
    assert isinstance(model, ScriptedChatModel)
    return model


async def opened(bench: Workbench, text: str, customer: str = WHO) -> str:
    return str((await bench.dialogs.create(customer, text)).body["dialog_id"])


async def finished(bench: Workbench, *texts: str, customer: str = WHO) -> str:
    dialog = await opened(bench, texts[0], customer)
    for text in texts[1:]:
        await bench.dialogs.send(dialog, text)
    await bench.dialogs.close(dialog, "customer left")
    return dialog


async def last(bench: Workbench, dialog: str) -> str:
    return (await bench.dialogs.view(dialog)).messages[-1].content


async def given_up(bench: Workbench) -> list[str]:
    """Steps are tried, do not help, and end in a ticket; the articles they are from."""
    dialog = await opened(bench, SYNC, "demo_annual")
    tried = (await bench.dialogs.view(dialog)).messages[-1].path
    for _ in range(5):
        if "Завести заявку" in await last(bench, dialog):
            break
        await bench.dialogs.send(dialog, "не помогло")
    await bench.dialogs.send(dialog, "да")
    await bench.dialogs.close(dialog, "ticket")
    return tried.citations if tried else []


async def asked_again(places: Places, text: str = "hello, me again", **given: Any) -> str:
    """What the model is told when the customer comes back."""
    async with centre(places, "Hello.", **given) as bench:
        await opened(bench, text)
        return model_of(bench).heard[-1][0].text


async def test_a_second_dialog_begins_with_what_the_first_came_to(places: Places) -> None:
    async with centre(places, "Pro costs 1,990 ₽.", "Asked for the price of Pro and got it.") as bench:
        await finished(bench, "How much is the Pro plan?")
    told = await asked_again(places)
    assert "Known of this customer from before" in told
    assert "sales: Asked for the price of Pro and got it." in told
    assert "open ticket T-" in told
    assert "Calendar does not sync with the phone" in told


async def test_last_orders_are_told(places: Places) -> None:
    async with centre(places, "Hello.") as bench:
        await opened(bench, "hello", "demo_goods")
        told = model_of(bench).heard[-1][0].text
    with places.records() as office:
        orders = office.orders("demo_goods")
    assert [f"order {o.number} of {o.at:%Y-%m-%d}" in told for o in orders] == [True] * 3
    assert len(orders) == 3


async def test_of_somebody_unknown_nothing_is_told(places: Places) -> None:
    async with centre(places, "Hello.") as bench:
        await opened(bench, "hello", "nobody")
        assert "Known of this customer" not in model_of(bench).heard[-1][0].text


async def test_articles_that_ended_in_a_ticket_did_not_help(places: Places) -> None:
    async with centre(places) as bench:
        tried = await given_up(bench)
    async with centre(places, "Здравствуйте.") as bench:
        await opened(bench, "Здравствуйте", "demo_annual")
        system = model_of(bench).heard[-1][0]
    facts = system.additional_kwargs["memory"]
    assert tried
    assert set(tried) <= set(facts["unhelpful"])
    assert f"these articles did not help last time: {', '.join(facts['unhelpful'])}" in system.text
    with places.records() as office:
        assert facts["open_tickets"] == [
            t.number for t in office.tickets("demo_annual") if t.status == "open"
        ]


async def test_an_article_before_another_matter_is_not_called_unhelpful(places: Places) -> None:
    async with centre(places) as bench:
        await finished(bench, "Сколько стоит Профи?", SYNC, customer="demo_annual")
        memory = bench.dialogs.turns.memory
        assert memory is not None
        known = await memory.recall("demo_annual")
    assert known is not None
    assert known.unhelpful == []


@pytest.mark.parametrize(
    ("before", "language"), [("How much is the Pro plan?", "en"), ("Сколько стоит Профи?", "ru")]
)
async def test_a_message_without_letters_is_answered_in_the_language_of_before(
    places: Places, before: str, language: str
) -> None:
    async with centre(places) as bench:
        await finished(bench, before)
        await bench.dialogs.close(str((await bench.dialogs.create(WHO, None)).body["dialog_id"]), "silent")
        dialog = await opened(bench, "12345 ???")
        path = (await bench.dialogs.view(dialog)).messages[-1].path
    assert path is not None
    assert path.language == language


async def test_the_newest_are_kept(places: Places) -> None:
    async with centre(places, memory_dialogs=2) as bench:
        for text in ("Сколько стоит Базовый?", "Сколько стоит Профи?", "Сколько стоит Бизнес?"):
            await finished(bench, text)
    memory = LangGraphMemory(str(places.checkpoints), 10)
    kept = await memory.recall(WHO)
    assert [("Бизнес" in m.outcome, "Профи" in m.outcome) for m in kept] == [(True, False), (False, True)]


async def test_deleting_a_dialog_forgets_it_to_the_last_byte(places: Places) -> None:
    async with centre(places) as bench:
        dialog = await finished(bench, f"Сколько стоит Профи? Меня зовут {CANARY}")
        other = await finished(bench, "Сколько стоит Бизнес?")
        assert CANARY.encode() in places.kept_bytes()
        await bench.dialogs.delete(dialog)
    assert CANARY.encode() not in places.kept_bytes()
    [left] = await LangGraphMemory(str(places.checkpoints)).recall(WHO)
    assert "Бизнес" in left.outcome
    assert other != dialog


@pytest.mark.parametrize("harm", ["garbage", "a folder", "an unreadable memory"])
async def test_a_broken_memory_costs_no_answer(places: Places, harm: str) -> None:
    async with centre(places) as bench:
        await finished(bench, "How much is the Pro plan?")
    file = places.checkpoints / "memory.sqlite"
    match harm:
        case "garbage":
            file.write_bytes(b"no database " * 1000)
        case "a folder":
            file.unlink()
            file.mkdir()
        case _:
            file.write_bytes(file.read_bytes().replace(b'"outcome"', b'"0utcome"'))
    async with centre(places) as bench:
        with pytest.raises(StorageUnavailable):
            await LangGraphMemory(str(places.checkpoints)).recall(WHO)
        dialog = await finished(bench, "How much is the Basic plan?")
        assert (await bench.dialogs.view(dialog)).status == "closed"
        assert "990" in (await bench.dialogs.view(dialog)).messages[1].content


async def test_a_memory_that_is_broken_does_not_hide_what_the_records_know(places: Places) -> None:
    places.checkpoints.write_text("a file where the folder should be")
    assert "open ticket T-" in await asked_again(places)


async def test_it_is_off_unless_asked_for(places: Places) -> None:
    async with centre(places, enable_memory=False) as bench:
        await finished(bench, "How much is the Pro plan?")
    assert not (places.checkpoints / "memory.sqlite").exists()
    assert "Known of this customer" not in await asked_again(places, enable_memory=False)


@pytest.fixture(params=["sqlite", "postgres", "postgres as the back office has it"])
def where(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    if request.param == "sqlite":
        yield str(tmp_path / "memory")
        return
    with postgres() as server, schema_of(server) as dsn:
        yield dsn if request.param == "postgres" else dsn.replace("postgresql://", "postgresql+psycopg://", 1)


@pytest.mark.xdist_group("postgres")
async def test_every_place_keeps_the_newest_of_each_customer_and_forgets_what_it_is_told_to(
    where: str,
) -> None:
    memory, noon = LangGraphMemory(where, limit=3), datetime(2026, 3, 8, 12, tzinfo=UTC)
    for place in (4, 0, 2, 5, 1, 3):
        known = Memory(at=noon + timedelta(hours=place), language="ru", outcome=f"dialog {place}")
        await memory.remember("a.b@example.com", f"d{place}", known)
    await memory.remember("another", "d9", Memory(at=noon, language="en", outcome="another"))
    assert [m.outcome for m in await memory.recall("a.b@example.com")] == ["dialog 5", "dialog 4", "dialog 3"]
    again = Memory(at=noon, language="en", outcome="dialog 4 again")
    await memory.remember("a.b@example.com", "d4", again)
    await memory.forget("a.b@example.com", "d5")
    kept = await memory.recall("a.b@example.com")
    assert [m.outcome for m in kept] == ["dialog 3", "dialog 4 again"]
    assert (kept[-1], await memory.recall("nobody")) == (again, [])
    assert [m.outcome for m in await memory.recall("another")] == ["another"]


async def test_the_embedded_model_repeats_no_steps_that_were_in_vain_and_names_the_open_ticket(
    places: Places,
) -> None:
    async with centre(places) as bench:
        await given_up(bench)
        with places.records() as office:
            ticket = office.tickets("demo_annual")[0].number
        dialog = await opened(bench, SYNC, "demo_annual")
        first = await last(bench, dialog)
        await bench.dialogs.send(dialog, "нет, давайте шаги")
        steps = await last(bench, dialog)
        path = (await bench.dialogs.view(dialog)).messages[1].path
    assert "не помогли" in first
    assert ticket in first
    assert "Завести заявку" in first
    assert "1. " not in first
    assert path is not None
    assert path.withheld == []
    assert "не помогли, повторять" not in steps


@pytest.mark.parametrize(("said", "count"), [(f"Снова {SYNC}", 2), (SYNC, 1)])
async def test_a_yes_after_steps_in_vain_opens_a_ticket_or_names_the_one_just_opened(
    places: Places, said: str, count: int
) -> None:
    async with centre(places) as bench:
        await given_up(bench)
        dialog = await opened(bench, said, "demo_annual")
        await bench.dialogs.send(dialog, "да")
        with places.records() as office:
            tickets = office.tickets("demo_annual")
        assert len(tickets) == count
        assert tickets[0].number in await last(bench, dialog)


async def test_an_open_ticket_is_named_before_other_steps(places: Places) -> None:
    async with centre(places) as bench:
        dialog = await opened(bench, "I do not receive the SMS code")
        text = await last(bench, dialog)
        await bench.dialogs.send(dialog, "did not help")
        later = await last(bench, dialog)
    with places.records() as office:
        ticket = office.tickets(WHO)[0].number
    assert ticket in text
    assert "1. " in text
    assert ticket not in later
