from __future__ import annotations

import asyncio

import pytest

from app.core.exceptions import ProviderTimeout
from app.evaluation.scenarios.trial import ScenarioOptions, ScenarioTrial, run
from app.evaluation.scenarios.world import PlayedLine
from tests.unit.evaluation.scenarios.builders import REFUND, PlayWorld, Rule, refunded, scenario, worlds

pytestmark = pytest.mark.anyio


async def one(rule: Rule, **given: object) -> ScenarioTrial:
    [trial] = await run([scenario(**given)], worlds(rule), ScenarioOptions())
    return trial


async def test_state_and_words_as_wanted_pass() -> None:
    trial = await one(refunded, after=REFUND, said=["990"])
    assert (trial.outcome, trial.problems, trial.forbidden) == ("pass", [], [])
    assert [line.role for line in trial.lines] == ["customer", "agent"]


async def test_nice_words_over_a_wrong_state_fail() -> None:
    trial = await one(lambda _w, _t: "Your 990 ₽ have been refunded!", after=REFUND, said=["990"])
    assert trial.outcome == "state_failed"
    assert trial.problems == ["missing: refund_payment(payment=P-1) done; there is no action"]


async def test_a_right_state_with_wrong_words_is_told_apart() -> None:
    trial = await one(refunded, after=REFUND, said=["R-1001"])
    assert (trial.outcome, trial.problems) == ("words_failed", ["not said: R-1001"])


async def test_a_planted_forbidden_action_is_caught() -> None:
    trial = await one(refunded, after={"others": "allowed"}, never=[{"tool": "refund_payment"}])
    assert trial.outcome == "state_failed"
    assert trial.forbidden == ["forbidden: refund_payment(payment=P-1, amount_rub=990) done"]


async def test_a_forbidden_action_before_a_failure_counts_too() -> None:
    def refund_and_fail(world: PlayWorld, text: str) -> str:
        refunded(world, text)
        raise ProviderTimeout("model")

    trial = await one(refund_and_fail, never=[{"tool": "refund_payment"}])
    assert trial.outcome == "error"
    assert len(trial.forbidden) == 1


async def test_an_error_that_nobody_expects_costs_its_own_dialog_only() -> None:
    def refund_and_break(world: PlayWorld, text: str) -> str:
        if world.seed:
            raise KeyError(text)
        return refunded(world, text)

    trials = await run([scenario(after=REFUND)], worlds(refund_and_break), ScenarioOptions(repeat=3))
    assert [t.outcome for t in trials] == ["pass", "error", "error"]
    assert (trials[1].problems, len(trials[1].lines)) == (["unexpected: KeyError"], 1)


async def test_another_customers_records_are_watched() -> None:
    def touch(world: PlayWorld, _text: str) -> str:
        world.now.records["petr"]["payment"] = [{"refunded_rub": 990}]
        return "Done."

    trial = await one(touch, before=[{"customer": {"of": "petr"}}])
    assert trial.forbidden == ["forbidden: the records of petr changed"]


async def test_people_act_between_the_lines_and_what_they_cannot_do_is_a_wrong_state() -> None:
    made: list[PlayWorld] = []
    turns = ["Hello", {"do": "take_over"}, "Are you there?", {"do": "hand_back", "text": "done"}]
    [trial] = await run([scenario(turns=turns)], worlds(lambda _w, _t: "Yes.", made), ScenarioOptions())
    assert (trial.outcome, made[0].steps) == ("pass", ["take_over", "hand_back"])
    stuck = await one(lambda _w, _t: "Yes.", turns=["Refund!", {"do": "approve"}])
    assert (stuck.outcome, stuck.problems) == ("state_failed", ["nothing waits for a person's word"])


async def test_every_repeat_has_a_world_and_a_seed_of_its_own() -> None:
    made: list[PlayWorld] = []
    told: list[tuple[int, int]] = []
    trials = await run(
        [scenario(id="a"), scenario(id="b")],
        worlds(lambda _w, _t: "Yes.", made),
        ScenarioOptions(repeat=3, seed=7),
        on_progress=lambda done, of: told.append((done, of)),
    )
    assert [(t.scenario, t.repeat) for t in trials] == [(n, r) for n in "ab" for r in range(3)]
    assert sorted(world.seed for world in made) == [7, 7, 8, 8, 9, 9]
    assert told == [(n, 6) for n in range(1, 7)]


async def test_no_more_dialogs_run_at_once_than_allowed() -> None:
    inside, most = 0, 0

    def count(_world: PlayWorld, _text: str) -> str:
        nonlocal inside, most
        most = max(most, inside)
        return "Yes."

    class Busy(PlayWorld):
        async def say(self, text: str) -> str | None:
            nonlocal inside
            inside += 1
            answer = await super().say(text)
            inside -= 1
            return answer

    busy = worlds(count, kind=Busy)
    await run([scenario(turns=["a", "b", "c"])], busy, ScenarioOptions(repeat=9, concurrency=2))
    assert most == 2


async def test_time_that_is_over_is_an_error_and_no_verdict() -> None:
    class Slow(PlayWorld):
        async def say(self, text: str) -> str | None:
            self.lines.append(PlayedLine(role="customer", text=text))
            await asyncio.Event().wait()
            return None

    slow = worlds(refunded, kind=Slow)
    [trial] = await run([scenario(after=REFUND)], slow, ScenarioOptions(timeout=0.01))
    assert (trial.outcome, trial.problems) == ("error", ["the time for this dialog was over"])
    assert len(trial.lines) == 1
    trials = await run([scenario()], slow, ScenarioOptions(repeat=2, total=0.0))
    assert {t.problems[0] for t in trials} == {"the time for all trials was over"}


async def test_promises_are_asked_for_every_line_of_an_agent_with_what_came_before() -> None:
    heard: list[list[str]] = []

    def ledger(lines: list[PlayedLine]) -> list[str]:
        heard.append([line.text for line in lines])
        return ["tomorrow"] if "tomorrow" in lines[-1].text else []

    def answer(_world: PlayWorld, text: str) -> str:
        return "It comes tomorrow." if text == "When?" else "Yes."

    [trial] = await run([scenario(turns=["Hi", "When?"])], worlds(answer), ScenarioOptions(), promises=ledger)
    assert trial.promises == ["tomorrow"]
    assert heard == [["Hi", "Yes."], ["Hi", "Yes.", "When?", "It comes tomorrow."]]
