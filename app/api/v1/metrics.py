"""Metrics in the Prometheus text format."""

from __future__ import annotations

from fastapi import APIRouter, Response
from prometheus_client import CONTENT_TYPE_LATEST

from app.api.deps import Bench
from app.telemetry import exposed

router = APIRouter()


@router.get("/metrics", include_in_schema=False)
async def metrics(bench: Bench) -> Response:
    return Response(exposed(bench.metrics), media_type=CONTENT_TYPE_LATEST)
