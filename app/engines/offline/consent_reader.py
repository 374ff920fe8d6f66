"""What a customer's line says to the question whether to do an act: our reading, whichever model speaks."""

from __future__ import annotations

from app.core.proposals import Answer
from app.engines.offline.agreement import acknowledges, answer_to, names_act, refuses
from app.engines.offline.pausing import pauses


def read_answer(tool: str, question: str, said: str) -> Answer:
    """An acknowledgement is no yes: it may mean that the question was read."""
    if pauses(said):
        return "pause"
    answer = answer_to(tool, said, question)
    if answer == "yes":
        return "named" if names_act(tool, said, question) else "yes"
    if refuses(tool, said):
        return "no"
    return "unclear" if answer in ("ack", "unclear") and acknowledges(said) else "other"
