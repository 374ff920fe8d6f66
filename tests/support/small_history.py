"""A few dialogs whose figures can be counted by hand."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from app.core.dialog import Closing, Dialog
from app.core.models import Decision, Handoff, Reply, Source, Summary, Turn, Usage

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def at(day: int, hour: int = 10, minute: int = 0, second: float = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=UTC) + timedelta(seconds=second)


@dataclass
class Told:
    """One dialog that is being told; `clock` is where the story stands."""

    dialog: Dialog
    clock: datetime

    @classmethod
    def of(cls, customer: str, when: datetime) -> Told:
        dialog = Dialog(dialog_id=str(uuid4()), customer_id=customer, created_at=when, updated_at=when)
        dialog.add_event("dialog.opened", {}, when)
        return cls(dialog, when)

    def asks(self, text: str, answered: float = 2, agent: str = "tech_support", **turn: Any) -> Told:
        """Answered after so many seconds; what of the trace matters is given by name."""
        line = self.dialog.receive(text, self.clock)
        self.clock += timedelta(seconds=answered)
        reply = Reply(text="…", turn=trace(agent, **turn))
        self.dialog.answer(line, reply, self.clock, answered)
        return self

    def asks_in_vain(self, text: str) -> Told:
        self.dialog.receive(text, self.clock)
        self.dialog.give_up_pending(self.clock)
        return self

    def waits(self, **span: float) -> Told:
        self.clock += timedelta(**span)
        return self

    def closes(self, reason: str = "resolved") -> Dialog:
        summary = Summary(total_messages=0, total_tokens=0, duration_minutes=0, resolution="")
        self.dialog.close(Closing(reason=reason, at=self.clock, summary=summary))
        return self.dialog


def trace(agent: str, source: Source = "lexical", **given: Any) -> Turn:
    """With 100 tokens for a cent, and an article unless another is given."""
    turn = {
        "agent": agent,
        "model": "embedded",
        "citations": ["plan-pro"],
        "usage": Usage(input_tokens=80, output_tokens=20, cost=0.01, calls=1),
        **given,
    }
    return Turn.model_validate({"decision": Decision(agent=agent, confidence=0.9, source=source), **turn})


def hop(now: datetime) -> Handoff:
    return Handoff(from_agent="tech_support", to="supervisor", reason="must decide", timestamp=now)
