"""What a supervisor is shown, and what becomes of a dialog that is sent elsewhere."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from app.adapters.storage.memory_store import MemoryStore
from app.bootstrap import build
from app.core.dialog import Dialog
from app.core.escalation import Escalation
from app.core.exceptions import DialogClosed, DialogNotFound, TakenOver, TextUnacceptable
from app.core.ports import DialogQuery
from app.evaluation.cases import read_set
from app.evaluation.corrections import CorrectionRefused
from app.services.operators.monitor import Monitor, SingleFlight
from app.services.operators.rerouting import Rerouting, forget
from app.services.operators.service import AgentUnknown
from tests.contract.samples import answered, at, closing, kept, new_dialog
from tests.support.server import settings

pytestmark = pytest.mark.anyio
ALL = DialogQuery(limit=50)


@dataclass(frozen=True)
class House:
    store: MemoryStore
    monitor: Monitor
    proposals: Path

    @property
    def rerouting(self) -> Rerouting:
        return self.monitor.rerouting

    async def customers(self, query: DialogQuery = ALL, language: str | None = None) -> list[str]:
        return [row.customer_id for row in (await self.monitor.board(query, language)).dialogs]


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Monitor:
    folder = tmp_path_factory.mktemp("house")
    return build(settings(folder / "dialogs", backoffice_storage=str(folder / "office.sqlite"))).monitor


@pytest.fixture
def house(bench: Monitor, tmp_path: Path) -> House:
    """The people of a house, over a store of its own."""
    store, path = MemoryStore(), tmp_path / "proposals.jsonl"
    known = bench.operators.dialogs
    dialogs = replace(known, access=replace(known.access, store=store))
    operators = type(bench.operators)(dialogs, bench.operators.agents, bench.operators.office)
    return House(
        store,
        Monitor(operators, bench.changes, Rerouting(operators, path), SingleFlight(rest=0, least=0)),
        path,
    )


def talk(customer: str = "c", agent: str = "sales", text: str = "Сколько стоит Профи?") -> Dialog:
    dialog = new_dialog(customer)
    answered(dialog, text, "1 990 ₽", agent)
    return dialog


async def test_a_change_is_seen_and_without_one_nothing_is_read_again(house: House) -> None:
    await kept(house.store, talk("a"))
    assert await house.customers() == ["a"]
    later = talk("b")
    later.updated_at = at(60)
    await kept(house.store, later)
    assert await house.customers() == ["a"]
    house.monitor.changes.tell("b")
    board = await house.monitor.board(ALL)
    assert [row.customer_id for row in board.dialogs] == ["b", "a"]
    assert board.version == house.monitor.changes.version


async def test_dialogs_are_found_by_language_and_who_holds_them_is_told(house: House) -> None:
    russian, english = talk("ru"), talk("en", text="How much is the business plan?")
    english.take_over("anna", "", at(1))
    await kept(house.store, russian, english)
    assert await house.customers(language="en") == ["en"]
    assert await house.customers(language="ru") == ["ru"]
    rows = {row.customer_id: row for row in (await house.monitor.board(ALL)).dialogs}
    assert (rows["en"].held_by, rows["en"].language, rows["ru"].held_by) == ("anna", "en", None)
    assert await house.customers(DialogQuery(limit=50, escalated=True)) == ["en"]


async def test_an_open_dialog_tells_who_wrote_and_why_a_person_is_wanted(house: House) -> None:
    dialog = talk()
    dialog.take_over("anna", "asks for a person", at(1))
    dialog.say("anna", "Здравствуйте!", at(2))
    await kept(house.store, dialog)
    seen = await house.monitor.open(dialog.dialog_id)
    assert [(line.role, line.by) for line in seen.lines][-1] == ("operator", "anna")
    assert (seen.held_by, seen.language, seen.summary.why) == ("anna", "ru", "asks for a person")
    with pytest.raises(DialogNotFound):
        await house.monitor.open(new_dialog().dialog_id)


async def test_a_rerouted_dialog_goes_on_with_the_other_agent_and_becomes_a_proposal(house: House) -> None:
    dialog = talk(agent="sales", text="верните деньги")
    await kept(house.store, dialog)
    done = await house.rerouting.reroute(dialog.dialog_id, "anna", "supervisor", "это возврат")
    assert done.held.assigned_agent == "supervisor"
    assert (await house.store.read(dialog.dialog_id)).assigned_agent == "supervisor"
    [row] = map(json.loads, house.proposals.read_text(encoding="utf-8").splitlines())
    told = row["correction"]
    assert (told["was"], told["label"], told["who"], told["why"]) == (
        *("sales", "supervisor", "anna", "это возврат"),
    )
    assert row["turns"][-1] == {
        "role": "customer",
        "content": "верните деньги",
        "expected": "supervisor",
        "acceptable": ["supervisor"],
    }
    assert read_set(house.proposals, corrections=True).cases == []


async def test_a_reroute_leaves_who_and_why_with_the_dialog_also_where_the_router_was_right(
    house: House,
) -> None:
    dialog = talk(agent="sales")
    dialog.assigned_agent = "supervisor"
    await kept(house.store, dialog)
    done = await house.rerouting.reroute(dialog.dialog_id, "anna", "sales", "спросил о цене")
    event = (await house.store.read(dialog.dialog_id)).events[-1]
    assert (done.proposal, event.kind) == (None, "dialog.rerouted")
    told = {name: event.data[name] for name in ("by", "from_agent", "agent", "reason")}
    assert told == {"by": "anna", "from_agent": "supervisor", "agent": "sales", "reason": "спросил о цене"}
    seen = await house.monitor.open(dialog.dialog_id, "en")
    assert "anna: supervisor → sales (спросил о цене)" in seen.summary.tried


async def test_a_deleted_dialog_leaves_no_word_among_the_proposals(house: House) -> None:
    gone, stays = talk(agent="sales", text="мой адрес Ленина, 5"), talk(agent="sales")
    await kept(house.store, gone, stays)
    for dialog in (gone, stays):
        await house.rerouting.reroute(dialog.dialog_id, "anna", "supervisor", "не о цене")
    with house.proposals.open("a", encoding="utf-8") as torn:
        torn.write(f'{{"id": "live/{gone.dialog_id}:0", "turns": [{{"content": "мой адрес')
    await forget(house.proposals, gone.dialog_id)
    assert "адрес" not in house.proposals.read_text(encoding="utf-8")
    assert [c.case for c in house.rerouting.list_proposals()] == [stays.dialog_id]


async def test_a_dialog_is_forgotten_with_what_was_proposed_from_it(bench: Monitor) -> None:
    store, dialog = bench.operators.dialogs.store, talk(agent="sales")
    await store.open()
    await kept(store, dialog)
    await bench.rerouting.reroute(dialog.dialog_id, "anna", "supervisor", "не о цене")
    await bench.operators.dialogs.delete(dialog.dialog_id)
    assert bench.rerouting.list_proposals() == []
    await store.close()


async def test_a_person_closes_under_their_name_but_not_what_a_colleague_holds(house: House) -> None:
    dialog = talk()
    dialog.take_over("anna", "", at(1))
    await kept(house.store, dialog)
    with pytest.raises(TakenOver):
        await house.monitor.operators.close(dialog.dialog_id, "boris")
    for who in ("anna", "anna"):
        assert (await house.monitor.operators.close(dialog.dialog_id, who)).status == "closed"
    seen = await house.monitor.open(dialog.dialog_id)
    assert (seen.closed_because, seen.closed_by) == ("closed_by_operator", "anna")
    assert "anna" not in (await house.monitor.operators.dialogs.view(dialog.dialog_id)).model_dump_json()


async def test_who_is_angry_is_marked_while_the_dialog_goes_on(house: House) -> None:
    angry, over = (
        talk("angry", text="Это кошмар, верните деньги, жулики!"),
        talk("over", text="Кошмар, верните деньги"),
    )
    over.close(closing(at(5)))
    await kept(house.store, talk("calm"), angry, over)
    rows = (await house.monitor.board(ALL)).dialogs
    assert {row.customer_id: row.angry for row in rows} == {"calm": False, "angry": True, "over": False}


async def test_the_queue_is_told_in_the_language_of_who_reads(house: House) -> None:
    dialog = talk(text="Это кошмар, верните деньги")
    dialog.take_over("anna", "", at(1))
    await kept(house.store, dialog)
    for reader, begins in (("en", "angry: “кошмар…”"), ("ru", "сердится: "), (None, "сердится: ")):
        [row] = (await house.monitor.board(ALL, None, reader)).queue.dialogs
        assert [reason for reason in row.priority.reasons if reason.startswith(begins)]
        assert row.summary.language == "ru"


async def test_a_proposal_counts_once_a_second_person_confirms_it(house: House) -> None:
    dialog = talk(agent="sales")
    await kept(house.store, dialog)
    await house.rerouting.reroute(dialog.dialog_id, "anna", "tech_support", "не о цене")
    [waiting] = house.rerouting.list_proposals()
    with pytest.raises(CorrectionRefused, match="a second person"):
        house.rerouting.confirm(waiting.id, "Anna")
    with pytest.raises(CorrectionRefused, match="nobody has proposed"):
        house.rerouting.confirm("live/none:0", "boris")
    assert house.rerouting.confirm(waiting.id, "boris").confirmed_by == "boris"
    [case] = read_set(house.proposals, corrections=True).cases
    assert (case.turns[-1].expected, case.origin) == ("tech_support", "corrected")


async def test_where_the_router_was_right_nothing_is_proposed(house: House) -> None:
    dialog = talk(agent="sales")
    dialog.assigned_agent = "supervisor"
    silent = new_dialog()
    await kept(house.store, dialog, silent)
    for dialog_id in (dialog.dialog_id, silent.dialog_id):
        done = await house.rerouting.reroute(dialog_id, "anna", "sales", "цена")
        assert (done.held.assigned_agent, done.proposal) == ("sales", None)
    assert not house.proposals.exists()


async def test_sending_it_elsewhere_decides_an_escalation_but_takes_nothing_from_a_person(
    house: House,
) -> None:
    wanting, mine = talk(agent="supervisor"), talk(agent="sales")
    wanting.escalation = Escalation(since=at(0), reason="refund", by="supervisor")
    mine.take_over("anna", "", at(1))
    await kept(house.store, wanting, mine)
    assert (await house.rerouting.reroute(wanting.dialog_id, "anna", "sales", "цена")).held.escalation is None
    held = (await house.rerouting.reroute(mine.dialog_id, "anna", "tech_support", "вход")).held
    assert (held.held_by, held.assigned_agent) == ("anna", "tech_support")
    with pytest.raises(TakenOver):
        await house.rerouting.reroute(mine.dialog_id, "boris", "sales", "цена")


async def test_only_open_dialogs_known_agents_and_told_reasons(house: House) -> None:
    over, dialog = talk(), talk()
    over.close(closing(at(5)))
    await kept(house.store, over, dialog)
    with pytest.raises(DialogClosed):
        await house.rerouting.reroute(over.dialog_id, "anna", "supervisor", "r")
    with pytest.raises(AgentUnknown):
        await house.rerouting.reroute(dialog.dialog_id, "anna", "nobody", "r")
    with pytest.raises(TextUnacceptable):
        await house.rerouting.reroute(dialog.dialog_id, "anna", "supervisor", " ")
    assert not house.proposals.exists()
