from app.agents.base import Agent
from app.agents.prompts import load
from app.agents.tools import actions, records
from app.agents.tools.knowledge import search_knowledge

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
        actions.refund_payment,
        actions.compensate_outage,
        actions.grant_credit,
        actions.open_complaint,
        actions.book_callback,
    ),
)
