"""What the embedded model answers: a pure function of the conversation and the articles."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from app.adapters.llm.phrasebook import Phrasebook, phrasebook
from app.core.models import CLEAR, RELEVANT, Article

AGAIN = 0.9  # above this score the same question was asked in other words
TWOFOLD = 0.7  # two articles above this score: two questions in one message
AT_ONCE = 3  # steps in one message
DATA = 15  # words in an answer that only gives data
SMALL = 4  # words in thanks, greetings and goodbyes


@dataclass(frozen=True, slots=True)
class Found:
    article: Article
    score: float


@dataclass(frozen=True, slots=True)
class Scene:
    """Who speaks, what was said, what was found. `customer` and `agent` are in order, the last is now."""

    agent: str
    language: str
    customer: list[str]
    agent_lines: list[str]
    found: list[Found]
    library: Mapping[tuple[str, str], Article]
    escalates_to: str | None = None
    handed: str | None = None  # the reason, where a colleague has just handed the customer over
    may_search: bool = False
    may_hand_to: tuple[str, ...] = ()

    @property
    def now(self) -> str:
        return self.customer[-1]


@dataclass(frozen=True, slots=True)
class Say:
    text: str
    citations: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class HandOver:
    to: str
    reason: str
    known: str


@dataclass(frozen=True, slots=True)
class Search:
    question: str


Move = Say | HandOver | Search


def respond(scene: Scene) -> Move:
    """The first rule that applies, in the order of what the customer needs most."""
    book = phrasebook(scene.language)
    rules = (_escalate, _small_talk, _take_down, _follow, _redirect, _open, _search)
    for rule in rules:
        move = rule(scene, book)
        if move is not None:
            return move
    return Say(book.say["nothing"])


def _escalate(scene: Scene, book: Phrasebook) -> Move | None:
    asked = book.hears("anger", scene.now) or (
        book.hears("person", scene.now) and len(scene.now.split()) < 12
    )
    if not asked or scene.escalates_to not in scene.may_hand_to:
        return None
    return _hand(scene, book, str(scene.escalates_to), "reason_angry")


def _small_talk(scene: Scene, book: Phrasebook) -> Move | None:
    if len(scene.now.split()) > SMALL or book.hears("unsolved", scene.now) or book.hears("person", scene.now):
        return None
    if book.hears("solved", scene.now) and scene.agent_lines:
        return Say(book.say["solved"])
    for cue, answer in (("thanks", "thanks"), ("bye", "thanks"), ("greeting", "greeting")):
        if book.hears(cue, scene.now):
            return Say(book.say[answer])
    return None


def _take_down(scene: Scene, book: Phrasebook) -> Move | None:
    """Dates, sums and addresses that whoever decides was waiting for."""
    gives = any(c.isdigit() or c == "@" for c in scene.now) and len(scene.now.split()) <= DATA
    return _noted(scene, book) if gives else None


def _follow(scene: Scene, book: Phrasebook) -> Move | None:
    """The customer goes on about the article whose steps were given before."""
    article = _followed(scene)
    best = _best(scene, CLEAR)
    if article is None or scene.handed or (best and best.id != article.id and not _tells(scene, book)):
        return None
    if article.agent != scene.agent:
        return None
    return _next_steps(scene, book, article)


def _redirect(scene: Scene, book: Phrasebook) -> Move | None:
    """The best article belongs to a colleague and none of one's own comes near."""
    best = _best(scene, CLEAR)
    if best is None or best.agent == scene.agent or best.agent not in scene.may_hand_to or scene.handed:
        return None
    own = max((f.score for f in scene.found if f.article.agent == scene.agent), default=0.0)
    return None if own >= RELEVANT else _hand(scene, book, best.agent, "reason_other")


def _open(scene: Scene, book: Phrasebook) -> Move | None:
    if scene.handed == book.say["reason_exhausted"]:
        return Say(book.say["taken"])
    fitting = _fitting(scene)
    if not fitting:
        return _noted(scene, book)
    fresh = [a for a in fitting if not _told(scene, a)]
    if not fresh or (_told(scene, fitting[0]) and _best(scene, AGAIN) is fitting[0]):
        return _repeat(scene, book, fitting[0])
    article = fresh[0]
    if len(article.steps) > AT_ONCE and article.agent == scene.agent:
        return _next_steps(scene, book, article)
    return _tell(scene, article, fresh[1:])


def _tell(scene: Scene, article: Article, others: list[Article]) -> Say:
    """Complaints often hold two matters: acknowledge the first and settle the second."""
    clear = {f.article.id for f in scene.found if f.score >= TWOFOLD}
    second = next((a for a in others if {a.id, article.id} <= clear), None)
    if second is None or scene.escalates_to is not None:
        return Say(article.body, [article.id])
    return Say(f"{article.intro}\n\n{second.body}", [article.id, second.id])


def _search(scene: Scene, book: Phrasebook) -> Move | None:  # noqa: ARG001
    """Once more, with the whole thread, before giving up."""
    if not scene.may_search or len(scene.customer) < 2:
        return None
    return Search(" ".join(scene.customer[-3:]))


def _next_steps(scene: Scene, book: Phrasebook, article: Article) -> Move:
    given = [s for s in article.steps if any(s in line for line in scene.agent_lines)]
    tried = {a for said in scene.customer for a in book.tried(said)}
    left = [s for s in article.steps if s not in given and not (book.actions_in(s) & tried)]
    if not left:
        if scene.escalates_to in scene.may_hand_to:
            return _hand(scene, book, str(scene.escalates_to), "reason_exhausted")
        return Say(book.say["exhausted"], [article.id])
    head = article.intro if not given else book.say["onward" if _goes_on(scene, book) else "more"]
    steps = "\n".join(f"{n}. {step}" for n, step in enumerate(left[:AT_ONCE], len(given) + 1))
    tail = article.asks if not given and len(scene.now.split()) < 5 else book.say["helped"]
    return Say(f"{head}\n\n{steps}\n\n{tail}", [article.id])


def _repeat(scene: Scene, book: Phrasebook, article: Article) -> Move:
    """The article was told already: ask what is missing, never say the same twice."""
    if any(article.asks in line for line in scene.agent_lines):
        return _noted(scene, book) or Say(book.say["told"], [article.id])
    return Say(article.asks, [article.id])


def _noted(scene: Scene, book: Phrasebook) -> Move | None:
    """Whoever escalates to nobody takes down what the customer adds."""
    if scene.escalates_to is None and scene.agent_lines and not scene.handed:
        said = book.say["noted"]
        return Say(said) if said not in scene.agent_lines[-1] else Say(book.say["told"])
    return None


def _hand(scene: Scene, book: Phrasebook, to: str, reason: str) -> HandOver:
    return HandOver(to, book.say[reason], known=" / ".join(scene.customer[-3:]))


def _fitting(scene: Scene) -> list[Article]:
    """One's own articles that answer the question, else a colleague's."""
    fitting = [f.article for f in scene.found if f.score >= RELEVANT]
    return [a for a in fitting if a.agent == scene.agent] or fitting


def _told(scene: Scene, article: Article) -> bool:
    return any(article.intro in line for line in scene.agent_lines)


def _best(scene: Scene, least: float) -> Article | None:
    return next((f.article for f in scene.found if f.score >= least), None)


def _followed(scene: Scene) -> Article | None:
    """The article whose steps stand in the latest agent line that holds any."""
    for line in reversed(scene.agent_lines):
        for article in scene.library.values():
            if article.lang == scene.language and any(step in line for step in article.steps):
                return article
    return None


def _tells(scene: Scene, book: Phrasebook) -> bool:
    """The customer reports how the steps went."""
    return book.hears("unsolved", scene.now) or bool(book.tried(scene.now))


def _goes_on(scene: Scene, book: Phrasebook) -> bool:
    return book.hears("onward", scene.now) and not _tells(scene, book)
