"""What the customer's last line means, as far as the conversation tells."""

from __future__ import annotations

from collections.abc import Iterator

from app.core.models import Article
from app.engines.offline.conversation import Scene
from app.engines.offline.lexicon import Phrasebook

AT_ONCE = 3  # steps in one message
DATA = 15  # words in an answer that only gives data


def stepwise(scene: Scene) -> Iterator[Article]:
    return (a for a in scene.recent() if len(a.steps) > AT_ONCE)


def followed(scene: Scene, book: Phrasebook) -> Article | None:
    """The article told last, if it goes step by step; who says "still broken" may mean an earlier one."""
    if book.hears("unsolved", scene.now):
        return next(stepwise(scene), None)
    latest = next(iter(scene.recent()), None)
    return latest if latest and len(latest.steps) > AT_ONCE else None


def in_steps(scene: Scene, book: Phrasebook) -> bool:
    article = followed(scene, book)
    return article is not None and scene.in_steps(article)


def is_taken(scene: Scene, book: Phrasebook) -> bool:
    """The supervisor already has the case."""
    return any(book.say["taken"] in line for line in scene.agent_lines)


def asked_before(scene: Scene, book: Phrasebook) -> bool:
    return book.plain(scene.now) in {book.plain(said) for said in scene.customer[:-1]}


def asks(scene: Scene, book: Phrasebook) -> bool:
    return "?" in scene.now or book.hears("question", scene.now)


def reports(book: Phrasebook, article: Article, step: str) -> bool:
    """The last step of most articles is to write to us: nothing that the customer can try."""
    return step == article.steps[-1] and book.hears("report", step)


def gives(scene: Scene, book: Phrasebook) -> bool:
    """Figures or an address, and no question."""
    short = len(scene.now.split()) <= DATA and "?" not in scene.now
    return short and any(c.isdigit() or c == "@" for c in scene.now) and not book.hears("question", scene.now)


def tells(scene: Scene, book: Phrasebook) -> bool:
    """The customer reports how the steps went."""
    asked = book.say["helped"] in scene.last
    refused = asked and book.hears("refuses", scene.now) and book.rest(scene.now, "refuses") <= 1
    return refused or book.hears("unsolved", scene.now) or bool(book.tried(scene.now))


def solved(scene: Scene, book: Phrasebook) -> bool:
    said_yes = book.say["helped"] in scene.last and agrees(scene, book)
    rest = book.rest(scene.now, "solved", "thanks", "ack")
    return said_yes or (book.hears("solved", scene.now) and rest <= 1)


def agrees(scene: Scene, book: Phrasebook) -> bool:
    return book.hears("agrees", scene.now) and book.rest(scene.now, "agrees", "thanks") == 0


def offered(scene: Scene, book: Phrasebook) -> bool:
    """The last line offered a person."""
    offers = ("nothing", "nothing_again", "exhausted", "finished", "told", "kept", "person")
    return any(book.say[name] in scene.last for name in offers)
