"""Why a message went where it went, as people read it: derived from the stored turn and the fitted router."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, Field

Kind = Literal[
    "topic",
    "plain",
    "outweighed",
    "follow_up",
    "unsure",
    "little",
    "held",
    "suspected",
    "customer",
    "person",
    "asked",
    "fallback",
    "model",
]
Sureness = Literal["certain", "likely", "guess"]
Strength = Literal[1, 2]

LITTLE = "says too little to tell"
FOLLOWS = "a follow-up: stays with the serving agent"
UNSURE = "no other agent is likely enough: stays with the serving agent"
HELD = "less sure than the threshold: stays"
SUSPECTED = "the line looks like an order to the agents: stays"
ASKED_AGAIN = "the question is put again"
BY_CUSTOMER, BY_PERSON = "the customer has decided", "a person has decided"
RULES: dict[str, Kind] = {
    LITTLE: "little",
    FOLLOWS: "follow_up",
    UNSURE: "unsure",
    HELD: "held",
    SUSPECTED: "suspected",
    ASKED_AGAIN: "asked",
    BY_CUSTOMER: "customer",
    BY_PERSON: "person",
}
"""Reasons that are rules of ours, as they stand in a stored decision."""


class Mark(BaseModel):
    """A whole word of the message that spoke for the desk, by its place in the text; 2 is strong."""

    start: int
    end: int
    strength: Strength


class LabelledExample(BaseModel):
    """A training line and the desk that it belongs to. `likeness` is a cosine."""

    text: str
    agent: str
    likeness: float


class Explanation(BaseModel):
    """`text` is the customer's message, `kind` the rule that decided; `topic` by language where one is known.

    `rival` is the likelier desk where the decided one is `outweighed`: to move there takes more certainty.
    `sureness` is empty where no probability decided. `said` is the reason that a language model gave.
    """

    kind: Kind
    agent: str
    text: str
    topic: dict[str, str] = Field(default_factory=dict)
    marks: list[Mark] = Field(default_factory=list)
    examples: list[LabelledExample] = Field(default_factory=list)
    sureness: Sureness | Literal[""] = ""
    confidence: float = 0.0
    said: str = ""
    rival: str = ""
