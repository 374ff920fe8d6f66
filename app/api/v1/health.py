"""Health over REST. None of these calls the model provider."""

from __future__ import annotations

from fastapi import APIRouter, Response

from app.api.deps import Bench
from app.services.health import Detailed, Health, Readiness

router = APIRouter(prefix="/health", tags=["health"])


@router.get("")
async def health(bench: Bench) -> Health:
    """`degraded`: the provider is down and the embedded model serves."""
    return await bench.health.brief()


@router.get("/detailed")
async def detailed(bench: Bench) -> Detailed:
    """With the state of the storage, quarantined files, router and agents."""
    return await bench.health.detailed()


@router.get("/ready", responses={503: {"model": Readiness, "description": "Not ready"}})
async def ready(bench: Bench, response: Response) -> Readiness:
    """503 when a dialog could not be served."""
    readiness = await bench.health.readiness()
    response.status_code = 200 if readiness.ready else 503
    return readiness


@router.get("/live")
async def live() -> dict[str, str]:
    """The process answers."""
    return {"status": "alive"}
