"""The graph of an approval: interrupted until an operator decides, checkpointed, then resumed.

The turn that asked for the approval is finished by then; this graph words the report to the customer.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Any, TypedDict

from langgraph.graph import END, START, StateGraph
from langgraph.types import Command, interrupt

from app.core.backoffice import ActionApproval
from app.core.models import Reply
from app.core.ports import BackOffice
from app.core.threads import in_office

Tell = Callable[[ActionApproval], Awaitable[Reply]]


class PersonDecision(TypedDict):
    """What the operator decided."""

    approved: bool
    by: str
    note: str


class PendingApproval(TypedDict, total=False):
    """The contents of checkpoints: plain values. The decision itself is read from the back office."""

    number: str
    word: PersonDecision
    status: str
    reply: str


@dataclass(frozen=True)
class ApprovalFlow:
    """`checkpoints` opens the store for one step; nothing stays open while the approval waits.

    `tell` words the report to the customer.
    """

    office: BackOffice
    checkpoints: Callable[[], AbstractAsyncContextManager[Any]]
    tell: Tell

    async def wait(self, number: str) -> None:
        """Start waiting. Idempotent."""
        async with self.checkpoints() as saver:
            graph, thread = self._graph(saver), _thread(number)
            if not (await graph.aget_state(thread)).values:
                await graph.ainvoke({"number": number}, thread)

    async def resume(self, number: str, word: PersonDecision, pending: bool) -> tuple[ActionApproval, Reply]:
        """Carry out or drop the action and word the report; resumes where a crash interrupted it.

        A `pending` approval starts over: an earlier decision that a crash stopped before it was carried out
        must not replace this one.
        """
        async with self.checkpoints() as saver:
            graph, thread = self._graph(saver), _thread(number)
            if pending:
                await saver.adelete_thread(number)
            kept = await graph.aget_state(thread)
            if not kept.values:
                await graph.ainvoke({"number": number}, thread)
                kept = await graph.aget_state(thread)
            if "reply" not in kept.values:  # `next` leaves out a step whose writes were kept and not applied
                step: Any = Command(resume=word) if kept.interrupts else None
                await graph.ainvoke(step, thread)
                kept = await graph.aget_state(thread)
        decided = await in_office(self.office.approval, number)
        return decided, Reply.model_validate_json(kept.values["reply"])

    async def forget(self, number: str) -> None:
        """Delete the thread once the report is in the dialog."""
        async with self.checkpoints() as saver:
            await saver.adelete_thread(number)

    async def list_waiting(self) -> list[str]:
        """Numbers of all approvals that still have a thread."""
        async with self.checkpoints() as saver:
            found = {kept.config["configurable"]["thread_id"] async for kept in saver.alist(None)}
        return sorted(found)

    def _graph(self, saver: Any) -> Any:
        graph = StateGraph(PendingApproval)
        graph.add_node("wait", _wait)
        graph.add_node("settle", self._settle)
        graph.add_node("tell", self._tell)
        graph.add_edge(START, "wait")
        graph.add_edge("wait", "settle")
        graph.add_edge("settle", "tell")
        graph.add_edge("tell", END)
        return graph.compile(checkpointer=saver)

    async def _settle(self, state: PendingApproval) -> PendingApproval:
        word = state["word"]
        decide = self.office.decide
        decided = await in_office(decide, state["number"], word["approved"], word["by"], word["note"])
        return {"status": decided.status}

    async def _tell(self, state: PendingApproval) -> PendingApproval:
        reply = await self.tell(await in_office(self.office.approval, state["number"]))
        return {"reply": reply.model_dump_json()}


async def _wait(state: PendingApproval) -> PendingApproval:
    return {"word": interrupt({"approval": state["number"]})}


def _thread(number: str) -> dict[str, Any]:
    return {"configurable": {"thread_id": number}}
