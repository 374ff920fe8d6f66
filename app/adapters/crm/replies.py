"""What an answer of the other side means. Its own words never get through: tokens travel in them."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from app.core.exceptions import CrmError, CrmRefused, CrmUnavailable

LONGEST_WAIT = 86_400
PASSING = {408, 425, 429}
Model = TypeVar("Model", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Reply:
    """`retry_after` is the header as it came."""

    status: int
    body: bytes
    retry_after: str | None = None


@dataclass(frozen=True, slots=True)
class Told:
    """An error that the body names: a code of our own table, and its meaning where the status misleads."""

    code: str = ""
    passing: bool | None = None
    wait: int | None = None


Explain = Callable[[dict[str, Any]], Told | None]


def silent(_: dict[str, Any]) -> Told | None:
    return None


def fault_of(reply: Reply, explain: Explain, now: datetime) -> CrmError | None:
    """None for a success. A success whose body names an error is none."""
    told = explain(_object(reply.body))
    if 200 <= reply.status < 300 and told is None:
        return None
    told = told or Told()
    detail = f"HTTP {reply.status}" + (f", {told.code}" if told.code else "")
    passing = reply.status in PASSING or reply.status >= 500 if told.passing is None else told.passing
    if not passing:
        return CrmRefused(detail)
    return CrmUnavailable(detail, seconds_of(reply.retry_after, now) or told.wait)


def parsed(body: bytes, model: type[Model]) -> Model | CrmError:
    """What is no JSON came from something in between, or was cut; JSON of another shape will not change."""
    try:
        return model.model_validate_json(body)
    except ValidationError as error:
        broken = error.errors(include_input=False, include_url=False)[0]["type"] == "json_invalid"
    return CrmUnavailable("its answer is not JSON") if broken else CrmRefused("its answer has another shape")


def seconds_of(retry_after: str | None, now: datetime) -> int | None:
    """Either form of the header, at least 1; None where it says nothing sensible."""
    if retry_after is None:
        return None
    try:
        seconds = float(retry_after)
    except ValueError:
        seconds = _seconds_until(retry_after, now)
    return round(min(max(seconds, 1), LONGEST_WAIT)) if seconds >= 0 else None


def _seconds_until(date: str, now: datetime) -> float:
    try:
        moment = parsedate_to_datetime(date)
    except (ValueError, OverflowError):
        return -1
    return max(0.0, (moment.replace(tzinfo=moment.tzinfo or UTC) - now).total_seconds())


def _object(body: bytes) -> dict[str, Any]:
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}
