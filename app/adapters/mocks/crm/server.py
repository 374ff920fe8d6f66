"""The mock CRMs by name (`call-center mock-crm`). GET /mock shows what they keep, DELETE /mock forgets it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route
from starlette.types import ASGIApp

from app.adapters.mocks.crm import amocrm, bitrix24, hubspot, webhook
from app.adapters.mocks.crm.faults import ErrorBody, Faulty, MockCrm

SECRET = "whsec_" + "bW9jay1zZWNyZXQtb2YtdGhlLW1vY2std2ViaG9vaw=="


class Keeper(Protocol):
    records: Any

    def __init__(self, mock: MockCrm) -> None: ...

    @property
    def app(self) -> ASGIApp: ...


@dataclass(frozen=True, slots=True)
class Kind:
    """`path` and `secret` are what the settings want after the address: see `environment`."""

    keeper: type[Keeper]
    error: ErrorBody
    path: str = ""
    secret: str = "CRM_TOKEN"


KINDS: dict[str, Kind] = {
    "amocrm": Kind(amocrm.AmoCrmMock, amocrm.error),
    "bitrix24": Kind(bitrix24.Bitrix24Mock, bitrix24.error, "/rest/1"),
    "hubspot": Kind(hubspot.HubSpotMock, hubspot.error),
    "webhook": Kind(webhook.WebhookMock, webhook.error, "/hook", "WEBHOOK_SECRET"),
}


def token_of(kind: str) -> str:
    return SECRET if kind == "webhook" else "mock-token"


def environment(kind: str, address: str, token: str) -> dict[str, str]:
    """The settings that lead to a mock at this address."""
    url = f"{address}{KINDS[kind].path}"
    return {"CRM": kind, "CRM_URL": url, KINDS[kind].secret: token, "CRM_ALLOW_PRIVATE": "true"}


def create_mock(kind: str, mock: MockCrm) -> tuple[ASGIApp, Keeper]:
    keeper = KINDS[kind].keeper(mock)

    async def show(_: Request) -> Response:
        return JSONResponse({name: list(rows.values()) for name, rows in keeper.records.items()})

    async def forget(_: Request) -> Response:
        for rows in keeper.records.values():
            rows.clear()
        return Response(status_code=204)

    routes = [
        Route("/mock", show, methods=["GET"]),
        Route("/mock", forget, methods=["DELETE"]),
        Mount("/", app=keeper.app),
    ]
    return Faulty(Starlette(routes=routes), mock, KINDS[kind].error), keeper
