"""Somebody says that a turn went to the wrong desk: kept once for the labelled sets, and taken back."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from app.adapters.storage.memory_store import MemoryStore
from app.bootstrap import build
from app.core.dialog import Dialog
from app.core.exceptions import DialogNotFound
from app.evaluation.cases import read_set
from app.evaluation.corrections import CorrectionRefused
from app.services.operators.objections import Objections, ProposalsUnavailable, TurnNotRouted
from app.services.operators.rerouting import Rerouting, forget
from app.services.operators.service import OperatorService
from tests.contract.samples import answered, kept, new_dialog
from tests.support.server import settings

pytestmark = pytest.mark.anyio
WHY, BY = "wrong desk", "from the chat"


@dataclass(frozen=True)
class Desk:
    store: MemoryStore
    objections: Objections
    rerouting: Rerouting

    async def propose(self, dialog: Dialog, seq: int, wanted: str) -> None:
        await self.objections.propose(dialog.dialog_id, seq, wanted, WHY, BY)

    async def standing(self, dialog: Dialog) -> dict[int, str]:
        found = await self.objections.standing(dialog.dialog_id)
        return {seq: correction.label for seq, correction in found.items()}


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    bench = build(settings(tmp_path / "dialogs", backoffice_storage=str(tmp_path / "office.sqlite")))
    store, path = MemoryStore(), tmp_path / "kept" / "proposals.jsonl"
    dialogs = replace(bench.dialogs, access=replace(bench.dialogs.access, store=store))
    operators = OperatorService(dialogs, bench.agents, bench.operators.office)
    return Desk(store, Objections(dialogs, bench.agents, path), Rerouting(operators, path))


async def talk(desk: Desk) -> Dialog:
    dialog = new_dialog()
    answered(dialog, "Сколько стоит Профи?", "1 990 ₽", "sales")
    answered(dialog, "не открывается файл", "Обновите приложение", "sales")
    await kept(desk.store, dialog)
    return dialog


async def test_a_proposal_holds_the_words_and_both_desks(desk: Desk) -> None:
    dialog = await talk(desk)
    await desk.propose(dialog, 4, "tech_support")
    [row] = map(json.loads, desk.objections.proposals.read_text(encoding="utf-8").splitlines())
    told = row["correction"]
    assert (told["case"], told["turn"], told["text"]) == (dialog.dialog_id, 2, "не открывается файл")
    assert (told["was"], told["label"], told["why"], told["who"]) == ("sales", "tech_support", WHY, BY)
    assert (row["lang"], row["confirmed"], bool(told["when"])) == ("ru", False, True)
    assert read_set(desk.objections.proposals, corrections=True).cases == []


async def test_a_turn_has_one_proposal_the_latest(desk: Desk) -> None:
    dialog = await talk(desk)
    await desk.propose(dialog, 4, "tech_support")
    before = desk.objections.proposals.read_bytes()
    await desk.propose(dialog, 4, "tech_support")
    assert desk.objections.proposals.read_bytes() == before
    await desk.propose(dialog, 4, "supervisor")
    await desk.propose(dialog, 2, "supervisor")
    assert await desk.standing(dialog) == {1: "supervisor", 3: "supervisor"}


async def test_it_waits_with_the_others_for_a_second_person(desk: Desk) -> None:
    dialog = await talk(desk)
    await desk.propose(dialog, 4, "tech_support")
    [waiting] = desk.rerouting.list_proposals()
    assert desk.rerouting.confirm(waiting.id, "anna").confirmed_by == "anna"
    [case] = read_set(desk.objections.proposals, corrections=True).cases
    assert [turn.expected for turn in case.turns] == [None, None, "tech_support"]
    with pytest.raises(CorrectionRefused, match="confirmed"):
        await desk.objections.withdraw(dialog.dialog_id, 4)


async def test_it_can_be_withdrawn_also_twice(desk: Desk) -> None:
    dialog = await talk(desk)
    await desk.propose(dialog, 2, "supervisor")
    await desk.propose(dialog, 4, "tech_support")
    for _ in range(2):
        await desk.objections.withdraw(dialog.dialog_id, 4)
    assert await desk.standing(dialog) == {1: "supervisor"}


async def test_only_routed_answers_known_desks_and_another_one(desk: Desk) -> None:
    dialog = await talk(desk)
    for seq in (0, 1, 3, 9):
        with pytest.raises(TurnNotRouted):
            await desk.propose(dialog, seq, "supervisor")
    for wanted in ("sales", "concierge"):
        with pytest.raises(CorrectionRefused):
            await desk.propose(dialog, 4, wanted)
    with pytest.raises(DialogNotFound):
        await desk.objections.propose("none", 2, "sales", WHY, BY)
    assert not desk.objections.proposals.exists()


async def test_where_nothing_can_be_written_it_is_said(desk: Desk) -> None:
    dialog = await talk(desk)
    desk.objections.proposals.parent.write_text("not a folder", encoding="utf-8")
    with pytest.raises(ProposalsUnavailable):
        await desk.propose(dialog, 4, "tech_support")


async def test_a_line_of_another_dialog_that_cannot_be_read_hides_nothing(desk: Desk) -> None:
    dialog = await talk(desk)
    await desk.propose(dialog, 4, "tech_support")
    with desk.objections.proposals.open("a", encoding="utf-8") as torn:
        torn.write('{"id": "live/other:')
    assert await desk.standing(dialog) == {3: "tech_support"}


async def test_a_deleted_dialog_leaves_no_proposal(desk: Desk) -> None:
    dialog = await talk(desk)
    await desk.propose(dialog, 4, "tech_support")
    await forget(desk.objections.proposals, dialog.dialog_id)
    assert await desk.standing(dialog) == {}
