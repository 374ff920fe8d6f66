"""Figures of stored dialogs, over REST."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response

from app.api.deps import Bench, operators_only
from app.api.errors import documented
from app.services.analytics.staffing import Staffing, Wanted
from app.services.analytics.table import to_csv
from app.services.analytics.views import Figures

router = APIRouter(
    prefix="/analytics",
    tags=["analytics"],
    dependencies=[Depends(operators_only)],
    responses=documented(401, 403, 422, 503),
)
First = Annotated[
    date | None, Query(alias="from", description="The first day; six days before `to` where it is not given.")
]
Last = Annotated[date | None, Query(alias="to", description="The last day, included; today if not given.")]
Zone = Annotated[
    str, Query(alias="zone", max_length=64, description="Where days begin, such as Europe/Moscow.")
]


@router.get("")
async def analytics(bench: Bench, first: First = None, last: Last = None, zone: Zone = "UTC") -> Figures:
    """All figures of the period, beside those of the period of the same length before it."""
    return await bench.analytics.figures(first, last, zone)


@router.get(
    "/csv",
    response_class=Response,
    responses={200: {"content": {"text/csv": {"schema": {"type": "string"}}}}},
)
async def table(bench: Bench, first: First = None, last: Last = None, zone: Zone = "UTC") -> Response:
    """The same figures for spreadsheets, one a row; formulas are neutralised."""
    figures = await bench.analytics.figures(first, last, zone)
    name = f"analytics-{figures.period.first}-{figures.period.last}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(to_csv(figures), media_type="text/csv; charset=utf-8", headers=headers)


@router.get("/staffing")
async def staffing(bench: Bench, wanted: Annotated[Wanted, Query()]) -> Staffing:
    """How many people answer so many escalations an hour in time: Erlang C."""
    return bench.analytics.staffing(wanted)
