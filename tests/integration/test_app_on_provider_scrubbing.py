"""Keys, the provider's words and the customer's words stay out of logs, errors, health and metrics."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
import stamina

from app.telemetry.logs import configure_logging
from tests.support.call_centre import HOST, Site, call, route_to, site
from tests.support.logs import logging_kept
from tests.support.provider import CANARY
from tests.support.server import ServerProcess

CUSTOMER = "zebra-4711-passport"
TEXT = f"How much is the Pro plan? My number is {CUSTOMER}"
FAULTS = (
    "400",
    "401",
    "408",
    "429",
    "503",
    "html_200",
    "cut_json",
    "reset_mid_body",
    "unknown_tool",
    "wrong_label",
)
READ = ("/api/v1/health", "/api/v1/health/detailed", "/api/v1/health/ready", "/metrics", "/openapi.json")


@pytest.fixture(autouse=True)
def _no_pauses() -> Iterator[None]:
    with stamina.set_testing(True, attempts=3, cap=True):
        yield


@pytest.fixture
def logged(capsys: pytest.CaptureFixture[str]) -> Iterator[pytest.CaptureFixture[str]]:
    """Logging as production sets it up; what was set before comes back."""
    with logging_kept():
        yield capsys


def live(at: Site) -> list[str]:
    """A day in the life, with a fault of each kind; the texts of all responses."""
    seen = []
    for fault in FAULTS:
        at.heal()
        at.fail(fault)
        dialog = at.begin()
        replies = [at.say(dialog, TEXT, "key-1"), at.http.post(f"/api/v1/dialogue/{dialog}/close")]
        replies.append(at.http.post("/api/v1/route", json={"id": 1, "text": "How much?"}))
        seen += [reply.text for reply in replies]
    at.heal()
    at.script(route_to("sales"), call("search_knowledge", question=CUSTOMER))
    at.script({"text": "ok"}, route_to("sales"), call("no_such_tool", secret=CUSTOMER))
    at.ask(TEXT)
    at.say(at.begin(), TEXT)
    return seen


@pytest.mark.parametrize(
    ("level", "production", "fallback"),
    [("DEBUG", True, True), ("DEBUG", False, False), ("INFO", True, False)],
    ids=["debug-json-fallback", "debug-console-strict", "info-json-strict"],
)
def test_no_key_and_no_foreign_word_is_told_or_logged(
    tmp_path: Path, logged: pytest.CaptureFixture[str], level: str, production: bool, fallback: bool
) -> None:
    configure_logging(level, production)
    with site(tmp_path, model_fallback=fallback, log_level=level) as at:
        seen = live(at)
        seen += [at.http.get(path).text for path in READ]
    lines = logged.readouterr()
    assert "turn" in lines.err
    for text in (*seen, lines.err, lines.out):
        assert CANARY not in text
        assert HOST not in text
    for text in (lines.err, lines.out, *seen[-len(READ) :]):
        assert CUSTOMER not in text


def test_libraries_do_not_log_the_key_either(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """What a developer sees who turns the logging of every library to DEBUG."""
    with caplog.at_level(logging.DEBUG), site(tmp_path, model_fallback=False) as at:
        live(at)
    assert caplog.records
    told = "\n".join(f"{record.getMessage()} {record.exc_text}" for record in caplog.records)
    assert CANARY not in told


def test_a_served_process_writes_none_of_it(tmp_path: Path) -> None:
    with site(tmp_path / "other") as at:
        server = ServerProcess(
            tmp_path / "dialogs",
            OPENAI_BASE_URL=at.mock.url,
            OPENAI_API_KEY=CANARY,
            LOG_LEVEL="DEBUG",
            ROUTER="llm",
        )
        server.start()
        try:
            away = Site(at.mock, at.bench, at.http, at.clock, at.guard)
            serve_some(away, server.url)
        finally:
            server.terminate()
    assert "turn" in server.log
    assert CANARY not in server.log
    assert HOST not in server.log
    assert CUSTOMER not in server.log


def serve_some(at: Site, url: str) -> None:
    for fault in ("401", "400", "html_200", "unknown_tool"):
        at.fail(fault)
        body = {"customer_id": "customer_123", "initial_message": TEXT}
        assert at.http.post(f"{url}/api/v1/dialogue/create", json=body).status_code == 200
