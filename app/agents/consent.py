"""Consent: a binding action needs the customer's order or yes, whichever model calls it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from app.agents.base import Result, ToolContext
from app.agents.tools.presentation import render_facts
from app.core.actions import Action, CreateOrder, Quote, RefundPayment, tool_name
from app.core.backoffice import NOT_CONFIRMED, ActionContext, Value
from app.core.exceptions import BackOfficeUnavailable
from app.core.models import Said

Terms = dict[str, Value]
_SUM = re.compile(r"(\d[\d\s\u00a0\u202f,.]*)(?:₽|руб|rub|р\.)|₽\s*(\d[\d,]*)", re.IGNORECASE)


def held_back(
    context: ToolContext, origin: ActionContext, lines: Sequence[Said], wanted: object
) -> Result | None:
    """The refusal that the model receives; None if the action may go to the back office."""
    if not isinstance(wanted, Action) or not wanted.binding:
        return None
    given = context.consent(wanted, lines)
    if given == "ordered" or _stands(context, origin, wanted):
        return None
    terms = _terms(context, origin, wanted)
    if given == "agreed" and _as_offered(terms, lines):
        return None
    refusal = {"status": "refused", "reason": NOT_CONFIRMED, **terms}
    return Result(render_facts(refusal, origin.language).text, "refused")


def _stands(context: ToolContext, origin: ActionContext, wanted: Action) -> bool:
    """It was done for this line before the turn was interrupted: the back office returns that outcome."""
    thing = str(getattr(wanted, wanted.once_for, ""))
    try:
        before = context.office.effects(origin.dialog_id, origin.seq) if context.office else []
    except BackOfficeUnavailable:
        return False
    done = [e.about for e in before if e.tool == tool_name(type(wanted)) and e.outcome.status != "refused"]
    return any(_plain(about) == _plain(thing) for about in done)


def _plain(thing: str) -> str:
    """An item by its name, a payment by its number: "P-1001" is "р 1001"."""
    return re.sub(r"\D", "", thing) or thing


def _as_offered(terms: Terms, lines: Sequence[Said]) -> bool:
    """The amount due is among the sums in our last message, if it named any."""
    last = next((line.content for line in reversed(lines) if line.role == "agent"), "")
    named = {int(re.sub(r"\D", "", a or b)) for a, b in _SUM.findall(last)}
    due = terms.get("total_rub")
    return due is None or not named or due in named


def _terms(context: ToolContext, origin: ActionContext, wanted: Action) -> Terms:
    """Current terms, so that the question can name them; empty if the records are unavailable."""
    if context.office is None:
        return {}
    try:
        if isinstance(wanted, CreateOrder):
            return context.office.quote(origin.customer_id, Quote.model_validate(wanted.model_dump())).facts
        if isinstance(wanted, RefundPayment):
            paid = context.office.payments(origin.customer_id)
            mine = next((p for p in paid if p.number == wanted.payment), None)
            return (
                {"payment": mine.number, "amount_rub": mine.amount_rub, "purpose": mine.purpose}
                if mine
                else {}
            )
    except BackOfficeUnavailable:
        return {}
    return {}
