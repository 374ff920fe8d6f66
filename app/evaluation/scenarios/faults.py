"""What a simulated customer did wrong. Such a trial says nothing about the agents and is counted apart."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from app.evaluation.scenarios.judging import plain
from app.evaluation.scenarios.model import Scenario
from app.evaluation.scenarios.world import Line

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


def fault_of(scenario: Scenario, lines: Sequence[Line]) -> str:
    """A sentence, or nothing where the customer kept to the role, the facts and the point."""
    return next(_faults(scenario, lines), "")


def _faults(scenario: Scenario, lines: Sequence[Line]) -> Iterator[str]:
    mine = [plain(line.text).strip() for line in lines if line.role == "customer"]
    if not mine:
        yield "the customer said nothing"
    for text in mine:
        if found := _ROLE.search(text):
            yield f"the customer left the role: {found[0]}"
    for text in mine:
        if mine.count(text) >= TOO_OFTEN:
            yield f"the customer repeats itself: {text}"
    for invented in _invented(scenario, lines):
        yield f"the customer invented a fact: {invented}"


def _invented(scenario: Scenario, lines: Sequence[Line]) -> Iterator[str]:
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
