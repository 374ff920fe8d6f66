"""A person takes a dialog over, serves the customer, and hands it back: over real HTTP."""

from __future__ import annotations

from pathlib import Path
from uuid import uuid4

import httpx2
import pytest

from tests.integration.test_bad_input import is_problem
from tests.support.call_centre import Site, site
from tests.support.operator import Room, code
from tests.support.server import client

QUEUE = "/api/v1/operator/queue"


@pytest.fixture
def room(http: httpx2.Client) -> Room:
    return Room.open(http, "Сколько стоит Профи?")


def test_the_customer_sees_one_conversation_whoever_serves(room: Room) -> None:
    taken = room.take_over(reason="asks for a person").json()
    assert (taken["handler"], taken["held_by"], taken["assigned_agent"]) == ("person", "anna", "sales")
    assert taken["escalation"]["reason"] == "asks for a person"
    waiting = room.say("А скидка есть?")
    assert waiting.status_code == 200
    assert (waiting.json()["response"], waiting.json()["handler"]) == (None, "person")
    assert (waiting.json()["current_agent"], waiting.json()["route"]) == ("sales", None)
    line = room.reply("Да, для студентов 50 %.").json()["message"]
    assert (line["role"], line["seq"], line["path"]) == ("operator", 4, None)
    back = room.hand_back(note="скидку обещала, документ пришлёт").json()
    assert (back["handler"], back["held_by"], back["escalation"]) == ("bot", None, None)
    answer = room.say("Сколько стоит Профи за год?").json()
    assert (answer["handler"], answer["current_agent"]) == ("bot", "sales")
    assert "19\u00a0104" in answer["response"]
    view = room.view()
    assert [m["role"] for m in view["messages"]] == [
        *("customer", "sales", "customer", "operator", "customer", "sales")
    ]
    assert [m["seq"] for m in view["messages"]] == [1, 2, 3, 4, 5, 6]
    assert {m["state"] for m in view["messages"]} == {"done"}
    assert "anna" not in str(view)


def test_a_create_answers_who_serves(http: httpx2.Client) -> None:
    body = http.post("/api/v1/dialogue/create", json={"customer_id": "c"}).json()
    assert body["handler"] == "bot"


def test_taking_over_twice_answers_the_same(room: Room) -> None:
    first, again = room.take_over(reason="angry"), room.take_over(reason="another")
    assert again.status_code == first.status_code == 200
    assert again.json() == first.json()


def test_who_comes_second_is_told_no_name_and_may_force_it(room: Room) -> None:
    room.take_over("anna")
    second = room.take_over("boris")
    assert is_problem(second, 409)
    assert second.json()["code"] == "taken_over"
    assert "anna" not in second.text
    assert room.take_over("boris", force=True).json()["held_by"] == "boris"
    assert code(room.reply("я тут", "anna")) == (409, "not_held")
    assert code(room.hand_back("anna")) == (409, "not_held")
    assert room.reply("теперь я", "boris").status_code == 200


def test_nobody_writes_or_hands_back_what_the_bot_serves(room: Room) -> None:
    assert code(room.reply("привет")) == (409, "not_held")
    assert code(room.hand_back()) == (409, "not_held")
    room.take_over()
    room.hand_back()
    assert code(room.hand_back()) == (409, "not_held")
    assert room.view()["message_count"] == 2


def test_a_closed_dialog_takes_no_person(room: Room) -> None:
    room.take_over()
    assert room.close().status_code == 200
    steps = (room.take_over(), room.take_over("boris", force=True), room.reply("ещё"), room.hand_back())
    assert {code(step) for step in steps} == {(409, "dialog_closed")}


def test_an_unknown_dialog_is_not_found(http: httpx2.Client) -> None:
    room = Room(http, str(uuid4()))
    for step in (room.take_over(), room.reply("а"), room.hand_back(), room.rate(5)):
        assert code(step) == (404, "dialog_not_found")


def test_a_repeated_reply_adds_no_second_line(room: Room) -> None:
    room.take_over()
    first = room.reply("Смотрю ваш заказ", key="r-1")
    room.hand_back()
    again = room.reply("Смотрю ваш заказ", key="r-1")
    assert "Idempotency-Replayed" not in first.headers
    assert again.headers["Idempotency-Replayed"] == "true"
    assert again.json() == first.json()
    assert code(room.reply("Другое", key="r-1")) == (422, "idempotency_key_reused")
    assert code(room.say("Смотрю ваш заказ", key="r-1")) == (422, "idempotency_key_reused")
    assert room.view()["message_count"] == 3


def test_a_repeated_message_to_a_person_adds_no_second_line(room: Room) -> None:
    room.take_over()
    first, again = (room.say("ау", key="m-1") for _ in range(2))
    assert again.headers["Idempotency-Replayed"] == "true"
    assert again.json() == first.json()
    assert room.view()["message_count"] == 3


@pytest.mark.parametrize("blank", ["", " ", "\u200b"])
def test_names_and_words_must_be_visible(room: Room, blank: str) -> None:
    assert room.take_over(blank).status_code == 422
    room.take_over()
    assert room.reply(blank).status_code == 422
    assert room.view()["message_count"] == 2


@pytest.mark.parametrize("blank", ["", " ", "\u200b"])
def test_a_hand_back_needs_no_note(room: Room, blank: str) -> None:
    room.take_over()
    back = room.hand_back(note=blank)
    assert back.status_code == 200
    assert room.view()["handler"] == "bot"
    assert room.view().get("notes", []) == []


def test_what_the_customer_wrote_last_is_answered_when_it_is_handed_back(room: Room) -> None:
    room.take_over()
    room.reply("Смотрю.")
    room.say("понял. а сколько стоит Профи за год?")
    back = room.hand_back(note="скажите цену", agent="sales").json()
    assert (back["handler"], back["assigned_agent"]) == ("bot", "sales")
    [asked, said] = room.view()["messages"][-2:]
    assert (asked["role"], asked["state"], said["role"]) == ("customer", "done", "sales")
    assert "19\u00a0104" in said["content"]


def test_what_a_person_has_answered_is_not_answered_again(room: Room) -> None:
    room.take_over()
    room.say("а сколько стоит Профи за год?")
    room.reply("19 104 ₽.")
    room.hand_back()
    assert room.view()["messages"][-1]["role"] == "operator"


def test_a_dialog_is_handed_back_even_where_no_model_answers(tmp_path: Path) -> None:
    with site(tmp_path, router="local", model_fallback=False) as centre:
        room = Room.open(centre.http)
        room.take_over()
        room.say("how much is pro")
        centre.fail("500")
        assert room.hand_back().json()["handler"] == "bot"
        assert [m["state"] for m in room.view()["messages"]] == ["failed"]


def test_a_hand_back_may_name_the_agent_that_goes_on(room: Room) -> None:
    room.take_over()
    refused = room.hand_back(agent="janitor")
    assert code(refused) == (422, "agent_unknown")
    assert "janitor" not in refused.text
    assert room.hand_back(agent="tech_support").json()["assigned_agent"] == "tech_support"
    answer = room.say("Не открывается приложение").json()
    assert (answer["current_agent"], answer["route"]["agent"]) == ("tech_support", "tech_support")
    assert room.view()["messages"][-1]["path"]["hops"] == []


def test_a_reroute_sends_the_next_message_to_another_agent(room: Room) -> None:
    moved = room.reroute("tech_support", "спрашивает о настройке").json()
    assert (moved["assigned_agent"], moved["handler"]) == ("tech_support", "bot")
    assert moved["proposal"] == f"live/{room.dialog}:0"
    assert room.reroute("sales", "всё же о цене").json()["proposal"] is None
    assert code(room.reroute("janitor", "нет такого")) == (422, "agent_unknown")
    assert room.reroute("sales", "").status_code == 422
    room.take_over("anna")
    assert code(room.reroute("supervisor", "чужой", "boris")) == (409, "taken_over")


def test_after_a_hand_back_the_dialog_goes_on_where_it_was_and_changes_where_it_must(
    http: httpx2.Client,
) -> None:
    room = Room.open(http, "Не работает приложение, не могу войти в аккаунт")
    room.take_over()
    room.reply("Здравствуйте! Я сбросила вход, какая у вас версия приложения?")
    room.say("Последняя")
    room.reply("Спасибо, возвращаю вас помощнику.")
    room.hand_back()
    follow_up = room.say("Ничего не изменилось, так же").json()
    assert (follow_up["current_agent"], follow_up["route"]["agent"]) == ("tech_support", "tech_support")
    assert follow_up["response"]
    price = room.say("Понял. А сколько стоит тариф Бизнес?").json()
    assert price["current_agent"] == "sales"
    assert "3\u00a0990" in price["response"]
    assert room.say("верните деньги, третий раз пишу!").json()["current_agent"] == "supervisor"


def test_a_transcript_with_an_operator_in_it_can_be_routed(http: httpx2.Client) -> None:
    turns = [
        {"role": "customer", "content": "Не могу войти в аккаунт"},
        {"role": "agent", "content": "Попробуйте сбросить пароль.", "agent": "tech_support"},
        {"role": "customer", "content": "позовите человека"},
        {"role": "agent", "content": "Я человек, что видно на экране?", "agent": "operator"},
        {"role": "customer", "content": "та же ошибка"},
    ]
    body = http.post("/api/v1/route", json={"turns": turns}).json()
    assert (body["agent"], body["outcome"]) == ("tech_support", "ok")


def test_neither_router_nor_model_is_asked_while_a_person_serves(tmp_path: Path) -> None:
    with site(tmp_path) as centre:
        room = Room.open(centre.http, "how much is pro")
        asked = len(centre.sent)
        room.take_over()
        room.say("anybody there?")
        room.reply("Yes, Anna here.")
        assert len(centre.sent) == asked
        room.hand_back()
        room.say("and for a year?")
        heard = [m["content"] for m in answering(centre)]
    assert "Yes, Anna here." in heard
    assert heard[-1] == "and for a year?"


def answering(centre: Site) -> list[dict[str, str]]:
    """What the last model call was told."""
    messages: list[dict[str, str]] = centre.sent[-1]["messages"]
    return [m for m in messages if m["role"] != "system"]


def test_a_rating_is_kept_replaced_and_counted(tmp_path: Path) -> None:
    with client(tmp_path) as http:
        room = Room.open(http, "Сколько стоит Профи?")
        before = room.view()
        assert before["rating"] is None
        assert room.rate(2).json()["rating"]["score"] == 2
        room.close()
        rated = room.rate(5, comment="Спасибо, Анна")
        assert rated.json()["rating"]["comment"] == "Спасибо, Анна"
        assert room.view()["rating"] == rated.json()["rating"]
        counted = http.get("/metrics").text
    assert 'callcenter_ratings_total{score="5"} 1.0' in counted
    assert 'callcenter_ratings_total{score="2"} 1.0' in counted


@pytest.mark.parametrize("score", [0, 6, "5", 4.5, True, None])
def test_a_rating_is_one_to_five(room: Room, score: int) -> None:
    assert room.rate(score).status_code == 422


def test_the_queue_shows_the_angriest_first_and_who_holds_it(tmp_path: Path) -> None:
    with client(tmp_path) as http:
        calm = Room.open(http, "Сколько стоит Профи?")
        angry = Room.open(http, "Это кошмар!!! ВЕРНИТЕ МОИ ДЕНЬГИ, третий раз пишу!!!", "customer_7")
        plain = Room.open(http, "Сколько стоит Базовый?")
        for room, who in ((calm, "anna"), (angry, "boris")):
            room.take_over(who)
        found = http.get(QUEUE).json()
        first = found["dialogs"][0]
        english = http.get(QUEUE, params={"lang": "en"}).json()["dialogs"][0]
        listed = http.get("/api/v1/dialogue", params={"escalated": True}).json()["dialogs"]
        pages = [http.get(QUEUE, params={"limit": 1}).json()]
        pages.append(http.get(QUEUE, params={"limit": 1, "cursor": pages[0]["next_cursor"]}).json())
        angry.hand_back("boris")
        after = [row["dialog_id"] for row in http.get(QUEUE).json()["dialogs"]]
        counted = http.get("/metrics").text
    assert [row["dialog_id"] for row in found["dialogs"]][:2] == [angry.dialog, calm.dialog]
    assert plain.dialog not in [row["dialog_id"] for row in found["dialogs"]]
    assert (first["held_by"], first["handler"], first["customer_id"]) == ("boris", "person", "customer_7")
    assert first["priority"]["parts"]["anger"] > 20
    assert first["priority"]["reasons"][0].startswith("сердится: ")
    assert english["priority"]["reasons"][0].startswith("angry: ")
    assert "ВЕРНИТЕ МОИ ДЕНЬГИ" in first["summary"]["wanted"]
    assert {row["handler"] for row in listed} == {"person"}
    assert [p["dialogs"][0]["dialog_id"] for p in pages] == [angry.dialog, calm.dialog]
    assert calm.dialog in after
    assert "callcenter_takeovers_total 2.0" in counted


def test_a_cursor_of_the_queue_that_was_not_issued_is_refused(http: httpx2.Client) -> None:
    assert code(http.get(QUEUE, params={"cursor": "nonsense"})) == (422, "cursor_invalid")
