"""Colours of badges, charts and matrix axes. Okabe and Ito: safe for the colour-blind."""

from __future__ import annotations

from app.core.company import in_use
from app.core.models import OPERATOR

NEUTRAL, BLUE = "#6B7280", "#0072B2"
RIGHT, WRONG, UNDECIDED = "#009E73", "#D55E00", "#E69F00"
PERSON = "#CC79A7"


def colour_of(agent: str) -> str:
    """One colour for each agent, everywhere, as its company says."""
    known = in_use().agents.get(agent)
    return known.colour if known else PERSON if agent == OPERATOR else NEUTRAL
