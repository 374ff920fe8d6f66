"""JSON's whole numbers: a JSON schema takes 5.0 for an integer, and pydantic's strict mode does not."""

from __future__ import annotations

from typing import Annotated

from pydantic import BeforeValidator


def whole(given: object) -> object:
    return int(given) if isinstance(given, float) and given.is_integer() else given


Whole = Annotated[int, BeforeValidator(whole)]
