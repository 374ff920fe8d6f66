"""What the monitor's page is answered: parts in safe HTML, and a sentence for each thing that goes wrong."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import pytest
from pydantic import SecretStr

from app.adapters.storage.memory import MemoryStore
from app.bootstrap import build
from app.core.dialog import Dialog
from app.services.workbench import Workbench
from app.ui.monitor.acts import Acts
from app.ui.monitor.layout import layout
from app.ui.monitor.live import Live
from app.ui.monitor.said import Said
from app.ui.words import LANGUAGES, words
from tests.contract.samples import answered, kept, new_dialog
from tests.support.server import settings

pytestmark = pytest.mark.anyio
Json = dict[str, Any]
HOSTILE = "<img src=x onerror=alert(1)>\"'</section>"


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Workbench:
    folder = tmp_path_factory.mktemp("house")
    given = settings(folder / "dialogs", backoffice_storage=str(folder / "office.sqlite"))
    return build(given, store=MemoryStore())


def said(language: str = "ru") -> Said:
    frame = words(language, "frame")
    return Said(language, words(language, "monitor"), frame["agents"], frame["failed"])


def keyed(bench: Workbench, key: str | None = "secret", **more: Any) -> Workbench:
    changed = bench.settings.model_copy(update={"operator_key": SecretStr(key) if key else None, **more})
    return replace(bench, settings=changed)


async def wanted(bench: Workbench, customer: str = "c") -> Dialog:
    dialog = new_dialog(customer)
    answered(dialog, "верните деньги", "Сейчас.", "supervisor")
    await kept(bench.dialogs.store, dialog)
    return dialog


async def done(bench: Workbench, what: str, who: str = "anna", **more: str) -> Json:
    return await Acts(bench, said()).act({"what": what, "operator": who, **more})


async def seen(bench: Workbench, **more: Any) -> Json:
    return await Live(bench, said()).watch({"page": "p", **more})


async def test_markup_from_outside_is_shown_as_text(bench: Workbench) -> None:
    dialog = new_dialog(HOSTILE)
    answered(dialog, HOSTILE, HOSTILE, HOSTILE)
    dialog.take_over(HOSTILE, HOSTILE, dialog.created_at)
    dialog.say(HOSTILE, HOSTILE, dialog.created_at)
    await kept(bench.dialogs.store, dialog)
    told = await seen(bench, dialog=dialog.dialog_id)
    page = "".join(part["html"] for part in told["parts"].values())
    assert "onerror=alert" in page
    assert "<img" not in page
    assert told["state"] == "other"


async def test_what_the_page_has_already_is_not_sent_again(bench: Workbench) -> None:
    dialog = await wanted(bench)
    first = await seen(bench, dialog=dialog.dialog_id)
    assert set(first["parts"]) == {"queue", "approvals", "dialogs", "about", "lines"}
    marks = {name: part["mark"] for name, part in first["parts"].items()}
    assert (await seen(bench, dialog=dialog.dialog_id, have=marks))["parts"] == {}


async def test_a_later_question_of_a_page_ends_the_one_before(bench: Workbench) -> None:
    live, version = Live(bench, said()), bench.monitor.changes.version
    first = asyncio.create_task(live.watch({"page": "a", "version": version}))
    other = asyncio.create_task(live.watch({"page": "b", "version": version}))
    await asyncio.sleep(0)
    await live.watch({"page": "a"})
    assert (await first)["version"] <= bench.monitor.changes.version
    assert not other.done()
    other.cancel()


async def test_without_the_key_nothing_is_told_and_nothing_is_done(bench: Workbench) -> None:
    dialog, house = await wanted(bench), keyed(bench)
    for key, problem in (("", "operator_key_missing"), ("wrong", "operator_key_wrong")):
        told = await seen(house, key=key, dialog=dialog.dialog_id)
        assert told["locked"] == said().words["problems"][problem]
        assert "parts" not in told
        assert not (await done(house, "take_over", key=key, dialog=dialog.dialog_id))["done"]
    assert (await seen(house, key="secret"))["parts"]
    assert "secret" not in layout(house, said())
    closed = await seen(keyed(bench, None, environment="production"), key="secret")
    assert closed["locked"] == said().words["problems"]["operators_closed"]


async def test_two_people_and_one_dialog(bench: Workbench) -> None:
    dialog, problems = (await wanted(bench)).dialog_id, said().words["problems"]
    assert (await done(bench, "take_over", "anna", dialog=dialog))["done"]
    assert (await done(bench, "take_over", "boris", dialog=dialog))["said"] == problems["taken_over"]
    assert (await done(bench, "reply", "boris", dialog=dialog, text="я"))["said"] == problems["not_held"]
    told = await seen(bench, dialog=dialog, operator="boris")
    assert told["state"] == "other"
    assert "ведёт anna" in told["parts"]["about"]["html"]
    assert (await done(bench, "force", "boris", dialog=dialog))["done"]
    assert (await done(bench, "reply", "boris", dialog=dialog, text="Здравствуйте!"))["done"]
    assert (await done(bench, "hand_back", "boris", dialog=dialog, text="готово", agent="sales"))["done"]
    assert (await seen(bench, dialog=dialog, operator="boris"))["state"] == "open"
    assert (await done(bench, "close", "boris", dialog=dialog, text="closed_by_operator"))["done"]
    assert (await done(bench, "take_over", "anna", dialog=dialog))["said"] == problems["dialog_closed"]
    assert (await seen(bench, dialog=dialog))["state"] == "closed"


async def test_what_is_not_there_is_a_sentence(bench: Workbench) -> None:
    problems, nowhere = said().words["problems"], new_dialog().dialog_id
    told = await seen(bench, dialog=nowhere)
    assert problems["dialog_not_found"] in told["parts"]["about"]["html"]
    assert (await done(bench, "approve", number="A-9999"))["said"] == problems["approval_not_found"]
    dialog = (await wanted(bench)).dialog_id
    assert (await done(bench, "reroute", dialog=dialog, text="r"))["said"] == problems["agent_unknown"]
    assert (await done(bench, "take_over", "", dialog=dialog))["said"] == problems["text_unacceptable"]


@pytest.mark.parametrize("given", [None, [], {"what": "delete"}, {"what": "close", "more": 1}])
async def test_what_no_page_asks_is_refused(bench: Workbench, given: Any) -> None:
    assert not (await Acts(bench, said()).act(given))["done"]
    assert "locked" in await Live(bench, said()).watch(given)


def test_both_languages_have_the_same_words() -> None:
    def shape(value: Any) -> Any:
        return {key: shape(inner) for key, inner in value.items()} if isinstance(value, dict) else None

    first, *others = (shape(words(language, "monitor")) for language in LANGUAGES)
    assert others == [first]
