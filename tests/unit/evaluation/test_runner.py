"""Every labelled turn is asked as it should be, and every outcome is told apart."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from pathlib import Path

import anyio.lowlevel
import pytest

from app.core.exceptions import RoutingFailed
from app.core.models import Decision, RouteQuery
from app.evaluation.cases import Case, CaseSet
from app.evaluation.costs import CostMatrix
from app.evaluation.metrics import headline
from app.evaluation.passes import RunOptions
from app.evaluation.predictions import Prediction
from app.evaluation.registry import Registry
from app.evaluation.runner import NothingToRun, run
from tests.support.company import LAST_RESORT
from tests.unit.evaluation.scripted import LABELS, Scripted, always, measured, message, messages

pytestmark = pytest.mark.anyio


class Halt(BaseException):
    """The process ends here."""


def dialog(agent: str | None = None) -> CaseSet:
    turns = [
        {"role": "customer", "content": "it is broken", "expected": "tech_support"},
        {"role": "agent", "content": "restart it", "agent": agent},
        {"role": "customer", "content": "still broken", "expected": "tech_support"},
    ]
    return CaseSet(name="talks", cases=[Case.model_validate({"id": "t1", "turns": turns})])


def recall(predictions: list[Prediction]) -> dict[str, float]:
    """By expected label, over the covered."""
    hits: defaultdict[str, list[bool]] = defaultdict(list)
    for p in predictions:
        if p.covered:
            hits[p.expected].append(p.right)
    return {label: sum(found) / len(found) for label, found in hits.items()}


async def test_in_a_closed_loop_the_routers_own_answer_serves_next(tmp_path: Path) -> None:
    router = always("sales")
    done = await measured(router, dialog(), tmp_path)
    assert [query.serving for query in router.asked] == [None, "sales"]
    assert [(p.nth, p.serving, p.outcome) for p in done.predictions] == [
        (1, None, "wrong"),
        (2, "sales", "wrong"),
    ]
    assert done.predictions[1].before == "customer: it is broken\nagent: restart it"


async def test_teacher_forced_the_label_serves_next(tmp_path: Path) -> None:
    router = always("sales")
    await measured(router, dialog("supervisor"), tmp_path, teacher_forced=True)
    assert [query.serving for query in router.asked] == [None, "tech_support"]


async def test_a_named_agent_of_the_transcript_serves_next(tmp_path: Path) -> None:
    router = always("sales")
    await measured(router, dialog("supervisor"), tmp_path)
    assert [query.serving for query in router.asked] == [None, "supervisor"]


async def test_an_unlabelled_turn_is_asked_only_where_it_tells_who_serves(tmp_path: Path) -> None:
    unnamed, named = dialog(), dialog("tech_support")
    for cases in (unnamed, named):
        cases.cases[0].turns[0].expected = None
    asking, spared = always("sales"), always("sales")
    done = await measured(asking, unnamed, tmp_path)
    await measured(spared, named, tmp_path)
    assert (len(asking.asked), asking.asked[1].serving) == (2, "sales")
    assert (len(spared.asked), spared.asked[0].serving) == (1, "tech_support")
    assert [(p.nth, p.cost, p.tokens) for p in done.predictions] == [(2, 0.5, 10)]


async def test_a_failed_turn_changes_nobody_who_serves(tmp_path: Path) -> None:
    router = Scripted(
        lambda q: "tech_support" if q.serving or len(q.turns) > 1 else RoutingFailed("timeout", "late")
    )
    done = await measured(router, dialog(), tmp_path)
    assert [(p.serving, p.outcome, p.got) for p in done.predictions] == [
        (None, "timeout", None),
        (None, "ok", "tech_support"),
    ]


async def test_every_kind_of_failure_has_its_outcome(tmp_path: Path) -> None:
    answers: list[str | Exception] = [
        "sales",
        "supervisor",
        "reception",
        RoutingFailed("unparsed", "prose"),
        RoutingFailed("timeout", "late"),
        RoutingFailed("error", "down"),
        ZeroDivisionError("a bug"),
    ]
    router = Scripted(lambda q: answers[int(q.text.split()[1])])
    done = await measured(router, messages(*["sales"] * len(answers)), tmp_path)
    assert [p.outcome for p in done.predictions] == [
        "ok", "wrong", "unparsed", "unparsed", "timeout", "error", "error",
    ]  # fmt: skip
    assert [p.got for p in done.predictions[2:]] == [None] * 5
    assert done.predictions[6].reason == "ZeroDivisionError"


@pytest.mark.parametrize("outcome", ["timeout", "error"])
async def test_an_outage_lowers_coverage_and_leaves_every_recall_on_covered_cases(
    tmp_path: Path, outcome: str
) -> None:
    labels = ["tech_support", "sales", "supervisor"] * 20
    cases = messages(*labels)

    def healthy(query: RouteQuery) -> str:
        number = int(query.text.split()[1])
        return "sales" if number % 10 == 0 else labels[number]

    def failing(query: RouteQuery) -> str | Exception:
        return RoutingFailed(outcome, "down") if int(query.text.split()[1]) >= 30 else healthy(query)

    whole = await measured(Scripted(healthy), cases, tmp_path)
    broken = await measured(Scripted(failing), cases, tmp_path)
    covered = [p for p in broken.predictions if p.covered]
    assert (len(broken.predictions), len(covered)) == (60, 30)
    assert {p.outcome for p in broken.predictions if not p.covered} == {outcome}
    assert recall(broken.predictions) == recall(whole.predictions[:30])
    assert not any(p.missed(LAST_RESORT) for p in broken.predictions if not p.covered)


async def test_an_accepted_alternative_is_right(tmp_path: Path) -> None:
    cases = messages("sales")
    cases.cases[0].turns[0].acceptable.append("supervisor")
    assert (await measured(always("supervisor"), cases, tmp_path)).predictions[0].outcome == "ok"


async def test_repeats_ask_everything_again(tmp_path: Path) -> None:
    router = always("sales")
    done = await measured(router, messages("sales", "sales"), tmp_path, repeat=3)
    assert len(router.asked) == 6
    assert sorted((p.case, p.repeat) for p in done.predictions) == [
        (case, repeat) for case in ("c000", "c001") for repeat in range(3)
    ]


async def test_a_limit_draws_by_seed_and_a_larger_one_holds_the_smaller(tmp_path: Path) -> None:
    cases = messages(*["sales"] * 50)

    async def drawn(limit: int, seed: int) -> list[str]:
        done = await measured(always("sales"), cases, tmp_path, limit=limit, seed=seed)
        return [p.case for p in done.predictions]

    few, more, other = await drawn(5, 1), await drawn(20, 1), await drawn(5, 2)
    assert (len(few), len(more)) == (5, 20)
    assert set(few) < set(more)
    assert few != other
    assert few == sorted(few) == await drawn(5, 1)


async def test_slices_keep_the_cases_that_fit_all_of_them(tmp_path: Path) -> None:
    cases = CaseSet(
        name="some",
        cases=[
            message(1, "sales", lang="en", tags=["typo", "short"]),
            message(2, "sales", lang="en"),
            message(3, "sales", lang="ru", tags=["typo"]),
        ],
    )
    done = await measured(always("sales"), cases, tmp_path, slices={"lang": "en", "tag": "typo"})
    assert [p.case for p in done.predictions] == ["c001"]
    with pytest.raises(NothingToRun):
        await measured(always("sales"), cases, tmp_path, slices={"lang": "de"})


async def test_perturbed_turns_are_paired_with_the_plain_one_and_unchanged_ones_left_out(
    tmp_path: Path,
) -> None:
    cases = CaseSet(name="some", cases=[message(1, "sales", "hello there")])
    done = await measured(always("sales"), cases, tmp_path, perturb=True)
    kinds = [p.perturbation for p in done.predictions]
    assert kinds[0] is None
    assert {"case_upper", "typos", "prefix", "layout"} <= set(kinds)
    assert not {"yo", "translit", "case_lower", "no_punctuation"} & set(kinds)
    assert len({p.text for p in done.predictions}) == len(kinds)


async def test_a_run_goes_on_where_it_was_interrupted(tmp_path: Path) -> None:
    registry, cases = Registry(tmp_path), messages(*["sales"] * 6)

    async def dying(query: RouteQuery) -> Decision:
        if query.text == "message 4":
            raise Halt
        return await always("sales").route(query)

    target = replace(always("sales").target(), route=dying)
    with pytest.raises(Halt):
        await run([cases], target, RunOptions(concurrency=1), registry)
    begun = registry.load("latest")
    assert (begun.provenance.finished, len(begun.predictions)) == (None, 4)

    second = always("sales")
    told: list[tuple[int, int]] = []
    done = await run(
        [cases],
        second.target(),
        RunOptions(),
        registry,
        lambda done, total: told.append((done, total)),
        begun,
    )
    assert [q.text for q in second.asked] == ["message 4", "message 5"]
    assert [p.case for p in done.predictions] == [f"c00{n}" for n in range(6)]
    assert (told[0], told[-1]) == ((4, 6), (6, 6))
    assert registry.load("latest") == done


async def test_paid_answers_are_asked_once_and_keep_cost_and_time(tmp_path: Path) -> None:
    registry, cases, router = Registry(tmp_path), messages("sales", "sales"), always("sales")
    first = await run([cases], router.target(paid=True), RunOptions(), registry)
    second = await run([cases], router.target(paid=True), RunOptions(), registry)
    assert len(router.asked) == 2
    assert [(p.cost, p.seconds) for p in second.predictions] == [
        (p.cost, p.seconds) for p in first.predictions
    ]
    await run([cases], router.target(paid=True), RunOptions(cached=False), registry)
    assert len(router.asked) == 4
    await run([cases], router.target(paid=True), RunOptions(repeat=2), registry)
    assert len(router.asked) == 6


async def test_a_paid_failure_is_asked_again(tmp_path: Path) -> None:
    registry, cases = Registry(tmp_path), messages("sales")
    down, up = Scripted(lambda _: RoutingFailed("error", "down")), always("sales")
    await run([cases], down.target(paid=True), RunOptions(), registry)
    done = await run([cases], up.target(paid=True), RunOptions(), registry)
    assert done.predictions[0].outcome == "ok"


async def test_no_more_cases_at_once_than_allowed(tmp_path: Path) -> None:
    running = most = 0
    inner = always("sales")

    async def route(query: RouteQuery) -> Decision:
        nonlocal running, most
        running += 1
        most = max(most, running)
        await anyio.lowlevel.checkpoint()
        running -= 1
        return await inner.route(query)

    target = replace(inner.target(), route=route)
    await run([messages(*["sales"] * 20)], target, RunOptions(concurrency=3), Registry(tmp_path))
    assert most == 3


async def test_a_message_that_stands_twice_makes_no_figure_surer(tmp_path: Path) -> None:
    once = messages(*["sales"] * 20)
    copies = [case.model_copy(update={"id": f"{case.id}-{n}"}) for case in once.cases for n in range(5)]
    more = CaseSet(name="copies", cases=copies)
    router = Scripted(lambda query: "sales" if int(query.text.split()[-1]) % 4 else "supervisor")
    alone = await run([once], router.target(), RunOptions(), Registry(tmp_path / "a"))
    both = await run([once, more], router.target(), RunOptions(), Registry(tmp_path / "b"))
    few, many = (headline(done.predictions, LABELS, CostMatrix()) for done in (alone, both))
    assert (few.cases, few.turns, many.cases, many.turns) == (20, 20, 20, 20)
    assert few.accuracy.value == many.accuracy.value
    assert many.accuracy.high - many.accuracy.low > 0.9 * (few.accuracy.high - few.accuracy.low)
