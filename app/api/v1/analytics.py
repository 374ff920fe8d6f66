"""REST endpoints for analytics of stored dialogs."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response

from app.api.deps import Bench, analysing
from app.api.errors import documented
from app.services.analytics.staffing import Staffing, Wanted
from app.services.analytics.views import Figures, to_csv

router = APIRouter(
    prefix="/analytics",
    tags=["analytics"],
    dependencies=[Depends(analysing)],
    responses=documented(401, 403, 422, 503),
)
First = Annotated[date | None, Query(alias="from", description="First day; by default six days before `to`.")]
Last = Annotated[date | None, Query(alias="to", description="Last day, inclusive; by default today.")]
Zone = Annotated[
    str,
    Query(alias="zone", max_length=64, description="Time zone in which days begin, such as Europe/Moscow."),
]

Agent = Annotated[str, Query(max_length=64, description="Only dialogs that this agent served last.")]
Language = Annotated[str, Query(max_length=16, description="Only dialogs in this language, such as en.")]


async def figures_of(
    bench: Bench,
    first: First = None,
    last: Last = None,
    zone: Zone = "UTC",
    agent: Agent = "",
    language: Language = "",
) -> Figures:
    return await bench.analytics.figures(first, last, zone, agent, language)


Asked = Annotated[Figures, Depends(figures_of)]


@router.get("", summary="Figures of a period")
async def analytics(figures: Asked) -> Figures:
    """Returns all figures of the period, compared with the preceding period of the same length."""
    return figures


@router.get(
    "/csv",
    summary="Figures as CSV",
    response_class=Response,
    responses={200: {"content": {"text/csv": {"schema": {"type": "string"}}}}},
)
async def table(figures: Asked, bench: Bench) -> Response:
    """Returns the same figures for spreadsheets, one per row; formulas are neutralised."""
    name = f"analytics-{figures.period.first}-{figures.period.last}.csv"
    await bench.record("analytics.exported", name)
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(to_csv(figures), media_type="text/csv; charset=utf-8", headers=headers)


@router.get("/staffing", summary="Staffing estimate")
async def staffing(bench: Bench, wanted: Annotated[Wanted, Query()]) -> Staffing:
    """Computes how many people answer the given escalations per hour in time (Erlang C)."""
    return bench.analytics.staffing(wanted)
