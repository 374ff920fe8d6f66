"""The monitor's open dialog: who and what, then every line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from app.core.html import Block, split_blocks
from app.services.operators.summary import is_weighed
from app.services.operators.views import ApprovalView, OpenDialog, TranscriptLine
from app.ui.monitor.panels import ApprovalRow, NamedCustomer, approval_row, describe_called, describe_wish
from app.ui.room import render
from app.ui.words import RoomTexts

FACTS = ("open", "wish", "why", "tried", "promised", "withheld", "notes")


@dataclass(frozen=True)
class Fact:
    """What somebody who takes over has to know."""

    name: str
    label: str
    told: list[str]


@dataclass(frozen=True)
class About:
    """`standing`: who holds the dialog, or why it is closed, and the kind of its tag; `known`: by records."""

    agent: str | None
    customer: NamedCustomer
    known: str
    standing: tuple[str, str]
    language: str
    created: datetime
    facts: list[Fact]
    approvals: list[ApprovalRow]


@dataclass(frozen=True)
class Line:
    """`how` is who decided for the agent, and how surely."""

    side: str
    role: str
    by: str
    how: str
    state: str
    degraded: bool
    at: datetime
    blocks: list[Block]


def render_dialog(opened: OpenDialog, approvals: Sequence[ApprovalView], texts: RoomTexts) -> dict[str, str]:
    """`about` and `lines`, so that a new line does not redraw what stands above."""
    about = _about(opened, approvals, texts)
    return {
        "about": render("monitor.about", about=about, t=texts),
        "lines": render("monitor.lines", lines=[_line(line, texts) for line in opened.lines], t=texts),
    }


def _about(opened: OpenDialog, approvals: Sequence[ApprovalView], texts: RoomTexts) -> About:
    dialog, names = opened.dialog, {opened.dialog.customer_id: opened.name} if opened.name else {}
    customer = NamedCustomer.of(dialog.customer_id, names)
    known = opened.summary.who.removeprefix(f"{opened.name} ({customer.id})").removeprefix(", ")
    return About(
        agent="operator" if opened.held_by else dialog.assigned_agent,
        customer=customer,
        known=known if opened.name else "",
        standing=_standing(opened, texts),
        language=opened.language.upper(),
        created=dialog.created_at,
        facts=_facts(opened, texts),
        approvals=[
            approval_row(each, texts, names) for each in approvals if each.dialog_id == dialog.dialog_id
        ],
    )


def _facts(opened: OpenDialog, texts: RoomTexts) -> list[Fact]:
    summary, labels = opened.summary, texts.words["summary"]
    weighed = opened.escalation is not None and is_weighed(opened.escalation.reason)
    values: dict[str, str | list[str]] = {name: getattr(summary, name) for name in FACTS}
    why = [describe_called(summary.called, texts), "" if weighed else summary.why]
    values |= {"wish": describe_wish(summary, texts), "why": [each for each in why if each]}
    if opened.dialog.proposal:
        values["proposal"] = opened.dialog.proposal.question
    return [
        Fact(name, labels[name], [value] if isinstance(value, str) else value)
        for name, value in values.items()
        if value
    ]


def _standing(opened: OpenDialog, texts: RoomTexts) -> tuple[str, str]:
    if opened.dialog.status == "closed":
        return describe_closing(opened.closed_because, opened.closed_by, texts), ""
    if opened.held_by:
        return str(texts.words["held"].format(who=opened.held_by)), "person"
    waits = opened.dialog.escalated
    return str(texts.words["is_waiting" if waits else "is_bot"]), "warn" if waits else "good"


def describe_closing(reason: str | None, by: str | None, texts: RoomTexts) -> str:
    """A person is named; a reason that has no sentence of ours is quoted."""
    words: dict[str, str] = texts.words["closings"]
    sentence = words["person"] if by else words.get(reason or "", words["other"])
    return sentence.format(who=by, reason=reason)


def _line(line: TranscriptLine, texts: RoomTexts) -> Line:
    customer = line.role == "customer"
    return Line(
        side="customer" if customer else "answer",
        role=line.role,
        by=line.by or "",
        how=_how(line, texts),
        state=texts.words["states"].get(line.state, ""),
        degraded=bool(line.path and line.path.degraded),
        at=line.timestamp,
        blocks=[Block("text", [line.content])] if customer else split_blocks(line.content),
    )


def _how(line: TranscriptLine, texts: RoomTexts) -> str:
    if line.path is None:
        return ""
    decision, words = line.path.decision, texts.words
    source = words["sources"].get(decision.source, decision.source)
    return f"{words['routed']}: {texts.number(decision.confidence, 2)} · {source}"
