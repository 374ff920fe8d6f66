"""Proposals over real HTTP: the field of answers and of the dialog, and the buttons' calls."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx2
import pytest

from app.bootstrap import build
from app.engines.backoffice.office import SqlBackOffice
from tests.support.clocks import Clock
from tests.support.server import running, settings

Json = dict[str, Any]
ORDER = "закажите хаб с доставкой курьером"


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def office(tmp_path: Path) -> Iterator[SqlBackOffice]:
    made = SqlBackOffice(tmp_path / "office.sqlite", demo=True)
    yield made
    made.close()


@pytest.fixture
def http(tmp_path: Path, office: SqlBackOffice, clock: Clock) -> Iterator[httpx2.Client]:
    bench = build(settings(tmp_path / "dialogs"), office=office, clock=clock)
    with running(bench) as url, httpx2.Client(base_url=url, timeout=30, trust_env=False) as client:
        yield client


def create(http: httpx2.Client, said: str = ORDER, customer: str = "demo_goods") -> Json:
    sent = http.post("/api/v1/dialogue/create", json={"customer_id": customer, "initial_message": said})
    assert sent.status_code == 200, sent.text
    return dict(sent.json())


def say(http: httpx2.Client, body: Json, said: str) -> Json:
    sent = http.post(f"/api/v1/dialogue/{body['dialog_id']}/message", json={"message": said})
    assert sent.status_code == 200, sent.text
    return dict(sent.json())


def view(http: httpx2.Client, body: Json) -> Json:
    return dict(http.get(f"/api/v1/dialogue/{body['dialog_id']}").json())


def press(http: httpx2.Client, body: Json, word: str, proposal: str = "") -> httpx2.Response:
    number = proposal or body["proposal"]["id"]
    return http.post(f"/api/v1/dialogue/{body['dialog_id']}/proposals/{number}/{word}")


def test_a_proposal_is_told_with_its_terms(http: httpx2.Client) -> None:
    body = create(http)
    proposal = body["proposal"]
    assert body["response"].endswith(proposal["question"])
    assert (proposal["tool"], proposal["state"]) == ("create_order", "open")
    assert proposal["facts"]["total_rub"] == 12900
    assert (proposal["confirm"], proposal["decline"]) == ("Да, оформите заказ", "Нет, не оформляйте")
    assert view(http, body)["proposal"] == proposal


def test_without_one_there_is_no_field(http: httpx2.Client) -> None:
    body = create(http, "привет")
    assert "proposal" not in body
    assert "proposal" not in view(http, body)


def test_the_button_confirms_once_and_a_repeat_gets_the_same_answer(
    http: httpx2.Client, office: SqlBackOffice
) -> None:
    before, body = len(office.orders("demo_goods")), create(http)
    first, second = press(http, body, "confirm"), press(http, body, "confirm")
    assert (first.status_code, second.json()) == (200, first.json())
    assert "Idempotency-Replayed" not in first.headers
    assert second.headers["Idempotency-Replayed"] == "true"
    assert "proposal" not in first.json()
    assert len(office.orders("demo_goods")) == before + 1
    lines = [m["content"] for m in view(http, body)["messages"] if m["role"] == "customer"]
    assert lines == [ORDER, "Да, оформите заказ"]
    wrong = press(http, body, "decline")
    assert (wrong.status_code, wrong.json()["code"]) == (409, "proposal_decided")


def test_a_button_works_after_other_lines(http: httpx2.Client, office: SqlBackOffice) -> None:
    before, body = len(office.orders("demo_goods")), create(http)
    assert say(http, body, "у меня собака лает")["proposal"]["state"] == "suspended"
    assert press(http, body, "confirm").status_code == 200
    assert len(office.orders("demo_goods")) == before + 1


def test_what_was_typed_is_answered_alike_by_the_button(http: httpx2.Client, office: SqlBackOffice) -> None:
    before, body = len(office.orders("demo_goods")), create(http)
    typed = say(http, body, "да")
    assert press(http, body, "confirm").json()["response"] == typed["response"]
    assert len(office.orders("demo_goods")) == before + 1


def test_declined_it_stays_declined(http: httpx2.Client, office: SqlBackOffice) -> None:
    before, body = office.orders("demo_goods"), create(http)
    first = press(http, body, "decline")
    assert press(http, body, "decline").json() == first.json()
    assert press(http, body, "confirm").json()["code"] == "proposal_decided"
    assert office.orders("demo_goods") == before


def test_where_the_answer_is_that_nothing_is_done_the_buttons_are_gone(
    http: httpx2.Client, office: SqlBackOffice
) -> None:
    before, body = office.orders("demo_goods"), create(http)
    put_off = say(http, body, "не сейчас, лучше потом")
    assert "proposal" not in put_off
    assert [use["status"] for use in view(http, body)["messages"][-1]["path"]["tools"]] == ["declined"]
    assert press(http, body, "confirm").json()["code"] == "proposal_decided"
    assert office.orders("demo_goods") == before


def test_an_unknown_one_is_not_found(http: httpx2.Client) -> None:
    body = create(http)
    missing = press(http, body, "confirm", str(uuid4()))
    assert (missing.status_code, missing.json()["code"]) == (404, "proposal_not_found")
    assert press(http, body, "confirm", "P-1").status_code == 422
    elsewhere = press(http, {**create(http), "proposal": body["proposal"]}, "confirm")
    assert elsewhere.json()["code"] == "proposal_not_found"


def test_after_its_time_it_is_over(http: httpx2.Client, office: SqlBackOffice, clock: Clock) -> None:
    before, body = office.orders("demo_goods"), create(http)
    clock.ahead = timedelta(minutes=30)
    assert "proposal" not in view(http, body)
    late = press(http, body, "confirm")
    assert (late.status_code, late.json()["code"]) == (409, "proposal_expired")
    assert press(http, body, "decline").json()["code"] == "proposal_expired"
    assert office.orders("demo_goods") == before


def test_another_one_takes_its_place(http: httpx2.Client) -> None:
    body = create(http)
    newer = say(http, body, "закажите два хаба с доставкой курьером")
    assert newer["proposal"]["facts"]["total_rub"] == 25800
    old = press(http, body, "confirm")
    assert (old.status_code, old.json()["code"]) == (409, "proposal_superseded")


def test_in_a_closed_dialog_nothing_is_confirmed(http: httpx2.Client, office: SqlBackOffice) -> None:
    before, body = office.orders("demo_goods"), create(http)
    http.post(f"/api/v1/dialogue/{body['dialog_id']}/close")
    assert press(http, body, "confirm").status_code == 409
    assert office.orders("demo_goods") == before


def test_two_yeses_at_once_confirm_once(http: httpx2.Client, office: SqlBackOffice) -> None:
    before, body = len(office.orders("demo_goods")), create(http)
    with ThreadPoolExecutor(4) as pool:
        told = list(pool.map(lambda said: say(http, body, said), ["да", "да", "да, оформляйте", "да"]))
    assert len(office.orders("demo_goods")) == before + 1
    assert sum("оформлен:" in body["response"] for body in told) == 1


def test_two_buttons_at_once_confirm_once(http: httpx2.Client, office: SqlBackOffice) -> None:
    before, body = len(office.orders("demo_goods")), create(http)
    with ThreadPoolExecutor(4) as pool:
        told = list(pool.map(lambda word: press(http, body, word), ["confirm"] * 4))
    assert {each.status_code for each in told} == {200}
    assert len({each.json()["response"] for each in told}) == 1
    assert len(office.orders("demo_goods")) == before + 1


def test_while_a_person_serves_the_button_works_and_a_typed_yes_does_not(
    http: httpx2.Client, office: SqlBackOffice
) -> None:
    before, body = len(office.orders("demo_goods")), create(http)
    held = http.post(f"/api/v1/operator/dialogs/{body['dialog_id']}/takeover", json={"operator": "olga"})
    assert held.status_code == 200
    assert say(http, body, "да")["response"] is None
    assert len(office.orders("demo_goods")) == before
    assert "оформлен" in press(http, body, "confirm").json()["response"]
    assert len(office.orders("demo_goods")) == before + 1


def test_events_tell_of_it(http: httpx2.Client, tmp_path: Path) -> None:
    body = create(http)
    say(http, body, "нет, спасибо")
    stored = next((tmp_path / "dialogs").rglob(f"{body['dialog_id']}.json")).read_text("utf-8")
    assert '"proposal.made"' in stored
    assert '"proposal.declined"' in stored
