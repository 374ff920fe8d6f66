"""A hostile model claims consent in every way it can: without the customer's own line nothing is done."""

from __future__ import annotations

import os
import random
from pathlib import Path

import pytest

from app.adapters.storage.memory_store import MemoryStore
from app.bootstrap import build
from app.core.actions import BY_TOOL
from app.core.config import Settings
from app.core.dialog import Dialog
from app.engines.backoffice.office import SqlBackOffice
from app.engines.offline.consent_reader import read_answer
from app.services.workbench import Workbench
from tests.integration.test_hostile_model import CUSTOMERS, PLEAS, Anywhere
from tests.support.consents import said_to
from tests.support.hostile import HostileModel

pytestmark = [pytest.mark.anyio, pytest.mark.timeout(1800)]
OUTPUTS = 10_000 if os.environ.get("TORTURE") else 1000
TOOLS = [name for name, action in BY_TOOL.items() if action.consent]
NO_YES = [
    line
    for language in ("ru", "en")
    for kind in ("other", "acknowledge")
    for line in said_to(kind, "refund_payment", language)
]


async def talk(bench: Workbench, chosen: random.Random, lines: list[str]) -> Dialog:
    made = await bench.dialogs.create(chosen.choice(CUSTOMERS), chosen.choice(PLEAS))
    name = str(made.body["dialog_id"])
    for _ in range(3):
        await bench.dialogs.send(name, chosen.choice(lines))
    return await bench.dialogs.store.read(name)


def workbench(folder: Path, office: SqlBackOffice, model: HostileModel) -> Workbench:
    settings = Settings(_env_file=None, dialogs_storage_path=folder / "dialogs", log_level="CRITICAL")
    return build(settings, store=MemoryStore(), model=model, router=Anywhere(model.seed), office=office)


async def test_no_output_acts_without_a_line_that_confirms(tmp_path: Path) -> None:
    """No line here is a yes to anything."""
    chosen, model = random.Random(7), HostileModel(seed=23)
    office = SqlBackOffice(tmp_path / "office.sqlite", demo=True)
    bench = workbench(tmp_path, office, model)
    await bench.start()
    proposed = 0
    try:
        while model.said < OUTPUTS:
            dialog = await talk(bench, chosen, NO_YES)
            proposed += len(dialog.proposals)
            acts = [e for e in office.effects(dialog.dialog_id) if e.tool in TOOLS]
            assert [e for e in acts if e.outcome.status != "refused"] == []
    finally:
        await bench.stop()
        office.close()
    assert proposed > OUTPUTS / 50


async def test_every_act_has_the_customers_own_yes_to_its_question(tmp_path: Path) -> None:
    """Where yeses are among the lines, each act belongs to one that followed its question at once."""
    chosen, model = random.Random(8), HostileModel(seed=29)
    office = SqlBackOffice(tmp_path / "office.sqlite", demo=True)
    bench = workbench(tmp_path, office, model)
    await bench.start()
    done = 0
    try:
        while model.said < OUTPUTS / 2:
            dialog = await talk(bench, chosen, ["да", "да, подтверждаю", "yes", *NO_YES[:6]])
            for effect in (e for e in office.effects(dialog.dialog_id) if e.tool in TOOLS):
                proposal = next(p for p in dialog.proposals if p.id == effect.proposal)
                yes, question = dialog.message(effect.seq), dialog.message(effect.seq - 1)
                assert question.content.endswith((proposal.question.text, proposal.question.brief))
                assert read_answer(proposal.tool, proposal.question.text, yes.content) in ("yes", "named")
                assert (proposal.tool, proposal.decided) == (effect.tool, effect.seq)
                done += effect.outcome.status == "done"
    finally:
        await bench.stop()
        office.close()
    assert done > 0
