"""CPU of one routing decision: `python -m benchmarks.routing`. Limits are those that the product promises.

The message has 12 words. The embedding stage is asked with its cache empty.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial

from rich.console import Console
from rich.table import Table

from app.adapters.embeddings import load_embedder
from app.core.models import RouteQuery, Said
from app.engines.routing.artefact import load
from app.engines.routing.local import LocalRouter

MESSAGE = "добрый день вчера оплатил подписку а доступ к файлам так и не открылся {n}"
LEXICAL_MS, EMBEDDING_MS, BATCH_SECONDS = 3.0, 60.0, 30.0
BATCH = 10_000


def main() -> int:
    artefact = load()
    never_sure = replace(artefact, meta=artefact.meta.model_copy(update={"accept": 2.0}))
    words, both = LocalRouter(artefact, None), LocalRouter(never_sure, load_embedder())
    texts = [MESSAGE.format(n=n) for n in range(BATCH)]
    rows = [
        ("lexical stage, median ms", median_ms(lambda n: words.decide(texts[n]), 300), LEXICAL_MS),
        ("with embeddings, median ms", median_ms(lambda n: both.decide(texts[n]), 60), EMBEDDING_MS),
        ("in a dialog, median ms", median_ms(lambda n: both.answer(in_dialog(texts[-n])), 60), EMBEDDING_MS),
        (f"{BATCH:,} messages, lexical, seconds", cpu(lambda: words.decide_all(texts)), BATCH_SECONDS),
    ]
    table = Table("CPU of one process", "measured", "limit")
    for name, measured, limit in rows:
        table.add_row(name, f"{measured:.2f}", f"{limit:.0f}")
    Console().print(table)
    return int(any(measured > limit for _, measured, limit in rows))


def in_dialog(text: str) -> RouteQuery:
    """The tenth message; nothing of it was embedded before."""
    asked = Said(role="agent", content="Какая у вас версия приложения и когда это началось?", agent="sales")
    before = [line for n in range(9) for line in (Said(role="customer", content=f"{text} {n}"), asked)]
    return RouteQuery(turns=[*before, Said(role="customer", content=text)], serving="sales")


def median_ms(work: Callable[[int], object], times: int) -> float:
    work(0)
    return statistics.median(cpu(partial(work, n)) for n in range(1, times)) * 1000


def cpu(work: Callable[[], object]) -> float:
    began = time.process_time()
    work()
    return time.process_time() - began


if __name__ == "__main__":
    sys.exit(main())
