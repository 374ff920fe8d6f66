"""What the embedded model sees, with acts given: its answers without how a line is understood."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from app.core.models import OpenMatter, Reading
from app.engines.offline.conversation import Call, Found, HandOver, LinePart, PastDeed, Say, Scene
from app.engines.offline.policy import respond
from tests.support.company import COMPANY, ROSTER, load_articles

TECH, SALES, BOSS = "tech_support", "sales", "supervisor"
LIBRARY = {(a.lang, a.id): a for a in load_articles()}
CLOCK = datetime(2026, 11, 22, 9, tzinfo=COMPANY.zone)  # a Sunday
Result = tuple[str, dict[str, Any]]


def scene(
    said: str | list[tuple[str, str]],
    act: str = "",
    p: float = 0.9,
    *,
    agent: str = SALES,
    language: str = "en",
    before: tuple[str, ...] = (),
    results: tuple[Result, ...] = (),
    deeds: tuple[PastDeed, ...] = (),
    matter: OpenMatter | None = None,
    proposal: Mapping[str, Any] | None = None,
    found: Mapping[str, float] | None = None,
    **known: Any,
) -> Scene:
    """`said` is one wish with its act, or several pairs of words and act. `before`: customer and agent in
    turn; `found`: articles and their scores."""
    wishes = [(said, act)] if isinstance(said, str) else said
    one = next(a for a in ROSTER if a.name == agent)
    hits = [Found(LIBRARY[language, name], score) for name, score in (found or {}).items()]
    settings: dict[str, Any] = {
        "escalates_to": one.escalates_to,
        "may_hand_to": tuple(a.name for a in ROSTER if a != one),
        "offered": frozenset({*(tool.name for tool in one.tools), "call_person", "hand_over"}),
        "clock": CLOCK,
        "parts": tuple(LinePart(text, Reading(((name, p),) if name else ())) for text, name in wishes),
        **known,
    }
    return Scene(
        agent,
        language,
        [*before[::2], " ".join(text for text, _ in wishes)],
        list(before[1::2]),
        hits,
        LIBRARY,
        results=results,
        deeds=deeds,
        matter=matter or OpenMatter(),
        proposal=proposal or {},
        **settings,
    )


def say(*args: Any, **known: Any) -> Say:
    move = respond(scene(*args, **known))
    assert isinstance(move, Say), move
    return move


def call(*args: Any, **known: Any) -> Call:
    move = respond(scene(*args, **known))
    assert isinstance(move, Call), move
    return move


def hand_over(*args: Any, **known: Any) -> HandOver:
    move = respond(scene(*args, **known))
    assert isinstance(move, HandOver), move
    return move


def deed(tool: str, number: str = "", status: str = "done", **facts: Any) -> PastDeed:
    told = {"status": status, **({"number": number} if number else {}), **facts}
    return PastDeed(tool, told, status, number)
