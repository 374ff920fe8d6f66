"""The router inside the process: n-grams first, sentence vectors where they are unsure."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from app.adapters.routing.artefact import Artefact, Stage
from app.adapters.routing.features import read
from app.adapters.routing.gist import gist
from app.adapters.routing.lexical import Floats, strongest
from app.core.exceptions import RoutingFailed
from app.core.models import Decision, RouteQuery
from app.core.ports import Embedder
from app.core.text import is_blank

Method = Literal["lexical", "embedding"]


@dataclass(frozen=True, slots=True)
class Verdict:
    """Probabilities of the agents in the order of the artefact, and which stage gave them.

    `shares` hold what is left for follow-ups under the serving agent; `follow_up` is that part.
    """

    text: str
    method: Method
    shares: Floats
    follow_up: float = 0.0


def softmax(margins: Floats) -> Floats:
    risen = np.exp(margins - margins.max())
    return np.asarray(risen / risen.sum(), dtype=np.float32)


class LocalRouter:
    """Without an embedder the lexical stage works alone."""

    def __init__(self, artefact: Artefact, embedder: Embedder | None) -> None:
        self._artefact = artefact
        self._embedder = embedder

    @property
    def fingerprint(self) -> dict[str, str]:
        """What its answers depend on, for the record of a measurement."""
        return {"lines": self._artefact.meta.data_hash[:12], "embeddings": "yes" if self._embedder else "no"}

    async def route(self, query: RouteQuery) -> Decision:
        return await asyncio.to_thread(self.decide, query.text, query.serving)

    def decide(self, text: str, serving: str | None = None) -> Decision:
        """CPU-bound. Raises RoutingFailed for a text without a visible character."""
        if is_blank(text):
            raise RoutingFailed("unparsed", "the text is blank")
        verdict = self._judge(self._ready(text), self._seat(serving))
        return self._settled(verdict, self._seat(serving))

    def decide_all(self, texts: Sequence[str]) -> list[Decision]:
        """First contacts by the lexical stage alone: thousands a second. CPU-bound."""
        ready = [self._ready(text) for text in texts]
        margins, stage = self._artefact.lexical.margins_of(ready), self._artefact.meta.lexical
        return [
            self._settled(self._weighed(text, "lexical", row, stage, None), None)
            for text, row in zip(ready, margins, strict=True)
        ]

    def _ready(self, text: str) -> str:
        return gist(read(text, self._artefact.keyboard), self._artefact.lexical)

    def _seat(self, serving: str | None) -> int | None:
        agents = self._artefact.meta.agents
        return agents.index(serving) if serving in agents else None

    def _judge(self, text: str, seat: int | None) -> Verdict:
        model, meta = self._artefact, self._artefact.meta
        verdict = self._weighed(text, "lexical", model.lexical.margins(text), meta.lexical, seat)
        if self._embedder is None or verdict.shares.max() >= meta.accept:
            return verdict
        margins = model.landmarks.margins([text], self._vectors(text, self._embedder))[0]
        return self._weighed(text, "embedding", margins, meta.embedding, seat)

    def _vectors(self, text: str, embedder: Embedder) -> Floats:
        vectors = embedder.embed([text])
        if vectors.shape[1] != len(self._artefact.landmarks.mean):
            raise RoutingFailed("error", "the embedder is not the one the router was fitted with")
        return vectors

    def _weighed(self, text: str, method: Method, margins: Floats, stage: Stage, seat: int | None) -> Verdict:
        if seat is None:
            return Verdict(text, method, softmax(margins[:-1] * stage.agents))
        raised = margins * stage.dialog
        raised[-1] += self._artefact.meta.stay_prior
        *shares, follow_up = softmax(raised)
        shares[seat] += follow_up
        return Verdict(text, method, np.array(shares, dtype=np.float32), float(follow_up))

    def _settled(self, verdict: Verdict, seat: int | None) -> Decision:
        meta, top = self._artefact.meta, int(verdict.shares.argmax())
        unsure = seat is not None and top != seat and verdict.shares[top] < meta.switch
        follows = top == seat and verdict.follow_up >= verdict.shares[top] / 2
        chosen = seat if unsure and seat is not None else top
        return Decision(
            agent=meta.agents[chosen],
            confidence=min(1.0, float(verdict.shares[chosen])),
            source="sticky" if unsure or follows else verdict.method,
            reason=self._reason(verdict, chosen, unsure, follows),
            scores={name: round(float(p), 4) for name, p in zip(meta.agents, verdict.shares, strict=True)},
        )

    def _reason(self, verdict: Verdict, chosen: int, unsure: bool, follows: bool) -> str:
        if follows:
            return "a follow-up: stays with the serving agent"
        if unsure:
            return "no other agent is likely enough: stays with the serving agent"
        return strongest(self._artefact.lexical, verdict.text, chosen)
