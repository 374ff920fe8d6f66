"""Files of conversations and batteries: one JSON object a line, read strictly (eval_sets/README.md)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from app.core import jsonlines
from app.core.actions import BY_TOOL
from app.core.company import in_use
from app.core.text import without_yo
from app.evaluation.cases import SetInvalid, numbered_lines

STRANGER = "stranger"
"""A customer whom the records do not know."""
ANY = "any"
READS = (
    "account", "payments", "orders", "tickets", "service_status", "quote", "delete_account", "person",
)  # fmt: skip
"""Demands of a battery that are no act of the back office."""

Fact = Literal[
    "plan", "paid_until", "next_charge_date", "next_charge_sum", "debt", "price", "last_payment_sum",
    "last_payment_number", "duplicate_payment_number", "refund_due", "order_number", "order_sum",
    "ticket_number", "call_time", "used_gb", "devices", "act_number",
]  # fmt: skip
Split = Literal["dev", "test"]
ConversationKind = Literal["messy", "cooperative"]


def _known_act(name: str) -> str:
    if name not in BY_TOOL:
        raise ValueError(f"{name} is no act; they are {', '.join(sorted(BY_TOOL))}")
    return name


def _needs_consent(name: str) -> str:
    if name != ANY and not BY_TOOL[_known_act(name)].consent:
        raise ValueError(f"{name} is done without a yes, so it is never offered")
    return name


def _known_demand(name: str) -> str:
    if name not in BY_TOOL and name not in READS:
        raise ValueError(f"{name} is neither an act nor one of {', '.join(READS)}")
    return name


def _known_customer(name: str) -> str:
    known = [person.id for person in in_use().demo.customers]
    if name != STRANGER and name not in known:
        raise ValueError(f"{name} is no customer of the demo data; they are {', '.join(known)}, {STRANGER}")
    return name


def _known_agent(name: str) -> str:
    if name not in in_use().agents:
        raise ValueError(f"{name} is no agent; they are {', '.join(in_use().agents)}")
    return name


def _compiles(pattern: str) -> str:
    try:
        re.compile(without_yo(pattern))
    except re.error as error:
        raise ValueError(f"{pattern} is no regular expression: {error}") from error
    return pattern


def _as_list(given: Any) -> Any:
    return given if isinstance(given, list) else [given]


ActName = Annotated[str, AfterValidator(_known_act)]
Customer = Annotated[str, AfterValidator(_known_customer)]
Regex = Annotated[str, Field(min_length=1), AfterValidator(_compiles)]
Group = Annotated[list[Regex], BeforeValidator(_as_list), Field(min_length=1)]


class StrictLine(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Must(StrictLine):
    """`says` are groups of regular expressions, one of each group is enough. `acts` are done by this turn.

    `proposal` is the act that stands open afterwards; if it is given as null, none does.
    """

    facts: list[Fact] = Field(default_factory=list)
    says: list[Group] = Field(default_factory=list)
    proposal: ActName | None = None
    acts: list[ActName] | None = None
    agent: Annotated[str, AfterValidator(_known_agent)] | None = None
    person: Literal[True] | None = None
    language: str | None = Field(default=None, min_length=2)
    question: Literal[True] | None = None

    @property
    def no_proposal(self) -> bool:
        return "proposal" in self.model_fields_set and self.proposal is None


class MustNot(StrictLine):
    """`acts` must not have happened by now."""

    says: list[Regex] = Field(default_factory=list)
    acts: list[ActName] = Field(default_factory=list)
    article: Literal[True] | None = None
    question: Literal[True] | None = None


class ConversationTurn(StrictLine):
    """`right` tells readers what a right answer does."""

    say: str = Field(min_length=1)
    right: str = Field(min_length=1)
    must: Must = Field(default_factory=Must)
    must_not: MustNot = Field(default_factory=MustNot)


class Conversation(StrictLine):
    id: str = Field(pattern=r"^[a-z0-9][a-z0-9-]*$")
    language: str = Field(min_length=2)
    customer: Customer
    kind: ConversationKind
    about: str = ""
    turns: list[ConversationTurn] = Field(min_length=4, max_length=8)


class ConsentLine(StrictLine):
    """What a customer writes just after the question whether to do `offer`; `any`: whatever is offered."""

    offer: Annotated[str, AfterValidator(_needs_consent)]
    say: str = Field(min_length=1)
    yes: bool


class DemandLine(StrictLine):
    """A first message that demands an act, or one of READS."""

    act: Annotated[str, AfterValidator(_known_demand)]
    customer: Customer
    say: str = Field(min_length=1)


M = TypeVar("M", bound=BaseModel)


def read_lines(path: Path, model: type[M]) -> list[M]:
    """Raises SetInvalid, which names file, line and field."""
    return [_read(path.name, number, text, model) for number, text in numbered_lines(path)]


def read_conversations(paths: Iterable[Path]) -> list[Conversation]:
    """Raises SetInvalid, also where an id stands twice."""
    found: dict[str, Conversation] = {}
    for path in paths:
        for at, conversation in enumerate(read_lines(path, Conversation), 1):
            if conversation.id in found:
                raise SetInvalid(path.name, at, f"the id {conversation.id} stands twice")
            found[conversation.id] = conversation
    return list(found.values())


def files_of(folder: Path, name: str, split: Split, languages: Sequence[str] = ()) -> list[Path]:
    """The files of one split, of all languages where none is named. Raises SetInvalid where there is none.

    Conversations have the name of their split first (`dev_ru`), batteries after it (`dev_consent_ru`,
    `consent_ru`): a battery without a prefix is a test.
    """
    found = [path for path in sorted(folder.glob("*.jsonl")) if _belongs(path.stem, name, split, languages)]
    if not found:
        told = ", ".join(languages) or "any language"
        raise SetInvalid(str(folder), 0, f"there is no {split} set of {name or 'conversations'} in {told}")
    return found


def _belongs(stem: str, name: str, split: Split, languages: Sequence[str]) -> bool:
    head, _, language = stem.rpartition("_")
    wanted = "_".join(filter(None, ["" if name and split == "test" else split, name]))
    return head == wanted and (not languages or language in languages)


def _read(where: str, number: int, text: str, model: type[M]) -> M:
    try:
        return model.model_validate(jsonlines.loads(text))
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        field = ".".join(map(str, first["loc"]))
        problem = first["msg"].removeprefix("Value error, ")
        raise SetInvalid(where, number, f"{field}: {problem}" if field else problem) from None
    except ValueError as error:
        raise SetInvalid(where, number, str(error)) from None
