"""REST endpoints for operators: takeover, reply, handback, re-route, queue, approvals."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Path, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from app.api.deps import Bench, DialogId, Key, operating
from app.api.errors import documented
from app.services.dialogs.admission import Request
from app.services.operators.views import ApprovalsView, ApprovalView, Held, Moved, QueueView, Replied

approvals_router = APIRouter(
    prefix="/approvals",
    tags=["operators"],
    dependencies=[Depends(operating)],
    responses=documented(401, 403, 422, 503),
)
DECISION = documented(400, 404, 409, 413, 415, 507)
Number = Annotated[str, Path(pattern=r"^[A-Za-z0-9-]{1,40}$", examples=["A-1001"])]
Which = Literal["pending", "approved", "rejected", "all"]


class DecisionBody(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    by: str = Field(min_length=1, max_length=100, examples=["anna"])
    note: str = Field(default="", max_length=4000)


@approvals_router.get("", summary="List approvals")
async def find(bench: Bench, status: Which = "pending") -> ApprovalsView:
    """Lists pending or decided approvals."""
    return await bench.operators.approvals(None if status == "all" else status)


@approvals_router.get("/{number}", summary="Get an approval", responses=documented(404))
async def view(number: Number, bench: Bench) -> ApprovalView:
    """Returns one approval with its decision and outcome, if there is one."""
    return await bench.operators.approval(number)


@approvals_router.post("/{number}/approve", summary="Approve an action", responses=DECISION)
async def approve(number: Number, body: DecisionBody, bench: Bench) -> ApprovalView:
    """Carries the action out once; a repeat returns the first response, an opposite decision is 409."""
    return await bench.operators.decide(number, True, body.by, body.note)


@approvals_router.post("/{number}/reject", summary="Reject an action", responses=DECISION)
async def reject(number: Number, body: DecisionBody, bench: Bench) -> ApprovalView:
    """Rejects the action; the customer's account is not changed."""
    return await bench.operators.decide(number, False, body.by, body.note)


router = APIRouter(
    prefix="/operator",
    tags=["operators"],
    dependencies=[Depends(operating)],
    responses=documented(401, 403, 422, 503),
)
CHANGE = documented(400, 404, 409, 413, 415, 507)


class OperatorBody(BaseModel):
    """`operator` is the internal name of the person; customers never see it."""

    model_config = ConfigDict(extra="forbid", strict=True)

    operator: str = Field(min_length=1, max_length=100, examples=["anna"])


class TakeoverBody(OperatorBody):
    """`force` takes the dialog even if another operator holds it."""

    reason: str = Field(default="", max_length=500, examples=["asks for a person"])
    force: bool = False


class ReplyBody(OperatorBody):
    message: str = Field(min_length=1, max_length=20_000, examples=["Здравствуйте, я посмотрел ваш заказ."])


class HandbackBody(OperatorBody):
    """`note` is shown to the agents; `agent` continues the dialog, by default the previous one."""

    note: str = Field(default="", max_length=4000, examples=["The refund is made; help with the set-up."])
    agent: str | None = Field(default=None, max_length=100, examples=["tech_support"])


class RerouteBody(OperatorBody):
    """`agent` is the agent that should have been chosen; it serves from the next turn on."""

    agent: str = Field(min_length=1, max_length=100, examples=["tech_support"])
    reason: str = Field(min_length=1, max_length=300, examples=["asks how to set it up, not what it costs"])


@router.post("/dialogs/{dialog_id}/takeover", summary="Take over a dialog", responses=CHANGE)
async def takeover(dialog_id: DialogId, body: TakeoverBody, bench: Bench) -> Held:
    """Assigns the dialog to the operator once the running turn has finished. Repeats are safe."""
    return await bench.operators.take_over(dialog_id, body.operator, body.reason, body.force)


@router.post("/dialogs/{dialog_id}/reply", summary="Write to the customer", responses=CHANGE)
async def reply(dialog_id: DialogId, body: ReplyBody, bench: Bench, key: Key, response: Response) -> Replied:
    """Adds an operator's line. With an Idempotency-Key a repeat does not add a second line."""
    request = Request.of(key, "reply", body.model_dump(exclude_unset=True)) if key else None
    outcome = await bench.operators.reply(dialog_id, body.operator, body.message, request)
    if outcome.replayed:
        response.headers["Idempotency-Replayed"] = "true"
    return Replied.model_validate(outcome.body)


@router.post("/dialogs/{dialog_id}/handback", summary="Hand back to the agents", responses=CHANGE)
async def handback(dialog_id: DialogId, body: HandbackBody, bench: Bench) -> Held:
    """Returns the dialog to the agents, with a note for them if there is one; they answer what waits."""
    return await bench.operators.hand_back(dialog_id, body.operator, body.note, body.agent)


@router.post("/dialogs/{dialog_id}/reroute", summary="Re-route to another agent", responses=CHANGE)
async def reroute(dialog_id: DialogId, body: RerouteBody, bench: Bench) -> Moved:
    """Assigns another agent. The reason is stored, and the dialog is proposed as a training example."""
    done = await bench.monitor.rerouting.reroute(dialog_id, body.operator, body.agent, body.reason)
    return Moved(**done.held.model_dump(), proposal=done.proposal.id if done.proposal else None)


@router.get("/queue", summary="Escalation queue")
async def queue(
    bench: Bench,
    limit: Annotated[int, Query(ge=1, le=200)] = 20,
    cursor: Annotated[str | None, Query(max_length=500)] = None,
    lang: Annotated[
        str | None,
        Query(pattern="^[a-z]{2}$", description="Language of the texts; by default that of each dialog."),
    ] = None,
) -> QueueView:
    """Lists dialogs that need a person, the most urgent first."""
    return await bench.operators.queue(limit, cursor, lang)
