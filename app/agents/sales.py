from app.agents.base import Agent
from app.agents.prompts import load
from app.agents.tools import records
from app.agents.tools.actions import acting
from app.agents.tools.knowledge import search_knowledge
from app.core.actions import CancelSubscription, ChangeSubscription, CreateOrder, CreatePaymentLink

SALES = Agent(
    name="sales",
    handles=(
        "products, prices, plans, discounts, availability, buying, booking, signing up, "
        "changing or cancelling a plan, orders and delivery terms"
    ),
    prompt=load("sales"),
    tools=(
        search_knowledge,
        records.list_plans,
        records.quote,
        records.delivery_terms,
        records.find_orders,
        *acting(CreateOrder, CreatePaymentLink, ChangeSubscription, CancelSubscription),
    ),
    escalates_to="supervisor",
)
