"""Routing without a dialog."""

from __future__ import annotations

from fastapi import APIRouter, Depends

from app.api.deps import Bench, count_call
from app.api.errors import documented
from app.services.routing import Routed, RouteLine

router = APIRouter(tags=["routing"])


@router.post(
    "/route",
    summary="Route without a dialog",
    responses=documented(400, 401, 403, 413, 415, 422, 429),
    dependencies=[Depends(count_call)],
)
async def route(line: RouteLine, bench: Bench) -> Routed:
    """Returns the agent for a message or conversation. On failure `agent` is null and `outcome` says why."""
    return await bench.routing.open.route(line)
