"""Routing without a dialog, over REST and by the real command: an outage is an outcome, never an agent."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import stamina

from app.adapters.mocks.llm.faults import FAULTS
from tests.support.call_centre import HOST, Json, Site, route_to, site
from tests.support.command import in_process
from tests.support.provider import CANARY

PRICE = "How much is the Pro plan?"
HARMLESS = {"duplicate_chunks", "no_usage"}
TIMEOUT = {"408", "read_timeout", "slow_drip"}
ERROR = {"409", "429", "429_retry_after", "500", "502", "503", "529", "reset_mid_body", "stream_cut"} | {
    "400", "401", "403", "404", "413", "422",
}  # fmt: skip
TURNS = [
    {"role": "customer", "content": PRICE},
    {"role": "agent", "content": "It costs 490.", "agent": "sales"},
    {"role": "customer", "content": "and for a year?"},
]


@pytest.fixture(scope="module")
def at_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with site(tmp_path_factory.mktemp("routing")) as at:
        yield at


@pytest.fixture
def at(at_site: Site) -> Iterator[Site]:
    at_site.heal()
    if at_site.guard.state != "closed":
        at_site.ask(PRICE)
        at_site.heal()
    with stamina.set_testing(True, attempts=3, cap=True):
        yield at_site


def route(at: Site, **line: object) -> Json:
    reply = at.http.post("/api/v1/route", json=line)
    assert reply.status_code == 200, reply.text
    assert CANARY not in reply.text
    assert HOST not in reply.text
    routed: Json = reply.json()
    return routed


@pytest.mark.parametrize("fault", sorted(FAULTS - HARMLESS))
def test_a_failed_call_has_no_agent_and_says_what_happened(at: Site, fault: str) -> None:
    at.fail(fault)
    routed = route(at, id="a", text=PRICE)
    expected = "timeout" if fault in TIMEOUT else "error" if fault in ERROR else "unparsed"
    assert (routed["id"], routed["agent"], routed["confidence"]) == ("a", None, None)
    assert routed["outcome"] == expected
    assert routed["reason"].startswith("provider_")


@pytest.mark.parametrize("fault", sorted(HARMLESS))
def test_a_strange_but_readable_route_is_a_route(at: Site, fault: str) -> None:
    at.fail(fault)
    routed = route(at, text=PRICE)
    assert (routed["agent"], routed["outcome"], routed["source"]) == ("sales", "ok", "llm")


def test_a_conversation_is_one_call_that_knows_who_serves(at: Site) -> None:
    at.script(route_to("sales"))
    assert route(at, turns=TURNS)["agent"] == "sales"
    (body,) = at.sent
    assert "Serving now: sales" in body["messages"][0]["content"]
    assert [m["role"] for m in body["messages"]] == ["system", "user", "assistant", "user"]


def test_a_conversation_without_names_asks_the_router_who_served(at: Site) -> None:
    nameless = [{k: v for k, v in turn.items() if k != "agent"} for turn in TURNS]
    at.script(route_to("sales"), route_to("supervisor"))
    assert route(at, turns=nameless)["agent"] == "supervisor"
    assert ["nobody yet" in body["messages"][0]["content"] for body in at.sent] == [True, False]


@pytest.mark.parametrize("down", [False, True], ids=["healthy", "down"])
def test_the_command_answers_every_line_in_order_and_ends_well(at: Site, tmp_path: Path, down: bool) -> None:
    if down:
        at.fail("401")
    lines = [
        {"id": 1, "text": PRICE},
        "not json",
        "",
        {"id": 2, "text": "   "},
        {"id": 3, "turns": TURNS},
        {"id": 4, "text": "a", "turns": TURNS},
        {"id": "five", "text": "Верните деньги!"},
        {"id": 6, "turns": [{"role": "agent", "content": "hello"}]},
        *({"id": number, "text": "I want to buy a plan"} for number in range(7, 27)),
    ]
    stdin = "\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines)
    env = {"OPENAI_BASE_URL": at.mock.url, "OPENAI_API_KEY": CANARY, "ROUTER": "llm"}
    done = in_process("route", cwd=tmp_path, stdin=stdin, **env)
    routed = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.returncode == 0, done.stderr
    assert [r["id"] for r in routed] == [1, None, None, 2, 3, 4, "five", 6, *range(7, 27)]
    bad = [r["id"] for r in routed if r["outcome"] == "error" and not r["reason"].startswith("provider_")]
    assert bad == [None, None, 2, 4, 6]
    told = {r["id"]: (r["agent"], r["outcome"]) for r in routed}
    expected = [(None, "error")] * 2 if down else [("sales", "ok"), ("supervisor", "ok")]
    assert [told[1], told["five"]] == expected
    assert CANARY not in done.stdout + done.stderr
    assert HOST not in done.stdout + done.stderr
