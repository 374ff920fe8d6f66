"""Routing without a dialog."""

from __future__ import annotations

from fastapi import APIRouter

from app.api.deps import Bench
from app.api.errors import documented
from app.services.routing import Routed, RouteLine

router = APIRouter(tags=["routing"])


@router.post("/route", responses=documented(400, 403, 413, 415, 422, 429))
async def route(line: RouteLine, bench: Bench) -> Routed:
    """Where a message or conversation would go. A failure has `agent: null` and says so in `outcome`."""
    return await bench.routing.open.route(line)
