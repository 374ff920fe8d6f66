"""Predictions and runs, made in a line."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

from app.evaluation.predictions import Prediction, Provenance, Run

LABELS = ("tech_support", "sales", "supervisor")
STARTED = datetime(2026, 1, 1, tzinfo=UTC)


def prediction(case: str, expected: str = "sales", got: str | None = "sales", **more: Any) -> Prediction:
    """Without an answer it is an error; `acceptable` adds to what is expected."""
    acceptable = [expected, *more.pop("acceptable", [])]
    answered = "ok" if got in acceptable else "wrong"
    told = {"set": "s", "turn": 0, "nth": 1, "lang": "ru", "industry": "bank", "text": case}
    outcome = {"outcome": answered if got else "error"}
    return Prediction.model_validate(
        {**told, **outcome, "case": case, "expected": expected, "acceptable": acceptable, "got": got, **more}
    )


def rights(hits: Iterable[bool], **more: Any) -> list[Prediction]:
    """One case a hit, all expected in sales."""
    return [
        prediction(f"c{at:05}", got="sales" if hit else "tech_support", **more) for at, hit in enumerate(hits)
    ]


def run(predictions: Sequence[Prediction], run_id: str = "run") -> Run:
    provenance = Provenance(
        run_id=run_id, started=STARTED, router="local", sets=[], version="0", labels=list(LABELS)
    )
    return Run(provenance=provenance, predictions=list(predictions))
