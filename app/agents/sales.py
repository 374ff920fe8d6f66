from app.agents.base import Agent
from app.agents.prompts import load
from app.agents.tools import actions, records
from app.agents.tools.knowledge import search_knowledge

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
        actions.create_order,
        actions.create_payment_link,
        actions.change_subscription,
        actions.cancel_subscription,
    ),
    escalates_to="supervisor",
)
