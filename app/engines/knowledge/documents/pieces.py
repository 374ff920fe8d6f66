"""Sections become articles: whole where they are short, cut between paragraphs where they are long."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from app.core.documents import DocumentUnusable, Unusable
from app.core.exceptions import RoutingFailed
from app.core.knowledge import Upload
from app.core.locales import read
from app.core.models import Article
from app.core.text import clean, language_of
from app.engines.knowledge.documents.sections import Section

PIECE = 1200  # characters of a piece's body at most, about what a model reads well and an agent says at once
PIECES = 5000  # of a document; a novel of 1,200 pages makes 2,700
INTRO = 400  # characters of the first paragraphs that introduce a piece
TELLING = 40  # characters that make an introduction recognisable
NAME = 60  # characters of an id's part
BETWEEN = " › "
Guess = Callable[[str], str]
_STEP = re.compile(r"^\d+\. (.+)$", re.MULTILINE)
_SENTENCE = re.compile(r"(?<=[.!?…])\s+")
_ID = re.compile(r"[\w-]{1,120}")


@dataclass(frozen=True, slots=True)
class Maker:
    """`agents` are who works here; `guess` says which of them a text is for, else the first of them."""

    upload: Upload
    agents: Collection[str]
    guess: Guess

    def articles(self, sections: Iterable[Section]) -> list[Article]:
        """Raises DocumentUnusable where two pieces would be one, or nothing is left."""
        every = list(sections)
        count = sum(len(list(cut(s.paragraphs))) for s in every)
        if count > PIECES:
            raise DocumentUnusable(self.upload.file, Unusable.PIECES, limit=PIECES)
        alone = count == 1
        made: list[Article] = []
        taken: set[tuple[str, str]] = set()
        for section in every:
            parts = list(cut(section.paragraphs))
            for number, body in enumerate(parts, 1):
                article = self._article(section, body, number if len(parts) > 1 else 0, alone, taken)
                taken.add((article.lang, article.id))
                made.append(article)
        if not made:
            raise DocumentUnusable(self.upload.file, Unusable.NO_TEXT)
        return made

    def _article(
        self, section: Section, body: str, number: int, alone: bool, taken: set[tuple[str, str]]
    ) -> Article:
        front, title = section.front, BETWEEN.join(section.path[-3:]) or self.upload.name
        lang = self._language(front, f"{title}\n{body}")
        steps = _STEP.findall(body)
        return Article(
            id=self._id(section, number, alone, lang, taken),
            lang=lang,
            agent=self._agent(front, f"{title}. {body}"),
            title=f"{title} ({number})" if number > 1 else title,
            questions=_texts(self.upload.file, front.get("questions", [])) if number < 2 else [],
            asks=str(front.get("asks") or read("documents", lang)["asks"]),
            intro=_intro(title, body),
            steps=steps,
            body=body,
            source=self.upload.name,
        )

    def _id(self, section: Section, number: int, alone: bool, lang: str, taken: set[tuple[str, str]]) -> str:
        given = section.front.get("id")
        if given is not None and not _ID.fullmatch(str(given)):
            raise DocumentUnusable(self.upload.file, Unusable.BAD_ID, id=given)
        base = str(given or "") or slug(self.upload.name)
        if not given and not alone:
            base += f"-{slug(section.path[-1])}" if section.path else ""
        wanted = f"{base}-{number}" if number > 1 else base
        if given and (lang, wanted) in taken:
            raise DocumentUnusable(self.upload.file, Unusable.ID_TWICE, id=wanted)
        unique, times = wanted, 1
        while (lang, unique) in taken:
            times += 1
            unique = f"{wanted}-{times}"
        return unique

    def _language(self, front: dict[str, Any], text: str) -> str:
        lang = str(front.get("lang") or self.upload.lang or language_of(text)).strip().lower()
        if not re.fullmatch("[a-z]{2}", lang):
            raise DocumentUnusable(self.upload.file, Unusable.LANGUAGE, lang=lang)
        return lang

    def _agent(self, front: dict[str, Any], text: str) -> str:
        agent = str(front.get("agent") or self.upload.agent or "")
        if not agent:
            return self._guessed(text)
        if agent not in self.agents:
            known = ", ".join(self.agents)
            raise DocumentUnusable(self.upload.file, Unusable.AGENT, agent=agent, known=known)
        return agent

    def _guessed(self, text: str) -> str:
        try:
            guessed = self.guess(text)
        except RoutingFailed:
            guessed = ""
        return guessed if guessed in self.agents else next(iter(self.agents))


def cut(paragraphs: Iterable[str]) -> Iterator[str]:
    """Bodies of at most PIECE characters, cut between paragraphs, else sentences, else anywhere."""
    body = ""
    for part in (part for paragraph in paragraphs for part in _parts(paragraph)):
        if body and len(body) + 2 + len(part) > PIECE:
            yield body
            body = ""
        body = f"{body}\n\n{part}" if body else part
    if body:
        yield body


def slug(text: str) -> str:
    """Letters and figures of any alphabet, joined by hyphens."""
    words = re.findall(r"[^\W_]+", clean(text).casefold())
    return "-".join(words)[:NAME].strip("-") or "document"


def _parts(paragraph: str) -> Iterator[str]:
    if len(paragraph) <= PIECE:
        yield paragraph
        return
    by_line = "\n" in paragraph
    mark, part = "\n" if by_line else " ", ""
    for sentence in paragraph.split("\n") if by_line else _SENTENCE.split(paragraph):
        for piece in [sentence[at : at + PIECE] for at in range(0, len(sentence), PIECE)]:
            if part and len(part) + 1 + len(piece) > PIECE:
                yield part
                part = ""
            part = f"{part}{mark}{piece}" if part else piece
    yield part


def _intro(title: str, body: str) -> str:
    """The first paragraph; more of them, or the title, where that says too little to be recognised by."""
    paragraphs = body.split("\n\n")
    intro = paragraphs[0]
    for paragraph in paragraphs[1:]:
        if len(intro) >= TELLING or len(intro) + len(paragraph) > INTRO:
            break
        intro = f"{intro}\n\n{paragraph}"
    return intro if len(intro) >= TELLING else f"{title}: {intro}"


def _texts(name: str, given: object) -> list[str]:
    if isinstance(given, list) and all(isinstance(text, str) for text in given):
        return given
    raise DocumentUnusable(name, Unusable.QUESTIONS)
