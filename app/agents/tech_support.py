from app.agents.base import Agent
from app.agents.prompts import load
from app.agents.tools import records
from app.agents.tools.actions import acting
from app.agents.tools.knowledge import search_knowledge
from app.core.actions import EscalateToDevelopers, OpenTicket, UpdateTicket

TECH_SUPPORT = Agent(
    name="tech_support",
    handles=(
        "something does not work, errors, access and login, set-up and configuration, outages, "
        "how to do things in the product"
    ),
    prompt=load("tech_support"),
    tools=(
        search_knowledge,
        records.service_status,
        records.diagnose_account,
        records.diagnose_devices,
        records.find_tickets,
        *acting(OpenTicket, UpdateTicket, EscalateToDevelopers),
    ),
    escalates_to="supervisor",
)
