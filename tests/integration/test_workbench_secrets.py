"""What the workbench in the browser never tells, and whom it lets change things."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from app.bootstrap import build
from app.core.knowledge import Upload
from app.main import prepare_environment
from app.services.workbench import Workbench
from tests.support.server import settings
from tests.unit.services.test_system import CANARY, SECRETS

gradio = pytest.importorskip("gradio")
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")
HERE = {"backoffice_storage", "checkpoint_storage", "crm_url", "crm_token", "webhook_secret"}


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Workbench:
    """Secrets wherever a secret may stand, but nobody is called."""
    prepare_environment()
    folder = tmp_path_factory.mktemp("house")
    given = {name: value for name, value in SECRETS.items() if name not in HERE}
    store = str(folder / "records.sqlite")
    return build(settings(folder / "dialogs", ui=True, backoffice_storage=store, **given))


def test_what_customers_asked_is_shown_with_the_key_alone(bench: Workbench) -> None:
    from app.ui.knowledge.room import KnowledgeRoom  # noqa: PLC0415

    async def run() -> None:
        await bench.dialogs.store.open()
        await bench.dialogs.create("anna", "не могу войти в аккаунт, Анна с Малой Бронной")
        room = KnowledgeRoom(bench, "ru")
        for key in (None, "", "wrong"):
            shown = [step async for step in room.choose("ru/cannot-log-in", "", key)]
            assert "Не получается войти в аккаунт" in shown[0][0]
            assert "Бронной" not in str(shown)
        assert "Бронной" in [step async for step in room.choose("ru/cannot-log-in", "", CANARY)][-1][1]

    asyncio.run(run())


def test_what_was_re_routed_live_is_listed_with_the_key_alone(bench: Workbench) -> None:
    from app.ui.evaluation.room import EvaluationRoom  # noqa: PLC0415

    async def run() -> None:
        room = EvaluationRoom(bench, "ru")
        with gradio.Blocks():
            room.build()
        begun = await bench.dialogs.create("anna", "сколько стоит Профи на Малой Бронной?")
        await room.corrections.rerouting.reroute(str(begun.body["dialog_id"]), "boris", "supervisor", "спор")
        for key in (None, "", "wrong"):
            assert "Бронной" not in str(await room.corrections.list_pending(key))
        assert "Бронной" in (await room.corrections.list_pending(CANARY))[1]

    asyncio.run(run())


def test_after_a_refusal_the_same_files_can_be_added_again(bench: Workbench, tmp_path: Path) -> None:
    from app.ui.knowledge.library import LibraryPanel  # noqa: PLC0415
    from app.ui.words import room_texts  # noqa: PLC0415

    good, broken = tmp_path / "birds.md", tmp_path / "broken.pdf"
    good.write_text("# Birds\n\nBirds are welcome.\n", encoding="utf-8")
    broken.write_bytes(b"no pdf at all")

    async def run() -> None:
        part = LibraryPanel(bench, room_texts("en", "knowledge"))
        refused = [step async for step in part.put([str(good), str(broken)], CANARY)][-1]
        assert "broken.pdf: not a PDF" in refused
        assert good.exists()
        added = [step async for step in part.put([str(good)], CANARY)][-1]
        assert 'data-opens="document:birds"' in added
        assert not good.exists()
        gone = [step async for step in part.put([str(good)], CANARY)][-1]
        assert "Choose a file first" in gone
        bench.knowledge.remove("birds")

    asyncio.run(run())


@pytest.mark.parametrize("language", ["ru", "en"])
def test_neither_the_settings_nor_the_scripts_hold_a_secret(bench: Workbench, language: str) -> None:
    from app.ui.page import render_scripts  # noqa: PLC0415
    from app.ui.settings.room import SettingsRoom  # noqa: PLC0415
    from app.ui.theme import read_styles  # noqa: PLC0415

    shown = asyncio.run(SettingsRoom(bench, language).show())
    assert "OPERATOR_KEY" in shown
    assert CANARY not in shown + read_styles(()) + render_scripts()


def test_without_the_key_nothing_is_added_removed_or_approved(bench: Workbench, tmp_path: Path) -> None:
    from app.ui.knowledge.library import LibraryPanel  # noqa: PLC0415
    from app.ui.words import room_texts  # noqa: PLC0415

    async def run() -> None:
        part = LibraryPanel(bench, room_texts("en", "knowledge"))
        path = tmp_path / "dogs.md"
        path.write_text("# Dogs\n\nDogs are welcome.\n", encoding="utf-8")
        for steps in (part.put([str(path)], "wrong"), part.preview([str(path)], "wrong")):
            said = [step async for step in steps][-1]
            assert "The key is wrong" in said
        await asyncio.to_thread(
            bench.knowledge.add, [Upload("cats", "cats.md", b"# Cats\n\nCats are welcome.\n")]
        )
        assert "Enter a key" in await part.drop("cats", "")
        assert "Enter a key" in await part.withdraw("answer:0", "")
        assert "Enter a key" in await part.approve_answer("are cats welcome", "cats", "", "anna", "", None)
        assert [record.name for record in bench.knowledge.documents()] == ["cats"]
        assert list(bench.knowledge.approvals) == []
        assert "deleted" in await part.drop("document:cats", CANARY)

    asyncio.run(run())
