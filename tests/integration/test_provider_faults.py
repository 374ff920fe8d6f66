"""Each fault of FAULTS.md, "Model provider", over real HTTP, plain and streaming."""

from __future__ import annotations

import socket
from contextlib import ExitStack

import pytest
from structlog.testing import capture_logs

from app.adapters.mocks.llm.faults import FAULTS
from app.adapters.openai import wire
from app.core.exceptions import ProviderError, ProviderRefused, ProviderReplyInvalid, ProviderTimeout
from tests.support.mock_llm import MockProvider
from tests.support.provider import CANARY, ask, provider_at, told_by

pytestmark = pytest.mark.anyio

WORDS = "My new router drops the connection every evening, what can I do"
Cell = tuple[type[ProviderError] | None, int]
DOWN: Cell = (ProviderError, 3)
LATE: Cell = (ProviderTimeout, 3)
REFUSED: Cell = (ProviderRefused, 1)
INVALID: Cell = (ProviderReplyInvalid, 1)
ANSWER: Cell = (None, 1)

# fault: what a plain call and what a stream end in, each with the number of attempts
CELLS: dict[str, tuple[Cell, Cell]] = {
    "400": (REFUSED, REFUSED),
    "401": (REFUSED, REFUSED),
    "403": (REFUSED, REFUSED),
    "404": (REFUSED, REFUSED),
    "413": (REFUSED, REFUSED),
    "422": (REFUSED, REFUSED),
    "408": (LATE, LATE),
    "409": (DOWN, DOWN),
    "429": (DOWN, DOWN),
    "429_retry_after": (DOWN, DOWN),
    "500": (DOWN, DOWN),
    "502": (DOWN, DOWN),
    "503": (DOWN, DOWN),
    "529": (DOWN, DOWN),
    "reset_mid_body": (DOWN, DOWN),
    "stream_cut": (DOWN, (ProviderError, 1)),
    "html_200": (INVALID, INVALID),
    "cut_json": (INVALID, INVALID),
    "empty_choices": (INVALID, INVALID),
    "empty_stream": (INVALID, INVALID),
    "null_content": (INVALID, INVALID),
    "content_filter": (INVALID, INVALID),
    "broken_tool_arguments": (INVALID, INVALID),
    "unknown_tool": (INVALID, INVALID),
    "duplicate_chunks": (ANSWER, INVALID),
    "length": (ANSWER, ANSWER),
    "wrong_label": (ANSWER, ANSWER),
    "label_with_prose": (ANSWER, ANSWER),
    "no_usage": (ANSWER, ANSWER),
}
SLOW = {"read_timeout", "slow_drip"}


def test_every_fault_of_the_mock_has_its_cell() -> None:
    assert CELLS.keys() | SLOW == FAULTS


@pytest.mark.parametrize("streaming", [False, True], ids=["plain", "stream"])
@pytest.mark.parametrize("fault", CELLS)
async def test_a_fault_ends_in_an_answer_or_the_right_error(
    mock: MockProvider, fault: str, streaming: bool
) -> None:
    kind, attempts = CELLS[fault][streaming]
    mock.config.fault = fault
    async with provider_at(mock.url) as model:
        outcome = await ask(model, WORDS, streaming)
    assert type(outcome) is (kind or str)
    assert mock.attempts == attempts


@pytest.mark.parametrize("streaming", [False, True], ids=["plain", "stream"])
@pytest.mark.parametrize("fault", sorted(SLOW))
async def test_a_silent_or_dripping_server_ends_at_the_deadline(
    mock: MockProvider, fault: str, streaming: bool
) -> None:
    mock.config.fault = fault
    async with provider_at(mock.url, deadline=0.3) as model:
        outcome = await ask(model, WORDS, streaming)
    assert type(outcome) is ProviderTimeout
    assert 1 <= mock.attempts <= 3


@pytest.mark.parametrize("streaming", [False, True], ids=["plain", "stream"])
@pytest.mark.parametrize("fault", sorted(FAULTS - SLOW))
async def test_no_error_carries_the_providers_words_or_the_key(
    mock: MockProvider, fault: str, streaming: bool
) -> None:
    mock.config.fault = fault
    with capture_logs() as logs:
        async with provider_at(mock.url) as model:
            outcome = await ask(model, WORDS, streaming)
    if isinstance(outcome, ProviderError):
        assert outcome.__context__ is None
        told = told_by(outcome) + repr(logs)
        assert CANARY not in told
        assert "provider-internal-host" not in told


@pytest.mark.parametrize("streaming", [False, True], ids=["plain", "stream"])
async def test_a_blip_is_retried_and_answered(mock: MockProvider, streaming: bool) -> None:
    mock.config.fault, mock.config.fault_count = "503", 2
    async with provider_at(mock.url) as model:
        assert await ask(model, "hello", streaming) == "Mock reply to: hello"
    assert mock.attempts == 3


@pytest.mark.parametrize("streaming", [False, True], ids=["plain", "stream"])
async def test_a_refused_connection_is_an_unavailable_provider(mock: MockProvider, streaming: bool) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    with capture_logs() as logs:
        async with provider_at(f"http://127.0.0.1:{port}/v1") as model:
            outcome = await ask(model, "hello", streaming)
    assert type(outcome) is ProviderError
    assert mock.attempts == 0
    assert "ConnectionRefusedError" in logs[0]["kind"]
    assert "at" not in logs[0]


@pytest.mark.parametrize("streaming", [False, True], ids=["plain", "stream"])
async def test_what_cannot_be_converted_leaves_a_trace_of_where(mock: MockProvider, streaming: bool) -> None:
    mock.config.fault = "html_200"
    with capture_logs() as logs:
        async with provider_at(mock.url) as model:
            await ask(model, "hello", streaming)
    (entry,) = [one for one in logs if one["event"] == "provider_attempt_failed"]
    assert streaming or entry["at"]


@pytest.mark.parametrize("streaming", [False, True], ids=["plain", "stream"])
async def test_a_reply_of_any_length_is_not_taken_in(
    mock: MockProvider, streaming: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wire, "LARGEST", 100)
    async with provider_at(mock.url) as model:
        outcome = await ask(model, WORDS, streaming)
    assert isinstance(outcome, ProviderReplyInvalid)
    assert outcome.detail == "too large"


@pytest.mark.parametrize("streaming", [False, True], ids=["plain", "stream"])
async def test_a_connection_that_is_never_accepted_times_out(streaming: bool) -> None:
    with ExitStack() as sockets:
        listener = sockets.enter_context(socket.create_server(("127.0.0.1", 0), backlog=0))
        for _ in range(4):
            waiting = sockets.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(listener.getsockname())
        async with provider_at(f"http://127.0.0.1:{listener.getsockname()[1]}/v1", deadline=0.3) as model:
            assert type(await ask(model, "hello", streaming)) is ProviderTimeout


async def test_tokens_before_the_cut_were_passed_on(mock: MockProvider) -> None:
    mock.config.fault = "stream_cut"
    seen = ""
    async with provider_at(mock.url) as model:
        stream = model.astream(WORDS)
        while len(seen) < len("Mock reply"):
            seen += (await anext(stream)).text
        with pytest.raises(ProviderError, match="the connection failed"):
            await anext(stream)
    assert seen == "Mock reply"
