"""Actions above the agents' limit, over REST: a person says yes or no."""

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


@router.get("")
async def find(bench: Bench, status: Which = "pending") -> ApprovalsView:
    """What waits for a person, or was decided."""
    return await bench.people.approvals(None if status == "all" else status)


@router.get("/{number}", responses=documented(404))
async def view(number: Number, bench: Bench) -> ApprovalView:
    return await bench.people.approval(number)


@router.post("/{number}/approve", responses=DECISION)
async def approve(number: Number, body: DecisionBody, bench: Bench) -> ApprovalView:
    """Carry it out, once: a repeat answers as the first, the other word is a conflict."""
    return await bench.people.decide(number, True, body.by, body.note)


@router.post("/{number}/reject", responses=DECISION)
async def reject(number: Number, body: DecisionBody, bench: Bench) -> ApprovalView:
    """Drop it; nothing happens to the customer's account."""
    return await bench.people.decide(number, False, body.by, body.note)
