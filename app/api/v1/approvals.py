"""REST endpoints for approvals: actions above the agents' limits."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Path
from pydantic import BaseModel, ConfigDict, Field

from app.api.deps import Bench, operators_only
from app.api.errors import documented
from app.services.operators.views import ApprovalsView, ApprovalView

router = APIRouter(
    prefix="/approvals",
    tags=["operators"],
    dependencies=[Depends(operators_only)],
    responses=documented(401, 403, 422, 503),
)
DECISION = documented(400, 404, 409, 413, 415, 507)
Number = Annotated[str, Path(pattern=r"^[A-Za-z0-9-]{1,40}$", examples=["A-1001"])]
Which = Literal["pending", "approved", "rejected", "all"]


class DecisionBody(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    by: str = Field(min_length=1, max_length=100, examples=["anna"])
    note: str = Field(default="", max_length=4000)


@router.get("", summary="List approvals")
async def find(bench: Bench, status: Which = "pending") -> ApprovalsView:
    """Lists pending or decided approvals."""
    return await bench.operators.approvals(None if status == "all" else status)


@router.get("/{number}", summary="Get an approval", responses=documented(404))
async def view(number: Number, bench: Bench) -> ApprovalView:
    """Returns one approval with its decision and outcome, if there is one."""
    return await bench.operators.approval(number)


@router.post("/{number}/approve", summary="Approve an action", responses=DECISION)
async def approve(number: Number, body: DecisionBody, bench: Bench) -> ApprovalView:
    """Carries the action out once; a repeat returns the first response, an opposite decision is 409."""
    return await bench.operators.decide(number, True, body.by, body.note)


@router.post("/{number}/reject", summary="Reject an action", responses=DECISION)
async def reject(number: Number, body: DecisionBody, bench: Bench) -> ApprovalView:
    """Rejects the action; the customer's account is not changed."""
    return await bench.operators.decide(number, False, body.by, body.note)
