"""The evaluation room without a browser: its words, its key, what it says when something is missing."""

from __future__ import annotations

import re
from dataclasses import replace
from html import unescape
from pathlib import Path
from typing import Any

import gradio as gr
import pytest

from app.bootstrap import build
from app.core.access import CredentialWrong
from app.core.exceptions import StorageFull
from app.evaluation.cases import SetInvalid
from app.evaluation.compare import compare, describe_verdict
from app.evaluation.corrections import CorrectionRefused
from app.evaluation.registry import Registry, RunNotFound
from app.evaluation.runner import NothingToRun
from app.evaluation.tables import ImportFailed
from app.services.evaluation.reading import dialog
from app.services.evaluation.runs import EvalDesk, NotResumable, TooManyRuns
from app.services.evaluation.service import RouterUnknown, SetUnknown
from app.services.evaluation.sets import NameUnusable, OneName, SetChanged
from app.services.evaluation.uploads import NothingTaken
from app.services.workbench import Workbench
from app.ui.evaluation.comparison import render_comparison
from app.ui.evaluation.headline import render_headline
from app.ui.evaluation.panel import EvaluationPanel
from app.ui.evaluation.room import EvaluationRoom
from app.ui.evaluation.rows import evaluation_texts, render_cases, render_matrix, render_reader
from app.ui.evaluation.runs import RunPanel
from app.ui.evaluation.sections import render_sections
from app.ui.words import words
from tests.support.server import settings
from tests.unit.evaluation.builders import prediction, rights, run
from tests.unit.evaluation.pages import HOSTILE, mixed, report_of

pytestmark = pytest.mark.anyio
KINDS = words("ru", "evaluation")["kinds"]


def bench_of(root: Path, **given: Any) -> Workbench:
    bench = build(settings(root / "dialogs", insecure=True, **given))
    return replace(bench, evaluation=replace(bench.evaluation, registry=Registry(root / "eval_runs")))


def ordering(bench: Workbench) -> RunPanel:
    with gr.Blocks():
        return RunPanel(bench, "en", gr.Textbox())


async def begin(part: RunPanel, key: str) -> str:
    return await part.begin(key, ["routing_en"], "local", 1, 0, 1, False)


async def test_a_run_needs_the_operator_key_where_there_is_one(tmp_path: Path) -> None:
    bench = bench_of(tmp_path, operator_key="s" * 32)
    part = ordering(bench)
    for wrong, why in (("", "Enter a key"), ("t" * 32, "The key is wrong")):
        with pytest.raises(gr.Error, match=why):
            await begin(part, wrong)
    with pytest.raises(gr.Error, match="Enter a key"):
        await part.halt("", "any")
    assert await begin(part, "s" * 32)
    await bench.stop()


async def test_a_server_that_stops_leaves_its_runs_to_be_resumed(tmp_path: Path) -> None:
    bench = bench_of(tmp_path)
    run_id = await ordering(bench).begin("", ["routing_en"], "local", 0, 0, 1, False)
    await bench.stop()
    assert bench.evaluation.registry.load(run_id).provenance.finished is None


async def test_the_start_promises_what_it_runs(tmp_path: Path) -> None:
    part = ordering(bench_of(tmp_path))
    label = (await part.name_start("", ["routing_en"], "local", 2, True))["value"]
    promised = sum(map(int, re.findall(r"\((\d+) and (\d+) variants", label)[0]))
    run_id = await part.begin("", ["routing_en"], "local", 2, 0, 1, True)
    assert [now.total async for now in part.desk.follow(run_id)][-1] == promised
    await part.desk.stop()


async def test_without_the_libraries_the_room_names_the_extra(tmp_path: Path) -> None:
    bench = bench_of(tmp_path)
    bench.__dict__["eval_desk"] = EvalDesk(bench.evaluation, libraries=("no_such_library",))
    with gr.Blocks() as blocks:
        EvaluationRoom(bench, "ru").build()
    (said,) = [block.value for block in blocks.blocks.values() if isinstance(block, gr.HTML)]
    assert "no_such_library" in said
    assert "call-center-agents[eval]" in said


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (rights([True, False] * 40), rights([True] * 80)),
        (rights([True] * 80), rights([False] * 80)),
        (rights([True, False, True]), rights([False, True, True])),
        (rights([True] * 3), rights([True] * 3)),
        (rights([True] * 3), [*rights([True] * 2), prediction("c00002", got=None)]),
        (rights([True] * 2, cost=0.1), rights([True] * 2, cost=0.3)),
        (rights([True]), [prediction("other")]),
    ],
)
async def test_the_verdict_says_what_the_report_says(before: Any, after: Any) -> None:
    found = compare(run(before, "a"), run(after, "b"))
    for language, sentence in (("en", found.sentence), ("ru", describe_verdict(found, "ru"))):
        assert sentence in unescape(render_comparison(found, evaluation_texts(language)))
    assert not re.search(r"\d\.\d", describe_verdict(found, "ru"))


PROBLEMS = [
    RunNotFound("x"), SetUnknown("x", []), SetChanged("x"), SetInvalid("x.jsonl", 7, "no"), OneName("x"),
    RouterUnknown("x", "no"), TooManyRuns(), NotResumable("x"), NothingToRun(), NothingTaken(),
    ImportFailed("x.csv", "no"), CorrectionRefused("x", "no"), CredentialWrong(), StorageFull(),
    *(ImportFailed("x.csv", "no", kind) for kind in KINDS["import_failed"]),
    *(CorrectionRefused("x", "no", kind) for kind in KINDS["correction_refused"]),
    *(NameUnusable("x", "no", kind) for kind in KINDS["name_unusable"]),
]  # fmt: skip


async def test_every_problem_has_a_sentence_in_russian(tmp_path: Path) -> None:
    with gr.Blocks():
        part = EvaluationPanel(bench_of(tmp_path), "ru", gr.Textbox())
    told = {str(error): part.describe_problem(error) for error in PROBLEMS}
    assert [said for said in told.values() if not re.search("[а-яё]{3}", said)] == []


async def test_what_came_from_outside_is_escaped() -> None:
    found = compare(
        run([prediction("c", text=HOSTILE)], "a"), run([prediction("c", got="supervisor", text=HOSTILE)], "b")
    )
    hostile = prediction(
        HOSTILE, "supervisor", "sales", set=HOSTILE, tags=[HOSTILE], industry=HOSTILE, reason=HOSTILE,
        text=HOSTILE, before=HOSTILE,
    )  # fmt: skip
    told, ru = report_of([*mixed(), hostile]), evaluation_texts("ru")
    pages = [
        render_comparison(found, ru),
        render_cases(HOSTILE, told.misroutes, HOSTILE, ru),
        render_reader(hostile, dialog(hostile, None), ru),
        render_reader(hostile, dialog(hostile, None), ru, before=hostile),
        render_sections(told, ru),
        render_matrix(told, "cost", ru, HOSTILE),
        render_headline(told, ru),
    ]
    assert all(tag not in page for page in pages for tag in ("<script", "<img"))
    assert all("&lt;script&gt;" in page for page in pages[:5])
