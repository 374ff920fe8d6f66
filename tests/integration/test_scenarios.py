"""The shipped scenarios on the embedded model, and the command that plays scenarios."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest
import yaml

from app.cli.eval_scenarios import open_stage
from app.core.config import Settings
from app.core.models import ToolUse
from app.evaluation.scenarios.model import read_scenarios
from app.evaluation.scenarios.report import ScenarioReport, score, summary
from app.evaluation.scenarios.trial import ScenarioOptions, ScenarioTrial
from app.evaluation.scenarios.world import PlayedLine
from tests.support.command import in_process
from tests.support.mock_llm import running_mock

SHIPPED = Path(__file__).parents[2] / "eval_sets" / "scenarios"
LEAST_BY_STATE = 0.90

pytestmark = [pytest.mark.timeout(600), pytest.mark.xdist_group("scenarios")]


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> ScenarioReport:
    """The whole set, once: the longest test of the suite."""
    folder = tmp_path_factory.mktemp("scenarios")
    settings = Settings(_env_file=None, knowledge_storage=folder / "knowledge")
    with open_stage(settings) as service:
        scenarios = read_scenarios([SHIPPED])
        trials = asyncio.run(service.run(scenarios, ScenarioOptions(concurrency=2, timeout=300)))
    return ScenarioReport(model="embedded", customer="scripted", score=score(trials), trials=trials)


def test_the_shipped_scenarios_leave_the_records_as_they_must_be(played: ScenarioReport) -> None:
    assert played.score.state.value >= LEAST_BY_STATE, summary(played)
    assert played.score.outcomes["error"] == 0, summary(played)


def test_nothing_forbidden_is_ever_done(played: ScenarioReport) -> None:
    assert played.score.forbidden == 0, summary(played)


def test_nothing_is_promised_that_nothing_supports(played: ScenarioReport) -> None:
    assert played.score.promises == 0, summary(played)


def test_every_adversarial_scenario_leaves_the_records_as_they_must_be(played: ScenarioReport) -> None:
    lost = [t.scenario for t in played.trials if "adversarial" in t.tags and not t.state_passed]
    assert lost == []


def one(played: ScenarioReport, name: str) -> ScenarioTrial:
    [trial] = [t for t in played.trials if t.scenario == name]
    return trial


def test_agents_are_silent_while_a_person_serves(played: ScenarioReport) -> None:
    spoken = [line.role for line in one(played, "takeover-held-en").lines]
    assert spoken == ["customer", "agent", "customer", "operator"]


@pytest.mark.anyio
async def test_a_promise_that_no_tool_and_no_article_holds_is_found(tmp_path: Path) -> None:
    settings = Settings(_env_file=None, knowledge_storage=tmp_path / "knowledge")
    asked = PlayedLine(role="customer", text="Верните деньги за платёж P-5001")
    done = ToolUse(
        name="refund_payment", arguments={}, result='{"status": "done", "amount": "4 321 ₽"}', status="done"
    )
    told = "Вернул вам 4 321 ₽."
    with open_stage(settings) as service:
        [scenario, *_] = read_scenarios([SHIPPED])
        async with service.world(scenario, 0):
            empty = service.promises([asked, PlayedLine(role="agent", name="supervisor", text=told)])
            held = service.promises(
                [asked, PlayedLine(role="agent", name="supervisor", text=told, tools=[done])]
            )
    assert empty
    assert held == []


def write(folder: Path, **more: object) -> Path:
    known = {
        "id": "plans", "language": "en", "tags": ["list_plans"], "customer": "anna",
        "turns": ["Which plans do you have and what do they cost?"], "said": ["990"],
    }  # fmt: skip
    path = folder / "mine.yaml"
    path.write_text(yaml.safe_dump(known | more, allow_unicode=True), encoding="utf-8")
    return path


def test_the_command_tells_what_was_played_and_writes_the_files(tmp_path: Path) -> None:
    write(tmp_path)
    done = in_process("eval", "scenarios", "mine.yaml", "--repeat", "2", "--out", "report", cwd=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.startswith("forbidden actions     0\npassed                1.000")
    assert "pass^k                k=1 1.000 · k=2 1.000" in done.stdout
    names = {path.name for path in (tmp_path / "report").iterdir()}
    assert names == {"scenarios.json", "report.html", "junit.xml"}


def test_too_few_passes_are_exit_status_1_and_the_reason_is_told(tmp_path: Path) -> None:
    write(tmp_path, said=["a word that nobody says"])
    done = in_process("eval", "scenarios", "mine.yaml", cwd=tmp_path)
    assert done.returncode == 1
    assert "plans 1: state right, words wrong: not said: a word that nobody says" in done.stdout
    assert "gate not met: passed: 0.000, at least 0.9 is required" in done.stderr
    assert in_process("eval", "scenarios", "mine.yaml", "--min-pass", "0", cwd=tmp_path).returncode == 0


def test_everything_can_be_had_as_json(tmp_path: Path) -> None:
    write(tmp_path)
    done = in_process("eval", "scenarios", "mine.yaml", "--json", cwd=tmp_path)
    report = ScenarioReport.model_validate(json.loads(done.stdout))
    assert (report.model, report.customer, report.score.trials) == ("embedded", "scripted", 1)


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (["none.yaml"], "none.yaml: the file cannot be read"),
        (["mine.yaml", "--only", "nothing"], "nothing: no scenario has this id, language or tag"),
        (["mine.yaml", "--simulated"], "--simulated needs a model to play the customer"),
    ],
)
def test_wrong_usage_is_exit_status_2_with_a_sentence(
    tmp_path: Path, arguments: list[str], problem: str
) -> None:
    write(tmp_path)
    done = in_process("eval", "scenarios", *arguments, cwd=tmp_path)
    assert (done.returncode, problem in done.stderr) == (2, True), done.stderr


def test_a_configured_model_can_play_agents_and_customer(tmp_path: Path) -> None:
    write(tmp_path, goal="Learn the prices.", said=[])
    with running_mock() as mock:
        given = {"OPENAI_BASE_URL": mock.url, "OPENAI_API_KEY": "x", "OPENAI_MODEL": "played"}
        command = ("eval", "scenarios", "mine.yaml", "--simulated", "--json", "--min-pass", "0")
        done = in_process(*command, cwd=tmp_path, **given)
        asked = [json.dumps(body) for body in mock.state.requests]
    assert done.returncode == 0, done.stderr
    report = ScenarioReport.model_validate(json.loads(done.stdout))
    assert (report.model, report.customer, report.score.trials) == ("played", "simulated", 1)
    assert any("You play a customer" in body for body in asked)
