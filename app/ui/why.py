"""How a turn was decided, as people read it: one sentence, marked words, examples, the wrong desk."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from app.core.company import in_use
from app.core.explanation import Explanation, LabelledExample, Mark
from app.core.models import Decision
from app.core.text import shorten
from app.services.explaining import kind_of, sureness_of
from app.ui.room import render
from app.ui.words import RoomTexts, room_texts

LONG = 120  # letters of an example


@dataclass(frozen=True)
class TextPiece:
    """`strength` is 0 between marks."""

    text: str
    strength: int


@dataclass(frozen=True)
class ShownExample:
    text: str
    agent: str


@dataclass(frozen=True)
class Objection:
    """What the panel offers for a turn; `wanted` is the desk that was proposed already."""

    seq: int
    desks: tuple[str, ...]
    wanted: str = ""
    confirmed_by: str = ""


@dataclass(frozen=True)
class ShownWhy:
    told: str
    agent: str
    sure: str
    sureness: str
    figure: str
    said: str
    pieces: list[TextPiece]
    closest: ShownExample | None
    others: list[ShownExample]


def render_why(found: Explanation, language: str, objection: Objection | None = None) -> str:
    """The same for the chat, a monitored dialog and a case of a report."""
    texts = room_texts(language, "why")
    return render("why.why", why=_show(found, texts), objection=objection, t=texts)


def tell(found: Explanation, texts: RoomTexts) -> str:
    """The one sentence."""
    agent, to = texts.agent(found.agent), describe_destination(found.agent, texts)
    topic = found.topic.get(texts.language) or found.topic.get("en", "")
    rival = texts.agent(found.rival) if found.rival else ""
    return str(texts.words["told"][found.kind].format(agent=agent, to=to, topic=topic, rival=rival))


def describe_destination(agent: str, texts: RoomTexts) -> str:
    """Behind "so it went"."""
    known = in_use().destination(agent, texts.language)
    return known or str(room_texts(texts.language, "why").words["to"].format(agent=texts.agent(agent)))


def describe_sureness(decision: Decision, texts: RoomTexts) -> str:
    """The word and its figure; empty where a rule decided, only the figure where a model did."""
    kind = kind_of(decision)
    if kind not in ("plain", "model"):
        return ""
    words, figure = room_texts(texts.language, "why").words["sure"], texts.number(decision.confidence, 2)
    return figure if kind == "model" else f"{words[sureness_of(decision.confidence)]} · {figure}"


def cut(text: str, marks: Sequence[Mark]) -> Iterator[TextPiece]:
    """The text in pieces, marked and not; together they are the text."""
    at = 0
    for mark in marks:
        if mark.start > at:
            yield TextPiece(text[at : mark.start], 0)
        yield TextPiece(text[mark.start : mark.end], mark.strength)
        at = mark.end
    if at < len(text):
        yield TextPiece(text[at:], 0)


def _show(found: Explanation, texts: RoomTexts) -> ShownWhy:
    words = texts.words
    examples = [_example(near, texts) for near in found.examples]
    by_model = found.kind == "model"
    return ShownWhy(
        told=tell(found, texts),
        agent=found.agent,
        sure=words["own_estimate"] if by_model else words["sure"].get(found.sureness, ""),
        sureness=found.sureness,
        figure=texts.number(found.confidence, 2) if by_model or found.sureness else "",
        said=words["quoted"].format(text=found.said) if found.said else "",
        pieces=list(cut(found.text, found.marks)) if found.marks else [],
        closest=examples[0] if examples else None,
        others=examples[1:],
    )


def _example(near: LabelledExample, texts: RoomTexts) -> ShownExample:
    text = shorten(" ".join(near.text.split()), LONG)
    return ShownExample(texts.words["quoted"].format(text=text), near.agent)
