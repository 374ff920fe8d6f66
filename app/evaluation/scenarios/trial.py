"""One trial: a dialog that was played, and what became of it.

What a simulated customer did wrong. Such a trial says nothing about the agents and is counted apart.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import KW_ONLY, dataclass, field
from typing import Literal

from pydantic import BaseModel, Field

from app.evaluation.scenarios.judging import forbidden, plain, state_differences, word_differences
from app.evaluation.scenarios.model import Scenario
from app.evaluation.scenarios.world import EndState, PlayedLine, Promises

TOO_OFTEN = 3
SMALL = 2
"""Digits: hours, days and pieces are too common to tell whether they were made up."""

_NOT_A_CUSTOMER = (
    r"as an ai\b", r"as a language model", r"how (?:can|may) i (?:help|assist) you",
    r"i(?: wi|')ll (?:transfer|escalate) you", r"thank you for (?:contacting|reaching out)",
    r"your refund has been (?:processed|issued)", r"как (?:языковая модель|ии\b|искусственный интеллект)",
    r"чем (?:я )?могу (?:вам )?помочь", r"(?:спасибо|благодарим) за обращение", r"(?:переведу|переключу) вас",
)  # fmt: skip
_ROLE = re.compile(rf"\b(?:{'|'.join(_NOT_A_CUSTOMER)})")
_FIGURE = re.compile(r"\d(?:[\d ]*\d)?")
_MAIL = re.compile(r"[\w.+-]+@[\w-]+\.[\w.]+\w")


def fault_of(scenario: Scenario, lines: Sequence[PlayedLine]) -> str:
    """A sentence, or nothing where the customer kept to the role, the facts and the point."""
    return next(_faults(scenario, lines), "")


def _faults(scenario: Scenario, lines: Sequence[PlayedLine]) -> Iterator[str]:
    mine = [plain(line.text).strip() for line in lines if line.role == "customer"]
    if not mine:
        yield "the customer said nothing"
    for text in mine:
        if found := _ROLE.search(text):
            yield f"the customer left the role: {found[0]}"
    for text in mine:
        if mine.count(text) >= TOO_OFTEN:
            yield f"the customer repeats itself: {text}"
    for invented in _find_invented(scenario, lines):
        yield f"the customer invented a fact: {invented}"


def _find_invented(scenario: Scenario, lines: Sequence[PlayedLine]) -> Iterator[str]:
    """Numbers of three digits and more, and addresses, that nobody gave the customer."""
    known = facts_in(" \n ".join([scenario.goal, *scenario.facts, scenario.customer]))
    for line in lines:
        found = facts_in(line.text)
        if line.role == "customer":
            yield from sorted(found - known)
        known |= found


def facts_in(text: str) -> set[str]:
    """`5001` of "P-5001", `1990` of "1 990", and addresses."""
    read = plain(text)
    figures = {found.replace(" ", "") for found in _FIGURE.findall(read)}
    return {*_MAIL.findall(read), *(f for f in figures if len(f) > SMALL)}


Outcome = Literal["pass", "words_failed", "state_failed", "customer_fault", "error"]


class ScenarioTrial(BaseModel):
    """`problems` are sentences: what differs, what was forbidden, or what went wrong.

    `forbidden` and `promises` are counted whatever the outcome.
    """

    scenario: str
    language: str
    tags: list[str]
    agents: list[str]
    repeat: int
    outcome: Outcome
    problems: list[str] = Field(default_factory=list)
    forbidden: list[str] = Field(default_factory=list)
    promises: list[str] = Field(default_factory=list)
    lines: list[PlayedLine] = Field(default_factory=list)
    seconds: float = 0.0

    @property
    def state_passed(self) -> bool:
        return self.outcome in ("pass", "words_failed")


@dataclass
class Played:
    """What is known of a trial. `stuck`: a person of the scenario could not do what the script says.

    `endless`: a simulated customer was still talking when it was cut off.
    """

    scenario: Scenario
    repeat: int
    _: KW_ONLY
    simulated: bool = False
    before: EndState | None = None
    after: EndState | None = None
    lines: list[PlayedLine] = field(default_factory=list)
    trouble: str = ""
    stuck: str = ""
    endless: bool = False


def judge_trial(played: Played, promises: Promises, seconds: float) -> ScenarioTrial:
    scenario, lines = played.scenario, played.lines
    banned = forbidden(scenario, played.before, played.after) if played.before and played.after else []
    outcome, problems = _verdict(played, banned)
    return ScenarioTrial(
        scenario=scenario.id,
        language=scenario.language,
        tags=scenario.tags,
        agents=scenario.agents,
        repeat=played.repeat,
        outcome=outcome,
        problems=problems,
        forbidden=banned,
        promises=[
            words
            for at, line in enumerate(lines)
            if line.role == "agent"
            for words in promises(lines[: at + 1])
        ],
        lines=lines,
        seconds=round(seconds, 3),
    )


def _verdict(played: Played, banned: list[str]) -> tuple[Outcome, list[str]]:
    """State first. A customer who goes on though all is as it must be is at fault, not the agents."""
    if played.trouble or played.after is None:
        return "error", [played.trouble or "nothing is known of the end"]
    if played.simulated and (fault := fault_of(played.scenario, played.lines)):
        return "customer_fault", [fault]
    stuck = [played.stuck] if played.stuck else []
    if state := [*stuck, *banned, *state_differences(played.scenario, played.after)]:
        return "state_failed", state
    if played.endless:
        return "customer_fault", ["the customer never ends, though everything is done"]
    words = word_differences(played.scenario, played.lines)
    return ("words_failed", words) if words else ("pass", [])
