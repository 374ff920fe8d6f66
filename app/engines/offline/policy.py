"""What the embedded model answers: a pure function of the conversation and the articles."""

from __future__ import annotations

import re

from app.core.models import CLEAR, RELEVANT, Article
from app.engines.offline import conversation, hints
from app.engines.offline.conversation import HandOver, Move, Remark, Say, Scene, Search
from app.engines.offline.hints import AT_ONCE
from app.engines.offline.lexicon import Phrasebook, phrasebook
from app.engines.offline.skills import act, incident, offer, offer_after, offered_before

TWOFOLD = 0.7  # two articles above this score: two questions in one message
TWO_MATTERS = 4  # words that hold two questions at the least
BRIEF = 6  # words beside thanks that still are no new question
TURN = 0.75  # from here a statement amid steps is about something else
DETAILS = 3  # lines of an article that answer a follow-up
_SENTENCE = re.compile(r"(?<=[.!?])\s+")
_BULLET = re.compile(r"^- (.+)$", re.MULTILINE)


def respond(scene: Scene) -> Move:
    """The first rule that applies, in the order of what the customer needs most."""
    book = phrasebook(scene.language)
    rules = (
        _escalate, _act, _small_talk, _take_down, _follow, _redirect, _look, _open, _recall, _search,
    )  # fmt: skip
    for rule in rules:
        move = rule(scene, book)
        if move is not None:
            return _with_offer(move, scene)
    return _admit(scene, book)


def _with_offer(move: Move, scene: Scene) -> Move:
    """Who asks how something is done reads it, and is offered to have it done."""
    wanted = offer_after(scene) if isinstance(move, Say) and move.citations else ""
    if not isinstance(move, Say) or not wanted:
        return move
    return Say(f"{_without_question(move.text)}\n\n{wanted}", move.citations)


def _without_question(text: str) -> str:
    """A yes must answer one question: what the text ends by asking gives way to an offer."""
    *before, last = text.split("\n\n")
    told = " ".join(s for s in _SENTENCE.split(last) if not s.endswith("?"))
    kept = last if told == " ".join(_SENTENCE.split(last)) else told
    return "\n\n".join(part for part in (*before, kept) if part)


def _escalate(scene: Scene, book: Phrasebook) -> Move | None:
    """Anger, the wish for a person, or yes to the offer of one."""
    asked = book.hears("anger", scene.now) or book.hears("person", scene.now)
    if not scene.may_escalate or not (asked or (hints.offered(scene, book) and hints.agrees(scene, book))):
        return None
    return _hand(scene, book, str(scene.escalates_to), "reason_angry")


def _act(scene: Scene, book: Phrasebook) -> Move | None:
    """What the customer wants done, or what the records know."""
    move = act(scene, book)
    return _along(scene, book, move) if isinstance(move, Remark) else move


def _along(scene: Scene, book: Phrasebook, remark: Remark) -> Say:
    """What the records say, then what the articles say."""
    answer = _open(scene, book) if scene.fitting(CLEAR if remark.closing else RELEVANT) else None
    known = answer if isinstance(answer, Say) and answer.citations else Say("")
    parts = (remark.text, known.text, remark.closing if scene.escalates_to is None else book.say["person"])
    kept = parts if remark.closing else parts[:2]
    return Say("\n\n".join(part for part in kept if part), known.citations)


def _look(scene: Scene, _book: Phrasebook) -> Move | None:
    """Before a customer is sent through steps: is it the service itself?"""
    article = next(iter(scene.fitting(RELEVANT)), None)
    fresh = article is not None and article.steps and not scene.has_told(article)
    if not fresh or scene.handed or scene.escalates_to is None:
        return None
    found = incident(scene)
    return Say(found) if isinstance(found, str) else found or conversation.look_up(scene)


def _small_talk(scene: Scene, book: Phrasebook) -> Move | None:
    said = scene.now
    if book.hears("self", said) and scene.best(CLEAR) is None:
        return Say(book.say["self"])
    if "?" in said or any(book.hears(cue, said) for cue in ("unsolved", "failing", "person", "anger")):
        return None
    if scene.agent_lines and hints.solved(scene, book):
        return Say(book.say["solved"])
    rest = book.rest(said, "thanks", "bye", "greeting", "ack")
    chat = rest <= BRIEF and not book.hears("question", said) and scene.best(TURN) is None
    for cue, answer in (("thanks", "thanks"), ("bye", "bye")):
        if book.hears(cue, said) and (rest <= 1 or chat):
            return Say(book.say[answer])
    if book.hears("greeting", said) and rest == 0:
        return Say(book.say["greeting"])
    if _no_more(scene, book):
        return Say(book.say["ack"])
    if book.hears("ack", said) and rest == 0 and scene.agent_lines and not hints.in_steps(scene, book):
        return Say(book.say["ack"])
    return None


def _no_more(scene: Scene, book: Phrasebook) -> bool:
    """No to nothing that was asked."""
    bare = book.hears("refuses", scene.now) and book.rest(scene.now, "refuses", "thanks") == 0
    return bare and bool(scene.agent_lines) and "?" not in scene.last


def _take_down(scene: Scene, book: Phrasebook) -> Move | None:
    """Dates, sums and addresses that whoever decides was waiting for."""
    gives = hints.gives(scene, book)
    if scene.handed or not scene.agent_lines:
        return None
    if scene.escalates_to is None:
        return _noted(scene, book) if gives or book.hears("onward", scene.now) else None
    best = scene.best(CLEAR)
    news = best is not None and not scene.has_told(best)
    if hints.is_taken(scene, book) and scene.may_escalate and (book.tried(scene.now) or (gives and not news)):
        return _hand(scene, book, str(scene.escalates_to), "reason_exhausted")
    if not gives or hints.in_steps(scene, book) or (news and "@" not in scene.now):
        return None
    return Say(book.say["kept"]) if book.say["kept"] not in scene.last else None


def _follow(scene: Scene, book: Phrasebook) -> Move | None:
    """The customer goes on about the article whose steps were given before."""
    article = hints.followed(scene, book)
    if article is None or scene.handed:
        return None
    reports = hints.tells(scene, book)
    asks = hints.asks(scene, book) and not book.hears("onward", scene.now)
    best = scene.best(CLEAR if asks or not hints.in_steps(scene, book) else TURN)
    if not reports and (asks or (best and best.id != article.id)):
        return None
    return _next_steps(scene, book, article)


def _redirect(scene: Scene, book: Phrasebook) -> Move | None:
    """The best article belongs to a colleague and none of one's own comes near."""
    best = scene.best(CLEAR if scene.agent_lines else RELEVANT)
    if best is None or best.agent == scene.agent or best.agent not in scene.may_hand_to or scene.handed:
        return None
    own = max((f.score for f in scene.found if f.article.agent == scene.agent), default=0.0)
    return None if own >= RELEVANT else _hand(scene, book, best.agent, "reason_other")


def _open(scene: Scene, book: Phrasebook) -> Move | None:
    if scene.handed == book.say["reason_exhausted"]:
        return _taken(scene, book)
    fitting = scene.fitting(RELEVANT)
    if not fitting:
        return _noted(scene, book)
    article = fitting[0]
    if scene.has_told(article):
        return _again(scene, book, article)
    if len(article.steps) > AT_ONCE:
        return _next_steps(scene, book, article)
    return _tell(scene, article, [a for a in fitting[1:] if not scene.has_told(a)])


def _tell(scene: Scene, article: Article, others: list[Article]) -> Say:
    """Complaints often hold two matters: acknowledge the first and settle the second."""
    clear = {f.article.id for f in scene.found if f.score >= TWOFOLD}
    second = next((a for a in others if {a.id, article.id} <= clear), None)
    one_matter = len(scene.now.split()) < TWO_MATTERS
    if second is None or one_matter or scene.escalates_to is not None or len(second.steps) > AT_ONCE:
        return Say(article.body, [article.id])
    return Say(f"{article.intro}\n\n{second.body}", [article.id, second.id])


def _recall(scene: Scene, book: Phrasebook) -> Move | None:
    """A follow-up question about what was told last: the lines that speak of it."""
    article = next(iter(scene.recent()), None)
    return _details(scene, book, article) if article and scene.last else None


def _search(scene: Scene, book: Phrasebook) -> Move | None:
    """Once more, with the thread, before giving up; pointless where the last thing said was no topic."""
    if not scene.may_search or len(scene.customer) < 2 or hints.offered(scene, book):
        return None
    return Search(" ".join(scene.customer[-3:]))


def _admit(scene: Scene, book: Phrasebook) -> Say:
    """Nothing fits. Whoever escalates to nobody takes the complaint as it is."""
    if scene.escalates_to is None:
        return Say(book.say["sorry"])
    return Say(book.say["nothing" if book.say["nothing"] not in scene.last else "nothing_again"])


def _next_steps(scene: Scene, book: Phrasebook, article: Article) -> Move:
    ticket = conversation.open_ticket(scene, book)
    if before := conversation.tried_in_vain(scene, book, article):
        wanted = _registrable(scene, book) or book.say["person"]
        return Say(" ".join(part for part in (before, ticket, wanted) if part), [article.id])
    tried = {a for said in scene.customer for a in book.tried(said)}
    fresh = scene.left(article)
    given = len(article.steps) - len(fresh)
    left = [s for s in fresh if not (book.actions_in(s) & tried) and not hints.reports(book, article, s)]
    if not left:
        return _exhausted(scene, book, article)
    head = _head(scene, book) if scene.has_told(article) else article.intro
    steps = "\n".join(f"{n}. {step}" for n, step in enumerate(left[:AT_ONCE], given + 1))
    tail = article.asks if not given and len(scene.now.split()) < 5 else book.say["helped"]
    parts = (head, steps, ticket, tail)
    return Say("\n\n".join(part for part in parts if part), [article.id])


def _head(scene: Scene, book: Phrasebook) -> str:
    if hints.tells(scene, book):
        return book.say["more"]
    return book.say["got" if hints.gives(scene, book) else "onward"]


def _exhausted(scene: Scene, book: Phrasebook, article: Article) -> Move:
    """Who only went through the steps is not sent on; who still has the problem is."""
    if scene.escalates_to is None:
        return _noted(scene, book) or Say(book.say["exhausted"], [article.id])
    if (
        not hints.tells(scene, book)
        and not hints.gives(scene, book)
        and book.say["finished"] not in scene.last
    ):
        return Say(book.say["finished"], [article.id])
    if wanted := _registrable(scene, book):
        return Say(wanted, [article.id])
    if scene.may_escalate:
        return _hand(scene, book, str(scene.escalates_to), "reason_exhausted")
    return Say(book.say["exhausted"], [article.id])


def _registrable(scene: Scene, book: Phrasebook) -> str:
    """The question whether to open a ticket; a fault that names itself is one for the developers."""
    if any(offered_before(name, scene) for name in ("ticket", "developers")):
        return ""
    fault = any(book.hears("fault", said) for said in scene.customer)
    return offer("developers" if fault else "ticket", scene)


def _taken(scene: Scene, book: Phrasebook) -> Move:
    """The supervisor takes over where the steps ended, and asks for what the last step wants to know."""
    article = next((a for a in scene.recent() if a.steps), None)
    report = next((s for s in article.steps if hints.reports(book, article, s)), "") if article else ""
    if hints.is_taken(scene, book):
        return Say(book.say["noted"])
    wanted = f"{book.say['unless']} {report}" if report else book.say["wanted"]
    return Say(f"{book.say['taken']}\n\n{wanted}", [article.id] if article else [])


def _again(scene: Scene, book: Phrasebook, article: Article) -> Move:
    """The article was told already: go on with it, or answer from it, but never say the same twice."""
    if scene.left(article) and len(article.steps) > AT_ONCE:
        return _next_steps(scene, book, article)
    same = hints.asked_before(scene, book)
    details = None if same else _details(scene, book, article)
    short = f"{book.say['short']} {article.intro}"
    if details or ((same or article in scene.fitting(CLEAR)) and short not in scene.last):
        return details or Say(short, [article.id])
    if scene.escalates_to is None and not any(article.asks in line for line in scene.agent_lines):
        return Say(article.asks, [article.id])
    return _noted(scene, book) or Say(book.say["told"], [article.id])


def _details(scene: Scene, book: Phrasebook, article: Article) -> Say | None:
    """The lines of an article with most words of the question, in their order."""
    lines = [article.intro, *_BULLET.findall(article.body)]
    shared = [book.shared(scene.now, line) for line in lines]
    enough = max(*shared, (book.rest(scene.now) + 1) // 2, 1)
    text = "\n".join(line for line, n in zip(lines, shared, strict=True) if n == enough)
    said = text if "\n" in text else f"{book.say['short']} {text}"
    if not text or text.count("\n") >= DETAILS or said == scene.last:
        return None
    return Say(said, [article.id])


def _noted(scene: Scene, book: Phrasebook) -> Move | None:
    """Whoever escalates to nobody takes down what the customer adds; a question is no addition."""
    asks = hints.asks(scene, book) and not book.hears("onward", scene.now)
    if scene.escalates_to is not None or not scene.agent_lines or scene.handed or asks:
        return None
    return Say(book.say["noted" if book.say["noted"] not in scene.last else "noted_again"])


def _hand(scene: Scene, book: Phrasebook, to: str, reason: str) -> HandOver:
    return HandOver(to, book.say[reason], known=" / ".join(scene.customer[-3:]))
