"""Runs are kept, found, resumed and deleted."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from app.evaluation import registry as registry_of_runs
from app.evaluation.passes import RunOptions
from app.evaluation.predictions import Prediction, Provenance
from app.evaluation.registry import JOURNAL, LOG, Registry, RunNotFound, new_run_id
from app.evaluation.runner import provenance_of
from tests.unit.evaluation.scripted import always, messages

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


def provenance(run_id: str, **changes: object) -> Provenance:
    told = provenance_of([messages("sales", "supervisor")], always("sales").target(), RunOptions())
    return told.model_copy(update={"run_id": run_id, "started": NOON, **changes})


def prediction(case: str, outcome: str = "ok") -> Prediction:
    return Prediction.model_validate(
        {
            "case": case, "set": "some", "turn": 0, "nth": 1, "lang": "ru", "industry": "general",
            "text": "строка\u2028и ещё", "expected": "sales", "acceptable": ["sales"], "outcome": outcome,
        }
    )  # fmt: skip


@pytest.fixture
def registry(tmp_path: Path) -> Registry:
    return Registry(tmp_path / "runs")


def test_a_run_is_read_as_it_was_written(registry: Registry) -> None:
    registry.start(provenance("r1"))
    registry.append("r1", prediction("a"), prediction("b"))
    registry.append("r1", prediction("c"))
    registry.finish("r1", NOON)
    run = registry.load("r1")
    assert run.provenance == provenance("r1", finished=NOON)
    assert run.predictions == [prediction("a"), prediction("b"), prediction("c")]


def test_a_half_written_line_is_left_out_and_cut_off_before_more_is_written(registry: Registry) -> None:
    folder = registry.start(provenance("r1"))
    registry.append("r1", prediction("a"))
    with (folder / JOURNAL).open("ab") as journal:
        journal.write(prediction("b").model_dump_json().encode()[:-9])
    assert registry.load("r1").predictions == [prediction("a")]
    registry.mend("r1")
    registry.append("r1", prediction("c"))
    assert registry.load("r1").predictions == [prediction("a"), prediction("c")]


def test_the_last_word_on_a_turn_counts(registry: Registry) -> None:
    registry.start(provenance("r1"))
    registry.append("r1", prediction("a", "timeout"), prediction("b"), prediction("a"))
    assert registry.load("r1").predictions == [prediction("a"), prediction("b")]


def test_runs_are_named_by_a_unique_beginning_or_latest(registry: Registry) -> None:
    for run_id in ("20261122-a", "20261122-b", "20261123-c"):
        registry.start(provenance(run_id))
    assert registry.resolve("20261123") == registry.resolve("latest") == "20261123-c"
    assert [p.run_id for p in registry.list()] == ["20261123-c", "20261122-b", "20261122-a"]
    for name in ("20261122", "2027", "", "../runs", "."):
        with pytest.raises(RunNotFound):
            registry.load(name)


def test_without_runs_there_is_no_latest(registry: Registry) -> None:
    assert registry.list() == []
    with pytest.raises(RunNotFound, match="eval list"):
        registry.load("latest")


def test_a_deleted_run_still_stands_in_the_log(registry: Registry) -> None:
    registry.start(provenance("r1"))
    assert registry.delete("r1") == "r1"
    assert registry.list() == []
    assert '"run": "r1"' in (registry.root / LOG).read_text(encoding="utf-8")


def test_a_damaged_provenance_hides_its_run_alone_and_is_told_once(
    registry: Registry, caplog: pytest.LogCaptureFixture
) -> None:
    registry_of_runs._tell_once.cache_clear()
    registry.start(provenance("r1"))
    registry.start(provenance("r2"))
    (registry.folder("r2") / "provenance.json").write_text("{", encoding="utf-8")
    assert [p.run_id for p in [*registry.list(), *registry.list()]] == ["r1", "r1"]
    assert ["r2" in told for told in caplog.messages] == [True]
    with pytest.raises(RunNotFound):
        registry.load("r2")


def test_only_an_interrupted_run_of_the_same_things_is_resumed(registry: Registry) -> None:
    registry.start(provenance("r1"))
    registry.start(provenance("r2", seed=5))
    registry.start(provenance("r3"))
    registry.finish("r3", NOON)
    found = registry.unfinished(provenance("r9", started=NOON.replace(hour=13)))
    assert found is not None
    assert found.provenance.run_id == "r1"
    assert registry.unfinished(provenance("r9", model="another")) is None


def test_ids_of_runs_in_one_second_sort_by_time() -> None:
    moments = [datetime(2026, 11, 22, 12, 0, 0, milli * 1000, tzinfo=UTC) for milli in (0, 7, 40, 512)]
    for _ in range(20):
        ids = [new_run_id(moment) for moment in moments]
        assert ids == sorted(ids)
