"""A person is wanted in a dialog: since when, why, and what would settle it."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel, Field

from app.core.models import Turn


class Escalation(BaseModel):
    """`by` is the agent who served when it began.

    `about` lists the approvals whose decision settles it; empty if it has another reason too.
    """

    since: datetime
    reason: str
    by: str | None = None
    about: list[str] = Field(default_factory=list)

    def joined(self, turn: Turn) -> Escalation:
        """Another agent's matter is not settled by the approvals of this one."""
        waits = turn.waits
        if waits and (self.about or self.by == turn.agent):
            return self.model_copy(update={"about": [*self.about, *waits]})
        return self if self.by == turn.agent else self.model_copy(update={"about": []})

    def without(self, approval: str) -> Escalation | None:
        """What is left of it when this has been decided."""
        if approval not in self.about:
            return self
        left = [number for number in self.about if number != approval]
        return self.model_copy(update={"about": left}) if left else None
