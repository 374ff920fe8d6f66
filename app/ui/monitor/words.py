"""Words of the monitor in one language, and the sentences for what goes wrong."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from app.core.exceptions import CallCenterError
from app.ui.format import moment
from app.ui.room import badge
from app.ui.words import Words, told


@dataclass(frozen=True)
class MonitorTexts:
    """`agents` are the frame's names of those who speak."""

    language: str
    words: Words
    agents: Mapping[str, str]

    def problem(self, error: CallCenterError) -> str:
        return told(error, self.language, self.words["problems"])

    def agent(self, name: str | None) -> str:
        return self.agents.get(name or "", name or self.words["nobody"])

    def badge(self, name: str | None) -> str:
        return badge(name, {**self.agents, "—": self.words["nobody"]})

    def closed(self, reason: str | None, by: str | None) -> str:
        """A person has a name; what else closes dialogs has a sentence, or told its own reason."""
        words: dict[str, str] = self.words["closings"]
        sentence = words["person"] if by else words.get(reason or "", words["other"])
        return sentence.format(who=by, reason=reason)

    def time(self, at: datetime) -> str:
        return f'<time datetime="{at.isoformat()}">{moment(at, self.language)}</time>'

    def since(self, at: datetime) -> str:
        """How long ago; the page's script writes it and counts on."""
        return f'<span class="mon-age" data-since="{at.isoformat()}"></span>'
