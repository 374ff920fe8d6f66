"""Risk over coverage of answering: `python -m benchmarks.answering FOLDER`; on development material alone.

FOLDER is the `--out` of `call-center eval conversations`. Acts: a turn's confidence is the probability of the
likeliest act of its line, the least one where it holds two wishes, and a bad turn is wrong; the machine's
grades make the risk a lower bound. Articles: the score of the nearest one, for questions that have an article
(any other is wrong) and for lines of conversations that must not be answered with one.
"""

from __future__ import annotations

import sys
from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table

from app.adapters.embeddings import load_embedder
from app.bootstrap.context import understanding_of
from app.core.company import in_use
from app.engines.knowledge.files import load_articles
from app.engines.knowledge.search import HybridSearch
from app.engines.knowledge.vectors import vectors_of
from app.evaluation.calibration import Scored, risk_coverage
from app.evaluation.cases import part
from app.evaluation.conversations.model import files_of, read_conversations
from app.evaluation.conversations.play import JudgedTurn
from app.evaluation.conversations.transcripts import read_run
from app.evaluation.retrieval import read_questions

ACTS = (0.05, 0.12, 0.2, 0.3, 0.4, 0.5, 0.6, 0.8, 0.9)
ARTICLES = (0.45, 0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8)


def main(folder: Path) -> None:
    turns = read_run(folder)
    sure = read_confidence()
    draw("act of the line", [(sure(t), t.verdict.grade != "bad") for t in turns], ACTS)
    first, later = (list(found_articles(is_first)) for is_first in (True, False))
    draw("article, first lines", first, ARTICLES)
    draw("article, later lines", later, ARTICLES)


def read_confidence() -> Callable[[JudgedTurn], float]:
    reader = understanding_of(load_embedder())
    return lambda turn: min(reading.p(reading.best) for _, reading in reader.read_parts(turn.say))


def found_articles(is_first: bool) -> Iterator[tuple[float, bool]]:
    """Scores of the nearest articles; questions stand beside the lines of either place."""
    articles, embedder = load_articles(in_use().articles), load_embedder()
    vectors = vectors_of(articles, embedder, in_use().vectors) if embedder else None
    search = HybridSearch(articles, embedder, vectors)
    for asked in read_questions(part("dev_knowledge.jsonl")):
        [best] = search.search(asked.text, asked.language, top=1)
        yield best.score, best.article.id in asked.articles
    for conversation in read_conversations(files_of(part("conversations"), "", "dev", ())):
        for turn in conversation.turns[:1] if is_first else conversation.turns[1:]:
            if turn.must_not.article:
                yield search.search(turn.say, conversation.language, top=1)[0].score, False


def draw(name: str, found: Scored, at: Sequence[float]) -> None:
    scored = sorted(found, reverse=True)
    curve = risk_coverage(scored)[::-1]
    table = Table(f"{name}, n = {len(scored)}", "coverage", "risk", "turns kept", "wrong below")
    wrong = sum(not right for _, right in scored)
    for threshold in at:
        place = bisect_left([point.threshold for point in curve], threshold)
        if place == len(curve):
            break
        kept = round(curve[place].coverage * len(scored))
        below = wrong - round(curve[place].risk * kept)
        figures = (f"{curve[place].coverage:.3f}", f"{curve[place].risk:.3f}")
        table.add_row(f"{threshold:.2f}", *figures, str(kept), f"{below} of {len(scored) - kept}")
    Console(width=100).print(table)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
