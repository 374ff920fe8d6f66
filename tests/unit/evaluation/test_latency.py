"""Latency is what was measured in a run: nothing that was remembered from before shortens it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from app.adapters.embeddings.encoder import SentenceEncoder
from app.adapters.openai.client import openai_model
from app.bootstrap import build
from app.core.ports import Vectors
from app.evaluation.cases import Case, CaseSet
from app.evaluation.compare import compare
from app.evaluation.costs import CostMatrix
from app.evaluation.gates import Gates, broken_gates
from app.evaluation.metrics import Headline, headline
from app.evaluation.predictions import Run
from app.evaluation.registry import Registry
from app.evaluation.runner import RunOptions, Target, run
from tests.support.server import settings
from tests.unit.evaluation.scripted import LABELS, always, messages

pytestmark = pytest.mark.anyio
TEXTS = ("и что там у вас", "ну это самое, сами понимаете", "и что там у вас", "а можно как-нибудь иначе")


class Counting:
    """An engine whose every vector is work."""

    dim = 384

    def __init__(self) -> None:
        self.work = 0

    def count(self, text: str) -> int:
        return len(text.split())

    def encode(self, texts: Sequence[str]) -> Vectors:
        self.work += len(texts)
        return np.eye(len(texts), self.dim, dtype=np.float32)


def cases() -> CaseSet:
    """The third says what the first does."""
    turns = [{"role": "customer", "content": text, "expected": "sales"} for text in TEXTS]
    made = [Case.model_validate({"id": str(n), "turns": [turn]}) for n, turn in enumerate(turns)]
    return CaseSet(name="some", cases=made)


@pytest.mark.parametrize("router", ["local", "cascade", "baseline:centroid"])
async def test_every_answer_of_every_run_and_repeat_is_worked_out_anew(tmp_path: Path, router: str) -> None:
    engine = Counting()
    given = settings(tmp_path, openai_base_url="http://127.0.0.1:9/v1", router_threshold=0.0)
    bench = build(given, model=openai_model(given), embedder=SentenceEncoder(engine))
    async with bench.evaluation.target(router) as target:
        work = []
        for number, options in enumerate(
            [RunOptions(cached=False)] * 3 + [RunOptions(repeat=2, cached=False)]
        ):
            before = engine.work
            await run([cases()], target, options, Registry(tmp_path / str(number)))
            work.append(engine.work - before)
    fitting_too, once, again, twice = work
    assert fitting_too >= once > 0
    assert (again, twice) == (once, 2 * once)


async def test_answers_of_the_cache_are_not_timed_and_pass_no_gate_of_latency(tmp_path: Path) -> None:
    registry, asked, router = Registry(tmp_path), messages("sales", "sales"), always("sales")
    first = await run([asked], router.target(paid=True), RunOptions(), registry)
    second = await run([asked], router.target(paid=True), RunOptions(), registry)
    mixed = await run([asked], router.target(paid=True), RunOptions(repeat=2), registry)
    assert [figures(each).timed for each in (first, second, mixed)] == [2, 0, 2]
    assert (figures(second).p50, figures(second).p95) == (None, None)
    assert figures(second).cost == figures(first).cost
    (sentence,) = broken_gates(figures(second), None, Gates(max_p95=60))
    assert "cannot be checked" in sentence
    assert broken_gates(figures(first), None, Gates(max_p95=60)) == []
    assert compare(first, second).p95_difference is None
    assert compare(first, mixed).p95_difference is not None


async def test_a_router_that_remembers_is_not_timed(tmp_path: Path) -> None:
    target = Target("scripted", always("sales").route, LABELS, timed=False)
    done = await run([messages("sales")], target, RunOptions(), Registry(tmp_path))
    assert [p.timed for p in done.predictions] == [False]
    assert figures(done).p95 is None


def figures(done: Run) -> Headline:
    return headline(done.predictions, LABELS, CostMatrix())
