"""`call-center eval`, as a team would run it in its pull requests; in a process where that is the point."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.support.command import CLI, clean_environment, imported_by
from tests.support.eval_cli import (
    evaluate,
    folder_with_a_set,
    label_of,
    latest,
    process,
    text_of,
    write,
)
from tests.support.mock_llm import running_mock
from tests.support.other_service import OtherService, other_service

HEAVY = {
    "numpy",
    "scipy",
    "pandas",
    "pydantic_settings",
    "sklearn",
    "matplotlib",
    "rich.progress",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return folder_with_a_set(tmp_path)


@pytest.fixture
def service() -> Iterator[OtherService]:
    with other_service(label_of) as service:
        yield service


def test_help_is_light(tmp_path: Path) -> None:
    for arguments in (["--help"], ["eval", "--help"]):
        assert imported_by("-m", "app.cli", *arguments, cwd=tmp_path) & HEAVY == set()


def test_a_run_prints_its_headline_and_leaves_its_files(folder: Path, service: OtherService) -> None:
    said = evaluate(folder, "run", "some", "--router", f"url:{service.url}", "--out", "here")
    assert "accuracy" in said
    assert "1.000" in said
    run = latest(folder)
    assert run.provenance.finished
    assert [p.outcome for p in run.predictions] == ["ok"] * 30
    assert {p.confidence for p in run.predictions} == {0.8}
    for place in (folder / "here", folder / "storage" / "eval_runs" / run.provenance.run_id):
        assert {"report.json", "report.html", "predictions.csv", "junit.xml"} <= {
            p.name for p in place.iterdir()
        }
        assert ElementTree.parse(place / "junit.xml").getroot() is not None


def test_the_local_router_is_measured_without_a_key(folder: Path) -> None:
    write(
        folder,
        "real",
        {"id": "a", "text": "верните деньги, третий раз пишу!", "label": "supervisor"},
        {"id": "b", "text": "не могу войти в приложение, пишет ошибку", "label": "tech_support"},
    )
    evaluate(folder, "run", "real", "--router", "local", "--min-accuracy", "1", "--perturb")
    kinds = {p.perturbation for p in latest(folder).predictions}
    assert {None, "typos", "layout", "prefix"} <= kinds


def test_a_killed_run_goes_on_without_asking_finished_cases_again(folder: Path) -> None:
    with other_service(label_of, hold_at=12) as service:
        command = ("eval", "run", "some", "--router", f"url:{service.url}", "--concurrency", "3")
        with subprocess.Popen([*CLI, *command], cwd=folder, env=clean_environment()) as running:
            assert service.held.wait(60)
            running.kill()
        begun = latest(folder)
        finished = {p.text for p in begun.predictions}
        assert begun.provenance.finished is None
        assert 9 <= len(finished) <= 12
        service.asked.clear()
        service.gate.set()
        process(folder, *command[1:], "--resume")
        assert set(service.asked) == {text_of(n) for n in range(30)} - finished
        assert len(service.asked) == 30 - len(finished)
    run = latest(folder)
    assert run.provenance.run_id == begun.provenance.run_id
    assert [p.text for p in run.predictions] == [
        p.text for p in sorted(run.predictions, key=lambda p: p.case)
    ]
    assert {p.text for p in run.predictions} == {text_of(n) for n in range(30)}


def test_a_finished_run_is_not_resumed(folder: Path, service: OtherService) -> None:
    for _ in range(2):
        evaluate(folder, "run", "some", "--router", f"url:{service.url}", "--limit", "2", "--resume")
    assert len(service.asked) == 4


def test_a_dialog_of_the_set_is_one_dialog_of_the_service(folder: Path, service: OtherService) -> None:
    turns = [
        {"role": "customer", "content": "message 0", "expected": "tech_support"},
        {"role": "agent", "content": "and?", "agent": "tech_support"},
        {"role": "customer", "content": "message 3"},
        {"role": "agent", "content": "so?"},
        {"role": "customer", "content": "message 4", "expected": "sales"},
    ]
    write(folder, "talks", {"id": "t1", "turns": turns}, {"id": "t2", "turns": turns})
    evaluate(folder, "run", "talks", "--router", f"url:{service.url}")
    assert service.dialogs == [["message 0", "message 3", "message 4"]] * 2
    assert [p.outcome for p in latest(folder).predictions] == ["ok"] * 4
    assert {p.confidence for p in latest(folder).predictions} == {None}


def test_a_service_without_a_routing_call_gets_a_dialog_a_message(folder: Path) -> None:
    with other_service(label_of, routes=False) as service:
        evaluate(folder, "run", "some", "--router", f"url:{service.url}", "--limit", "4")
    assert [len(lines) for lines in service.dialogs] == [1] * 4
    assert [p.outcome for p in latest(folder).predictions] == ["ok"] * 4


def test_failures_of_a_service_are_outcomes_and_no_labels(folder: Path) -> None:
    answers: dict[int, str | int] = {0: 503, 1: 504, 2: "reception"}
    with other_service(lambda text: answers.get(int(text.split()[1]), label_of(text))) as service:
        evaluate(folder, "run", "some", "--router", f"url:{service.url}")
    outcomes = [p.outcome for p in latest(folder).predictions]
    assert outcomes == ["error", "timeout", "unparsed", *["ok"] * 27]


def test_a_service_that_is_not_there_covers_nothing_and_misses_nothing(folder: Path) -> None:
    said = evaluate(
        folder, "run", "some", "--router", "url:http://127.0.0.1:9", "--min-accuracy", "0.1", status=1
    )
    assert "gate not met" in said
    assert {p.outcome for p in latest(folder).predictions} == {"error"}


def test_an_outage_of_the_provider_is_seen_in_the_outcomes(folder: Path) -> None:
    with running_mock() as mock:
        mock.config.fault = "400"
        evaluate(
            folder,
            "run",
            "some",
            "--router",
            "llm",
            "--limit",
            "6",
            "--concurrency",
            "2",
            OPENAI_BASE_URL=mock.url,
        )
        assert {p.outcome for p in latest(folder).predictions} == {"error"}
        mock.reset()
        evaluate(folder, "run", "some", "--router", "llm", "--limit", "6", OPENAI_BASE_URL=mock.url)
        assert {p.covered for p in latest(folder).predictions} == {True}
        asked = mock.attempts
        evaluate(folder, "run", "some", "--router", "llm", "--limit", "6", OPENAI_BASE_URL=mock.url)
        assert mock.attempts == asked == 6
    assert latest(folder).provenance.prompts.keys() == {"router", "menu"}


def test_gates_end_with_one(folder: Path) -> None:
    with other_service(lambda _: "sales") as service:
        router = ("--router", f"url:{service.url}")
        said = process(
            folder,
            "run",
            "some",
            *router,
            "--min-accuracy",
            "0.9",
            "--max-missed-escalations",
            "0.1",
            status=1,
        )
        assert said.count("gate not met") == 2
        evaluate(folder, "run", "some", *router, "--max-cost", "1", "--max-p95", "60")
        evaluate(folder, "run", "some", *router, "--max-p95", "0", status=1)


def test_a_significant_loss_ends_with_one_only_where_it_is_a_gate(folder: Path) -> None:
    with other_service(label_of) as good, other_service(lambda _: "sales") as bad:
        ids = []
        for service in (good, bad):
            evaluate(folder, "run", "some", "--router", f"url:{service.url}")
            ids.append(latest(folder).provenance.run_id)
    evaluate(folder, "compare", *ids)
    assert "gate not met" in evaluate(folder, "compare", *ids, "--gate", status=1)
    evaluate(folder, "compare", *reversed(ids), "--gate", "--min-accuracy", "0.99")
    evaluate(folder, "compare", ids[0], ids[0], "--gate")


def test_runs_are_listed_shown_reported_and_deleted(folder: Path, service: OtherService) -> None:
    assert "no runs yet" in evaluate(folder, "list")
    evaluate(folder, "run", "some", "--router", f"url:{service.url}", "--repeat", "2", "--slice", "lang=ru")
    run_id = latest(folder).provenance.run_id
    assert len(service.asked) == 60
    assert run_id in evaluate(folder, "list")
    shown = evaluate(folder, "show", run_id[:-2])
    assert "tech_support" in shown
    assert "repeat 2" in shown
    evaluate(folder, "report", "--html", "page.html")
    assert "</html>" in (folder / "page.html").read_text(encoding="utf-8")
    evaluate(folder, "delete", run_id)
    assert "eval list" in evaluate(folder, "show", run_id, status=2)
