"""Every fault of the provider in a turn of the whole application: a degraded answer, or a clear problem."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import uuid4

import pytest
import stamina

from app.adapters.mocks.llm.faults import FAULTS
from tests.support.call_centre import ANSWERING, HOST, ROUTING, Site, site
from tests.support.provider import CANARY

PRICE = "How much is the Pro plan?"
LATE = {"408", "read_timeout", "slow_drip"}
DOWN = {"409", "429", "429_retry_after", "500", "502", "503", "529", "reset_mid_body", "stream_cut"}
REFUSED = {"400", "401", "403", "404", "413", "422"}
HARMLESS = {"duplicate_chunks", "no_usage"}
WORDS = HARMLESS | {"length", "wrong_label", "label_with_prose"}
UNPARSED = FAULTS - LATE - DOWN - REFUSED - HARMLESS
INVALID = FAULTS - LATE - DOWN - REFUSED - WORDS


@pytest.fixture(autouse=True)
def _no_pauses() -> Iterator[None]:
    with stamina.set_testing(True, attempts=3, cap=True):
        yield


@pytest.fixture(scope="module")
def fallback_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with site(tmp_path_factory.mktemp("fallback")) as at:
        yield at


@pytest.fixture(scope="module")
def strict_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with site(tmp_path_factory.mktemp("strict"), model_fallback=False) as at:
        yield at


def well(at: Site) -> Site:
    """With the breaker closed, however the test before ended."""
    at.heal()
    if at.guard.state != "closed":
        at.ask(PRICE)
        at.sent.clear()
    return at


@pytest.fixture
def fallback(fallback_site: Site) -> Site:
    return well(fallback_site)


@pytest.fixture
def strict(strict_site: Site) -> Site:
    return well(strict_site)


def outcome_of(fault: str) -> str:
    if fault in LATE:
        return "timeout"
    return "error" if fault in DOWN | REFUSED else "unparsed"


def problem_of(fault: str) -> tuple[int, str]:
    if fault in LATE:
        return 504, "provider_timeout"
    if fault in DOWN:
        return 503, "provider_unavailable"
    return 502, "provider_refused" if fault in REFUSED else "provider_reply_invalid"


@pytest.mark.parametrize("fault", sorted(FAULTS - HARMLESS))
def test_a_routing_call_that_fails_is_decided_by_the_local_router(fallback: Site, fault: str) -> None:
    fallback.fail(fault, ROUTING)
    dialog = fallback.begin()
    reply = fallback.say(dialog, PRICE)
    answer, decision = reply.json(), fallback.path(dialog)["decision"]
    assert reply.status_code == 200
    assert answer["degraded"] is True
    assert answer["response"] == f"Mock reply to: {PRICE}"
    assert (answer["current_agent"], answer["route"]["source"]) == ("sales", "lexical")
    assert (decision["degraded"], decision["failure"]) == (True, outcome_of(fault))
    check_nothing_leaks(reply.text)


@pytest.mark.parametrize("fault", sorted(FAULTS - WORDS))
def test_an_answering_call_that_fails_is_answered_by_the_embedded_model(fallback: Site, fault: str) -> None:
    fallback.fail(fault, ANSWERING)
    dialog = fallback.begin()
    reply = fallback.say(dialog, PRICE)
    answer, path = reply.json(), fallback.path(dialog)
    assert reply.status_code == 200
    assert (answer["degraded"], answer["model"], answer["current_agent"]) == (True, "embedded", "sales")
    assert "Pro" in answer["response"]
    assert "Mock reply" not in answer["response"]
    assert path["failure"] == problem_of(fault)[1]
    assert path["decision"]["degraded"] is False
    assert "quote" in [tool["name"] for tool in path["tools"]]
    check_nothing_leaks(reply.text)


@pytest.mark.parametrize("fault", sorted(WORDS))
def test_a_strange_but_readable_answer_is_an_answer(strict: Site, fault: str) -> None:
    strict.fail(fault, ANSWERING)
    answer = strict.ask(PRICE)
    assert (answer["degraded"], answer["model"]) == (False, "gpt-4o-mini")
    assert answer["response"]


@pytest.mark.parametrize("fault", sorted(HARMLESS))
def test_a_strange_but_readable_route_is_a_route(strict: Site, fault: str) -> None:
    strict.fail(fault, ROUTING)
    answer = strict.ask(PRICE)
    assert (answer["degraded"], answer["route"]["source"]) == (False, "llm")


def test_a_provider_that_is_down_altogether_is_answered_without_it(fallback: Site) -> None:
    fallback.fail("503")
    for _ in range(6):
        answer = fallback.ask("Не могу войти в аккаунт")
        assert (answer["degraded"], answer["model"]) == (True, "embedded")
        assert answer["current_agent"] == "tech_support"
    before = len(fallback.sent)
    assert before <= 10
    fallback.ask(PRICE)
    assert len(fallback.sent) == before, "a call went out while the breaker was open"


def test_in_one_turn_a_provider_that_failed_is_not_asked_again(fallback: Site) -> None:
    """The embedded supervisor answers after the embedded specialist has handed over."""
    fallback.fail("400", ANSWERING)
    fallback.mock.state.script.append({"structured": {"agent": "sales", "confidence": 0.9, "reason": ""}})
    answer = fallback.ask("I demand my money back, give me your manager")
    assert answer["current_agent"] == "supervisor"
    assert len(fallback.sent) == 2


@pytest.mark.parametrize("fault", sorted(FAULTS - WORDS))
def test_without_fallback_a_failed_answer_is_a_clear_problem_and_a_retry_finishes_it_once(
    strict: Site, fault: str
) -> None:
    strict.fail(fault, ANSWERING)
    dialog, key = strict.begin(), str(uuid4())
    failed = strict.say(dialog, PRICE, key)
    assert (failed.status_code, failed.json()["code"]) == problem_of(fault)
    assert failed.headers["content-type"] == "application/problem+json"
    assert ("retry-after" in failed.headers) is (fault in LATE | DOWN)
    check_nothing_leaks(failed.text)
    (asked,) = strict.view(dialog)["messages"]
    assert (asked["content"], asked["state"]) == (PRICE, "failed")
    strict.heal()
    finished, again = strict.say(dialog, PRICE, key), strict.say(dialog, PRICE, key)
    assert finished.status_code == again.status_code == 200
    assert finished.json() == again.json()
    assert "idempotency-replayed" not in finished.headers
    assert again.headers["idempotency-replayed"] == "true"
    messages = strict.view(dialog)["messages"]
    assert [(m["role"], m["state"]) for m in messages] == [("customer", "done"), ("sales", "done")]


@pytest.mark.parametrize("fault", ["503", "400", "wrong_label"])
def test_without_fallback_a_failed_route_is_still_decided_locally(strict: Site, fault: str) -> None:
    strict.fail(fault, ROUTING)
    answer = strict.ask(PRICE)
    assert (answer["degraded"], answer["model"]) == (True, "gpt-4o-mini")
    assert answer["route"]["source"] == "lexical"


def test_a_first_message_that_fails_keeps_its_dialog_for_the_retry(strict: Site) -> None:
    strict.fail("502", ANSWERING)
    body = {"customer_id": "customer_123", "initial_message": PRICE}
    headers = {"Idempotency-Key": str(uuid4())}
    assert strict.http.post("/api/v1/dialogue/create", json=body, headers=headers).status_code == 503
    strict.heal()
    created = strict.http.post("/api/v1/dialogue/create", json=body, headers=headers).json()
    assert created["response"] == f"Mock reply to: {PRICE}"
    assert strict.view(created["dialog_id"])["message_count"] == 2


def test_failed_turns_are_counted_by_their_code(strict: Site) -> None:
    strict.fail("413", ANSWERING)
    before = count(strict, 'callcenter_failed_turns_total{code="provider_refused"}')
    strict.say(strict.begin(), PRICE)
    assert count(strict, 'callcenter_failed_turns_total{code="provider_refused"}') == before + 1


def test_every_fault_stands_in_exactly_one_group() -> None:
    assert LATE | DOWN | REFUSED | UNPARSED | HARMLESS == LATE | DOWN | REFUSED | INVALID | WORDS == FAULTS
    assert sum(map(len, (LATE, DOWN, REFUSED, INVALID, WORDS))) == len(FAULTS)


def count(at: Site, name: str) -> float:
    lines = at.http.get("/metrics").text.splitlines()
    return sum(float(line.rpartition(" ")[2]) for line in lines if line.startswith(name))


def check_nothing_leaks(text: str) -> None:
    assert CANARY not in text
    assert HOST not in text
