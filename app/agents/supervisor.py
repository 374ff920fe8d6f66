from app.agents.base import Agent
from app.agents.prompts import load
from app.agents.tools import records
from app.agents.tools.actions import acting
from app.agents.tools.knowledge import search_knowledge
from app.core.actions import BookCallback, CompensateOutage, GrantCredit, OpenComplaint, RefundPayment

SUPERVISOR = Agent(
    name="supervisor",
    handles=(
        "complaints, refunds and compensation, disputed charges, conflict, repeated unresolved contacts, "
        "fraud, legal and privacy requests, a wish to speak to a person, anything non-standard"
    ),
    prompt=load("supervisor"),
    tools=(
        search_knowledge,
        records.find_payments,
        records.find_orders,
        records.find_tickets,
        records.service_status,
        *acting(RefundPayment, CompensateOutage, GrantCredit, OpenComplaint, BookCallback),
    ),
)
