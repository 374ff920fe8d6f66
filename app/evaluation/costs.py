"""What a mistake costs. The unit is the user's own; only the proportions matter."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from app.core import jsonlines
from app.core.company import in_use
from app.core.encodings import decoded
from app.core.exceptions import CallCenterError
from app.core.yaml import YAMLError, parse
from app.evaluation.predictions import Prediction

MISSED_ESCALATION = 10.0
NEEDLESS_ESCALATION = 3.0
ASTRAY = 1.0
Price = Annotated[float, Field(ge=0, allow_inf_nan=False)]


class CostsInvalid(CallCenterError):
    status = 422
    code = "costs_invalid"

    def __init__(self, where: str, problem: str) -> None:
        super().__init__(f"The prices in {where} cannot be used: {problem}.")


class CostMatrix(BaseModel):
    """`prices` is expected -> got -> price. What it does not name has the default price.

    `last_resort` is the label that it is costliest to miss.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    prices: dict[str, dict[str, Price]] = Field(default_factory=dict)
    last_resort: str = Field(default_factory=lambda: in_use().last_resort)

    @model_validator(mode="after")
    def _right_answers_are_free(self) -> CostMatrix:
        priced = [name for name, row in self.prices.items() if row.get(name)]
        if priced:
            raise ValueError(f"a right answer costs nothing, and {priced[0]} has a price")
        return self

    def price(self, expected: str, got: str) -> float:
        if expected == got:
            return 0.0
        return self.prices.get(expected, {}).get(got, self._default(expected, got))

    def _default(self, expected: str, got: str) -> float:
        if expected == self.last_resort:
            return MISSED_ESCALATION
        return NEEDLESS_ESCALATION if got == self.last_resort else ASTRAY

    def of(self, prediction: Prediction) -> float:
        """Right answers, accepted alternatives and failures cost nothing here."""
        if prediction.outcome != "wrong" or prediction.got is None:
            return 0.0
        return self.price(prediction.expected, prediction.got)


def load_costs(path: Path, labels: Iterable[str] | None = None) -> CostMatrix:
    """YAML or JSON: expected -> got -> price. Raises CostsInvalid, also for a label outside `labels`."""
    read = _read(path)
    try:
        costs = CostMatrix(prices=read)
    except ValidationError as error:
        first = error.errors(include_input=False)[0]
        field = ".".join(map(str, first["loc"][1:]))
        raise CostsInvalid(path.name, f"{field}: {first['msg']}" if field else first["msg"]) from None
    named = {name for expected, row in costs.prices.items() for name in (expected, *row)}
    if labels is not None and (strange := named - set(labels)):
        raise CostsInvalid(path.name, f"unknown label {', '.join(sorted(strange))}")
    return costs


def _read(path: Path) -> Any:
    try:
        text = decoded(path.read_bytes())
        return jsonlines.loads(text) if path.suffix == ".json" else parse(text)
    except (OSError, ValueError, YAMLError) as error:
        raise CostsInvalid(path.name, " ".join(str(error).split())) from error
