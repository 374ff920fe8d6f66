"""Streamed turns of the whole application: what breaks in the middle is taken back, never stored."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from pydantic import SecretStr

from app.bootstrap import build
from app.core.exceptions import ProviderError
from app.core.models import TurnProgress
from app.core.ports import DialogQuery
from app.services.workbench import Workbench
from tests.support.call_centre import ANSWERING, Json, call, route_to
from tests.support.mock_llm import MockProvider
from tests.support.provider import CANARY
from tests.support.server import settings

pytestmark = pytest.mark.anyio

PRICE = "How much is the Pro plan?"
BEFORE_THE_FIRST_WORD = [
    "reset_mid_body",
    "empty_stream",
    "empty_choices",
    "html_200",
    "cut_json",
    "503",
    "400",
]
AFTER_SOME_WORDS = ["stream_cut", "duplicate_chunks", "content_filter"]


@pytest.fixture(scope="module")
def anyio_backend() -> str:
    """One event loop for the module, as the connections of a model belong to one."""
    return "asyncio"


@asynccontextmanager
async def bench_at(mock: MockProvider, storage: Path, **given: object) -> AsyncIterator[Workbench]:
    reach = {"router": "llm", "openai_base_url": mock.url, "openai_api_key": SecretStr(CANARY)}
    bench = build(settings(storage, **reach, **given))
    await bench.start()
    try:
        yield bench
    finally:
        await bench.stop()


@pytest.fixture(scope="module")
async def bench(provider: MockProvider, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Workbench]:
    async with bench_at(provider, tmp_path_factory.mktemp("streams")) as bench:
        yield bench


async def turn(bench: Workbench, seen: list[TurnProgress], text: str = PRICE) -> Json:
    dialog = (await bench.dialogs.create("customer_123", None)).body["dialog_id"]
    body = (await bench.dialogs.send(str(dialog), text, emit=seen.append)).body
    stored = (await bench.dialogs.view(str(dialog))).messages[-1]
    assert stored.content == body["response"]
    return body


def shown(seen: list[TurnProgress]) -> str:
    """What stands on the customer's screen at the end."""
    text = ""
    for progress in seen:
        text = "" if progress.kind == "reset" else text + progress.text
    return text


async def test_a_healthy_stream_shows_what_is_stored(mock: MockProvider, bench: Workbench) -> None:
    seen: list[TurnProgress] = []
    body = await turn(bench, seen)
    assert [p.kind for p in seen[:2]] == ["routed", "text"]
    assert "reset" not in {p.kind for p in seen}
    assert shown(seen) == body["response"] == f"Mock reply to: {PRICE}"
    assert int(str(body["tokens_used"])) > 0
    assert [sent["stream"] for sent in mock.state.requests] == [False, True]


@pytest.mark.parametrize("fault", BEFORE_THE_FIRST_WORD + AFTER_SOME_WORDS)
async def test_a_stream_that_breaks_is_taken_back_and_answered_by_the_embedded_model(
    mock: MockProvider, bench: Workbench, fault: str
) -> None:
    mock.config.fault, mock.config.fault_in = fault, ANSWERING
    if fault == "content_filter":
        mock.state.script.extend([route_to("sales"), {"text": "A filthy half", "finish_reason": fault}])
        mock.config.fault = None
    seen: list[TurnProgress] = []
    body = await turn(bench, seen)
    voided = [p.kind for p in seen].index("reset")
    lost = "".join(p.text for p in seen[:voided])
    assert not lost or fault in AFTER_SOME_WORDS  # only whole sentences that were checked are shown
    assert (body["model"], body["degraded"]) == ("embedded", True)
    assert shown(seen) == body["response"]
    assert "Mock" not in str(body["response"])
    assert "filthy" not in str(body["response"])


async def test_half_a_character_is_never_shown_or_stored(mock: MockProvider, bench: Workbench) -> None:
    mock.state.script.extend([route_to("sales"), {"text": "smile \ud83d"}])
    seen: list[TurnProgress] = []
    body = await turn(bench, seen)
    assert body["model"] == "embedded"
    shown(seen).encode()
    "".join(p.text for p in seen).encode()


async def test_what_was_said_before_a_tool_call_is_taken_back(mock: MockProvider, bench: Workbench) -> None:
    searching = {"text": "Let me look", **call("search_knowledge", question=PRICE)}
    mock.state.script.extend([route_to("sales"), searching, {"text": "It costs what it costs."}])
    seen: list[TurnProgress] = []
    body = await turn(bench, seen)
    assert "Let me look" in "".join(p.text for p in seen)
    assert shown(seen) == body["response"] == "It costs what it costs."
    assert mock.attempts == 3


async def test_a_hand_over_is_told_while_it_happens(mock: MockProvider, bench: Workbench) -> None:
    handing = {"text": "I transfer you", **call("hand_over", to="supervisor", reason="angry")}
    mock.state.script.extend([route_to("sales"), handing, {"text": "Supervisor here."}])
    seen: list[TurnProgress] = []
    body = await turn(bench, seen)
    (hop,) = [p.handoff for p in seen if p.handoff]
    assert (hop.from_agent, hop.to) == ("sales", "supervisor")
    assert shown(seen) == body["response"] == "Supervisor here."


async def test_without_fallback_a_cut_stream_fails_the_turn_and_stores_no_word_of_it(
    mock: MockProvider, tmp_path: Path
) -> None:
    mock.config.fault, mock.config.fault_in = "stream_cut", ANSWERING
    seen: list[TurnProgress] = []
    async with bench_at(mock, tmp_path, model_fallback=False) as bench:
        with pytest.raises(ProviderError):
            await turn(bench, seen)
        page = await bench.dialogs.view(await only_dialog(bench))
    assert [(m.role, m.content, m.state) for m in page.messages] == [("customer", PRICE, "failed")]
    assert shown(seen) == ""


async def only_dialog(bench: Workbench) -> str:
    (row,) = (await bench.dialogs.find(DialogQuery())).dialogs
    return row.dialog_id
