"""What is logged, in both forms, and what never is."""

from __future__ import annotations

import errno
import io
import json
import logging
import os
import re
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import httpx2
import pytest
import structlog

from app.bootstrap import build
from app.services.health import Health, HealthService
from app.services.workbench import Workbench
from app.telemetry.logs import configure_logging
from tests.support.logs import logging_kept
from tests.support.mock_llm import running_mock
from tests.support.server import ServerProcess, running, settings

KEY = "sk-canary-1f93c2"
WORDS = "ласточка-4711"
CREATE = "/api/v1/dialogue/create"
Lines = list[dict[str, Any]]


class BrokenHealth(HealthService):
    async def brief(self) -> Health:
        raise RuntimeError("the lamp is broken")


@dataclass(frozen=True)
class Logged:
    text: str
    dialog_id: str

    @property
    def lines(self) -> Lines:
        return [json.loads(line) for line in self.text.splitlines()]

    def of(self, event: str) -> Lines:
        return [line for line in self.lines if line["event"] == event]


KEYED = {"Authorization": "Bearer story-key"}


@contextmanager
def logging_into(stream: io.StringIO, production: bool) -> Iterator[None]:
    """The logging of a process, for as long as the story lasts."""
    with logging_kept(), redirect_stderr(stream):
        configure_logging("INFO", production)
        yield


def story(folder: Path, production: bool) -> Logged:
    """A turn, a turn that the provider refuses, a search, an unknown dialog, a bug."""
    stream = io.StringIO()
    with running_mock() as mock, logging_into(stream, production):
        given = {"openai_api_key": KEY, "openai_base_url": mock.url, "model_fallback": False}
        bench = build(
            settings(folder, environment="production", operator_key="story-key", log_level="INFO", **given)
        )
        with (
            running(_broken(bench)) as url,
            httpx2.Client(base_url=url, headers=KEYED, timeout=30, trust_env=False) as http,
        ):
            body = {"customer_id": WORDS, "initial_message": f"Приложение не открывается, пароль {WORDS}"}
            dialog = http.post(CREATE, json=body, headers={"X-Request-ID": "req-turn"}).json()["dialog_id"]
            mock.config.fault = "401"
            told = {"message": f"Сколько стоит тариф Профи? {WORDS}"}
            refused = http.post(
                f"/api/v1/dialogue/{dialog}/message", json=told, headers={"X-Request-ID": "req-refused"}
            )
            assert refused.status_code == 502
            http.get("/api/v1/dialogue", params={"q": WORDS})
            http.get("/api/v1/health", headers={"X-Request-ID": "req-bug"})
            logging.getLogger("some.library").warning("beware of %s", "the dog")
            logging.getLogger("some.library").info("chatter")
    return Logged(stream.getvalue(), dialog)


def _broken(bench: Workbench) -> Workbench:
    return replace(bench, health=BrokenHealth(**vars(bench.health)))


@pytest.fixture(scope="module")
def production(tmp_path_factory: pytest.TempPathFactory) -> Logged:
    return story(tmp_path_factory.mktemp("production"), production=True)


@pytest.fixture(scope="module")
def development(tmp_path_factory: pytest.TempPathFactory) -> Logged:
    return story(tmp_path_factory.mktemp("development"), production=False)


def test_every_line_in_production_is_json_with_level_and_time(production: Logged) -> None:
    assert production.lines
    for line in production.lines:
        assert {"event", "level", "timestamp"} <= line.keys()
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT[\d:.]+Z", line["timestamp"])


def test_lines_in_development_are_readable(development: Logged) -> None:
    assert re.search(r"\[info +\] turn .*agent=tech_support", development.text)
    assert not development.text.startswith("{")


def test_every_agent_tells_that_it_is_ready(production: Logged) -> None:
    assert [line["agent"] for line in production.of("agent_ready")] == ["tech_support", "sales", "supervisor"]
    assert production.of("service_ready")[0]["environment"] == "production"


def test_start_up_lines_carry_no_request_id(production: Logged, development: Logged) -> None:
    assert all("request_id" not in line for line in production.of("agent_ready"))
    assert "request_id=None" not in development.text


def test_a_turn_is_logged_with_its_decision_time_and_tokens(production: Logged) -> None:
    (turn,) = production.of("turn")
    assert turn["dialog_id"] == production.dialog_id
    assert turn["agent"] == "tech_support"
    assert turn["source"] in ("lexical", "embedding", "llm")
    assert 0 <= turn["confidence"] <= 1
    assert turn["tokens"] > 0
    assert turn["seconds"] >= 0


def test_a_line_of_a_request_carries_its_id(production: Logged) -> None:
    assert production.of("turn")[0]["request_id"] == "req-turn"
    assert production.of("turn_failed")[0]["request_id"] == "req-refused"


def test_a_failed_turn_is_an_error_with_its_code(production: Logged) -> None:
    (failed,) = production.of("turn_failed")
    assert (failed["level"], failed["code"]) == ("error", "provider_refused")
    assert failed["dialog_id"] == production.dialog_id


def test_a_bug_is_logged_with_its_traceback_and_request_id(production: Logged) -> None:
    (bug,) = production.of("unexpected")
    assert bug["request_id"] == "req-bug"
    assert "RuntimeError: the lamp is broken" in bug["exception"]


def test_warnings_of_libraries_take_the_same_form(production: Logged) -> None:
    assert [line["level"] for line in production.of("beware of the dog")] == ["warning"]
    assert production.of("chatter") == []


@pytest.mark.parametrize("form", ["production", "development"])
def test_no_words_of_customers_and_no_key_are_logged(form: str, request: pytest.FixtureRequest) -> None:
    logged: Logged = request.getfixturevalue(form)
    assert WORDS not in logged.text
    assert KEY not in logged.text


@pytest.mark.parametrize(
    "message", [f"'{WORDS}' is wrong", f'input_value="{WORDS}"', f"Received:\n  {WORDS}", f"в строке {WORDS}"]
)
def test_what_an_exception_quotes_is_not_logged(message: str) -> None:
    stream = io.StringIO()
    with logging_into(stream, production=True):
        try:
            raise ValueError(message)
        except ValueError as error:
            cause = RuntimeError("it failed")
            cause.__cause__ = error
            logging.getLogger("some.library").error("a library gave up", exc_info=cause)
            structlog.get_logger().error("unexpected", exc_info=cause)
    library, own = map(json.loads, stream.getvalue().splitlines())
    for line in (library, own):
        assert "RuntimeError: it failed" in line["exception"]
        assert "ValueError: " in line["exception"]
        assert WORDS not in json.dumps(line, ensure_ascii=False)


def test_a_warning_and_a_crash_of_a_thread_are_one_line_each() -> None:
    stream = io.StringIO()
    with logging_into(stream, production=True), warnings.catch_warnings():
        warnings.simplefilter("always")
        logging.captureWarnings(True)
        warnings.warn("old\nways", stacklevel=1)
        thread = threading.Thread(target=lambda: 1 / 0)
        thread.start()
        thread.join()
        logging.captureWarnings(False)
    warned, crashed = map(json.loads, stream.getvalue().splitlines())
    assert "old\nways" in warned["event"]
    assert (crashed["event"], "ZeroDivisionError" in crashed["exception"]) == ("crashed", True)


def test_an_access_line_has_no_query() -> None:
    """`uvicorn app.main:app` writes access lines; a search holds words of customers."""
    stream = io.StringIO()
    with logging_into(stream, production=True):
        access = logging.getLogger("uvicorn.access")
        access.setLevel(logging.INFO)
        access.info('%s - "%s %s HTTP/%s" %d', "1.2.3.4:5", "GET", f"/api/v1/dialogue?q={WORDS}", "1.1", 200)
    (line,) = stream.getvalue().splitlines()
    assert json.loads(line)["event"] == '1.2.3.4:5 - "GET /api/v1/dialogue HTTP/1.1" 200'


class FullDisk(io.StringIO):
    """Where nothing more can be written."""

    def write(self, _text: str) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


@pytest.mark.parametrize("stream", [FullDisk(), "closed"])
def test_a_log_that_cannot_be_written_costs_no_turn(tmp_path: Path, stream: io.StringIO | str) -> None:
    target = stream if isinstance(stream, io.StringIO) else io.StringIO()
    with logging_into(target, production=True):
        if stream == "closed":
            target.close()
        logging.getLogger("some.library").warning("beware of %s", "the dog")
        bench = build(settings(tmp_path, log_level="INFO"))
        with running(bench) as url, httpx2.Client(base_url=url, timeout=30, trust_env=False) as http:
            created = http.post(CREATE, json={"customer_id": "a", "initial_message": "the app does not open"})
    assert created.status_code == 200


FULL_STDERR = """
import os
os.dup2(os.open("/dev/full", os.O_WRONLY), 2)
from app.cli.main import main
main()
"""


def test_a_process_whose_stderr_is_full_starts_and_answers(tmp_path: Path) -> None:
    server = ServerProcess(tmp_path / "dialogs", LOG_LEVEL="INFO")
    server.command = ("python", "-c", FULL_STDERR, "serve")
    server.start()
    try:
        asked = {"customer_id": "a", "initial_message": "the app does not open"}
        assert httpx2.post(f"{server.url}{CREATE}", json=asked, timeout=60).status_code == 200
    finally:
        server.end()
