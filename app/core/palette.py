"""One colour an agent, everywhere: badges, charts, matrix axes. Okabe and Ito: safe for the colour-blind."""

from __future__ import annotations

NEUTRAL = "#6B7280"
RIGHT, WRONG, UNDECIDED = "#009E73", "#D55E00", "#E69F00"
_AGENTS = {
    "tech_support": "#0072B2",
    "sales": "#009E73",
    "supervisor": "#D55E00",
    "operator": "#CC79A7",
}


def colour_of(agent: str) -> str:
    return _AGENTS.get(agent, NEUTRAL)
