"""What a page asks of the monitor. It comes from outside and is checked here."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from app.core.exceptions import BadRequestBody
from app.core.ports import DialogQuery

SHOWN = 50
Short = Field(default="", max_length=200)
Mark = Annotated[str, Field(max_length=64)]


class Question(BaseModel):
    """`operator` is the name that the person typed."""

    model_config = ConfigDict(extra="forbid")

    key: str = Field(default="", max_length=500)
    operator: str = Field(default="", max_length=100)
    dialog: str = Field(default="", max_length=100)

    @classmethod
    def of(cls, given: Any) -> Self:
        """Raises BadRequestBody."""
        try:
            return cls.model_validate(given)
        except ValidationError as error:
            raise BadRequestBody("The page asked for something that there is not.") from error


class Asked(Question):
    """`page` is one open page; `have` are the marks of the parts that it shows."""

    page: str = Field(max_length=64)
    version: int = Field(default=0, ge=0, le=2**53)
    have: dict[Mark, Mark] = Field(default_factory=dict, max_length=10)
    agent: str = Short
    status: Literal["", "active", "closed"] = ""
    lang: str = Short
    waiting: bool = False
    customer: str = Short
    text: str = Short

    @property
    def query(self) -> DialogQuery:
        return DialogQuery(
            limit=SHOWN,
            status=self.status or None,
            agent=self.agent or None,
            customer_id=self.customer.strip() or None,
            text=self.text.strip() or None,
            escalated=self.waiting or None,
        )

    @property
    def narrowed(self) -> bool:
        return bool(self.lang) or self.query != DialogQuery(limit=SHOWN)

    @property
    def language(self) -> str | None:
        return self.lang or None


class Deed(Question):
    """`what` a person does, to the dialog that they see or to the approval of that `number`.

    A repeat with the same `request` writes no second line.
    """

    what: Literal["take_over", "force", "reply", "hand_back", "reroute", "close", "approve", "reject"]
    text: str = Field(default="", max_length=20_000)
    agent: str = Short
    number: str = Field(default="", max_length=40)
    request: str = Field(default="", max_length=100)
