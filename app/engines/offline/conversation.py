"""The conversation as the embedded model sees it, the moves it can make, and returning customers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from app.core.company import in_use
from app.core.models import Article, OpenMatter, Reading
from app.core.retrieval import order_of_use
from app.engines.offline.lexicon import Phrasebook


@dataclass(frozen=True, slots=True)
class Found:
    article: Article
    score: float


@dataclass(frozen=True, slots=True)
class LinePart:
    """A piece of the customer's line that wants one thing, and what it does."""

    text: str
    reading: Reading


@dataclass(frozen=True, slots=True)
class PastDeed:
    """A tool that ran: in an earlier turn, or in this one."""

    tool: str
    facts: Mapping[str, Any]
    status: str = ""
    number: str = ""


@dataclass(frozen=True, slots=True)
class Scene:
    """Who speaks, what was said, what was found. The last of `customer` and `agent_lines` is the latest."""

    agent: str
    language: str
    customer: list[str]
    agent_lines: list[str]
    found: list[Found]
    library: Mapping[tuple[str, str], Article]
    escalates_to: str | None = None
    handed: str | None = None  # the reason, where a colleague has just handed the customer over
    has_searched: bool = False  # in this turn, for what it found
    is_suspected: bool = False  # the line looks like an order to the agents
    by_person: bool = False  # the last line before the customer's is an operator's
    may_hand_to: tuple[str, ...] = ()
    offered: frozenset[str] = frozenset()
    results: tuple[tuple[str, dict[str, Any]], ...] = ()  # of this turn's tools, but for the search
    clock: datetime | None = None  # now, in the house's time zone
    unhelpful: frozenset[str] = frozenset()  # articles that did not help this customer last time
    open_tickets: tuple[str, ...] = ()
    parts: tuple[LinePart, ...] = ()
    later: tuple[LinePart, ...] = ()  # wishes of earlier lines that were not served yet
    matter: OpenMatter = field(default_factory=OpenMatter)  # what our last answer was about
    deeds: tuple[PastDeed, ...] = ()  # of earlier turns, the latest last
    proposal: Mapping[str, Any] = field(
        default_factory=dict
    )  # what was put to the customer and is not decided
    desks: Mapping[str, str] = field(default_factory=lambda: in_use().desks)  # agents by their tools

    @property
    def now(self) -> str:
        return self.customer[-1]

    @property
    def today(self) -> date | None:
        return self.clock.date() if self.clock else None

    @property
    def last(self) -> str:
        """What the customer is answering to."""
        return self.agent_lines[-1] if self.agent_lines else ""

    @property
    def is_unread(self) -> bool:
        """In a language without acts: what the line does is not known."""
        return not any(part.reading.acts for part in self.parts)

    @property
    def may_escalate(self) -> bool:
        return self.escalates_to in self.may_hand_to

    def result(self, tool: str) -> dict[str, Any] | None:
        """The latest."""
        return next((facts for name, facts in reversed(self.results) if name == tool), None)

    def best(self, least: float) -> Article | None:
        return next((f.article for f in self.found if f.score >= least), None)

    def fitting(self, least: float) -> list[Article]:
        """Articles that answer the question, one's own first where they come near the best."""
        return [f.article for f in order_of_use(self.found, self.agent, least)]

    def has_told(self, article: Article) -> bool:
        """In any language: customers switch in the middle."""
        return any(a.intro in line for a in self._versions(article.id) for line in self.agent_lines)

    def recent(self) -> Iterable[Article]:
        """Articles told so far, the latest first, in the language of now."""
        for line in reversed(self.agent_lines):
            for _, name in self._intros_in(line):
                article = self.library.get((self.language, name))
                if article is not None:
                    yield article

    def left(self, article: Article) -> list[str]:
        """Steps not given yet. Where they were given in another language, as many are left out."""
        own, *others = (self._given(a) for a in (article, *self._versions(article.id)))
        return [s for s in article.steps if s not in own][0 if own else max(map(len, others)) :]

    def in_steps(self, article: Article) -> bool:
        """The last line gave some of its steps."""
        return any(step in self.last for a in self._versions(article.id) for step in a.steps)

    def _given(self, article: Article) -> list[str]:
        return [s for s in article.steps if any(s in line for line in self.agent_lines)]

    def _versions(self, name: str) -> list[Article]:
        return [a for (_, known), a in self.library.items() if known == name]

    def _intros_in(self, line: str) -> list[tuple[str, str]]:
        return [key for key, article in self.library.items() if article.intro in line]


@dataclass(frozen=True, slots=True)
class Say:
    """`matter` is what the next line may lean on; `declines` says that nothing of what was put is done."""

    text: str
    citations: list[str] = field(default_factory=list)
    matter: OpenMatter | None = None
    proposes: bool = False  # a question of ours follows the words
    declines: bool = False

    @property
    def asks(self) -> bool:
        return self.proposes or "?" in self.text or bool(self.matter and self.matter.asked)


@dataclass(frozen=True, slots=True)
class HandOver:
    to: str
    reason: str
    known: str


@dataclass(frozen=True, slots=True)
class Call:
    tool: str
    arguments: dict[str, Any]


Move = Say | HandOver | Call


TICKETS, SEARCH = "find_tickets", "search_knowledge"


def tried_in_vain(scene: Scene, book: Phrasebook, article: Article) -> str:
    """Steps that did not help last time are not given again, unless the customer goes on all the same."""
    words = book.say["in_vain"]
    said = any(words in line for line in scene.agent_lines)
    return "" if said or scene.has_told(article) or article.id not in scene.unhelpful else words


def look_up(scene: Scene) -> Call | None:
    """An open ticket may be about the same: its number and subject come from the records."""
    opens = not scene.agent_lines and scene.open_tickets and TICKETS in scene.offered
    return Call(TICKETS, {}) if opens and scene.result(TICKETS) is None else None


def open_ticket(scene: Scene, book: Phrasebook) -> str:
    """A word about the latest one; empty where none was looked up, or not at the beginning."""
    rows = (scene.result(TICKETS) or {}).get("tickets", ()) if not scene.agent_lines else ()
    row = next((row for row in rows if row.get("number") in scene.open_tickets), None)
    if row is None:
        return ""
    return book.say["open_ticket"].replace("{number}", row["number"])
