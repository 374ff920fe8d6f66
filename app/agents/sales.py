from app.agents.base import Agent
from app.agents.prompts import load
from app.agents.tools import search_knowledge

SALES = Agent(
    name="sales",
    handles=(
        "products, prices, plans, discounts, availability, buying, booking, signing up, "
        "changing or cancelling a plan, orders and delivery terms"
    ),
    prompt=load("sales"),
    tools=(search_knowledge,),
    escalates_to="supervisor",
)
