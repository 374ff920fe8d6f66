"""Health endpoints and Prometheus metrics. None of them calls the model provider."""

from __future__ import annotations

from fastapi import APIRouter, Depends, Response
from prometheus_client import CONTENT_TYPE_LATEST

from app.api.deps import Bench, insiders
from app.api.errors import documented
from app.services.health import Detailed, Health, Readiness
from app.telemetry.metrics import exposed

metrics_router = APIRouter()


@metrics_router.get("/metrics", include_in_schema=False, dependencies=[Depends(insiders)])
async def metrics(bench: Bench) -> Response:
    return Response(exposed(bench.metrics), media_type=CONTENT_TYPE_LATEST)


router = APIRouter(prefix="/health", tags=["health"])


@router.get("", summary="Health")
async def health(bench: Bench) -> Health:
    """Returns the overall status. `degraded`: the provider is down and the embedded model answers."""
    return await bench.health.brief()


@router.get(
    "/detailed",
    summary="Detailed health",
    responses=documented(401, 403),
    dependencies=[Depends(insiders)],
)
async def detailed(bench: Bench) -> Detailed:
    """Adds the state of the storage, quarantined files, provider, outbox, router and agents."""
    return await bench.health.detailed()


@router.get("/ready", summary="Readiness", responses={503: {"model": Readiness, "description": "Not ready"}})
async def ready(bench: Bench, response: Response) -> Readiness:
    """Returns 503 while dialogs cannot be served."""
    readiness = await bench.health.readiness()
    response.status_code = 200 if readiness.ready else 503
    return readiness


@router.get("/live", summary="Liveness")
async def live() -> dict[str, str]:
    """Returns 200 while the process is running."""
    return {"status": "alive"}
