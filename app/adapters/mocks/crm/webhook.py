"""A receiver of webhooks as somebody might write it: verifies, drops what it knows, keeps the rest."""

from __future__ import annotations

from standardwebhooks import Webhook, WebhookVerificationError
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from app.adapters.mocks.crm.faults import Json, MockCrm


def error(status: int) -> Json:
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
            return JSONResponse(error(401), 401)
        known = self.records["events"]
        self.repeats += request.headers["webhook-id"] in known
        known.setdefault(request.headers["webhook-id"], message)
        return Response(status_code=204)
