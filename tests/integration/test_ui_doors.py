"""What Gradio's own doors let in, and which of its handlers work without the operator key."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx2
import pytest
from fastapi import FastAPI
from starlette.routing import Mount

from app.bootstrap import build
from app.core.documents import LARGEST_FILE
from app.main import create_app, prepare_environment
from app.ui.words import words
from tests.support.server import settings

gradio = pytest.importorskip("gradio")
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")
DOOR = "/ui/en/gradio_api"
BOUNDARY = "b0undary"
SERVED = {"act": {"what": "close", "dialog": "x", "operator": "x"}, "check": {"name": "storage"}}
BESIDE = {
    "request": SimpleNamespace(query_params={"tab": "analytics"}),
    "event": SimpleNamespace(pick="x", second="x"),
}
OPEN_ROOM = "app.ui.chat."  # a customer's
KEYLESS = {
    "_status", "SettingsRoom.show",
    "AnalyticsRoom.staff",
    "KnowledgeRoom.search", "KnowledgeRoom.choose",
    "LibraryPanel.stop", "ComparisonPanel.wait",  # say a sentence
    # runs over shipped sets and their figures; of other sets in test_ui_private_runs.py
    "EvaluationRoom.follow", "EvaluationRoom.chosen_sets", "EvaluationRoom.offered_runs",
    "EvaluationRoom.refresh", "EvaluationRoom.welcome",  # what was re-routed live is asked for below
    "RunPanel.choices", "RunPanel.pick", "RunPanel.name_start",
    "ComparisonPanel.judge", "ComparisonPanel.read", "CorrectionPanel.read",
    "ReportPanel.count", "ReportPanel.download", "ReportPanel.pick",
}  # fmt: skip


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("uploads")


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory, kept: Path) -> Iterator[FastAPI]:
    """Made where a loop runs: gradio would leave one of its own behind."""
    prepare_environment()
    bench = build(settings(tmp_path_factory.mktemp("house") / "dialogs", ui=True, operator_key="key"))

    async def made() -> FastAPI:
        return create_app(bench)

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GRADIO_TEMP_DIR", str(kept))
        yield asyncio.run(made())


def post(app: FastAPI, door: str, body: bytes, kind: str, whole: bool = False) -> httpx2.Response:
    """Without a length unless it is `whole`."""

    async def pieces() -> AsyncIterator[bytes]:
        for start in range(0, len(body), 2**16):
            yield body[start : start + 2**16]

    async def run() -> httpx2.Response:
        transport = httpx2.ASGITransport(app=app)
        async with httpx2.AsyncClient(transport=transport, base_url="http://here") as http:
            content = body if whole else pieces()
            return await http.post(f"{DOOR}/{door}", content=content, headers={"Content-Type": kind})

    return asyncio.run(run())


def form(*sizes: int) -> bytes:
    parts = (
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="files"; filename="{n}.csv"\r\n\r\n'.encode()
        + b"a" * size
        + b"\r\n"
        for n, size in enumerate(sizes)
    )
    return b"".join(parts) + f"--{BOUNDARY}--\r\n".encode()


@pytest.mark.parametrize("whole", [True, False])
@pytest.mark.parametrize("door", ["queue/join", "component_server", "component_server/", "cancel"])
def test_a_large_question_is_refused_before_it_is_read(app: FastAPI, door: str, whole: bool) -> None:
    refused = post(app, door, b'{"data": ["' + b"a" * 2**21 + b'"]}', "application/json", whole)
    assert refused.status_code == 413


@pytest.mark.parametrize("whole", [True, False])
def test_files_are_small_together_and_nothing_is_left_of_others(
    app: FastAPI, kept: Path, whole: bool
) -> None:
    kind = f"multipart/form-data; boundary={BOUNDARY}"
    assert post(app, "upload", form(*[LARGEST_FILE // 2] * 3), kind, whole).status_code == 413
    assert [path for path in kept.rglob("*") if path.is_file()] == []
    taken = post(app, "upload", form(1000, 2000), kind, whole)
    assert taken.status_code == 200
    for path in taken.json():
        Path(path).unlink()


def test_doors_that_no_page_uses_are_closed(app: FastAPI) -> None:
    for door in ("run/predict", "api/predict", "call/predict", "process_recording", "stream/x", "vibe-edit"):
        assert post(app, door, b"{}", "application/json").status_code == 404, door


def handlers(app: FastAPI) -> dict[str, tuple[Callable[..., Any], list[Any]]]:
    """With what each may be asked, by name."""
    found: dict[str, tuple[Callable[..., Any], list[Any]]] = {}
    from app.ui.validation.middleware import PageRequests  # noqa: PLC0415

    gates: list[Any] = [r.app for r in app.routes if isinstance(r, Mount) and isinstance(r.app, PageRequests)]
    assert len(gates) == 2
    for blocks in (gate.page for gate in gates):
        events = [event for event in blocks.fns.values() if event.fn]
        asked: list[tuple[Callable[..., Any], list[Any]]] = [(e.fn, ["x"] * len(e.inputs)) for e in events]
        served = [fn for part in blocks.blocks.values() for fn in getattr(part, "server_fns", [])]
        asked += [(fn, [SERVED.get(fn.__name__, {"page": "x"})]) for fn in served]
        for fn, given in asked:
            inner = getattr(fn, "func", fn)
            if not inner.__module__.startswith(OPEN_ROOM) and inner.__name__ != "<lambda>":
                found[inner.__qualname__] = (fn, given)
    return found


async def answered(fn: Callable[..., Any], given: list[Any]) -> str:
    """All that it says, and what it says at last where it refuses."""
    beside = {name: BESIDE[name] for name in BESIDE.keys() & inspect.signature(fn).parameters.keys()}
    try:
        said = fn(*given, **beside)
        if inspect.isasyncgen(said):
            return str([step async for step in said])
        return str(await said if inspect.isawaitable(said) else said)
    except gradio.Error as refused:
        return str(refused)


def test_every_other_handler_wants_the_key(app: FastAPI) -> None:
    """Those without it are named above; a new one is to be named there or to ask."""
    found = handlers(app)
    assert found.keys() >= KEYLESS
    rooms = ("problems", "monitor", "evaluation", "analytics", "knowledge")
    told = [words("en", room) for room in rooms]
    codes = [known.get("codes") or known.get("problems") or {} for known in told]
    wanted = {each.get(f"credential_{how}", "") for each in codes for how in ("missing", "wrong")}
    for name in found.keys() - KEYLESS:
        said = asyncio.run(answered(*found[name]))
        assert any(sentence in said for sentence in wanted - {""}), (name, said[:200])
