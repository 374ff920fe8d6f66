"""The vocabulary: what is said, who decides, and what one turn did."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from pydantic import BaseModel, Field, PrivateAttr

from app.core.backoffice import ActionContext
from app.core.proposals import Proposal

Role = Literal["customer", "agent"]
Status = Literal["active", "closed"]
Handler = Literal["bot", "person"]
Source = Literal["lexical", "embedding", "llm", "sticky", "fallback"]
Outcome = Literal["ok", "unparsed", "timeout", "error"]
OPERATOR = "operator"


class Fork(BaseModel):
    """The dialog that a branch continues, and the line from which it differs."""

    dialog_id: str
    seq: int


class Said(BaseModel):
    """One line of a conversation as a router sees it; `agent` is set on agents' lines."""

    role: Role
    content: str
    agent: str | None = None
    _cleaned: str | None = PrivateAttr(None)

    @property
    def is_cleaned(self) -> bool:
        return self._cleaned is not None

    @property
    def text(self) -> str:
        """What was meant, where a cleaner has read the line; language models read `content`."""
        return self.content if self._cleaned is None else self._cleaned

    def read_as(self, text: str) -> Said:
        """A copy with what its customer meant."""
        copy = self.model_copy()
        copy._cleaned = text
        return copy


@dataclass(frozen=True, slots=True)
class Reading:
    """What a customer's line does: acts with their probabilities, the likeliest first.

    Together they are at most 1; what is left is the probability that it is none of them.
    """

    acts: tuple[tuple[str, float], ...]

    @property
    def best(self) -> str:
        """The likeliest act; empty where none of them is likelier."""
        if not self.acts or self.acts[0][1] < self.none:
            return ""
        return self.acts[0][0]

    @property
    def none(self) -> float:
        return max(0.0, 1 - sum(share for _, share in self.acts))

    def p(self, act: str) -> float:
        """0 for an act that is not known."""
        return next((share for name, share in self.acts if name == act), 0.0)


class RouteQuery(BaseModel):
    """The lines so far (the customer's is last) and who is serving now."""

    turns: list[Said] = Field(min_length=1)
    serving: str | None = None

    @property
    def text(self) -> str:
        return self.turns[-1].content


class Usage(BaseModel):
    """Tokens, and cost in US dollars, of model calls."""

    input_tokens: int = 0
    output_tokens: int = 0
    cost: float = 0.0
    calls: int = 0

    @property
    def total(self) -> int:
        return self.input_tokens + self.output_tokens

    def __add__(self, other: Usage) -> Usage:
        return Usage(
            input_tokens=self.input_tokens + other.input_tokens,
            output_tokens=self.output_tokens + other.output_tokens,
            cost=self.cost + other.cost,
            calls=self.calls + other.calls,
        )


class Decision(BaseModel):
    """Where a message goes. `confidence` is in 0..1; `scores` has one value per agent.

    `degraded` marks a decision that replaced a failed one; `failure` says what failed.
    """

    agent: str
    confidence: float = Field(ge=0, le=1)
    source: Source
    reason: str = ""
    scores: dict[str, float] = Field(default_factory=dict)
    usage: Usage = Field(default_factory=Usage)
    degraded: bool = False
    failure: str | None = None


class Handoff(BaseModel):
    """A handoff inside a turn, or from the agent of one turn to that of the next."""

    from_agent: str | None = Field(serialization_alias="from", validation_alias="from")
    to: str
    reason: str
    known: str = ""
    timestamp: datetime

    model_config = {"populate_by_name": True, "serialize_by_alias": True}


class ToolUse(BaseModel):
    """`result` is what the model received: JSON of a back-office tool, text of a search.

    `status` is done, approval, refused, proposed or declined for consequential tools, empty for others.
    """

    name: str
    arguments: dict[str, object]
    result: str
    status: str = ""
    number: str = ""


class OpenMatter(BaseModel):
    """What a dialog is about, as the embedded model hands it on from turn to turn.

    `act` is what the customer wants, `text` the words that opened it, `slots` what is known of it.
    `asked` is what our last message asks: a slot, `which`, `helped`, `topic`, or `offer` of the act in
    `offered`. `later` holds wishes that were not served yet, in the customer's words.
    """

    act: str = ""
    text: str = ""
    slots: dict[str, str | int] = Field(default_factory=dict)
    asked: str = ""
    offered: str = ""
    later: list[str] = Field(default_factory=list)


class Turn(BaseModel):
    """The trace of one turn, returned and stored. Times are in seconds.

    `escalated`: the serving agent is at the top of the escalation chain, or a person must decide.
    `withheld` lists the blocked claims: words that nothing supported and that were not sent.
    """

    decision: Decision
    agent: str
    model: str
    degraded: bool = False
    failure: str | None = None
    language: str = "ru"
    escalated: bool = False
    withheld: list[str] = Field(default_factory=list)
    hops: list[Handoff] = Field(default_factory=list)
    tools: list[ToolUse] = Field(default_factory=list)
    citations: list[str] = Field(default_factory=list)
    prompts: dict[str, str] = Field(default_factory=dict)
    usage: Usage = Field(default_factory=Usage)
    timings: dict[str, float] = Field(default_factory=dict)
    matter: OpenMatter | None = Field(default=None, exclude_if=lambda matter: matter is None)

    @property
    def why_degraded(self) -> str | None:
        """What failed where somebody stood in: the code of the answer's problem, else of the route's."""
        return (self.failure or self.decision.failure) if self.degraded else None

    @property
    def waits(self) -> list[str]:
        """Numbers of the approvals that it asked for."""
        return [use.number for use in self.tools if use.status == "approval"]


class Memory(BaseModel):
    """What stays of a finished dialog. `unhelpful` are articles after which the customer was passed on."""

    at: datetime
    language: str
    agent: str | None = None
    outcome: str
    unhelpful: list[str] = Field(default_factory=list)


class Remembered(BaseModel):
    """What is known of a returning customer; `text` says it all to a language model."""

    text: str
    language: str
    unhelpful: list[str] = Field(default_factory=list)
    open_tickets: list[str] = Field(default_factory=list)


class TurnContext(BaseModel):
    """What a turn is told besides the lines: on whose behalf, and what came before.

    `notes` are those of people who served in between, `memory` is what is known from earlier dialogs,
    `used` are the tools and `cited` the articles of earlier turns, `transferred` tells whether a
    colleague has had the dialog. `matter` is what the last answer was about, `proposal` what was put to the
    customer and is not decided.
    """

    origin: ActionContext
    notes: list[str] = Field(default_factory=list)
    memory: Remembered | None = None
    used: list[ToolUse] = Field(default_factory=list)
    cited: list[str] = Field(default_factory=list)
    transferred: bool = False
    matter: OpenMatter | None = None
    proposal: Proposal | None = None


class Reply(BaseModel):
    """`proposal` is the one whose question the text ends with; `declines` tells the customer that nothing of
    what was proposed is done.
    """

    text: str
    turn: Turn
    proposal: Proposal | None = None
    declines: bool = False


class Article(BaseModel):
    """A knowledge-base article. `steps` is empty where the body is not a numbered list.

    `source` is the name of the team's document that it is a piece of, `version` which one of that document;
    articles of the house have neither.
    """

    id: str
    lang: str
    agent: str
    title: str
    questions: list[str]
    asks: str
    intro: str
    steps: list[str] = Field(default_factory=list)
    body: str
    source: str = ""
    version: int = 0


RELEVANT = 0.45
"""Score from which a passage answers a question; chosen on questions with and without an article
(tests/unit/engines/knowledge/test_search.py holds both kinds)."""


CLEAR = 0.6
"""Score from which a passage is surely what the customer asks about."""


class Passage(BaseModel):
    """An article found for a question; `score` is a cosine-like figure in 0..1, higher is nearer."""

    article: Article
    score: float


class Summary(BaseModel):
    total_messages: int
    total_tokens: int
    duration_minutes: int
    resolution: str


class TurnProgress(BaseModel):
    """Progress of a running turn: the route, a handoff, a piece of text, or that the text so far is void."""

    kind: Literal["routed", "handoff", "text", "reset"]
    decision: Decision | None = None
    handoff: Handoff | None = None
    text: str = ""
