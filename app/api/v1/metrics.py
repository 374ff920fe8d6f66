"""Metrics in the Prometheus text format."""

from __future__ import annotations

from fastapi import APIRouter, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from app.api.deps import Bench

router = APIRouter()


@router.get("/metrics", include_in_schema=False)
async def metrics(bench: Bench) -> Response:
    return Response(generate_latest(bench.metrics.registry), media_type=CONTENT_TYPE_LATEST)
