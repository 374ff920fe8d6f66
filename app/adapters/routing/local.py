"""The router inside the process: n-grams first, sentence vectors where they are unsure. No key, no network."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from app.adapters.routing.artefact import Artefact, Stage
from app.adapters.routing.features import read
from app.adapters.routing.lexical import Floats, strongest
from app.core.exceptions import RoutingFailed
from app.core.models import Decision, RouteQuery
from app.core.ports import Embedder
from app.core.text import is_blank

Method = Literal["lexical", "embedding"]


@dataclass(frozen=True, slots=True)
class Verdict:
    """Probabilities of the agents, in the order of the artefact, and which stage gave them."""

    text: str
    method: Method
    shares: Floats


def softmax(margins: Floats) -> Floats:
    risen = np.exp(margins - margins.max())
    return np.asarray(risen / risen.sum(), dtype=np.float32)


class LocalRouter:
    """Without an embedder the lexical stage works alone."""

    def __init__(self, artefact: Artefact, embedder: Embedder | None) -> None:
        self._artefact = artefact
        self._embedder = embedder

    async def route(self, query: RouteQuery) -> Decision:
        return await asyncio.to_thread(self.decide, query.text, query.serving)

    def decide(self, text: str, serving: str | None = None) -> Decision:
        """CPU-bound. Raises RoutingFailed for a text without a visible character."""
        if is_blank(text):
            raise RoutingFailed("unparsed", "the text is blank")
        verdict = self._judge(read(text, self._artefact.keyboard), self._seat(serving))
        return self._settled(verdict, self._seat(serving))

    def decide_all(self, texts: Sequence[str]) -> list[Decision]:
        """First contacts by the lexical stage alone: thousands a second. CPU-bound."""
        ready = [read(text, self._artefact.keyboard) for text in texts]
        margins = self._artefact.lexical.margins_of(ready)
        stage = self._artefact.meta.lexical
        pairs = zip(ready, margins, strict=True)
        return [self._settled(Verdict(t, "lexical", self._shares(m, stage, None)), None) for t, m in pairs]

    def _seat(self, serving: str | None) -> int | None:
        agents = self._artefact.meta.agents
        return agents.index(serving) if serving in agents else None

    def _judge(self, text: str, seat: int | None) -> Verdict:
        meta = self._artefact.meta
        shares = self._shares(self._artefact.lexical.margins(text), meta.lexical, seat)
        if self._embedder is None or shares.max() >= meta.accept:
            return Verdict(text, "lexical", shares)
        margins = self._artefact.landmarks.margins([text], self._vectors(text, self._embedder))
        return Verdict(text, "embedding", self._shares(margins[0], meta.embedding, seat))

    def _vectors(self, text: str, embedder: Embedder) -> Floats:
        vectors = embedder.embed([text])
        if vectors.shape[1] != len(self._artefact.landmarks.mean):
            raise RoutingFailed("error", "the embedder is not the one the router was fitted with")
        return vectors

    def _shares(self, margins: Floats, stage: Stage, seat: int | None) -> Floats:
        """With somebody serving, the share of follow-ups is that agent's."""
        if seat is None:
            return softmax(margins[:-1] * stage.agents)
        margins = margins * stage.dialog
        margins[-1] += self._artefact.meta.stay_prior
        shares = softmax(margins)
        shares[seat] += shares[-1]
        return shares[:-1]

    def _settled(self, verdict: Verdict, seat: int | None) -> Decision:
        meta, top = self._artefact.meta, int(verdict.shares.argmax())
        stays = seat is not None and (top == seat or verdict.shares[top] < meta.switch)
        chosen = seat if seat is not None and stays else top
        return Decision(
            agent=meta.agents[chosen],
            confidence=min(1.0, float(verdict.shares[chosen])),
            source="sticky" if stays else verdict.method,
            reason=strongest(self._artefact.lexical, verdict.text, chosen),
            scores={name: round(float(p), 4) for name, p in zip(meta.agents, verdict.shares, strict=True)},
        )
