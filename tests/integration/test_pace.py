"""How many dialogs one address may open in a minute."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from app.bootstrap import build
from app.core.config import Settings
from app.services.dialogs.admission import Pace, TooManyDialogs
from tests.support.server import client, serving, settings, with_workbench

CREATE = "/api/v1/dialogue/create"
BODY = {"customer_id": "c"}
MOST = 5


@pytest.fixture(scope="module")
def http(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx2.Client]:
    folder = tmp_path_factory.mktemp("pace")
    with client(folder, new_dialogs_per_minute=MOST, operator_key="key") as http:
        yield http


def test_an_address_opens_so_many_and_is_told_when_to_come_back(http: httpx2.Client) -> None:
    opened = [http.post(CREATE, json=BODY) for _ in range(MOST + 1)]
    assert [answer.status_code for answer in opened] == [200] * MOST + [429]
    refused = opened[-1]
    assert refused.json()["code"] == "too_many_dialogs"
    assert 1 <= int(refused.headers["Retry-After"]) <= 60
    known = opened[0].json()["dialog_id"]
    assert http.post(f"/api/v1/dialogue/{known}/message", json={"message": "где заказ"}).status_code == 200


def test_a_server_with_the_key_opens_as_many_as_it_has_customers(http: httpx2.Client) -> None:
    for _ in range(MOST):
        http.post(CREATE, json=BODY)
    key = {"Authorization": "Bearer key"}
    assert {http.post(CREATE, json=BODY, headers=key).status_code for _ in range(3 * MOST)} == {200}
    assert http.post(CREATE, json=BODY, headers={"Authorization": "Bearer yek"}).status_code == 401
    for wrong in ("Basic key", "key", ""):
        assert http.post(CREATE, json=BODY, headers={"Authorization": wrong}).status_code == 429


def test_a_company_behind_one_address_is_not_hindered() -> None:
    pace = Pace(Settings(_env_file=None).new_dialogs_per_minute)
    for _ in range(1000):
        pace.step("192.0.2.7")
    for _ in range(9999):
        Pace(0).step("192.0.2.7")


def test_addresses_are_counted_apart_but_those_of_one_ipv6_network_together() -> None:
    pace = Pace(1)
    for host in ("192.0.2.7", "192.0.2.8", "2001:db8::1", "2001:db8:0:1::1"):
        pace.step(host)
    for host in ("192.0.2.8", "2001:db8::2", "::ffff:192.0.2.7"):
        with pytest.raises(TooManyDialogs):
            pace.step(host)


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_the_chat_room_counts_with_the_api(tmp_path: Path) -> None:
    app = with_workbench(build(settings(tmp_path, new_dialogs_per_minute=2, ui=True)))
    with serving(app) as url, httpx2.Client(base_url=url, timeout=30, trust_env=False) as http:
        assert http.post(CREATE, json=BODY).status_code == 200
        assert refused(http) == [False, True]


def refused(http: httpx2.Client) -> list[bool]:
    """Whether each of two visitors with a first line is told that there were too many."""
    page = http.get("/ui/en/config").json()
    say = next(event["id"] for event in page["dependencies"] if event.get("api_name") == "say")
    told = []
    for visitor in ("a", "b"):
        asked = {"data": ["hello", "", "c", "", None], "fn_index": say, "session_hash": visitor}
        http.post("/ui/en/gradio_api/queue/join", json=asked).raise_for_status()
        said = http.get("/ui/en/gradio_api/queue/data", params={"session_hash": visitor}, timeout=60).text
        told.append("Too many dialogs" in said)
    return told
