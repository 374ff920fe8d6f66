"""What the back office did is told even where the turn that asked for it failed or was cut."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn, cast

import pytest

from app.adapters.storage.memory_store import MemoryStore
from app.agents.orchestrator import Orchestrator
from app.bootstrap import build
from app.core.dialog import Dialog
from app.core.exceptions import ProviderTimeout
from app.services.dialogs.effects import EffectEvents
from app.services.dialogs.turns import Turns
from app.services.dialogs.views import answered
from app.telemetry.metrics import Metrics
from tests.contract.samples import at, new_dialog
from tests.support.server import settings
from tests.unit.core.test_events import Office, effect, kinds

pytestmark = pytest.mark.anyio


@dataclass
class Failing:
    """Acts in the back office, then the provider is gone."""

    office: Office
    dialog: Dialog

    async def run(self, *_: object) -> NoReturn:
        self.office.lines.append(effect(self.dialog, "create_order", number="O-1001", total_rub=1990))
        raise ProviderTimeout


async def test_the_effects_of_a_failed_turn_are_told_with_the_failure() -> None:
    store, office, dialog = MemoryStore(), Office(), new_dialog()
    orchestrator = cast(Orchestrator, Failing(office, dialog))
    turns = Turns(store, orchestrator, Metrics(), effects=EffectEvents(office.port))
    asked = await turns.receive(dialog, "закажите", None)
    with pytest.raises(ProviderTimeout):
        await turns.run(dialog, asked, None, None, answered)
    kept = await store.read(dialog.dialog_id)
    assert kept.message(1).state == "failed"
    assert [(event.kind, event.data["number"]) for event in kept.events] == [("order.created", "O-1001")]


async def test_the_effects_of_a_turn_that_a_crash_cut_are_told_when_it_is_healed(tmp_path: Path) -> None:
    store, dialog = MemoryStore(), new_dialog()
    dialog.receive("верните деньги", at(1))
    await store.write(dialog)
    office = Office([effect(dialog, "refund_payment", number="R-1001", amount_rub=1990)])
    bench = build(settings(tmp_path), store=store, office=office.port)
    for _ in range(2):
        await bench.dialogs.heal(dialog.dialog_id)
    assert kinds(await store.read(dialog.dialog_id)) == ["refund.made"]


async def test_a_dialog_opens_runs_and_closes_with_an_event_for_each(tmp_path: Path) -> None:
    store = MemoryStore()
    bench = build(settings(tmp_path), store=store, office=Office().port)
    created = await bench.dialogs.create("customer_123", None)
    dialog_id = str(created.body["dialog_id"])
    assert kinds(await store.read(dialog_id)) == ["dialog.opened"]
    await bench.dialogs.close(dialog_id, "resolved")
    await bench.operators.rate(dialog_id, 5, "спасибо")
    assert kinds(await store.read(dialog_id)) == ["dialog.opened", "dialog.closed", "dialog.rated"]
    assert "events" not in (await bench.dialogs.view(dialog_id)).model_dump()
    assert bench.relay is None
