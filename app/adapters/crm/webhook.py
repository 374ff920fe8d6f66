"""Events to any receiver, signed as standardwebhooks.com describes it."""

from __future__ import annotations

import json

from standardwebhooks import Webhook

from app.adapters.crm.http import CrmHttp
from app.core.events import Event

UNFIT = {400, 405, 406, 411, 415, 422, 501}  # what a receiver that takes only POST says to OPTIONS


class WebhookClient:
    """The receiver knows a repeat by `webhook-id`."""

    name = "webhook"

    def __init__(self, http: CrmHttp, secret: str) -> None:
        self._http, self._webhook = http, Webhook(secret)

    async def deliver(self, event: Event) -> None:
        """`webhook-timestamp` is the time of the attempt: receivers refuse what is old."""
        body = message(event)
        now = self._http.now()
        headers = {
            "content-type": "application/json",
            "webhook-id": event.id,
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": self._webhook.sign(event.id, now, body),
        }
        await self._http.send("POST", content=body.encode(), headers=headers)

    async def check(self) -> str:
        """The convention has no trial message, so this only knocks."""
        reply = await self._http.send("OPTIONS", passed=UNFIT)
        return f"The receiver at {self._http.base.host} answers (HTTP {reply.status} to OPTIONS)."

    async def aclose(self) -> None:
        await self._http.aclose()


def message(event: Event) -> str:
    """{"id", "type", "timestamp", "data": the whole event}; half surrogates become question marks."""
    data = event.model_dump(mode="json")
    body = {"id": event.id, "type": event.kind, "timestamp": data["at"], "data": data}
    return json.dumps(body, ensure_ascii=False).encode(errors="replace").decode()
