"""How many turns a customer, a dialog, an address and a key have, on a clock that stands still."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest

from app.bootstrap import build
from app.core.config import Settings
from app.services.access.limits import RateLimits, TooManyDialogs, neighbourhood
from tests.support.clocks import StillClock
from tests.support.mock_llm import running_mock
from tests.support.server import running, serving, settings, with_workbench

CREATE, ROUTE = "/api/v1/dialogue/create", "/api/v1/route"
LINE = {"message": "не работает поиск"}


@contextmanager
def limited(folder: Path, **limits: Any) -> Iterator[tuple[httpx2.Client, StillClock]]:
    clock = StillClock()
    with (
        running(build(settings(folder / "dialogs", operator_key="key", **limits), clock=clock)) as url,
        httpx2.Client(base_url=url, timeout=30, trust_env=False) as http,
    ):
        yield http, clock


def opened(http: httpx2.Client, customer: str = "c") -> str:
    """The address of its messages."""
    answer = http.post(CREATE, json={"customer_id": customer}).raise_for_status()
    return f"/api/v1/dialogue/{answer.json()['dialog_id']}"


def say(http: httpx2.Client, dialog: str, **headers: str) -> httpx2.Response:
    return http.post(f"{dialog}/message", json=LINE, headers=headers)


KEY = {"Authorization": "Bearer key"}


def test_the_defaults_are_those_of_the_security_page() -> None:
    known = Settings(_env_file=None)
    most = known.customer_turns_per_minute, known.dialog_turns_per_minute, known.address_turns_per_minute
    assert (*most, known.key_turns_per_second) == (30, 20, 600, 600)


def test_a_dialog_has_its_turns_and_the_next_is_told_when(tmp_path: Path) -> None:
    with limited(tmp_path, dialog_turns_per_minute=3) as (http, clock):
        dialog = opened(http)
        assert say(http, dialog).headers["RateLimit-Policy"] == '"dialog";q=3;w=60'
        clock.wait(20)
        assert say(http, dialog).headers["RateLimit"] == '"dialog";r=1;t=40'
        assert say(http, dialog).status_code == 200
        refused = say(http, dialog)
        assert (refused.status_code, refused.json()["code"]) == (429, "too_many_turns")
        assert refused.headers["Retry-After"] == "40"
        assert refused.headers["RateLimit"] == '"dialog";r=0;t=40'
        assert len(http.get(dialog, headers=KEY).json()["messages"]) == 6
        assert say(http, opened(http)).status_code == 200
        clock.wait(40)
        assert [say(http, dialog).status_code for _ in range(2)] == [200, 429]


def test_a_customer_has_one_limit_over_all_dialogs_and_ways(tmp_path: Path) -> None:
    with limited(tmp_path, customer_turns_per_minute=3) as (http, clock):
        begun = http.post(CREATE, json={"customer_id": "c", "initial_message": "не работает поиск"})
        assert begun.headers["RateLimit"] == '"customer";r=2;t=60'
        assert say(http, opened(http)).status_code == 200
        assert say(http, opened(http), **KEY).status_code == 200
        assert [say(http, opened(http), **shown).status_code for shown in ({}, KEY)] == [429, 429]
        assert say(http, opened(http, "another")).status_code == 200
        clock.wait(60)
        assert say(http, opened(http)).status_code == 200


def test_what_was_refused_is_not_counted(tmp_path: Path) -> None:
    with limited(tmp_path, customer_turns_per_minute=2, dialog_turns_per_minute=1) as (http, _):
        dialog = opened(http)
        assert [say(http, dialog).status_code for _ in range(5)] == [200, 429, 429, 429, 429]
        assert say(http, opened(http)).status_code == 200


def test_a_replay_is_charged_to_nobody(tmp_path: Path) -> None:
    most = {"customer_turns_per_minute": 2, "address_turns_per_minute": 2, "new_dialogs_per_minute": 2}
    with limited(tmp_path, **most) as (http, _):
        key, body = {"Idempotency-Key": "k"}, {"customer_id": "c", "initial_message": "не работает поиск"}
        created = [http.post(CREATE, json=body, headers=key) for _ in range(9)]
        assert len({answer.json()["dialog_id"] for answer in created}) == 1
        dialog = f"/api/v1/dialogue/{created[0].json()['dialog_id']}"
        said = [say(http, dialog, **{"Idempotency-Key": "m"}) for _ in range(9)]
        assert {answer.status_code for answer in [*created, *said]} == {200}
        assert [answer.headers.get("Idempotency-Replayed") for answer in said] == [None, *["true"] * 8]
        assert said[-1].headers["RateLimit"] == '"address";r=0;t=60'
        assert say(http, dialog).status_code == 429


def test_this_machine_is_an_address_as_others_and_a_key_is_none(tmp_path: Path) -> None:
    with limited(tmp_path, address_turns_per_minute=2) as (http, clock):
        assert say(http, opened(http, "a")).headers["RateLimit"] == '"address";r=1;t=60'
        assert http.post(ROUTE, json={"text": "не работает поиск"}).status_code == 200
        refused = [
            say(http, opened(http, "b")),
            http.post(ROUTE, json={"text": "не работает поиск"}),
            http.get("/api/v1/knowledge/search?q=поиск"),
        ]
        assert [(r.status_code, r.json()["code"]) for r in refused] == [(429, "too_many_requests")] * 3
        assert [r.headers["Retry-After"] for r in refused] == ["60"] * 3
        assert say(http, opened(http, "b"), **KEY).status_code == 200
        for wrong in ("Basic key", "key", ""):
            assert say(http, opened(http, "b"), Authorization=wrong).status_code == 429
        clock.wait(60)
        assert say(http, opened(http, "b")).status_code == 200


def test_a_key_has_its_turns_a_second(tmp_path: Path) -> None:
    with limited(tmp_path, key_turns_per_second=2) as (http, clock):
        dialog = opened(http)
        assert [say(http, dialog, **KEY).status_code for _ in range(3)] == [200, 200, 429]
        refused = say(http, dialog, **KEY)
        assert (refused.headers["Retry-After"], refused.headers["RateLimit"]) == ("1", '"key";r=0;t=1')
        clock.wait(1)
        assert say(http, dialog, **KEY).status_code == 200


def test_zero_switches_a_limit_off(tmp_path: Path) -> None:
    with limited(tmp_path, key_turns_per_second=0) as (http, _):
        dialog = opened(http)
        answers = [say(http, dialog, **shown) for shown in ({}, KEY) for _ in range(3)]
        assert {(a.status_code, a.headers.get("RateLimit")) for a in answers} == {(200, None)}


def test_an_address_opens_so_many_dialogs_and_a_key_as_many_as_it_has_customers(tmp_path: Path) -> None:
    with limited(tmp_path, new_dialogs_per_minute=2) as (http, _):
        answers = [http.post(CREATE, json={"customer_id": "c"}) for _ in range(3)]
        assert [answer.status_code for answer in answers] == [200, 200, 429]
        assert (answers[2].json()["code"], answers[2].headers["Retry-After"]) == ("too_many_dialogs", "60")
        with_key = [http.post(CREATE, json={"customer_id": "c"}, headers=KEY) for _ in range(9)]
        assert {answer.status_code for answer in with_key} == {200}
        assert (
            http.post(CREATE, json={"customer_id": "c"}, headers={"Authorization": "Bearer x"}).status_code
            == 401
        )


def test_addresses_are_counted_apart_but_those_of_one_ipv6_network_together() -> None:
    limits = RateLimits(Settings(_env_file=None, new_dialogs_per_minute=1), StillClock())
    for host in ("192.0.2.7", "192.0.2.8", "2001:db8::1", "2001:db8:0:1::1"):
        limits.charge((limits.dialogs, neighbourhood(host)))
    for host in ("192.0.2.8", "2001:db8::2", "::ffff:192.0.2.7"):
        with pytest.raises(TooManyDialogs):
            limits.charge((limits.dialogs, neighbourhood(host)))


def test_a_clock_that_was_ahead_shuts_nobody_out() -> None:
    clock = StillClock()
    limits = RateLimits(Settings(_env_file=None, new_dialogs_per_minute=1), clock)
    for seconds in (0, -3600, -3600, 60):
        clock.wait(seconds)
        limits.charge((limits.dialogs, "192.0.2.7"))


def test_who_does_not_come_back_is_forgotten() -> None:
    clock = StillClock()
    limits = RateLimits(Settings(_env_file=None), clock)
    for number in range(100):
        limits.charge((limits.customer, f"customer {number}"))
    clock.wait(61)
    limits.charge((limits.customer, "another"))
    assert len(limits.windows) == 1


SAYS = {"ru": "Сообщения приходят слишком часто", "en": "Messages are coming too fast"}


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_the_chat_room_counts_with_the_api_and_gives_the_line_back(tmp_path: Path) -> None:
    limits = {"new_dialogs_per_minute": 2, "customer_turns_per_minute": 1}
    app = with_workbench(build(settings(tmp_path, ui=True, **limits), clock=StillClock()))
    with serving(app) as url, httpx2.Client(base_url=url, timeout=30, trust_env=False) as http:
        assert say(http, opened(http, "d")).status_code == 200
        for language, sentence in SAYS.items():
            told = chat(http, language, "d")
            assert sentence in told
            assert "my own words" in told
        assert "Messages are coming" not in chat(http, "en", "c")
        assert "Too many dialogs" in chat(http, "en", "e")


def chat(http: httpx2.Client, language: str, customer: str) -> str:
    """What a visitor's page is told after a first line."""
    page = http.get(f"/ui/{language}/config").json()
    say = next(event["id"] for event in page["dependencies"] if event.get("api_name") == "say")
    asked = {"data": ["my own words", "", customer, "", None], "fn_index": say, "session_hash": customer}
    http.post(f"/ui/{language}/gradio_api/queue/join", json=asked).raise_for_status()
    told = http.get(
        f"/ui/{language}/gradio_api/queue/data", params={"session_hash": customer}, timeout=60
    ).text
    return told.encode().decode("unicode_escape", "ignore") if "\\u" in told else told


def test_more_turns_than_may_run_at_once_are_told_to_come_back(tmp_path: Path) -> None:
    """What waits in a dialog keeps no other dialog out, and nothing of a refused turn is kept."""
    held = {"max_turns": 1, "router": "local", "approved_answers": False}
    with running_mock() as mock, limited(tmp_path, openai_base_url=mock.url, **held) as (http, _):
        busy, other = opened(http), opened(http, "another")
        mock.gate.clear()
        with ThreadPoolExecutor() as pool:
            turns = [pool.submit(say, http, busy) for _ in range(3)]
            while not mock.state.requests:
                """The time limit of the test ends what never comes true."""
            refused = say(http, other)
            mock.gate.set()
            assert {turn.result().status_code for turn in turns} == {200}
        assert (refused.status_code, refused.json()["code"]) == (503, "service_busy")
        assert refused.headers["Retry-After"] == "2"
        assert http.get(other, headers=KEY).json()["messages"] == []
        assert say(http, other).status_code == 200
