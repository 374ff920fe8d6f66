"""Whether a message goes on with who is serving: what the dialog adds to the margins of the text.

No line but the last is embedded. Vectors of earlier lines were tried and told nothing new (docs/routing.md).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import exp, log

from pydantic import BaseModel

from app.core.models import Said
from app.core.ngrams import Bag, fold_line
from app.engines.routing.gist import LONG
from app.engines.routing.model import Floats

Figures = dict[str, float]


class Stays(BaseModel):
    """A logistic regression: how likely the message is for the serving agent."""

    bias: float
    weights: Figures

    def chance(self, figures: Mapping[str, float]) -> float:
        total = self.bias + sum(weight * figures[name] for name, weight in self.weights.items())
        return 1 / (1 + exp(-max(-30.0, min(30.0, total))))


@dataclass(frozen=True, slots=True)
class DialogSignals:
    """What of a dialog counts. `echo`: cosine of the message's n-grams with the agent's last line."""

    echo: float
    asked: bool
    since_opened: int
    served: frozenset[str]
    words: int

    @classmethod
    def read(cls, text: str, before: Sequence[Said], idf: Floats) -> DialogSignals:
        """`text` was `read`; an agent's line counts by its last words, where its question is."""
        agents = [line for line in before if line.role == "agent"]
        last = agents[-1].content if agents else ""
        heard = " ".join(fold_line(last).split()[-LONG:])
        return cls(
            echo=overlap(Bag.of(text).weighted(idf), Bag.of(heard).weighted(idf)),
            asked=last.rstrip().endswith("?"),
            since_opened=sum(line.role == "customer" for line in before[opening(before) :]),
            served=frozenset(line.agent for line in agents if line.agent),
            words=len(text.split()),
        )


def opening(before: Sequence[Said]) -> int:
    """Where the matter in hand began: the customer's line that the present agent was first heard after.

    Without names of agents it is the first line of all.
    """
    present, start = None, 0
    for at in reversed(range(len(before))):
        line = before[at]
        if line.role == "customer":
            start = at
        elif present is None:
            present = line.agent
        elif line.agent != present:
            break
    return start


def overlap(left: Bag, right: Bag) -> float:
    held = dict(zip(left.slots.tolist(), left.values.tolist(), strict=True))
    pairs = zip(right.slots.tolist(), right.values.tolist(), strict=True)
    return float(sum(held.get(slot, 0.0) * value for slot, value in pairs))


def feature_vector(
    talk: DialogSignals, stages: Mapping[str, Floats], agents: Sequence[str], seat: int, last_resort: str
) -> Figures:
    """`stages` are margins by stage, the last one the best; the rival is the likeliest other agent by it."""
    out: Figures = {}
    rival = seat
    for name, margins in stages.items():
        rival = max((at for at in range(len(agents)) if at != seat), key=lambda at: float(margins[at]))
        for role, at in (("serving", seat), ("rival", rival), ("follow_up", len(agents))):
            out[f"{name}_{role}"] = float(margins[at])
    return out | {
        "serving_is_dearest": float(agents[seat] == last_resort),
        "rival_is_dearest": float(agents[rival] == last_resort),
        "rival_served_before": float(agents[rival] in talk.served),
        "echo_of_the_agent": talk.echo,
        "agent_asked": float(talk.asked),
        "log_messages_since_opened": log(max(1, talk.since_opened)),
        "log_words": log(max(1, talk.words)),
    }
