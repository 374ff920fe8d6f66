from app.agents.base import Agent
from app.agents.prompts import load
from app.agents.tools import search_knowledge

SUPERVISOR = Agent(
    name="supervisor",
    handles=(
        "complaints, refunds and compensation, disputed charges, conflict, repeated unresolved contacts, "
        "fraud, legal and privacy requests, a wish to speak to a person, anything non-standard"
    ),
    prompt=load("supervisor"),
    tools=(search_knowledge,),
)
