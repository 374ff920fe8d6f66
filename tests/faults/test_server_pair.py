"""Two server processes on one storage folder."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import httpx2
import pytest

from tests.faults.customers import CREATE, Json, until
from tests.faults.test_server_kill import serving
from tests.support.mock_llm import MockProvider, running_mock

pytestmark = pytest.mark.xdist_group("server")
MESSAGES = 24


@dataclass(frozen=True)
class Pair:
    left: httpx2.Client
    right: httpx2.Client
    mock: MockProvider

    def new_dialog(self) -> str:
        return str(self.left.post(CREATE, json={"customer_id": "c"}).json()["dialog_id"])

    def messages(self, dialog_id: str) -> list[Json]:
        views = [http.get(f"/api/v1/dialogue/{dialog_id}").json() for http in (self.left, self.right)]
        assert views[0] == views[1]
        messages: list[Json] = views[0]["messages"]
        assert [m["seq"] for m in messages] == list(range(1, len(messages) + 1))
        return messages


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    storage = tmp_path_factory.mktemp("shared")
    with running_mock() as mock:
        env = {"OPENAI_BASE_URL": mock.url, "ROUTER": "local"}
        with (
            serving(storage, **env) as one,
            serving(storage, **env) as two,
            httpx2.Client(base_url=one.process.url, timeout=60, trust_env=False) as left,
            httpx2.Client(base_url=two.process.url, timeout=60, trust_env=False) as right,
        ):
            yield Pair(left, right, mock)


def test_messages_to_one_dialog_through_both_are_all_kept_in_one_order(pair: Pair) -> None:
    dialog_id = pair.new_dialog()
    path = f"/api/v1/dialogue/{dialog_id}/message"

    def send(number: int) -> httpx2.Response:
        http = pair.right if number % 2 else pair.left
        return http.post(path, json={"message": f"вопрос номер {number}"})

    with ThreadPoolExecutor(MESSAGES) as pool:
        answers = list(pool.map(send, range(MESSAGES)))
    assert {a.status_code for a in answers} == {200}
    messages = pair.messages(dialog_id)
    assert [m["role"] == "customer" for m in messages] == [True, False] * MESSAGES
    assert sorted(m["content"] for m in messages[::2]) == sorted(f"вопрос номер {n}" for n in range(MESSAGES))
    answered = [a.json()["response"] for a in answers]
    assert sorted(m["content"] for m in messages[1::2]) == sorted(answered)


def test_a_repeat_that_reaches_the_other_process_is_answered_as_the_first(pair: Pair) -> None:
    key = {"Idempotency-Key": "either"}
    body = {"customer_id": "c", "initial_message": "сколько стоит Профи?"}
    first, again = (http.post(CREATE, json=body, headers=key) for http in (pair.left, pair.right))
    assert (again.json(), again.headers["Idempotency-Replayed"]) == (first.json(), "true")
    dialog_id = first.json()["dialog_id"]
    path, key = f"/api/v1/dialogue/{dialog_id}/message", {"Idempotency-Key": "next"}
    sent, resent = (
        http.post(path, json={"message": "а скидка?"}, headers=key) for http in (pair.right, pair.left)
    )
    assert (resent.json(), resent.headers["Idempotency-Replayed"]) == (sent.json(), "true")
    assert len(pair.messages(dialog_id)) == 4
    other = pair.left.post(path, json={"message": "другое"}, headers=key)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")


@pytest.mark.parametrize("opening", [True, False], ids=["create", "message"])
def test_a_repeat_while_the_other_process_still_works_on_the_first_is_told_to_come_later(
    pair: Pair, opening: bool
) -> None:
    path = CREATE if opening else f"/api/v1/dialogue/{pair.new_dialog()}/message"
    body = {"customer_id": "c", "initial_message": "алло"} if opening else {"message": "алло"}
    key = {"Idempotency-Key": f"slow-{opening}"}
    before = pair.mock.attempts
    with ThreadPoolExecutor(1) as pool, pair.mock.holding():
        first = pool.submit(pair.left.post, path, json=body, headers=key)
        until(lambda: pair.mock.attempts > before)
        early = pair.right.post(path, json=body, headers=key)
        assert (early.status_code, early.json()["code"]) == (409, "request_in_progress")
        assert int(early.headers["Retry-After"]) > 0
        assert not first.done()
        pair.mock.gate.set()
        assert first.result().status_code == 200
    late = pair.right.post(path, json=body, headers=key)
    assert (late.json(), late.headers["Idempotency-Replayed"]) == (first.result().json(), "true")
    assert len(pair.messages(first.result().json()["dialog_id"])) == 2


def test_the_same_key_sent_to_both_at_once_makes_one_dialog_and_one_turn(pair: Pair) -> None:
    body, key = {"customer_id": "twin", "initial_message": "не работает поиск"}, {"Idempotency-Key": "twin"}

    def create(number: int) -> httpx2.Response:
        return (pair.right if number % 2 else pair.left).post(CREATE, json=body, headers=key)

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(create, range(8)))
    assert {a.status_code for a in answers} <= {200, 409}
    [dialog_id] = {a.json()["dialog_id"] for a in answers if a.status_code == 200}
    assert len(pair.messages(dialog_id)) == 2
    rows = pair.left.get("/api/v1/dialogue", params={"customer_id": "twin"}).json()["dialogs"]
    assert [row["dialog_id"] for row in rows] == [dialog_id]
