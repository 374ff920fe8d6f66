"""No binding act without the customer's word: the rule that every model's calls pass."""

from __future__ import annotations

import re
from collections.abc import Sequence

from app.agents.base import Result, ToolContext
from app.agents.tools.presentation import told
from app.core.actions import Action, CreateOrder, Quote, RefundPayment, tool_name
from app.core.backoffice import NOT_CONFIRMED, ActionContext, Value
from app.core.exceptions import BackOfficeUnavailable
from app.core.models import Said

Terms = dict[str, Value]
_SUM = re.compile(r"(\d[\d\s\u00a0\u202f,.]*)(?:₽|руб|rub|р\.)|₽\s*(\d[\d,]*)", re.IGNORECASE)


def held_back(
    desk: ToolContext, visit: ActionContext, lines: Sequence[Said], wanted: object
) -> Result | None:
    """What the model reads instead of a result; None where the act may go on to the back office."""
    if not isinstance(wanted, Action) or not wanted.binding:
        return None
    given = desk.consent(wanted, lines)
    if given == "ordered" or _stands(desk, visit, wanted):
        return None
    terms = _terms(desk, visit, wanted)
    if given == "agreed" and _as_offered(terms, lines):
        return None
    refusal = {"status": "refused", "reason": NOT_CONFIRMED, **terms}
    return Result(told(refusal, visit.language).text, "refused")


def _stands(desk: ToolContext, visit: ActionContext, wanted: Action) -> bool:
    """It was done for this line before the turn was cut: the back office answers with what it did."""
    thing = str(getattr(wanted, wanted.once_for, ""))
    try:
        before = desk.office.effects(visit.dialog_id, visit.seq) if desk.office else []
    except BackOfficeUnavailable:
        return False
    done = [e.about for e in before if e.tool == tool_name(type(wanted)) and e.outcome.status != "refused"]
    return any(_plain(about) == _plain(thing) for about in done)


def _plain(thing: str) -> str:
    """An item by its name, a payment by its number: "P-1001" is "р 1001"."""
    return re.sub(r"\D", "", thing) or thing


def _as_offered(terms: Terms, lines: Sequence[Said]) -> bool:
    """What is to be paid is among the sums that our last message named, if it named any."""
    last = next((line.content for line in reversed(lines) if line.role == "agent"), "")
    named = {int(re.sub(r"\D", "", a or b)) for a, b in _SUM.findall(last)}
    due = terms.get("total_rub")
    return due is None or not named or due in named


def _terms(desk: ToolContext, visit: ActionContext, wanted: Action) -> Terms:
    """What it comes to now, so that the question can name it; nothing where the records cannot tell."""
    if desk.office is None:
        return {}
    try:
        if isinstance(wanted, CreateOrder):
            return desk.office.quote(visit.customer_id, Quote.model_validate(wanted.model_dump())).facts
        if isinstance(wanted, RefundPayment):
            paid = desk.office.payments(visit.customer_id)
            mine = next((p for p in paid if p.number == wanted.payment), None)
            return (
                {"payment": mine.number, "amount_rub": mine.amount_rub, "purpose": mine.purpose}
                if mine
                else {}
            )
    except BackOfficeUnavailable:
        return {}
    return {}
