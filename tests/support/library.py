"""A team's library without the application around it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from app.core.knowledge import Upload
from app.core.models import Article
from app.core.ports import TOKENS, Embedder, Vectors
from app.engines.knowledge.library import LibraryContext, TeamLibrary
from app.engines.knowledge.live import LiveKnowledge
from app.services.knowledge.library import KnowledgeService
from tests.support.documents import MARKDOWN

AGENTS = ("tech_support", "sales", "supervisor")
NOW = datetime(2026, 1, 2, 3, 4, tzinfo=UTC)


class LetterEmbedder:
    """Unit vectors by the counts of letters: the same text, the same vector; counts what it is asked."""

    def __init__(self, size: int = 64) -> None:
        self.size = size
        self.asked: list[str] = []

    def embed(self, texts: Sequence[str], tokens: int = TOKENS) -> Vectors:
        self.asked.extend(texts)
        rows = np.full((len(texts), self.size), 0.01, dtype=np.float32)
        for row, text in zip(rows, texts, strict=True):
            for letter in text.lower():
                row[ord(letter) % self.size] += 1
        normed: Vectors = rows / np.linalg.norm(rows, axis=1, keepdims=True)
        return normed


def shipped_article(name: str = "trial", lang: str = "en", agent: str = "sales") -> Article:
    intro = f"This is what the house says about {name}, and it says it well."
    return Article(
        id=name, lang=lang, agent=agent, title=f"The {name}", questions=[f"what about {name}"],
        asks="Which one?", intro=intro, body=intro,
    )  # fmt: skip


SHIPPED = (
    shipped_article("trial"),
    shipped_article("refunds", agent="supervisor"),
    shipped_article("printing"),
)


def library(root: Path, embedder: Embedder | None = None, *, with_shipped: bool = True) -> TeamLibrary:
    house = LibraryContext(SHIPPED, embedder, AGENTS, lambda _: "sales", lambda: NOW, with_shipped)
    return TeamLibrary(root, house)


def service(root: Path, embedder: Embedder | None = None, *, answers: bool = True) -> KnowledgeService:
    lib = library(root, embedder)
    return KnowledgeService(lib, LiveKnowledge(lib, approved_answers=answers), AGENTS, lambda: NOW)


def upload(text: str | bytes = MARKDOWN, file: str = "parking.md", **given: str | None) -> Upload:
    name = given.pop("name", None) or Path(file).stem
    return Upload(name, file, text.encode() if isinstance(text, str) else text, **given)
