"""Shares of the agents for one message, and who gets it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from app.engines.routing.artefact import ArtefactMeta, Stage
from app.engines.routing.model import Floats

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
