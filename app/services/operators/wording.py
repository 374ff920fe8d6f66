"""Texts for operators, by language."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import cast

from app.agents.tools.presentation import money, present, term
from app.core.company import in_use
from app.core.locales import read

Wording = dict[str, dict[str, str]]
_QUOTED = re.compile(r'"([^"]*)"')
WAYS = {"delivery": "delivery_by"}


def wording(language: str) -> Wording:
    """English where there is nothing in the language."""
    return cast(Wording, read("operators", language))


def name_agent(name: str | None, language: str) -> str:
    known = in_use().agent_titles(language) | wording(language)["agents"]
    return known.get(name or "", name or "—")


def because(reason: str, language: str) -> str:
    """The router's own sentences in that language; what a person or a model wrote stays as it is."""
    known = wording(language)["router"]
    said = next((beginning for beginning in known if reason.startswith(beginning)), None)
    if said is None:
        return reason
    return known[said] + _QUOTED.sub(lambda found: quote(found[1], language), reason.removeprefix(said))


def quote(words: str, language: str) -> str:
    return wording(language)["quotes"]["words"].format(words=words)


def name_plan(plan: str, language: str) -> str:
    return wording(language)["worth"]["plan"].format(plan=term("plan", plan, language))


def name_payment(roubles: int, language: str) -> str:
    return wording(language)["worth"]["paid"].format(paid=money(roubles, language))


def name_values(facts: Mapping[str, object], language: str) -> dict[str, str]:
    """Plans, goods, sums and ways of delivery as people read them; names of sums lose their `_rub`."""
    known = {WAYS.get(name, name): value for name, value in facts.items() if value not in (None, "")}
    return {name: str(value) for name, value in present(known, language).items()}


def name_span(seconds: float, language: str) -> str:
    """Minutes up to two hours, hours up to two days."""
    units = {"days": (86_400, 2), "hours": (3600, 2), "minutes": (60, 1)}
    enough = (name for name, (unit, least) in units.items() if seconds >= least * unit)
    name = next(enough, "moment")
    count = int(seconds // units[name][0]) if name in units else 0
    return wording(language)["spans"][name].format(count=count)
