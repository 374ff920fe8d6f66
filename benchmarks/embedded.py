"""CPU of embedded turns: `python -m benchmarks.embedded [CONVERSATIONS] [--top]`. Quote the ratio.

Development conversations are played line after line, in both languages, in one application with its stores on
disk; records stay as the dialogs before have left them. After each turn the router is asked once, with its
embedding stage and nothing kept, so that both are measured under the same load.
"""

from __future__ import annotations

import argparse
import asyncio
import cProfile
import pstats
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import chain
from pathlib import Path
from typing import NamedTuple

import numpy as np
from rich.console import Console
from rich.table import Table

from app.adapters.embeddings import load_embedder
from app.bootstrap import build
from app.core.ports import Embedder, Vectors
from app.engines.routing.artefact import load
from app.engines.routing.local import LocalRouter
from app.evaluation.cases import part
from app.evaluation.conversations.model import Conversation, files_of, read_conversations
from app.services.workbench import Workbench
from app.telemetry.logs import configure_logging
from benchmarks.routing import MESSAGE, cpu
from benchmarks.trace import settings

CONVERSATIONS, WARM = 60, 4
GOAL_MS = 60.0
TOP = 30


class CountingEmbedder:
    """Counts the texts that it is asked for, and those that differ."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self.texts: list[str] = []

    def embed(self, texts: Sequence[str], *tokens: int) -> Vectors:
        self.texts += texts
        return self._embedder.embed(texts, *tokens)


class PlayedTurn(NamedTuple):
    """CPU seconds of the turn and of a router call after it; texts that the turn had embedded."""

    turn: float
    router: float
    asked: int
    embedded: int
    later: bool


async def main(conversations: int, top: bool) -> None:
    configure_logging("CRITICAL", production=True)
    embedder = load_embedder()
    if embedder is None:
        raise SystemExit("no sentence encoder for this machine")
    counting = CountingEmbedder(embedder)
    profile = cProfile.Profile() if top else None
    with tempfile.TemporaryDirectory() as folder:
        bench = build(settings(Path(folder)), embedder=counting)
        await bench.start()
        try:
            turns = await play(bench, chosen(conversations), counting, router_call(), profile)
        finally:
            await bench.stop()
    report(turns)
    if profile:
        pstats.Stats(profile).sort_stats("tottime").print_stats(TOP)


def chosen(count: int) -> list[Conversation]:
    """As many of each language, after those that warm up."""
    files = files_of(part("conversations"), "", "dev", ())
    found = read_conversations(files)
    by_language = [[c for c in found if c.language == lang] for lang in ("ru", "en")]
    return list(chain.from_iterable(zip(*by_language, strict=False)))[: WARM + count]


def router_call() -> Callable[[int], float]:
    """CPU seconds of one decision about a text that is new."""
    artefact = load()
    never_sure = replace(artefact, meta=artefact.meta.model_copy(update={"accept": 2.0}))
    router = LocalRouter(never_sure, load_embedder())
    return lambda n: cpu(lambda: router.decide(MESSAGE.format(n=n)))


async def play(
    bench: Workbench,
    conversations: list[Conversation],
    counting: CountingEmbedder,
    route: Callable[[int], float],
    profile: cProfile.Profile | None,
) -> list[PlayedTurn]:
    played: list[PlayedTurn] = []
    for at, conversation in enumerate(conversations):
        dialog_id = await created(bench, conversation.customer)
        for number, turn in enumerate(conversation.turns):
            counting.texts.clear()
            if profile and at >= WARM:
                profile.enable()
            began = time.process_time()
            await bench.dialogs.send(dialog_id, turn.say)
            spent = time.process_time() - began
            if profile:
                profile.disable()
            texts = counting.texts
            played.append(PlayedTurn(spent, route(len(played)), len(texts), len({*texts}), number > 0))
        if at + 1 == WARM:
            played.clear()
    return played


async def created(bench: Workbench, customer: str) -> str:
    outcome = await bench.dialogs.create(customer, None)
    return str(outcome.body["dialog_id"])


def report(turns: list[PlayedTurn]) -> None:
    table = Table(
        f"turns, n = {len(turns)}", "CPU ms, median", "p95", "x router call", "texts asked", "embedded"
    )
    for name, rows in (("all", turns), ("first", firsts(turns)), ("later", [t for t in turns if t.later])):
        spent = np.array([row.turn for row in rows]) * 1000
        router = float(np.median([row.router for row in rows])) * 1000
        middle = float(np.median(spent))
        asked, embedded = (float(np.mean([row[at] for row in rows])) for at in (2, 3))
        figures = (middle, float(np.percentile(spent, 95)), middle / router)
        table.add_row(name, *(f"{figure:.1f}" for figure in (*figures, asked, embedded)))
    router = float(np.median([row.router for row in turns])) * 1000
    Console(width=110).print(
        table, f"a router call: {router:.1f} ms; goal for a turn at the median: {GOAL_MS:.0f} ms"
    )


def firsts(turns: list[PlayedTurn]) -> list[PlayedTurn]:
    return [turn for turn in turns if not turn.later]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("conversations", type=int, nargs="?", default=CONVERSATIONS)
    parser.add_argument("--top", action="store_true", help=f"the {TOP} functions that take longest")
    given = parser.parse_args()
    asyncio.run(main(given.conversations, given.top))
