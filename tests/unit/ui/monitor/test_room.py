"""What the monitor's page is answered: parts in safe HTML, and a sentence for each thing that goes wrong."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import pytest
from pydantic import SecretStr

from app.adapters.storage.memory_store import MemoryStore
from app.bootstrap import build
from app.core.backoffice import ActionApproval, ActionContext
from app.core.dialog import Dialog
from app.core.escalation import Escalation
from app.core.html import Block, split_blocks
from app.services.operators.monitor import SingleFlight
from app.services.operators.views import ApprovalView
from app.services.workbench import Workbench
from app.ui.monitor.actions import OperatorActions
from app.ui.monitor.opened import describe_closing
from app.ui.monitor.panels import monitor_texts, render_approvals, render_page
from app.ui.monitor.room import PanelUpdates
from app.ui.words import LANGUAGES, RoomTexts, words
from tests.contract.samples import NOON, answered, kept, new_dialog
from tests.support.server import settings

pytestmark = pytest.mark.anyio
Json = dict[str, Any]
HOSTILE = "<img src=x onerror=alert(1)>\"'</section>"


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Workbench:
    folder = tmp_path_factory.mktemp("house")
    given = settings(folder / "dialogs", backoffice_storage=str(folder / "office.sqlite"), insecure=True)
    return build(given, store=MemoryStore())


def said(language: str = "ru") -> RoomTexts:
    return monitor_texts(language)


def keyed(bench: Workbench, key: str | None = "secret", **more: Any) -> Workbench:
    changed = bench.settings.model_copy(update={"operator_key": SecretStr(key) if key else None, **more})
    return replace(bench, settings=changed, access=replace(bench.access, settings=changed))


async def wanted(bench: Workbench, customer: str = "c") -> Dialog:
    dialog = new_dialog(customer)
    answered(dialog, "верните деньги", "Сейчас.", "supervisor")
    await kept(bench.dialogs.store, dialog)
    return dialog


async def done(bench: Workbench, what: str, who: str = "anna", **more: str) -> Json:
    return await OperatorActions(bench, said()).act({"what": what, "operator": who, **more})


async def seen(bench: Workbench, **more: Any) -> Json:
    return await PanelUpdates(bench, said()).watch({"page": "p", **more})


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
    live, version = PanelUpdates(bench, said()), bench.monitor.changes.version
    first = asyncio.create_task(live.watch({"page": "a", "version": version}))
    other = asyncio.create_task(live.watch({"page": "b", "version": version}))
    await asyncio.sleep(0)
    await live.watch({"page": "a"})
    assert (await first)["version"] <= bench.monitor.changes.version
    assert not other.done()
    other.cancel()


async def test_without_the_key_nothing_is_told_and_nothing_is_done(bench: Workbench) -> None:
    dialog, house = await wanted(bench), keyed(bench)
    for key, problem in (("", "credential_missing"), ("wrong", "credential_wrong")):
        told = await seen(house, key=key, dialog=dialog.dialog_id)
        assert told["locked"] == said().words["problems"][problem]
        assert "parts" not in told
        assert not (await done(house, "take_over", key=key, dialog=dialog.dialog_id))["done"]
    assert (await seen(house, key="secret"))["parts"]
    assert "secret" not in render_page(house.agents, True, said())
    for environment in ("development", "production"):
        closed = await seen(keyed(bench, None, environment=environment, insecure=False))
        assert closed["locked"] == said().words["problems"]["credential_missing"]


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
    assert (await done(bench, "take_over", "anna", dialog=dialog))["done"]
    assert (await done(bench, "close", "boris", dialog=dialog))["said"] == problems["taken_over"]
    assert (await done(bench, "close", "anna", dialog=dialog))["done"]
    assert (await done(bench, "take_over", "anna", dialog=dialog))["said"] == problems["dialog_closed"]
    over = await seen(bench, dialog=dialog)
    assert (over["state"], over["dialog"], over["customer"]) == ("closed", dialog, "c")
    assert "закрыл сотрудник anna" in over["parts"]["about"]["html"]


async def test_a_line_that_is_sent_again_after_a_lost_answer_is_written_once(bench: Workbench) -> None:
    dialog = (await wanted(bench)).dialog_id
    await done(bench, "take_over", dialog=dialog)
    for text in ("Здравствуйте", "Здравствуйте", "И ещё"):
        assert (await done(bench, "reply", dialog=dialog, text=text, request=f"k-{len(text)}"))["done"]
    assert [m.content for m in (await bench.dialogs.view(dialog)).messages[2:]] == ["Здравствуйте", "И ещё"]


@pytest.mark.parametrize("language", LANGUAGES)
async def test_our_words_are_in_the_language_of_the_page(bench: Workbench, language: str) -> None:
    dialog = new_dialog("c")
    last = answered(dialog, "Это кошмар, жулики", "Сейчас.", "supervisor")
    dialog.escalation = Escalation(since=last.timestamp, reason="says too little to tell", by="supervisor")
    await kept(bench.dialogs.store, dialog)
    house = replace(bench, monitor=replace(bench.monitor, _shared=SingleFlight()))
    told = await PanelUpdates(house, said(language)).watch({"page": "p", "dialog": dialog.dialog_id})
    parts = {name: part["html"] for name, part in told["parts"].items()}
    summary = {
        "ru": ("сообщение слишком неопределённое", "техподдержка → супервайзер: цена"),
        "en": ("says too little to tell", "tech support → supervisor: цена"),
    }[language]
    assert [words for words in summary if words not in parts["about"]] == []
    for part in ("queue", "dialogs"):
        assert {"ru": "сердится", "en": "angry"}[language] in parts[part]


@pytest.mark.parametrize(
    ("reason", "by", "told"),
    [
        ("closed_by_operator", "anna", ("закрыл сотрудник anna", "closed by anna")),
        ("timeout", None, ("закрыт по тайм-ауту", "closed by timeout")),
        ("superseded", None, ("заменён новой веткой", "continued in another branch")),
        ("клиент доволен", None, ("закрыт: клиент доволен", "closed: клиент доволен")),
    ],
)
def test_why_a_dialog_was_closed_is_told_in_words(reason: str, by: str | None, told: tuple[str, str]) -> None:
    assert tuple(describe_closing(reason, by, said(language)) for language in LANGUAGES) == told


def test_an_approval_is_told_in_words_and_asked_for_by_name() -> None:
    origin = ActionContext(dialog_id="d", seq=1, customer_id="demo_goods")
    given = {"item": "pro", "period": "year", "delivery": "courier", "quantity": 2, "reason": ""}
    approval = ActionApproval(
        number="A-1001", origin=origin, tool="create_order", arguments=given, reason="above_limit",
        amount_rub=17_850, requested_at=NOON,
    )  # fmt: skip
    names = {"demo_goods": "Светлана Юдина"}
    ru, en = (render_approvals([ApprovalView.of(approval)], said(lang), names) for lang in LANGUAGES)
    assert "товар: тариф «Профи»; период: год; доставка: курьером; количество: 2" in ru
    assert "Светлана Юдина: заказ, 17\u00a0850\u00a0₽ (A-1001)" in ru
    assert "item: the Pro plan; period: year; delivery: by courier; quantity: 2" in en
    assert "Светлана Юдина: order, 17,850\u00a0₽ (A-1001)" in en


def test_what_an_agent_wrote_as_a_list_is_a_list() -> None:
    assert split_blocks("Что сделать:\n\n- войти\n- выйти\n\n1. Раз\n2) Два\nитого 2 - 1") == [
        Block("text", ["Что сделать:"]),
        Block("list", ["войти", "выйти"]),
        Block("numbered", ["Раз", "Два"]),
        Block("text", ["итого 2 - 1"]),
    ]


async def test_people_are_called_by_their_names_and_those_who_have_been_taken_stand_apart(
    bench: Workbench,
) -> None:
    waiting, taken = new_dialog("demo_annual"), await wanted(bench, "demo_en")
    last = answered(waiting, "верните деньги", "Сейчас.", "supervisor")
    waiting.escalation = Escalation(since=last.timestamp, reason="words", by="supervisor")
    await kept(bench.dialogs.store, waiting)
    await done(bench, "take_over", dialog=taken.dialog_id)
    house = replace(bench, monitor=replace(bench.monitor, _shared=SingleFlight()))
    told = await seen(house, dialog=waiting.dialog_id)
    parts = {name: part["html"] for name, part in told["parts"].items()}
    queue, _, others = parts["queue"].partition(said().words["with_colleague"])
    assert "Олег Сафронов" in queue
    assert "Emma Clarkson" not in queue
    assert "Emma Clarkson" in others
    for part in ("queue", "dialogs", "about"):
        assert 'title="demo_annual">Олег Сафронов' in parts[part]
    assert told["customer"] == "Олег Сафронов"
    assert told["waiting"] == queue.count("data-take=")


async def test_what_is_not_there_is_a_sentence(bench: Workbench) -> None:
    problems, nowhere = said().words["problems"], new_dialog().dialog_id
    told = await seen(bench, dialog=nowhere)
    assert problems["dialog_not_found"] in told["parts"]["about"]["html"]
    assert (await done(bench, "approve", number="A-9999"))["said"] == problems["approval_not_found"]
    dialog = (await wanted(bench)).dialog_id
    assert (await done(bench, "reroute", dialog=dialog, text="r"))["said"] == problems["agent_unknown"]
    assert (await done(bench, "take_over", "", dialog=dialog))["said"] == words("ru", "problems")["codes"][
        "text_unacceptable"
    ]


@pytest.mark.parametrize("given", [None, [], {"what": "delete"}, {"what": "close", "more": 1}])
async def test_what_no_page_asks_is_refused(bench: Workbench, given: Any) -> None:
    assert not (await OperatorActions(bench, said()).act(given))["done"]
    assert "locked" in await PanelUpdates(bench, said()).watch(given)
