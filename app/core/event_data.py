"""What is told of a dialog, and in which words: event kinds and their data. Pure.

No line of a customer and no phone number gets here: numbers, sums, agents, reasons, subjects, counts.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from app.core.actions import BY_TOOL
from app.core.backoffice import Effect, Value
from app.core.events import EventKind
from app.core.models import Summary, Turn
from app.core.proposals import Proposal
from app.core.redaction.search import redact
from app.core.text import shorten

Data = dict[str, str | int | float | bool | None]
Told = tuple[EventKind, Data]
LONGEST = 300

TERMS = {
    "payment",
    "order",
    "item",
    "plan",
    "period",
    "amount_rub",
    "total_rub",
    "difference_rub",
    "price_rub",
}
CALLS = ("book_callback", "move_callback", "cancel_callback")
RENAMED = {(tool, "at"): "callback_at" for tool in CALLS}
HUSHED = {"days_from", "days_to", "days_max", "url", "time_zone", "asked"}


def of_turn(turn: Turn) -> Iterator[Told]:
    """Where the line went, and every hop after that."""
    decision = turn.decision
    yield (
        "dialog.routed",
        {
            "agent": decision.agent,
            "confidence": round(decision.confidence, 3),
            "source": decision.source,
            "language": turn.language,
        },
    )
    for handoff in turn.hops:
        yield (
            "dialog.handed_over",
            {
                "agent": handoff.to,
                "from_agent": handoff.from_agent,
                "to_agent": handoff.to,
                "reason": masked(handoff.reason),
                "language": turn.language,
            },
        )


def of_closing(reason: str, summary: Summary) -> Told:
    """Without the resolution: it quotes the dialog."""
    counts: Data = {"messages": summary.total_messages, "minutes": summary.duration_minutes}
    return "dialog.closed", {"reason": masked(reason), **counts}


def of_effect(effect: Effect, subject: str = "") -> Told | None:
    """None for a refusal, and for what nobody outside is told of."""
    outcome, kind = effect.outcome, _kind(effect)
    if kind is None:
        return None
    data: Data = {"number": outcome.number, "subject": masked(subject), "reason": outcome.reason}
    for name, value in outcome.facts.items():
        if name not in HUSHED:
            data[RENAMED.get((effect.tool, name), name)] = plain(value)
    if effect.tool == "escalate_to_developers":
        data["kind"] = "developers"
    if effect.decided_by:
        data["approved"] = True
    return kind, {name: value for name, value in data.items() if value not in (None, "")}


def of_proposal(proposal: Proposal) -> Data:
    """Sums and numbers of its terms; dates stay in the answer."""
    terms: Data = {k: v for k, v in proposal.facts.items() if k in TERMS and isinstance(v, str | int)}
    outcome = proposal.outcome
    came: Data = {"status": outcome.status, "number": outcome.number} if outcome else {}
    told = {"proposal": proposal.id, "tool": proposal.tool, **terms, **came}
    return {name: value for name, value in told.items() if value not in (None, "")}


def _kind(effect: Effect) -> EventKind | None:
    if (action := BY_TOOL.get(effect.tool)) is None:
        return None
    return {"done": action.event, "approval": action.waits, "refused": None}[effect.outcome.status]


def key_of(effect: Effect) -> str:
    """A tool acts once in a turn on each thing, and once more when a person has decided."""
    about, decided = f"/{effect.about}" * bool(effect.about), "/decided" * bool(effect.decided_by)
    return f"{effect.seq}/{effect.tool}{about}{decided}"


def plain(value: Value) -> str | int | bool | None:
    return value.isoformat() if isinstance(value, date) else value


def masked(text: str) -> str:
    """In free words there may stand personal data."""
    return short(redact(text[: 2 * LONGEST]))


def short(text: str) -> str:
    return shorten(text, LONGEST)
