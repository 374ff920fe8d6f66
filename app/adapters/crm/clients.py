"""Chooses the CRM client from the settings; the signed webhook (standardwebhooks.com) is defined here."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

import httpx2
from pydantic import SecretStr
from standardwebhooks import Webhook

from app.adapters.crm import amocrm, bitrix24, hubspot
from app.adapters.crm.delivery import CrmDelivery
from app.adapters.crm.http import CrmHttp
from app.core.config import Settings
from app.core.events import Event
from app.core.exceptions import SettingInvalid
from app.core.outbox import CrmClient

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


HUBSPOT = "https://api.hubapi.com"
SHORTEST = 24  # bytes of a secret, by the convention


def client_of(settings: Settings) -> CrmClient | None:
    """None for CRM=none. Nothing is connected. Raises SettingInvalid for what is missing or no secret."""
    match settings.crm:
        case "webhook":
            return _webhook(settings)
        case "bitrix24":
            return _bitrix24(settings)
        case "amocrm":
            http = _http(settings, _url(settings), headers=_bearer(settings))
            return CrmDelivery("amocrm", amocrm.AmoCrm(http))
        case "hubspot":
            url = settings.crm_url or HUBSPOT
            http = _http(settings, url, headers=_bearer(settings), explain=hubspot.explain)
            return CrmDelivery("hubspot", hubspot.HubSpot(http))
    return None


def _webhook(settings: Settings) -> WebhookClient:
    secret = _secret("WEBHOOK_SECRET", settings.webhook_secret, settings)
    http = _http(settings, _url(settings))
    if len(_decoded(secret)) < SHORTEST:
        raise SettingInvalid("WEBHOOK_SECRET", f"it must be whsec_ and at least {SHORTEST} bytes in base64")
    return WebhookClient(http, secret)


def _decoded(secret: str) -> bytes:
    text = secret.removeprefix("whsec_")
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
    except ValueError:
        return b""


def _bitrix24(settings: Settings) -> CrmDelivery:
    """The code of the webhook may be the end of CRM_URL, as Bitrix24 shows it, or stand in CRM_TOKEN."""
    url = _url(settings).rstrip("/")
    if settings.crm_token is not None:
        url = f"{url}/{quote(_secret('CRM_TOKEN', settings.crm_token, settings), safe='')}"
    http = _http(settings, url, explain=bitrix24.explain)
    return CrmDelivery("bitrix24", bitrix24.Bitrix24(http))


def _http(settings: Settings, url: str, **more: Any) -> CrmHttp:
    """What urllib takes for an address may be none for httpx2: 0177.0.0.1."""
    try:
        return CrmHttp(url, timeout=settings.crm_timeout, allow_private=settings.crm_allow_private, **more)
    except httpx2.InvalidURL:
        raise SettingInvalid("CRM_URL", "it must be an address such as https://example.com/hook") from None


def _bearer(settings: Settings) -> Mapping[str, str]:
    return {"authorization": f"Bearer {_secret('CRM_TOKEN', settings.crm_token, settings)}"}


def _url(settings: Settings) -> str:
    if settings.crm_url is None:
        raise SettingInvalid("CRM_URL", f"CRM={settings.crm} needs it")
    return settings.crm_url


def _secret(name: str, value: SecretStr | None, settings: Settings) -> str:
    """What cannot stand in a header is told here, where nothing is shown of it."""
    if value is None:
        raise SettingInvalid(name, f"CRM={settings.crm} needs it")
    text = value.get_secret_value().strip()
    if not text or not text.isascii() or not text.isprintable() or " " in text:
        raise SettingInvalid(name, "it holds characters that cannot be sent")
    return text
