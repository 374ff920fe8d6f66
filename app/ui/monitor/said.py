"""Words of the monitor in one language, and the sentences for what goes wrong."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from html import escape

from app.core.exceptions import CallCenterError
from app.core.palette import colour_of
from app.ui.format import moment
from app.ui.words import Words


@dataclass(frozen=True)
class Said:
    """`agents` are the frame's names of those who speak, `failed` its sentence for the rest."""

    language: str
    words: Words
    agents: dict[str, str]
    failed: str

    def problem(self, error: CallCenterError) -> str:
        sentence: str | None = self.words["problems"].get(error.code)
        return sentence or self.failed.format(problem=error)

    def agent(self, name: str | None) -> str:
        return self.agents.get(name or "", name or self.words["nobody"])

    def badge(self, name: str | None) -> str:
        colour = colour_of(name or "")
        return f'<span class="cc-badge" style="background:{colour}">{escape(self.agent(name))}</span>'

    def time(self, at: datetime) -> str:
        return f'<time datetime="{at.isoformat()}">{moment(at, self.language)}</time>'

    def since(self, at: datetime) -> str:
        """How long ago; the page's script writes it and counts on."""
        return f'<span class="mon-age" data-since="{at.isoformat()}"></span>'
