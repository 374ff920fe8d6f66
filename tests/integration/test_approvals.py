"""What agents may not do waits for a person; the customer hears of it, once, whatever happens between."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx2
import pytest

from tests.support.approvals import (
    ANNUAL,
    ASKS,
    ASKS_ENGLISH,
    ENGLISH,
    SUM,
    Case,
    Places,
    house,
)
from tests.support.operator import Room, code

QUEUE = "/api/v1/operator/queue"


@pytest.fixture
def places(tmp_path: Path) -> Places:
    return Places(tmp_path)


@pytest.fixture
def http(places: Places) -> Iterator[httpx2.Client]:
    with house(places) as opened:
        yield opened


def test_a_refund_above_the_limit_waits_and_people_see_it(http: httpx2.Client, places: Places) -> None:
    case = Case.open(http)
    assert case.number.startswith("A-")
    assert case.number in case.room.view()["messages"][-1]["content"]
    [waiting] = http.get("/api/v1/approvals").json()["approvals"]
    seen = (waiting["number"], waiting["dialog_id"], waiting["amount_rub"], waiting["status"])
    assert seen == (case.number, case.room.dialog, 11144, "pending")
    [row] = http.get(QUEUE).json()["dialogs"]
    assert (row["dialog_id"], row["approvals"]) == (case.room.dialog, [case.number])
    assert places.returned() == 0


@pytest.mark.parametrize(
    ("customer", "asks", "words", "total"),
    [(ANNUAL, ASKS, "Вернул", SUM), (ENGLISH, ASKS_ENGLISH, "refund", "9,504\u00a0₽")],
)
def test_a_yes_is_carried_out_and_told_in_the_language_of_the_customer(
    http: httpx2.Client, places: Places, customer: str, asks: str, words: str, total: str
) -> None:
    case = Case.open(http, customer, asks)
    before = places.refunds()
    decided = case.approve().json()
    assert (decided["status"], decided["decided_by"], decided["outcome"]["status"]) == (
        *("approved", "anna", "done"),
    )
    [line] = case.told()
    assert (line["role"], line["seq"], line["state"]) == ("supervisor", 5, "done")
    for part in (words, total, decided["outcome"]["number"]):
        assert part in line["content"]
    assert "T" not in line["content"].split("20")[-1]  # no date as machines write it
    assert "anna" not in str(line)
    assert places.refunds() == before + 1
    assert http.get(QUEUE).json()["dialogs"] == []


def test_the_same_word_again_answers_as_the_first_and_the_other_is_a_conflict(
    http: httpx2.Client, places: Places
) -> None:
    case = Case.open(http)
    first, again = case.approve(), case.approve("boris")
    lower = case.approve(number=case.number.lower())
    assert [first.status_code, again.status_code, lower.status_code] == [200, 200, 200]
    assert first.json() == again.json() == lower.json()
    assert code(case.reject()) == (409, "approval_decided")
    assert len(case.told()) == 1
    assert places.returned() == 11144


@pytest.mark.parametrize(
    ("customer", "asks", "words"), [(ANNUAL, ASKS, "отказал"), (ENGLISH, ASKS_ENGLISH, "declined")]
)
def test_a_no_changes_nothing_and_is_told(
    http: httpx2.Client, places: Places, customer: str, asks: str, words: str
) -> None:
    case = Case.open(http, customer, asks)
    before = places.refunds()
    assert case.reject().json()["status"] == "rejected"
    assert case.reject("anna").json()["decided_by"] == "boris"
    [line] = case.told()
    assert words in line["content"]
    assert places.refunds() == before
    assert places.returned(customer) == 0
    assert code(case.approve()) == (409, "approval_decided")


def test_what_the_customer_says_meanwhile_does_not_hide_the_outcome(http: httpx2.Client) -> None:
    case = Case.open(http)
    case.room.say("спасибо, жду")
    case.approve()
    assert SUM in case.told()[-1]["content"]
    assert case.room.say("спасибо").json()["handler"] == "bot"


def test_an_unknown_number_is_not_found(http: httpx2.Client) -> None:
    url = "/api/v1/approvals/A-9999/approve"
    assert code(http.post(url, json={"by": "anna"})) == (404, "approval_not_found")


def test_two_approvers_at_once_make_one_effect_and_one_line(http: httpx2.Client, places: Places) -> None:
    case = Case.open(http)
    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda n: case.approve(f"person {n}"), range(6)))
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.text for answer in answers}) == 1
    assert len(case.told()) == 1
    assert places.returned() == 11144


def test_a_yes_and_a_no_at_once_leave_one_of_them(http: httpx2.Client, places: Places) -> None:
    case = Case.open(http)
    with ThreadPoolExecutor(6) as pool:
        words = [case.approve, case.reject] * 3
        statuses = [answer.status_code for answer in pool.map(lambda word: word(), words)]
    assert statuses in ([200, 409] * 3, [409, 200] * 3)
    assert len(case.told()) == 1
    assert places.returned() == (11144 if statuses[0] == 200 else 0)


def test_two_servers_on_one_storage_decide_once(places: Places) -> None:
    with house(places) as one, house(places) as other, ThreadPoolExecutor(4) as pool:
        case = Case.open(one)
        both = [case, case.on(other)] * 2
        answers = list(pool.map(lambda seen: seen.approve(), both))
        assert {answer.status_code for answer in answers} == {200}
        assert len(case.told()) == 1
    assert places.returned() == 11144


def test_a_lost_folder_of_checkpoints_delays_nothing(http: httpx2.Client, places: Places) -> None:
    case = Case.open(http)
    shutil.rmtree(places.checkpoints)
    assert case.approve().status_code == 200
    assert len(case.told()) == 1


def test_checkpoints_that_cannot_be_used_leave_it_undecided(http: httpx2.Client, places: Places) -> None:
    case = Case.open(http)
    file = places.checkpoints / "approvals.sqlite"
    good = file.read_bytes()
    file.write_bytes(b"no database, but words " * 400)
    assert code(case.approve()) == (503, "storage_unavailable")
    assert case.told() == []
    file.write_bytes(good)
    assert case.approve().json()["status"] == "approved"
    assert (len(case.told()), places.returned()) == (1, 11144)


def test_a_request_whose_checkpoint_could_not_be_kept_is_answered_and_decided(places: Places) -> None:
    places.checkpoints.write_text("a file where the folder should be")
    with house(places) as http:
        case = Case.open(http)
        assert case.number.startswith("A-")
        places.checkpoints.unlink()
        assert case.approve().status_code == 200
        assert len(case.told()) == 1


def test_a_closed_dialog_is_told_and_stays_closed(http: httpx2.Client, places: Places) -> None:
    case = Case.open(http)
    case.room.close()
    assert case.approve().status_code == 200
    [line] = case.told()
    assert SUM in line["content"]
    assert case.room.view()["status"] == "closed"
    assert places.returned() == 11144


def test_in_a_deleted_dialog_nobody_is_told_and_the_word_counts(http: httpx2.Client, places: Places) -> None:
    case = Case.open(http)
    assert http.delete(f"/api/v1/dialogue/{case.room.dialog}").status_code == 204
    first, again = case.approve(), case.approve()
    assert first.json() == again.json()
    assert first.json()["status"] == "approved"
    assert places.returned() == 11144
    assert code(case.reject()) == (409, "approval_decided")


def test_a_damaged_dialog_does_not_hold_the_money_back(http: httpx2.Client, places: Places) -> None:
    case = Case.open(http)
    (places.dialogs / f"{case.room.dialog}.json").write_text("{ no dialog")
    assert [case.approve().status_code for _ in range(2)] == [200, 200]
    assert places.returned() == 11144


def test_while_a_person_holds_the_dialog_it_is_told_and_the_person_keeps_it(http: httpx2.Client) -> None:
    case = Case.open(http)
    case.room.take_over()
    assert case.approve().status_code == 200
    case.room.reply("Ещё вопросы?")
    outcome, reply = case.told()
    assert (outcome["role"], reply["role"]) == ("supervisor", "operator")
    assert SUM in outcome["content"]
    [row] = http.get(QUEUE).json()["dialogs"]
    assert (row["handler"], row["held_by"], row["approvals"]) == ("person", "anna", [])


def test_the_checkpoints_hold_no_words_of_the_customer(http: httpx2.Client, places: Places) -> None:
    canary = "канарейка7f3a91"
    case = Case.open(http, text=f"{ASKS}, я {canary}")
    for raw in (canary.encode(), b"7f3a91"):
        assert raw not in places.kept_bytes()
    case.approve()
    kept = places.kept_bytes()
    for raw in (canary.encode(), b"7f3a91", SUM.encode(), "Вернул".encode(), case.number.encode()):
        assert raw not in kept


def test_another_dialog_about_the_same_payment_waits_for_the_same_word(
    http: httpx2.Client, places: Places
) -> None:
    case, other = Case.open(http), Case.open(http)
    assert other.number == case.number
    assert case.approve().status_code == 200
    assert len(case.told()) == 1
    assert places.returned() == 11144
    answer = Room(http, other.room.dialog).say(ASKS).json()["response"]
    assert places.returned() == 11144
    assert "уже возвращ" in answer or "неиспользованных месяцев не осталось" in answer
