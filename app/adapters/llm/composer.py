"""What the embedded model answers: a pure function of the conversation and the articles."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from app.adapters.llm.phrasebook import Phrasebook, phrasebook
from app.core.models import RELEVANT, Article

CLEAR = 0.6  # above this score it is surely about the question
AT_ONCE = 3  # steps in one message


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
    handed: str | None = None
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
    rules = (_escalate, _small_talk, _follow, _redirect, _open, _search)
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
    short = len(scene.now.split()) <= 6
    if not short or book.hears("unsolved", scene.now) or _best(scene, CLEAR):
        return None
    if book.hears("solved", scene.now) and scene.agent_lines:
        return Say(book.say["solved"])
    for cue, answer in (("thanks", "thanks"), ("bye", "thanks"), ("greeting", "greeting")):
        if book.hears(cue, scene.now):
            return Say(book.say[answer])
    return None


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
    fitting = [f.article for f in scene.found if f.score >= RELEVANT]
    own = [a for a in fitting if a.agent == scene.agent]
    article = next(iter(own or fitting), None)
    if article is None:
        return _noted(scene, book) if scene.handed is None else Say(book.say["taken"])
    if article.steps and article.agent == scene.agent and len(article.steps) > AT_ONCE:
        return _next_steps(scene, book, article)
    if any(article.intro in line for line in scene.agent_lines):
        return _repeat(scene, book, article)
    return Say(_lead(scene, book) + article.body, [article.id])


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


def _lead(scene: Scene, book: Phrasebook) -> str:
    return f"{book.say['taken']}\n\n" if scene.handed and len(scene.customer) > 2 else ""


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
