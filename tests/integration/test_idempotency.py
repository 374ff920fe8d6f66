"""A repeated request acts once, whatever became of the first."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor

import httpx2

CREATE = "/api/v1/dialogue/create"
BODY = {"customer_id": "c", "initial_message": "сколько стоит Профи?"}


def test_a_repeated_create_is_the_same_dialog(http: httpx2.Client) -> None:
    key = {"Idempotency-Key": "create-1"}
    first = http.post(CREATE, json=BODY, headers=key)
    escaped = json.dumps(dict(reversed(BODY.items())), ensure_ascii=True, indent=2)
    again = http.post(CREATE, content=escaped, headers={**key, "Content-Type": "application/json"})
    assert "Idempotency-Replayed" not in first.headers
    assert again.headers["Idempotency-Replayed"] == "true"
    assert again.json() == first.json()
    view = http.get(f"/api/v1/dialogue/{first.json()['dialog_id']}").json()
    assert view["message_count"] == 2


def test_a_repeated_message_is_one_turn(http: httpx2.Client, dialog: str) -> None:
    url, key = f"/api/v1/dialogue/{dialog}/message", {"Idempotency-Key": "m-1"}
    first = http.post(url, json={"message": "не приходит код"}, headers=key)
    again = http.post(url, json={"message": "не приходит код"}, headers=key)
    assert again.json() == first.json()
    assert again.headers["Idempotency-Replayed"] == "true"
    assert http.get(f"/api/v1/dialogue/{dialog}").json()["message_count"] == 2


def test_the_same_key_with_another_body_is_refused(http: httpx2.Client, dialog: str) -> None:
    key = {"Idempotency-Key": "reused"}
    http.post(CREATE, json=BODY, headers=key)
    other = http.post(CREATE, json={"customer_id": "other"}, headers=key)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
    url = f"/api/v1/dialogue/{dialog}/message"
    http.post(url, json={"message": "раз"}, headers=key)
    assert http.post(url, json={"message": "два"}, headers=key).status_code == 422


def test_a_key_that_cannot_be_a_key_is_refused(http: httpx2.Client) -> None:
    for key in ("", "a" * 256, "two words"):
        assert http.post(CREATE, json=BODY, headers={"Idempotency-Key": key}).status_code == 422


def test_many_repeats_at_once_make_one_turn(http: httpx2.Client, dialog: str) -> None:
    url, key = f"/api/v1/dialogue/{dialog}/message", {"Idempotency-Key": "race"}
    with ThreadPoolExecutor(12) as pool:
        answers = list(
            pool.map(lambda _: http.post(url, json={"message": "не работает поиск"}, headers=key), range(12))
        )
    assert {a.status_code for a in answers} <= {200, 409}
    assert len({a.text for a in answers if a.status_code == 200}) == 1
    for refused in (a for a in answers if a.status_code == 409):
        assert refused.headers["Retry-After"]
    assert http.get(f"/api/v1/dialogue/{dialog}").json()["message_count"] == 2


def test_fifty_messages_at_once_are_served_one_after_another(http: httpx2.Client, dialog: str) -> None:
    url = f"/api/v1/dialogue/{dialog}/message"
    with ThreadPoolExecutor(50) as pool:
        answers = list(pool.map(lambda n: http.post(url, json={"message": f"вопрос номер {n}"}), range(50)))
    acknowledged = sum(a.status_code == 200 for a in answers)
    assert {a.status_code for a in answers} <= {200, 429}
    messages = http.get(f"/api/v1/dialogue/{dialog}").json()["messages"]
    assert [m["seq"] for m in messages] == list(range(1, 2 * acknowledged + 1))
    assert [m["role"] == "customer" for m in messages] == [True, False] * acknowledged
    assert len({m["content"] for m in messages[::2]}) == acknowledged
