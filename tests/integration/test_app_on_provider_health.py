"""Health of the whole application while the provider fails and recovers. Looking costs no model call."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
import stamina
from structlog.testing import capture_logs

from app.adapters.openai.habits import WAYS
from app.agents.structured_output import MODES
from app.services.system import condition
from app.ui.monitor.opened import render_dialog
from app.ui.monitor.panels import monitor_texts
from app.ui.page import render_badge
from app.ui.settings.connections import list_components
from app.ui.words import room_texts, words
from tests.support.call_centre import ANSWERING, Json, Site, site

PRICE = "How much is the Pro plan?"
PROBES = (
    "/api/v1/health",
    "/api/v1/health/detailed",
    "/api/v1/health/ready",
    "/api/v1/health/live",
    "/metrics",
)


@pytest.fixture(autouse=True)
def _no_pauses() -> Iterator[None]:
    with stamina.set_testing(True, attempts=3, cap=True):
        yield


@pytest.fixture(params=[True, False], ids=["fallback", "strict"])
def at(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Site]:
    with site(tmp_path, model_fallback=request.param) as at:
        yield at


def health(at: Site) -> tuple[str, str, int]:
    """The provider's state, the status of the whole, and what `ready` answers."""
    brief: Json = at.http.get("/api/v1/health").json()
    detailed: Json = at.http.get("/api/v1/health/detailed").json()
    assert (brief["status"], brief["components"]) == (detailed["status"], detailed["components"])
    return brief["components"]["openai_api"], brief["status"], at.http.get("/api/v1/health/ready").status_code


def break_down(at: Site) -> None:
    at.fail("503")
    for _ in range(8):
        at.say(at.begin(), PRICE)
    at.sent.clear()


def test_health_follows_the_provider_down_and_up_again(at: Site) -> None:
    fallback = at.bench.settings.model_fallback
    assert health(at) == ("healthy", "healthy", 200)
    break_down(at)
    assert health(at) == (("unhealthy", "degraded", 200) if fallback else ("unhealthy", "unhealthy", 503))
    at.heal()
    assert at.say(at.begin(), PRICE).json()["degraded"] is False
    assert health(at) == ("healthy", "healthy", 200)


def test_when_the_pause_is_over_the_service_takes_customers_again(at: Site) -> None:
    """Else an instance out of rotation would never get the call that proves the provider well."""
    break_down(at)
    at.heal()
    assert health(at)[0] == "unhealthy"
    assert health(at)[2] == 200
    assert not at.sent


def test_a_probe_that_fails_ends_in_another_pause(at: Site) -> None:
    fallback = at.bench.settings.model_fallback
    break_down(at)
    at.heal()
    at.fail("503")
    at.say(at.begin(), PRICE)
    assert len(at.sent) == 1
    assert health(at)[2] == (200 if fallback else 503)


def test_a_pause_tells_the_caller_when_to_come_again(tmp_path: Path) -> None:
    with site(tmp_path, model_fallback=False) as at:
        break_down(at)
        reply = at.say(at.begin(), PRICE)
    assert (reply.status_code, reply.json()["code"]) == (503, "provider_unavailable")
    assert 1 <= int(reply.headers["retry-after"]) <= 15
    assert not at.sent


def test_no_probe_calls_the_model(at: Site) -> None:
    for _ in range(3):
        assert all(at.http.get(probe).status_code == 200 for probe in PROBES)
    assert not at.sent
    break_down(at)
    for probe in PROBES:
        at.http.get(probe)
    assert not at.sent


def test_turns_and_degraded_turns_are_counted_apart(tmp_path: Path) -> None:
    with site(tmp_path) as at:
        at.ask(PRICE)
        break_down(at)
        text = at.http.get("/metrics").text
    assert 'callcenter_turns_total{agent="sales",degraded="false"} 1.0' in text
    assert 'callcenter_turns_total{agent="sales",degraded="true"} 8.0' in text
    assert 'callcenter_routes_total{agent="sales",degraded="false",source="llm"} 1.0' in text
    assert 'callcenter_routes_total{agent="sales",degraded="true",source="lexical"} 8.0' in text


@pytest.mark.parametrize("fault", ["503", "401", "404", "html_200", "null_content"])
def test_a_provider_that_has_never_answered_is_shouted_until_it_does(at: Site, fault: str) -> None:
    def alarm() -> tuple[object, object, bool]:
        told = at.http.get("/api/v1/health").json()["alarm"]
        page = [
            render_badge(at.bench, asyncio.run(at.bench.health.brief()), language)
            for language in ("ru", "en")
        ]
        assert at.http.get("/api/v1/health/detailed").json()["alarm"] == told
        gauge = "callcenter_provider_never_answered 1.0" in at.http.get("/metrics").text
        return told, all('role="alert"' in each for each in page), gauge

    assert alarm() == (None, False, False)
    at.fail(fault)
    with capture_logs() as logs:
        at.say(at.begin(), PRICE)
        at.say(at.begin(), PRICE)
    assert alarm() == ("provider_never_answered", True, True)
    assert health(at)[0] == "unhealthy"
    seen = at.http.get("/api/v1/health/detailed").json()["provider"]
    assert seen["answered"] == 0
    assert seen["failed"] >= 2
    assert seen["last_failure"].startswith("The model provider")
    shouts = [one for one in logs if one["event"] == "provider_has_never_answered"]
    assert [one["log_level"] for one in shouts] == ["error"]
    at.heal()
    at.ask(PRICE)
    assert alarm() == (None, False, False)
    assert health(at) == ("healthy", "healthy", 200)


def test_every_answer_of_the_stand_in_says_so_to_the_caller_the_operators_and_the_metrics(
    tmp_path: Path,
) -> None:
    with site(tmp_path) as at:
        at.fail("400", ANSWERING)
        dialog = at.begin()
        answer = at.say(dialog, PRICE).json()
        assert (answer["degraded"], answer["degraded_reason"]) == (True, "provider_refused")
        metrics = at.http.get("/metrics").text
        opened = asyncio.run(at.bench.monitor.open(dialog, "en"))
        shown = render_dialog(opened, [], monitor_texts("en"))
    assert 'callcenter_stand_in_answers_total{reason="provider_refused"} 1.0' in metrics
    assert words("en", "monitor")["stand_in"] in shown["lines"]


def test_what_a_server_is_asked_otherwise_is_told_in_health_and_settings(tmp_path: Path) -> None:
    with site(tmp_path) as at:
        at.mock.config.habit = "no_temperature"
        at.ask(PRICE)
        seen = at.http.get("/api/v1/health/detailed").json()["provider"]
        found = asyncio.run(condition(at.bench))
    assert seen["ways"] == ["no_temperature"]
    for language in ("ru", "en"):
        texts = room_texts(language, "settings")
        notes = [row.note for row in list_components(found, texts)]
        assert texts.words["ways"]["no_temperature"] in " ".join(notes)


@pytest.mark.parametrize("language", ["ru", "en"])
def test_every_way_has_words(language: str) -> None:
    typed = {f"typed_by_{mode}" for mode in MODES[1:]}
    ways = {way for steps in WAYS.values() for way in steps} | {"thinks_aloud"} | typed
    assert words(language, "settings")["ways"].keys() == ways
