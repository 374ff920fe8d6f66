"""What an answer of the other side means. Its own words never get through: tokens travel in them."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from app.core.exceptions import CrmError, CrmRefused, CrmUnavailable
from app.core.network import seconds_of

LONGEST_WAIT = 86_400
PASSING = {408, 425, 429}
Model = TypeVar("Model", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class CrmReply:
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


def fault_of(reply: CrmReply, explain: Explain, now: datetime) -> CrmError | None:
    """None for a success. A success whose body names an error is none."""
    told = explain(_object(reply.body))
    if 200 <= reply.status < 300 and told is None:
        return None
    told = told or Told()
    detail = f"HTTP {reply.status}" + (f", {told.code}" if told.code else "")
    passing = reply.status in PASSING or reply.status >= 500 if told.passing is None else told.passing
    if not passing:
        return CrmRefused(detail)
    wait = seconds_of(reply.retry_after, now, LONGEST_WAIT)
    return CrmUnavailable(detail, told.wait if wait is None else max(1, round(wait)))


def parsed(body: bytes, model: type[Model]) -> Model | CrmError:
    """What is no JSON came from something in between, or was cut; JSON of another shape will not change."""
    try:
        return model.model_validate_json(body)
    except ValidationError as error:
        broken = error.errors(include_input=False, include_url=False)[0]["type"] == "json_invalid"
    return CrmUnavailable("its answer is not JSON") if broken else CrmRefused("its answer has another shape")


def _object(body: bytes) -> dict[str, Any]:
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}
