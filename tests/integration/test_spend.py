"""What models may cost in a day, over HTTP and on a clock that stands still."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx2
import pytest
from pydantic import SecretStr

from app.bootstrap import build
from tests.support.clocks import StillClock
from tests.support.mock_llm import MockProvider, running_mock
from tests.support.provider import CANARY
from tests.support.server import running, settings

PRICE = "How much is the Pro plan?"
DOLLAR = {"price_input": 1_000_000.0, "price_output": 1_000_000.0}
"""A dollar a token: one turn is above any limit here."""
ONCE = {"spend_per_day": 1.0, **DOLLAR}


@dataclass(frozen=True)
class Paid:
    mock: MockProvider
    http: httpx2.Client
    clock: StillClock

    def ask(self, customer: str = "c", key: str = "k") -> httpx2.Response:
        """The first line of a dialog of its own for each `key`."""
        body = {"customer_id": customer, "initial_message": PRICE}
        return self.http.post("/api/v1/dialogue/create", json=body, headers={"Idempotency-Key": key})

    def asked(self, customer: str, key: str) -> tuple[int, str | None]:
        """Calls of the provider that a turn made, and why it was degraded."""
        before = len(self.mock.state.requests)
        reason = self.ask(customer, key).raise_for_status().json()["degraded_reason"]
        return len(self.mock.state.requests) - before, reason

    def health(self) -> dict[str, Any]:
        found: dict[str, Any] = self.http.get("/api/v1/health/detailed").json()
        return found


@contextmanager
def serving_paid(storage: Path, mock: MockProvider, clock: StillClock, **given: Any) -> Iterator[Paid]:
    own = {"router": "llm", "openai_base_url": mock.url, "openai_api_key": SecretStr(CANARY), **given}
    with (
        running(build(settings(storage, approved_answers=False, **own), clock=clock)) as url,
        httpx2.Client(base_url=url, timeout=30, trust_env=False) as http,
    ):
        yield Paid(mock, http, clock)


@pytest.fixture
def mock() -> Iterator[MockProvider]:
    with running_mock() as mock:
        yield mock


@pytest.fixture
def noon() -> StillClock:
    clock = StillClock()
    clock.now = datetime(2026, 5, 4, 12, tzinfo=UTC)
    return clock


def test_above_the_days_limit_the_embedded_model_answers_until_midnight(
    tmp_path: Path, mock: MockProvider, noon: StillClock
) -> None:
    with serving_paid(tmp_path / "d", mock, noon, **ONCE) as paid:
        assert paid.health()["spend"] == {
            "spent_usd": 0.0, "limit_usd": 1, "limit_per_customer_usd": None, "reached": False,
        }  # fmt: skip
        assert paid.asked("a", "1")[0] == 1  # the route is paid for, the answer is not any more
        assert paid.asked("b", "2") == (0, "spend_reached")
        known = paid.health()
        assert (known["status"], known["spend"]["reached"]) == ("degraded", True)
        assert known["spend"]["spent_usd"] > 1
        assert 'callcenter_spend_stops_total{limit="all"}' in paid.http.get("/metrics").text
    with serving_paid(tmp_path / "d", mock, noon, **ONCE) as paid:
        assert paid.asked("c", "3") == (0, "spend_reached")
        noon.wait(12 * 3600)
        assert paid.health()["spend"]["reached"] is False
        assert paid.asked("c", "4")[0] == 1


def test_a_customer_who_has_used_up_a_day_costs_others_nothing(
    tmp_path: Path, mock: MockProvider, noon: StillClock
) -> None:
    with serving_paid(tmp_path / "d", mock, noon, spend_per_customer_day=1.0, **DOLLAR) as paid:
        assert paid.asked("a", "1")[0] == 1
        assert paid.asked("a", "2") == (0, "spend_reached")
        assert paid.asked("b", "3")[0] == 1
        assert paid.health()["status"] == "healthy"
        assert 'callcenter_spend_stops_total{limit="customer"}' in paid.http.get("/metrics").text


def test_a_replay_costs_nothing(tmp_path: Path, mock: MockProvider, noon: StillClock) -> None:
    with serving_paid(tmp_path / "d", mock, noon, spend_per_day=1.0) as paid:
        answers = [paid.ask() for _ in range(9)]
        spent = paid.health()["spend"]["spent_usd"]
        turn = answers[0].json()
        assert {answer.json()["dialog_id"] for answer in answers} == {turn["dialog_id"]}
        assert len(mock.state.requests) == 2
        view = paid.http.get(f"/api/v1/dialogue/{turn['dialog_id']}").json()
        assert spent == pytest.approx(view["messages"][-1]["path"]["usage"]["cost"])


def test_without_a_stand_in_the_limit_is_told(tmp_path: Path, mock: MockProvider, noon: StillClock) -> None:
    with serving_paid(tmp_path / "d", mock, noon, model_fallback=False, **ONCE) as paid:
        refused = paid.ask()
        assert (refused.status_code, refused.json()["code"]) == (503, "spend_reached")
        assert refused.headers["Retry-After"] == str(12 * 3600)
        assert paid.health()["status"] == "unhealthy"


@pytest.mark.parametrize("fault", ["label_with_prose", "unknown_tool"])
def test_a_reply_that_cannot_be_used_is_paid_for(
    tmp_path: Path, mock: MockProvider, noon: StillClock, fault: str
) -> None:
    with serving_paid(tmp_path / "d", mock, noon, spend_per_day=1.0) as paid:
        mock.config.fault = fault
        paid.ask()
        assert paid.health()["spend"]["spent_usd"] > 0


def test_sums_that_cannot_be_read_let_nothing_through(
    tmp_path: Path, mock: MockProvider, noon: StillClock
) -> None:
    with serving_paid(tmp_path / "d", mock, noon, spend_per_day=1.0) as paid:
        (tmp_path / "d-access" / "spend.sqlite").mkdir(parents=True)
        assert paid.asked("a", "1") == (0, "spend_reached")
        assert paid.health()["spend"]["spent_usd"] is None
