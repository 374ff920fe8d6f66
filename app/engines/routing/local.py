"""The local router: n-grams first, sentence vectors where they are unsure, then the decision among agents."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np

from app.core.courtesies import is_courtesy, strip_courtesies
from app.core.exceptions import RoutingFailed
from app.core.explanation import FOLLOWS, LITTLE, UNSURE
from app.core.models import Decision, RouteQuery, Said
from app.core.ngrams import fold_line
from app.core.ports import TOKENS, Embedder
from app.core.text import ends, is_blank
from app.core.threads import TURNS, Threads
from app.engines.routing.artefact import Artefact, ArtefactMeta, Stage
from app.engines.routing.dialog import DialogSignals, feature_vector
from app.engines.routing.evidence import RoutingEvidence
from app.engines.routing.examples import Examples
from app.engines.routing.features import normalize
from app.engines.routing.gist import TOKENS as PIECE_TOKENS
from app.engines.routing.gist import gist
from app.engines.routing.model import Floats, strongest_words

Method = Literal["lexical", "embedding"]
DEMAND = 0.97  # share of the last resort; 0.95 to 0.98 decide alike on the development dialogs
BRIEF = 6  # words: a longer first message says something, even where it sounds like a follow-up


@dataclass(frozen=True, slots=True)
class Verdict:
    """Probabilities of the agents in the order of the artefact, and which stage gave them.

    `shares` hold what is left for follow-ups under the serving agent; `follow_up` is that part. Another
    agent takes over from its share in `bars`. `little`: a first contact that does not say where it belongs.
    """

    text: str
    method: Method
    shares: Floats
    bars: Floats
    follow_up: float = 0.0
    little: bool = False

    @property
    def sure(self) -> float:
        return 0.0 if self.little else float(self.shares.max())

    def chosen(self, seat: int | None) -> int:
        """The front desk, who comes first, gets what says too little."""
        if seat is None:
            return 0 if self.little else int(self.shares.argmax())
        pull = self.shares / self.bars
        pull[seat] = 0
        best = int(pull.argmax())
        return best if pull[best] >= 1 else seat


def softmax(margins: Floats) -> Floats:
    risen = np.exp(margins - margins.max())
    return np.asarray(risen / risen.sum(), dtype=np.float32)


def first_contact(text: str, method: Method, margins: Floats, meta: ArtefactMeta, greeting: bool) -> Verdict:
    stage, even = _stage(method, meta), np.full(len(meta.agents), 1 / len(meta.agents), dtype=np.float32)
    brief = len(text.split()) <= BRIEF
    little = greeting or (brief and float(softmax(margins * stage.dialog)[-1]) >= meta.too_little)
    shares = even if little else softmax(margins[:-1] * stage.agents)
    return Verdict(text, method, shares, even, little=little)


def without_dialog(text: str, method: Method, margins: Floats, meta: ArtefactMeta, seat: int) -> Verdict:
    """Somebody serves, but what was said before is not known: a fourth class competes."""
    *shares, follow_up = softmax(margins * _stage(method, meta).dialog)
    shares[seat] += follow_up
    bars = np.full(len(meta.agents), meta.switch, dtype=np.float32)
    return Verdict(text, method, np.array(shares, dtype=np.float32), bars, float(follow_up))


def in_dialog(
    text: str, method: Method, margins: Floats, meta: ArtefactMeta, seat: int, stays: float
) -> Verdict:
    """`stays` is the chance that the serving agent keeps the customer; the others share the rest.

    A message that would be a clear demand for the last resort at first contact is heard in a dialog too.
    """
    stage = _stage(method, meta)
    alone = softmax(margins[:-1] * stage.agents)
    if any(
        alone[at] >= DEMAND for at, name in enumerate(meta.agents) if name == meta.last_resort and at != seat
    ):
        stays = min(stays, 1 - DEMAND)
    rivals = margins[:-1] * stage.agents
    rivals[seat] = -np.inf
    shares = softmax(rivals) * (1 - stays)
    shares[seat] = stays
    own, follow_up = softmax(margins[[seat, -1]] * stage.dialog)
    bars = np.array([meta.take_over.get(name, meta.switch) for name in meta.agents], dtype=np.float32)
    return Verdict(text, method, shares, bars, stays * float(follow_up / (own + follow_up)))


def _stage(method: Method, meta: ArtefactMeta) -> Stage:
    return meta.lexical if method == "lexical" else meta.embedding


FULL_NAME = 3  # words that begin with capitals: somebody's name, in whatever letters
GLANCE = 400  # letters that tell what keyboard a text was typed on


class LocalRouter:
    """Without an embedder the lexical stage works alone."""

    def __init__(self, artefact: Artefact, embedder: Embedder | None, threads: Threads = TURNS) -> None:
        self._artefact = artefact
        self._embedder = embedder
        self._threads = threads

    def on(self, threads: Threads) -> LocalRouter:
        """The same, on other threads."""
        return LocalRouter(self._artefact, self._embedder, threads)

    def over(self, embedder: Embedder | None) -> LocalRouter:
        """The same, with sentence vectors from elsewhere."""
        return LocalRouter(self._artefact, embedder, self._threads)

    def evidence(self, lines: Path | None) -> RoutingEvidence:
        """What its decisions rest on; `lines` is the folder of what it was fitted on."""
        return RoutingEvidence(self._artefact, self.meant, Examples(self._artefact, self._embedder, lines))

    @property
    def fingerprint(self) -> dict[str, str]:
        """What its answers depend on, for the record of a measurement."""
        return {"lines": self._artefact.meta.data_hash[:12], "embeddings": "yes" if self._embedder else "no"}

    def meant(self, text: str) -> str:
        """The text as it stands, or folded as it was meant, where it was typed on another keyboard."""
        if self._reading(ends(text, GLANCE)) is None:
            return text
        return self._reading(text) or text

    def _reading(self, text: str) -> str | None:
        words, folded = text.split(), fold_line(text)
        named = 1 < len(words) <= FULL_NAME and all(word.istitle() for word in words)
        intended = folded if named else self._artefact.keyboard.repair(folded)
        return None if intended == folded else intended

    async def route(self, query: RouteQuery) -> Decision:
        return await self._threads.run(self.answer, query)

    def decide(self, text: str, serving: str | None = None) -> Decision:
        """A message of which nothing before is known."""
        return self._decide(Said(role="customer", content=text), serving, ())

    def answer(self, query: RouteQuery) -> Decision:
        """CPU-bound. Raises RoutingFailed for a text without a visible character."""
        return self._decide(query.turns[-1], query.serving, query.turns[:-1])

    def decide_all(self, texts: Sequence[str]) -> list[Decision]:
        """First contacts by the lexical stage alone: thousands a second. CPU-bound."""
        model = self._artefact
        ready = [gist(normalize(text, model.keyboard), model.lexical) for text in texts]
        rows = zip(ready, model.lexical.margins_of(ready), strict=True)
        return [self._finish(self._combine(text, {"lexical": row}, None, None), None) for text, row in rows]

    def _decide(self, line: Said, serving: str | None, before: Sequence[Said]) -> Decision:
        if is_blank(line.text):
            raise RoutingFailed("unparsed", "the text is blank")
        agents = self._artefact.meta.agents
        seat = agents.index(serving) if serving in agents else None
        return self._finish(self._judge(line, seat, before), seat)

    def _normalize(self, line: Said) -> str:
        """Repaired here only where no cleaner has read it."""
        if line.is_cleaned:
            return strip_courtesies(fold_line(line.text))
        return normalize(line.content, self._artefact.keyboard)

    def _judge(self, line: Said, seat: int | None, before: Sequence[Said]) -> Verdict:
        model = self._artefact
        whole = self._normalize(line)
        ready = gist(whole, model.lexical, self._weigh if self._embedder else None)
        known = seat is not None and bool(before) and bool(model.meta.stays)
        talk = DialogSignals.read(ready, before, model.lexical.idf) if known else None
        stages = {"lexical": model.lexical.margins(ready)}
        verdict = self._combine(ready, stages, seat, talk)
        if self._embedder is None or verdict.sure >= model.meta.accept:
            return verdict
        stages["embedding"] = (self._embed if ready == whole else self._weigh)([ready])[0]
        return self._combine(ready, stages, seat, talk)

    def _weigh(self, pieces: list[str]) -> Floats:
        return self._embed(pieces, PIECE_TOKENS)

    def _embed(self, texts: list[str], tokens: int = TOKENS) -> Floats:
        if self._embedder is None:
            raise ValueError("no embedder")
        vectors = self._embedder.embed(texts, tokens)
        if vectors.shape[1] != len(self._artefact.landmarks.mean):
            raise RoutingFailed("error", "the embedder is not the one the router was fitted with")
        return self._artefact.landmarks.margins(texts, vectors)

    def _combine(
        self, text: str, stages: dict[str, Floats], seat: int | None, talk: DialogSignals | None
    ) -> Verdict:
        """`stages` are margins by stage, of which the last one decides."""
        meta = self._artefact.meta
        method: Method = "embedding" if "embedding" in stages else "lexical"
        margins = stages[method]
        if seat is None:
            return first_contact(text, method, margins, meta, is_courtesy(text))
        if talk is None:
            return without_dialog(text, method, margins, meta, seat)
        vector = feature_vector(talk, stages, meta.agents, seat, meta.last_resort)
        stays = meta.stays[method].chance(vector)
        return in_dialog(text, method, margins, meta, seat, stays)

    def _finish(self, verdict: Verdict, seat: int | None) -> Decision:
        meta, chosen, shares = self._artefact.meta, verdict.chosen(seat), verdict.shares
        unsure = chosen == seat and int(shares.argmax()) != seat
        follows = chosen == seat and not unsure and verdict.follow_up >= shares[chosen] / 2
        return Decision(
            agent=meta.agents[chosen],
            confidence=min(1.0, float(shares[chosen])),
            source="sticky" if unsure or follows else verdict.method,
            reason=self._reason(verdict, chosen, unsure, follows),
            scores={name: round(float(p), 4) for name, p in zip(meta.agents, shares, strict=True)},
        )

    def _reason(self, verdict: Verdict, chosen: int, unsure: bool, follows: bool) -> str:
        if verdict.little:
            return LITTLE
        if follows:
            return FOLLOWS
        if unsure:
            return UNSURE
        return strongest_words(self._artefact.lexical, verdict.text, chosen)
