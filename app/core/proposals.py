"""Proposals: acts that need the customer's consent, kept with the dialog until they are decided."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import uuid4

from pydantic import BaseModel, Field

from app.core.actions import BY_TOOL, Action, plain_arguments, tool_name
from app.core.backoffice import ActionContext, Outcome, Value
from app.core.exceptions import CallCenterError

State = Literal["open", "suspended", "confirmed", "declined", "superseded", "expired"]
LIVE: tuple[State, ...] = ("open", "suspended")
Answer = Literal["yes", "named", "unclear", "pause", "no", "other"]
"""A plain yes; a yes that names the act; an acknowledgement or a half yes; time to think; a plain no; the
rest."""


class Question(BaseModel):
    """What is asked in one language, and the words of the two buttons.

    `brief` names the act and the sum, for where all was told before; empty where all is told each time.
    """

    text: str
    brief: str = ""
    confirm: str
    decline: str


class Proposal(BaseModel):
    """`seq` is the customer's line that led to it, `asked` our message that put the question last, `decided`
    the line that confirmed or declined it. `facts` are its terms: sums in roubles, dates.

    `open`: the customer's next line may confirm it. `suspended`: only its button may, until it is asked
    again. `expired`: its time is over, or the conversation went on without it. `is_repeated`: its terms were
    told with an earlier one.
    """

    id: str = Field(default_factory=lambda: str(uuid4()))
    tool: str
    arguments: dict[str, object]
    agent: str
    language: str
    questions: dict[str, Question]
    facts: dict[str, Value] = Field(default_factory=dict)
    seq: int
    at: datetime
    expires_at: datetime | None = None
    state: State = "open"
    asked: int = 0
    times: int = 0
    decided: int | None = None
    outcome: Outcome | None = None
    is_repeated: bool = False

    @property
    def question(self) -> Question:
        return self.questions[self.language]

    @property
    def wording(self) -> str:
        """What is asked of it."""
        return (self.is_repeated and self.question.brief) or self.question.text

    def repeats(self, earlier: Proposal | None) -> bool:
        """The same act has been put already, in the same words: they hold its terms."""
        if earlier is None or not earlier.asked or self.language != earlier.language:
            return False
        same = (self.tool, self.arguments, self.question.text)
        return same == (earlier.tool, earlier.arguments, earlier.question.text)

    @property
    def is_live(self) -> bool:
        return self.state in LIVE

    def action(self) -> Action:
        return BY_TOOL[self.tool].model_validate(self.arguments)

    def put(self, asked: int, language: str, expires_at: datetime) -> None:
        """The question was told in our message `asked`."""
        self.state, self.asked, self.expires_at = "open", asked, expires_at
        self.times += 1
        if language in self.questions:
            self.language = language

    def decide(self, state: State, seq: int, outcome: Outcome | None = None) -> None:
        self.state, self.decided, self.outcome = state, seq, outcome


class LineVerdict(BaseModel):
    """What a customer's line does to a proposal: confirms it, declines it, or has the question put again.

    `wait`: the customer thinks, and the question stands. `remind`: the line is answered as any other, and the
    question is put again behind the answer. A button counts while a person serves, too.
    """

    proposal: str
    answer: Literal["confirm", "decline", "again", "wait", "remind"]
    by_button: bool = False


@dataclass(frozen=True, slots=True)
class Consent:
    """The customer's word for one act: the proposal, and the line that confirmed it."""

    proposal: str
    seq: int
    tool: str
    arguments: dict[str, object]

    @classmethod
    def of(cls, proposal: Proposal, seq: int) -> Consent:
        return cls(proposal.id, seq, proposal.tool, proposal.arguments)

    def covers(self, origin: ActionContext, action: Action) -> bool:
        same = (self.tool, self.arguments) == (tool_name(type(action)), plain_arguments(action))
        return bool(self.proposal) and same and self.seq == origin.seq


def is_covered(consent: Consent | None, origin: ActionContext, action: Action) -> bool:
    """Whether an action may be tried: it needs no consent, or has it."""
    return not action.consent or (consent is not None and consent.covers(origin, action))


class ProposalNotFound(CallCenterError):
    status = 404
    code = "proposal_not_found"

    def __init__(self, dialog_id: str, proposal_id: str) -> None:
        super().__init__(f"Dialog {dialog_id} has no proposal {proposal_id}.")


OVER = {
    "proposal_expired": "The proposal was not answered in time or while it was spoken of.",
    "proposal_superseded": "Another proposal has taken the place of this one.",
    "proposal_decided": "The proposal was decided otherwise before.",
}


class ProposalOver(CallCenterError):
    """`code` is a key of OVER; `state` the proposal's."""

    status = 409

    def __init__(self, state: str) -> None:
        self.code = f"proposal_{state if state in ('expired', 'superseded') else 'decided'}"
        super().__init__(OVER[self.code])
