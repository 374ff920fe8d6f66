"""Figures, sums and times as a customer of a language reads them (CLDR, through Babel)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, datetime
from functools import lru_cache
from string import Template
from typing import Any, cast

from babel import Locale
from babel.core import UnknownLocaleError
from babel.dates import format_date, format_time, get_timezone_location
from babel.numbers import format_decimal, format_percent
from babel.units import format_unit

from app.agents.base import Result
from app.core.backoffice import Outcome, Value
from app.core.company import in_use
from app.core.locales import read

MONEY, PERCENT, STORAGE = "_rub", "_percent", "_gb"
SPANS = {
    "minutes": "duration-minute",
    "hours": "duration-hour",
    "days": "duration-day",
    "months": "duration-month",
}
"""Facts that count time, with their units in CLDR."""
PLANS, ITEM, ZONE, COUNTED = ("plan", "next_plan"), "item", "time_zone", "counted"
TIMED = {"at", "asked", "was"}
"""Of an action's facts, those whose hour matters: a call's. What is paid for ends on a day."""


def money(roubles: int, language: str) -> str:
    return f"{format_decimal(roubles, locale=_locale(language))}\u00a0₽"


def moment(at: datetime, language: str) -> str:
    local, locale = _local(at), _locale(language)
    return f"{format_date(local, 'long', locale=locale)}, {format_time(local, 'short', locale=locale)}"


def day(at: date, language: str) -> str:
    return format_date(local_day(at), "long", locale=_locale(language))


def local_day(at: date) -> date:
    """In the house's time zone."""
    return _local(at).date() if isinstance(at, datetime) else at


def _local(at: datetime) -> datetime:
    """What a back office tells without a zone is told by the house's clock."""
    return at.astimezone(in_use().zone) if at.tzinfo else at


def present(facts: Mapping[str, Any], language: str) -> dict[str, Any]:
    """`amount_rub: 1234` becomes `amount: "1 234 ₽"`, `used_gb: 12` `used: "12 GB"`, `days: 2` "2 days".

    Times are told in the house's time zone. What is None is left out: models read less.
    """
    known = {key: value for key, value in facts.items() if value is not None}
    shown = {_name(key, known): _shown(key, value, language) for key, value in known.items()}
    return {**shown, **_spans(known, language)}


def _name(key: str, known: Mapping[str, Any]) -> str:
    """Without its unit, unless another fact has that name: a day and a sum of one charge."""
    bare = key.removesuffix(MONEY).removesuffix(STORAGE)
    return key if bare in known else bare


def _spans(facts: Mapping[str, Any], language: str) -> dict[str, str]:
    """Days with their unit. A bank counts working days, and has a longest time; a courier has neither."""
    if not {"days_from", "days_to"} <= facts.keys():
        return {}
    kind = words("days", language)["working" if "days_max" in facts else "any"]
    span = {"days": Template(kind).substitute(days=f"{facts['days_from']}–{facts['days_to']}")}
    if "days_max" in facts:
        span["days_at_most"] = Template(kind).substitute(days=facts["days_max"])
    return span


def render_facts(facts: Mapping[str, Any], language: str) -> Result:
    return Result(json.dumps(present(facts, language), ensure_ascii=False))


def render_outcome(outcome: Outcome, language: str) -> Result:
    """The outcome of an action as a model reads it."""
    facts = {"status": outcome.status, "reason": outcome.reason, "number": outcome.number}
    dated = {name: _dated(name, value) for name, value in outcome.facts.items()}
    shown = present({**{k: v for k, v in facts.items() if v}, **dated}, language)
    return Result(json.dumps(shown, ensure_ascii=False), outcome.status, outcome.number)


def _dated(name: str, value: Value) -> Value:
    if isinstance(value, datetime) and name not in TIMED:
        return local_day(value)
    return value


def _shown(key: str, value: Any, language: str) -> Any:
    if isinstance(value, list):
        return [_shown(key, one, language) for one in value]
    if isinstance(value, Mapping):
        return present(value, language)
    if key.endswith(MONEY) and isinstance(value, int):
        return money(value, language)
    if key.endswith(PERCENT) and value:
        return format_percent(value / 100, locale=_locale(language))
    if type(value) is int and (unit := _unit(key)):
        return format_unit(value, unit, "long" if key in SPANS else "short", locale=_locale(language))
    if type(value) is int and (forms := words(COUNTED, language).get(key)):
        return Template(_form(forms, value, language)).substitute(n=value)
    if isinstance(value, datetime):
        return moment(value, language)
    if isinstance(value, date):
        return format_date(value, "long", locale=_locale(language))
    if key == ZONE:
        return get_timezone_location(value, locale=_locale(language), return_city=True)
    return term(key, value, language) if isinstance(value, str) else value


def _form(forms: Any, number: int, language: str) -> str:
    """Of a noun beside the number, by the plural rules of the language."""
    return str(forms.get(_locale(language).plural_form(number), forms["other"]))


def _unit(key: str) -> str | None:
    return "digital-gigabyte" if key.endswith(STORAGE) else SPANS.get(key)


def term(key: str, value: str, language: str) -> str:
    """The name of a plan, a product or a state in that language; the value itself where it has none."""
    return words(key, language).get(value, value)


def words(topic: str, language: str) -> dict[str, str]:
    """The words of a topic; English where that language has no file."""
    sold = in_use().catalogue
    if topic in PLANS:
        return {name: plan.title(language) for name, plan in sold.plans.items()}
    if topic == ITEM:
        return {name: sold[name].named_in(language) for name in sold.names}
    return cast(dict[str, str], read("terms", language).get(topic, {}))


@lru_cache
def _locale(language: str) -> Locale:
    try:
        return Locale.parse(language)
    except (UnknownLocaleError, ValueError):
        return Locale.parse("en")
