"""Answers from the articles: the steps in portions, and how they went."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from app.core.company import in_use
from app.core.models import CLEAR, RELEVANT, Article
from app.engines.offline import talk
from app.engines.offline.abroad import is_beyond
from app.engines.offline.acts import CHAT, DELIVERED, DEMANDS, LEANING, LOOKED_UP, NEAR, READS
from app.engines.offline.conversation import (
    SEARCH,
    Call,
    Move,
    Say,
    Scene,
    look_up,
    open_ticket,
    tried_in_vain,
)
from app.engines.offline.lexicon import Phrasebook, contains, manner, phrasebook, skillbook
from app.engines.offline.named_subjects import document_named, subject_of
from app.engines.offline.neighbours import asks
from app.engines.offline.reports import HELPED
from app.engines.offline.responses import fill
from app.engines.offline.skills import offer, perform
from app.engines.offline.wishes import OFFER, Intent, skill_of

UNASKED = 0.75  # score of an article for a later line that asks for nothing in particular
AT_ONCE = 3  # steps in one message
TICKET, DEVELOPERS, PERSON = "open_ticket", "developers", "person"


def find_article(wish: Intent, scene: Scene) -> Article | None:
    """Later lines find something too easily, so that from the second one only a clear hit counts."""
    asks = wish.act in LOOKED_UP or scene.is_unread
    least = RELEVANT if asks and not scene.agent_lines else CLEAR
    if scene.agent_lines and not wish.act and not scene.is_unread:
        least = UNASKED
    return next(iter(scene.fitting(least)), None)


def own_document(scene: Scene) -> Article | None:
    """A document of the team's that clearly answers comes before what the house would say."""
    first = next(iter(scene.found), None)
    return first.article if first and first.article.source and first.score >= CLEAR else None


def from_article(wish: Intent, scene: Scene) -> Move | None:
    """None where none fits, and where the line leans on what was said: there anything seems to fit."""
    if wish.act in LEANING:
        return None
    article = own_document(scene) or subject_of(wish, scene) or find_article(wish, scene)
    if article is None:
        return None
    act = in_use().profile.records.get(article.id)
    if act and not (act in DEMANDS and contains(manner("how"), wish.said)):
        return from_records(act, wish, scene)
    if article.steps and scene.escalates_to is not None and (looked := look_up(scene)):
        return looked
    if len(article.steps) > AT_ONCE:
        return next_steps(wish, scene, article)
    return None if scene.has_told(article) else Say(_whole(article, scene), [article.id], wish.matter())


def _whole(article: Article, scene: Scene) -> str:
    """What was found by its lead alone is told with its heading: the customer sees what it is about."""
    led = any(found.article is article and found.score <= CLEAR for found in scene.found)
    if not (article.source and led):
        return article.body
    head = fill(talk.words(scene.language)["own_document"], {"title": article.title}, scene.language)
    return f"{head}\n\n{article.body}" if head else article.body


def beyond_delivery(wish: Intent, scene: Scene) -> Say | None:
    """Ways and days of delivery would read as a yes to a country where nothing is delivered."""
    asked = wish.act not in DEMANDS and any(p.reading.p("ask_delivery") >= NEAR for p in scene.parts)
    sent = wish.act in DELIVERED and "goods" in wish.slots
    if not (asked or sent) or not is_beyond(wish.said, scene.language):
        return None
    cited = [found.article.id for found in scene.found[:1] if found.score >= RELEVANT]
    return Say(talk.pick(talk.words(scene.language)["abroad"], scene), cited, wish.matter())


def not_in_document(wish: Intent, scene: Scene) -> Say | None:
    """The line names the subject of a team's document that does not tell what is asked: nothing else does."""
    open_to = wish.act in {*READS, *LOOKED_UP, *CHAT, ""} and "item" not in wish.slots and asks(wish.said)
    title = document_named(wish.said, scene) if open_to else ""
    text = fill(talk.words(scene.language)["not_in_document"], {"title": title}, scene.language)
    return Say(text, matter=wish.matter(OFFER, PERSON)) if text else None


def from_records(act: str, wish: Intent, scene: Scene) -> Move | None:
    """Who is known is told what is so, not how it is in general."""
    skill = skill_of(act)
    return perform(skill, replace(wish, act=act), scene) if skill else None


def go_on(wish: Intent, scene: Scene) -> Move | None:
    """After steps: the next ones, or what comes when there are none left."""
    article = next((a for a in scene.recent() if len(a.steps) > AT_ONCE), None)
    if article:
        return next_steps(wish, scene, article)
    if scene.matter.act != "fault":
        return None
    if not scene.has_searched and SEARCH in scene.offered:
        return Call(SEARCH, {"question": scene.matter.text})
    near = next((f.article for f in scene.found if len(f.article.steps) > AT_ONCE), None)
    return next_steps(wish, scene, near) if scene.has_searched and near else beyond(wish, scene)


def next_steps(wish: Intent, scene: Scene, article: Article) -> Move:
    book, say = phrasebook(scene.language), talk.words(scene.language)
    ticket = open_ticket(scene, book)
    if before := tried_in_vain(scene, book, article):
        return beyond(wish, scene, [article.id], " ".join(part for part in (before, ticket) if part))
    tried = {a for said in scene.customer for a in book.tried(said)}
    if scene.matter.asked == HELPED and not scene.in_steps(article):
        tried |= book.actions_in(scene.last)
    fresh = scene.left(article)
    left = [s for s in fresh if not (book.actions_in(s) & tried) and not _reports(book, article, s)]
    if not left:
        return beyond(wish, scene, [article.id])
    first = len(article.steps) - len(fresh) + 1
    head = talk.pick(say["more_steps"], scene) if scene.has_told(article) else article.intro
    steps = "\n".join(f"{n}. {step}" for n, step in enumerate(left[:AT_ONCE], first))
    parts = (head, steps, ticket, talk.pick(say["helped"], scene))
    return Say("\n\n".join(part for part in parts if part), [article.id], wish.matter(HELPED))


def beyond(wish: Intent, scene: Scene, cited: Sequence[str] = (), head: str = "") -> Move:
    """A ticket is offered, once; then a person."""
    fault = any(phrasebook(scene.language).hears("fault", said) for said in scene.customer)
    registered = any(deed.tool in ("open_ticket", "escalate_to_developers") for deed in scene.deeds)
    asked = offer(TICKET, scene)
    if asked and not registered and not any(asked in line for line in scene.agent_lines):
        words = skillbook(scene.language).skills[DEVELOPERS if fault else "ticket"].asks[OFFER]
        return Say(
            f"{head} {words}".strip(), list(cited), wish.matter(OFFER, DEVELOPERS if fault else TICKET)
        )
    text = talk.pick(talk.words(scene.language)["offer_person"], scene)
    return Say(f"{head} {text}".strip(), list(cited), wish.matter(OFFER, PERSON))


def _reports(book: Phrasebook, article: Article, step: str) -> bool:
    """The last step of most articles is to write to us: nothing that the customer can try."""
    return step == article.steps[-1] and book.hears("report", step)
