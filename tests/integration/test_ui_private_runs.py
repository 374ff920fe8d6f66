"""Runs over sets that are not the house's hold customers' words: who has no key reads nothing of them."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from app.bootstrap import build
from app.evaluation.cases import read_set
from app.evaluation.corrections import correct
from app.evaluation.passes import RunOptions
from app.evaluation.registry import Registry
from app.services.evaluation.runs import EvalDesk, RunOrder
from app.services.workbench import Workbench
from tests.support.server import settings
from tests.support.strangers import Strangers, strangers

gr = pytest.importorskip("gradio")
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")
KEY = "k" * 32
WORDS = "BRONNAYA-STREET-7"
SECRET = (WORDS, "private_set")
LABELS = ("tech_support", "sales", "supervisor")


@dataclass
class Runs:
    service: Strangers
    mine: str
    houses: str

    def handler(self, name: str) -> Any:
        """Of an event, or of the button of a file."""
        made = (fn for fn in self.service.handlers if getattr(fn.fn, "args", ()) == (name,))
        return next(made) if name in DOWNLOADS else self.service.handler(name)

    def told(self, name: str, data: list[Any], event: Any = None, session: str = "p") -> str:
        """All that a page is told by an event."""
        http, fn = self.service.http, self.handler(name)
        assert self.service.join(fn, data, session_hash=session, event_data=event).status_code == 200
        with http.stream("GET", f"/ui/en/gradio_api/queue/data?session_hash={session}") as stream:
            return stream.read().decode()


def write(path: Path, text: str) -> None:
    rows = [{"id": f"c{n}", "text": f"{text} {n}", "label": "supervisor"} for n in range(4)]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")


async def done(desk: EvalDesk, name: str) -> str:
    run_id = await desk.start(RunOrder([name], "local", RunOptions()))
    assert [news.state async for news in desk.follow(run_id)][-1] == "done"
    return run_id


async def prepared(bench: Workbench) -> tuple[str, str]:
    """Ids of a run over an uploaded set and of one over a set of the house, and a label that waits."""
    desk = bench.eval_desk
    uploaded = desk.root / "eval_uploads" / "private_set.jsonl"
    write(desk.service.folder / "some.jsonl", "what does it cost")
    write(uploaded, f"{WORDS}: I want my money back and a manager at once")
    correct(desk.root / "corrections.jsonl", read_set(uploaded), "c0", "sales", "why", "anna", LABELS)
    return await done(desk, "uploads/private_set"), await done(desk, "some")


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Runs]:
    root = tmp_path_factory.mktemp("house")
    bench = build(settings(root / "dialogs", ui=True, operator_key=KEY))
    service = replace(bench.evaluation, registry=Registry(root / "runs" / "eval_runs"), folder=root / "sets")
    bench = replace(bench, evaluation=service)
    mine, houses = asyncio.run(prepared(bench))
    with strangers(root, bench) as visitors:
        yield Runs(visitors, mine, houses)


def reading(run_id: str, other: str, key: str | None) -> list[tuple[str, list[Any], Any]]:
    """Every way to read a run or to hear of one."""
    prices = [10, 3, 1]
    asked = [key, run_id, "count", None, None, *prices]
    downloads = [(name, [key, run_id, *prices], None) for name in DOWNLOADS]
    return [
        ("welcome", [key], None), ("refresh", [key], None), ("chosen_sets", [key, None], None),
        ("name_start", [key, ["uploads/private_set"], None, 0, False], None),
        ("choices", [key], None), ("offered_runs", [key, run_id], None), ("pick", [key, run_id], None),
        ("follow", [None, key, run_id, "count", *prices], None), ("count", asked, None),
        ("pick_1", asked, {"pick": "supervisor\tsupervisor"}),
        ("read_1", [key, run_id], {"pick": "private_set\tc1\t0\t0"}),
        ("judge", [key, run_id, other], None), ("judge", [key, other, run_id], None), *downloads,
    ]  # fmt: skip


DOWNLOADS = ["report.html", "report.json", "predictions.csv", "predictions.jsonl", "junit.xml"]


@pytest.mark.parametrize("key", [None, "", "wrong"])
def test_without_the_key_nothing_of_a_run_over_uploaded_sets_is_told(runs: Runs, key: str | None) -> None:
    """The lists of a page, from which something is chosen, were filled with the key."""
    runs.told("refresh", [KEY])
    for name, data, event in reading(runs.mine, runs.houses, key):
        runs.told("refresh", [KEY])
        said = runs.told(name, data, event)
        for secret in (*SECRET, *([f"{runs.mine}-"] if name in DOWNLOADS else [])):
            assert secret not in said, (name, said[:300])
    runs.told("judge", [KEY, runs.mine, runs.houses])
    assert WORDS not in runs.told("read", [key, None], {"pick": "private_set\tc1\t0\t0"})


def test_with_the_key_it_is_read_as_any_other(runs: Runs) -> None:
    told = {
        name: runs.told(name, data, event, "q") for name, data, event in reading(runs.mine, runs.houses, KEY)
    }
    assert {name for name, said in told.items() if WORDS in said} >= {"refresh", "pick_1", "read_1"}
    assert "data-card" in told["follow"]
    assert all("private_set" in told[name] for name in ("welcome", "refresh", "choices", "offered_runs"))
    assert all(f"{runs.mine}-" in told[name] for name in DOWNLOADS)
    assert "(4" in told["name_start"]
    assert all('"success":true' in said for said in told.values())


def test_runs_over_sets_of_the_house_stay_open(runs: Runs) -> None:
    runs.told("refresh", [None])
    assert runs.houses in runs.told("offered_runs", [None, runs.houses])
    assert "what does it cost" in runs.told("follow", [None, None, runs.houses, "count", 10, 3, 1])
    assert f"{runs.houses}-predictions" in runs.told(DOWNLOADS[2], [None, runs.houses, 10, 3, 1])
