from app.agents.base import Agent
from app.agents.prompts import load
from app.agents.tools import search_knowledge

TECH_SUPPORT = Agent(
    name="tech_support",
    handles=(
        "something does not work, errors, access and login, set-up and configuration, outages, "
        "how to do things in the product"
    ),
    prompt=load("tech_support"),
    tools=(search_knowledge,),
    escalates_to="supervisor",
)
