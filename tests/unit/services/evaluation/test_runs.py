"""Runs belong to the desk: they go on, are followed, cancelled, resumed and read."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from app.core.exceptions import CallCenterError
from app.evaluation.exports import FILES
from app.evaluation.report import build_report
from app.services.evaluation.reading import Prices, cell, dialog, find, name_of, priced
from app.services.evaluation.runs import AT_ONCE, KEPT, NotResumable, TooManyRuns
from app.services.evaluation.service import RouterUnknown, SetUnknown
from app.services.evaluation.sets import SetChanged
from tests.support.company import LAST_RESORT
from tests.unit.services.evaluation.desks import Gated, desk, finished, order, write

pytestmark = pytest.mark.anyio


async def test_a_run_ends_with_its_report_and_files(tmp_path: Path) -> None:
    at = desk(tmp_path)
    run_id = await at.start(order())
    assert await finished(at, run_id) == "done"
    opened = await at.open(run_id)
    assert opened.report.headline.missed_escalations.value == 1
    folder = at.service.registry.folder(run_id)
    assert all((folder / name).stat().st_size for name in FILES)


async def test_each_file_is_made_for_whoever_asks_at_their_prices(tmp_path: Path) -> None:
    router = Gated()
    at = desk(tmp_path, router.route)
    run_id = await at.start(order())
    await router.first.wait()
    await at.cancel(run_id)
    told = {name: await at.file(run_id, name, Prices(needless=17.25)) for name in FILES}
    assert all(told.values())
    assert [name for name in FILES if "17.25" in told[name]] == ["report.html", "report.json"]
    assert not (at.service.registry.folder(run_id) / "report.html").exists()


async def test_runs_that_have_ended_are_forgotten_but_for_the_last(tmp_path: Path) -> None:
    at = desk(tmp_path)
    for seed in range(KEPT + 3):
        await at.cancel(await at.start(order(seed=seed)))
    assert sum(at.progress(p.run_id) is not None for p in at.service.registry.list()) <= KEPT + 1


async def test_two_visitors_follow_one_run_to_its_end(tmp_path: Path) -> None:
    router = Gated()
    at = desk(tmp_path, router.route)
    run_id = await at.start(order())
    both = asyncio.gather(finished(at, run_id), finished(at, run_id))
    await router.first.wait()
    router.gate.set()
    first, second = await both
    assert first == second == "done"


async def test_rate_and_time_left_come_from_the_clock(tmp_path: Path) -> None:
    ticks = iter(range(100))
    at = desk(tmp_path, clock=lambda: float(next(ticks)))
    run_id = await at.start(order())
    news = [now async for now in at.follow(run_id)]
    assert news[-1].done == news[-1].total == 3
    assert news[-1].rate == 1.0
    assert news[-1].left == 0.0


async def test_a_cancelled_run_goes_on_where_it_stopped(tmp_path: Path) -> None:
    router = Gated()
    at = desk(tmp_path, router.route)
    run_id = await at.start(order())
    await router.first.wait()
    await at.cancel(run_id)
    assert await finished(at, run_id) == "interrupted"
    router.gate.set()
    assert await at.resume(run_id) == run_id
    assert await finished(at, run_id) == "done"
    assert router.asked == 4  # the one that was cut is asked again, the first is not
    assert len((await at.open(run_id)).run.predictions) == 3


async def test_another_process_resumes_what_was_killed(tmp_path: Path) -> None:
    router = Gated()
    before = desk(tmp_path, router.route)
    run_id = await before.start(order())
    await router.first.wait()
    await before.stop()
    after = desk(tmp_path)
    assert after.progress(run_id) is None
    assert await finished(after, await after.resume(run_id)) == "done"


async def test_a_changed_set_is_not_resumed(tmp_path: Path) -> None:
    router = Gated()
    at = desk(tmp_path, router.route)
    run_id = await at.start(order())
    await router.first.wait()
    await at.cancel(run_id)
    write(tmp_path / "sets" / "some.jsonl", "sales")
    with pytest.raises(SetChanged):
        await at.resume(run_id)


async def test_a_finished_run_is_not_resumed(tmp_path: Path) -> None:
    at = desk(tmp_path)
    run_id = await at.start(order())
    await finished(at, run_id)
    with pytest.raises(NotResumable):
        await at.resume(run_id)


async def test_only_so_many_run_at_once(tmp_path: Path) -> None:
    router = Gated()
    at = desk(tmp_path, router.route)
    for seed in range(AT_ONCE):
        await at.start(order(seed=seed))
        router.asked = 1  # so that each waits at the gate
    with pytest.raises(TooManyRuns):
        await at.start(order())
    await at.stop()


async def test_a_run_that_broke_says_why_and_can_go_on(tmp_path: Path) -> None:
    router = Gated()
    at = desk(tmp_path, router.route)
    run_id = await at.start(order())
    await router.first.wait()
    journal = tmp_path / "storage" / "eval_runs" / run_id / "journal.jsonl"
    journal.rename(journal.with_suffix(".away"))
    journal.mkdir()
    router.gate.set()
    news = [now async for now in at.follow(run_id)]
    assert news[-1].state == "failed"
    assert "journal.jsonl" in news[-1].problem
    journal.rmdir()
    journal.with_suffix(".away").rename(journal)
    assert await finished(at, await at.resume(run_id)) == "done"


@pytest.mark.parametrize(
    ("sets", "router", "error"),
    [
        (("../secret",), "local", SetUnknown),
        (("/etc/passwd",), "local", SetUnknown),
        (("uploads/none",), "local", SetUnknown),
        (("some",), "url:http://localhost:1", RouterUnknown),
        (("some",), "llm", RouterUnknown),
    ],
)
async def test_only_what_is_on_offer_can_be_run(
    tmp_path: Path, sets: tuple[str, ...], router: str, error: type[CallCenterError]
) -> None:
    with pytest.raises(error):
        await desk(tmp_path).start(order(*sets, router=router))


async def test_a_cell_lists_its_cases_and_a_case_its_dialog(tmp_path: Path) -> None:
    at = desk(tmp_path)
    run_id = await at.start(order())
    await finished(at, run_id)
    run = (await at.open(run_id)).run
    (missed,) = cell(run, "supervisor", "sales")
    assert len(cell(run, "sales", "sales")) == 2
    assert find(run, name_of(missed)) == missed
    (line,) = dialog(missed, at.shelf.original("some"))
    assert (line.content, line.expected, line.here) == ("message 2", "supervisor", True)
    assert dialog(missed, None)[-1].here


async def test_prices_change_the_matrix_and_the_cost_of_mistakes(tmp_path: Path) -> None:
    at = desk(tmp_path)
    run_id = await at.start(order())
    await finished(at, run_id)
    prices = Prices(missed=4, needless=2, astray=0)
    report = priced((await at.open(run_id)).report, prices)
    assert report == build_report(
        (await at.open(run_id)).run, prices.matrix(report.provenance.labels, LAST_RESORT)
    )
    assert report.confusion_cost["supervisor"]["sales"] == 4
    assert report.headline.mistake_cost == 4
    assert report.confusion == (await at.open(run_id)).report.confusion
