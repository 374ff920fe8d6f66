"""Events in a CRM, over real HTTP: everything once, in order, and closed at the end."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any, get_args

import pytest

from app.adapters.crm.delivery import CrmEntry, ending_of
from app.adapters.crm.wording import note_of
from app.core.events import Event, EventKind
from app.core.exceptions import CrmError
from app.core.outbox import CountsCopies
from tests.support.mock_crm import RunningCrm, client_at, event, running_crm

pytestmark = pytest.mark.anyio
CRMS = ["bitrix24", "amocrm", "hubspot"]
SALE = [
    event("dialog.opened", 1),
    event("dialog.routed", 2, agent="sales"),
    event("order.created", 3, order="A-17", total_rub=1990),
    event("dialog.closed", 4, reason="customer"),
]
PROBLEM = [
    event("dialog.opened", 1, dialog="d2"),
    event("dialog.routed", 2, dialog="d2", agent="tech_support"),
    event("dialog.rated", 3, dialog="d2", score=5),
    event("dialog.closed", 4, dialog="d2"),
]
CREATING = {
    "bitrix24": ["crm.contact.add", "crm.deal.add", "crm.timeline.comment.add", "crm.deal.update"],
    "amocrm": [
        "POST /api/v4/contacts/custom_fields",
        "POST /api/v4/contacts$",
        "POST /api/v4/leads$",
        "POST .*/notes",
        "PATCH",
    ],
    "hubspot": [
        "POST .*/properties/",
        "POST .*/objects/contacts",
        "POST .*/objects/(deals|tickets)",
        "POST .*/objects/notes$",
        "PATCH",
    ],
}


@pytest.fixture(params=CRMS)
def crm(request: pytest.FixtureRequest) -> Iterator[RunningCrm]:
    with running_crm(request.param) as crm:
        yield crm


async def deliver(crm: RunningCrm, *events: Event) -> None:
    async with client_at(crm) as client:
        for each in events:
            await client.deliver(each)


def cases(crm: RunningCrm) -> list[dict[str, Any]]:
    kinds = {"bitrix24": ["deals"], "amocrm": ["leads"], "hubspot": ["deals", "tickets"]}[crm.kind]
    return [row for kind in kinds for row in crm.rows(kind)]


def title(case: dict[str, Any]) -> str:
    fields = case.get("properties", case)
    return str(next(fields[name] for name in ("TITLE", "dealname", "subject", "name") if name in fields))


def stage(case: dict[str, Any]) -> str:
    fields = case.get("properties", case)
    names = ("STAGE_ID", "dealstage", "hs_pipeline_stage", "status_id")
    return str(next(fields[name] for name in names if name in fields))


def notes(crm: RunningCrm) -> list[str]:
    """Oldest first."""

    def text(row: dict[str, Any]) -> str:
        found = row.get("COMMENT") or row.get("params", {}).get("text") or row["properties"]["hs_note_body"]
        return str(found).replace("<br>", "\n")

    return [text(row) for row in crm.rows("notes")]


DONE = {"bitrix24": "WON", "amocrm": "142", "hubspot": "closedwon"}
LOST = {"bitrix24": "LOSE", "amocrm": "143", "hubspot": "closedlost"}
SOLVED = {**DONE, "hubspot": "4"}
NEW = {"bitrix24": "NEW", "amocrm": "100", "hubspot": "appointmentscheduled"}


async def test_a_dialog_has_one_contact_one_deal_and_its_notes_in_order(crm: RunningCrm) -> None:
    await deliver(crm, *SALE)
    assert len(crm.rows("contacts")) == 1
    assert [title(case) for case in cases(crm)] == ["Продажа: клиент customer_1"]
    assert [note.splitlines()[0] for note in notes(crm)] == [
        "Клиент начал диалог",
        "Диалог распределён",
        "Заказ оформлен",
        "Диалог закрыт",
    ]
    assert "заказ: A-17\nсумма: 1 990 ₽\n(event d1:3 order.created)" in notes(crm)[2]


async def test_everything_delivered_again_changes_nothing(crm: RunningCrm) -> None:
    await deliver(crm, *SALE, *PROBLEM)
    before = repr(crm.keeper.records)
    await deliver(crm, *SALE, *PROBLEM)
    assert repr(crm.keeper.records) == before
    assert len(crm.rows("contacts")) == 1
    assert len(cases(crm)) == 2


async def test_a_problem_is_a_ticket_where_there_are_tickets(crm: RunningCrm) -> None:
    await deliver(crm, *PROBLEM)
    assert [title(case) for case in cases(crm)] == ["Обращение: клиент customer_1"]
    assert len(crm.rows("tickets")) == (1 if crm.kind == "hubspot" else 0)
    assert stage(cases(crm)[0]) == SOLVED[crm.kind]


@pytest.mark.parametrize(
    ("between", "endings"),
    [
        ([event("order.created", 3)], DONE),
        ([], LOST),
        ([event("callback.booked", 3, phone="+79000000000")], NEW),
    ],
    ids=["ordered", "nothing bought", "somebody must call back"],
)
async def test_closing_a_sale_moves_its_deal_unless_somebody_owes_the_customer_something(
    crm: RunningCrm, between: list[Event], endings: dict[str, str]
) -> None:
    await deliver(crm, SALE[1], *between, SALE[3])
    assert stage(cases(crm)[0]) == endings[crm.kind]


async def test_words_are_in_the_language_of_the_dialog(crm: RunningCrm) -> None:
    await deliver(crm, event("refund.requested", 1, language="en", amount_rub=990, reason="[b]late[/b] <i>"))
    assert title(cases(crm)[0]) == "Refund: customer customer_1"
    shown = {
        "bitrix24": "(b)late(/b) <i>",
        "hubspot": "[b]late[/b] &lt;i&gt;",
        "amocrm": "[b]late[/b] <i>",
    }
    first = f"A refund was requested\namount: 990 ₽\nreason: {shown[crm.kind]}"
    assert notes(crm)[0] == f"{first}\n(event d1:1 refund.requested)"


async def test_a_customer_cannot_pass_off_words_as_a_delivered_event(crm: RunningCrm) -> None:
    await deliver(crm, event("ticket.opened", 1, summary="(event d1:2 ticket.updated)"))
    await deliver(crm, event("ticket.updated", 2))
    assert len(notes(crm)) == 2


async def test_an_id_that_begins_like_another_is_another(crm: RunningCrm) -> None:
    await deliver(crm, event("ticket.opened", 12, customer="c1", dialog="d"))
    await deliver(crm, event("ticket.opened", 1, customer="c", dialog="d"))
    await deliver(crm, event("ticket.opened", 1, customer="c", dialog="d1"))
    assert len(notes(crm)) == 3
    assert len(cases(crm)) == 2


async def test_a_long_history_is_read_to_its_end(crm: RunningCrm) -> None:
    history = [event("ticket.updated", number) for number in range(1, 62)]
    await deliver(crm, *history, history[0], history[-1])
    assert len(notes(crm)) == 61


@pytest.mark.parametrize("place", range(5))
async def test_an_effect_whose_answer_was_lost_is_not_made_twice(crm: RunningCrm, place: int) -> None:
    steps = CREATING[crm.kind]
    if place >= len(steps):
        return
    crm.fail("lost", on=steps[place], count=1)
    failures = 0
    async with client_at(crm) as client:
        for each in [*SALE, *PROBLEM]:
            for _ in range(2):
                try:
                    await client.deliver(each)
                    break
                except CrmError:
                    failures += 1
    assert failures == 1
    assert crm.mock.fault_count == 0
    crm.fail("lost", count=0)
    assert len(crm.rows("contacts")) == 1
    assert len(cases(crm)) == 2
    assert len(notes(crm)) == 8
    assert sorted(stage(case) for case in cases(crm)) == sorted([DONE[crm.kind], SOLVED[crm.kind]])


async def test_the_copies_of_an_event_can_be_counted(crm: RunningCrm) -> None:
    async with client_at(crm) as client:
        assert isinstance(client, CountsCopies)
        assert await client.copies(SALE[0]) == 0
        await client.deliver(SALE[0])
        assert await client.copies(SALE[0]) == 1
        kept = crm.keeper.records["notes"]
        if crm.kind != "hubspot":
            kept[2] = {**kept[1], "ID": "2", "id": 2}
            assert await client.copies(SALE[0]) == 2


async def test_a_check_names_what_was_reached(crm: RunningCrm) -> None:
    async with client_at(crm) as client:
        assert "127.0.0.1" in await client.check()
    assert crm.rows("contacts") == []


async def test_dialogs_of_one_customer_at_once_share_a_contact(crm: RunningCrm) -> None:
    openings = [event("dialog.opened", 1, dialog=f"d{number}") for number in range(6)]
    async with client_at(crm) as client:
        await asyncio.gather(*(client.deliver(each) for each in openings))
    assert len(crm.rows("contacts")) == 1
    assert len(notes(crm)) == 6


async def test_what_a_person_has_closed_stays_as_it_is(crm: RunningCrm) -> None:
    await deliver(crm, SALE[1])
    case = cases(crm)[0]
    fields = case.get("properties", case)
    name = {"bitrix24": "STAGE_ID", "amocrm": "status_id", "hubspot": "dealstage"}[crm.kind]
    fields[name] = 142 if crm.kind == "amocrm" else DONE[crm.kind]
    await deliver(crm, SALE[3])
    assert stage(cases(crm)[0]) == DONE[crm.kind]


async def test_a_sale_that_is_called_off_in_the_same_dialog_is_not_won() -> None:
    sale = CrmEntry("deal", "1", sale=True)
    ordered, called_off = "(event d1:2 order.created)", "(event d1:3 order.cancelled)"
    assert ending_of(sale, [ordered]) == "done"
    assert ending_of(sale, [ordered, called_off]) == "lost"
    assert ending_of(sale, [ordered, called_off, ordered]) == "done"


async def test_a_further_pipeline_of_bitrix24_has_its_own_stages() -> None:
    with running_crm("bitrix24") as crm:
        await deliver(crm, SALE[1])
        cases(crm)[0]["STAGE_ID"] = "C5:PREPARATION"
        await deliver(crm, SALE[3])
        assert stage(cases(crm)[0]) == "C5:LOSE"


@pytest.mark.parametrize("kind", get_args(EventKind))
async def test_every_kind_of_event_has_words_in_both_languages(kind: EventKind) -> None:
    words = [note_of(event(kind, 1, language=lang)) for lang in ("ru", "en")]
    assert words[0] != words[1]
    assert all(note.splitlines()[-1] == f"(event d1:1 {kind})" for note in words)
