"""Mock CRMs by name (`call-center mock-crm`) and a webhook receiver.

GET /mock shows what they hold; DELETE /mock clears it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

from standardwebhooks import Webhook, WebhookVerificationError
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route
from starlette.types import ASGIApp

from app.adapters.mocks.crm import amocrm, bitrix24, hubspot
from app.adapters.mocks.crm.faults import ErrorBody, Faulty, Json, MockCrm


def webhook_error(status: int) -> Json:
    return {"error": status}


class WebhookMock:
    """The token of `mock` is the secret. `records["events"]` by webhook-id; `repeats` counts known ones."""

    def __init__(self, mock: MockCrm) -> None:
        self.mock = mock
        self.records: dict[str, dict[str, Json]] = {"events": {}}
        self.repeats = 0

    @property
    def app(self) -> Starlette:
        return Starlette(routes=[Route("/hook", self._take, methods=["POST"])])

    async def _take(self, request: Request) -> Response:
        try:
            message = Webhook(self.mock.token).verify(await request.body(), dict(request.headers))
        except WebhookVerificationError:
            return JSONResponse(webhook_error(401), 401)
        known = self.records["events"]
        self.repeats += request.headers["webhook-id"] in known
        known.setdefault(request.headers["webhook-id"], message)
        return Response(status_code=204)


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
    "webhook": Kind(WebhookMock, webhook_error, "/hook", "WEBHOOK_SECRET"),
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
