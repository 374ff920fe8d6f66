"""HubSpot, CRM API v3 and associations v4, by a private app: https://developers.hubspot.com/docs.

Our ids stand in a property with unique values that this makes on first use. Records are read by it and not by
search: search lags behind what was just written. A repeat that comes too early is refused by HubSpot itself.
"""

from __future__ import annotations

from html import escape
from typing import Any
from urllib.parse import quote

from pydantic import BaseModel, Field

from app.adapters.crm.delivery import CrmEntry, Ending
from app.adapters.crm.http import CrmHttp
from app.adapters.crm.replies import Told
from app.adapters.crm.wording import contact_name, title_of
from app.core.events import Event
from app.core.exceptions import CrmRefused

PROPERTY = "call_center_id"
TO_CONTACT = {"deals": 3, "tickets": 16}
FROM_NOTE = {"contact": 202, "deal": 214, "ticket": 228}
STAGE = {"deals": "dealstage", "tickets": "hs_pipeline_stage"}
TITLE = {"deals": "dealname", "tickets": "subject"}
OPENING = {
    "deals": {"pipeline": "default", "dealstage": "appointmentscheduled"},
    "tickets": {"hs_pipeline": "0", "hs_pipeline_stage": "1"},
}
CLOSING: dict[str, dict[Ending, str]] = {
    "deals": {"done": "closedwon", "lost": "closedlost"},
    "tickets": {"done": "4", "lost": "4"},
}
BATCH, MOST_NOTES = 100, 500
POLICIES = {"SECONDLY": 1, "TEN_SECONDLY_ROLLING": 10, "DAILY": 3600}
CATEGORIES = {
    "BANNED",
    "CONFLICT",
    "EXPIRED_AUTHENTICATION",
    "INVALID_AUTHENTICATION",
    "MISSING_SCOPES",
    "OBJECT_NOT_FOUND",
    "RATE_LIMITS",
    "VALIDATION_ERROR",
}


class _Record(BaseModel):
    id: str
    properties: dict[str, str | None] = Field(default_factory=dict)


class _Records(BaseModel):
    results: list[_Record]


class _Link(BaseModel):
    to: int = Field(validation_alias="toObjectId")


class _Links(BaseModel):
    results: list[_Link]


class _Property(BaseModel):
    name: str


class _Details(BaseModel):
    portal: int = Field(validation_alias="portalId")


def explain(body: dict[str, Any]) -> Told | None:
    """Errors are {"status": "error", "category", "message", …}; a rate limit names its policy."""
    if body.get("status") != "error":
        return None
    category = str(body.get("category"))
    wait = POLICIES.get(str(body.get("policyName")))
    return Told(category if category in CATEGORIES else "", wait=wait)


class HubSpot:
    """`http` leads to https://api.hubapi.com with a Bearer token."""

    def __init__(self, http: CrmHttp) -> None:
        self._http = http
        self._with_property: set[str] = set()

    async def contacts(self, customer_id: str) -> list[CrmEntry]:
        found = await self._known("contacts", customer_id, PROPERTY)
        return [CrmEntry("contact", found.id)] if found else []

    async def add_contact(self, event: Event) -> CrmEntry:
        properties = {"firstname": contact_name(event), PROPERTY: event.customer_id}
        made = await self._add("contacts", event.customer_id, {"properties": properties})
        return CrmEntry("contact", made.id)

    async def case(self, dialog_id: str) -> CrmEntry | None:
        for kind, stage in STAGE.items():
            found = await self._known(kind, dialog_id, stage)
            if found:
                now = found.properties.get(stage) or ""
                return _place(kind, found.id, is_open=now not in CLOSING[kind].values())
        return None

    async def add_case(self, event: Event, sale: bool, contact: CrmEntry) -> CrmEntry:
        kind = "deals" if sale else "tickets"
        properties = {TITLE[kind]: title_of(event, sale), PROPERTY: event.dialog_id, **OPENING[kind]}
        links = [_link(contact, TO_CONTACT[kind])]
        made = await self._add(kind, event.dialog_id, {"properties": properties, "associations": links})
        return _place(kind, made.id)

    async def notes(self, place: CrmEntry) -> list[str]:
        path = f"/crm/v4/objects/{place.kind}s/{place.id}/associations/notes"
        links = await self._http.ask("GET", path, _Links, params={"limit": MOST_NOTES})
        ids = sorted((link.to for link in links.results), reverse=True)
        found: list[str] = []
        for start in range(0, len(ids), BATCH):
            inputs = [{"id": str(each)} for each in ids[start : start + BATCH]]
            asked = {"properties": ["hs_note_body"], "inputs": inputs}
            page = await self._http.ask("POST", "/crm/v3/objects/notes/batch/read", _Records, body=asked)
            found += [note.properties.get("hs_note_body") or "" for note in page.results]
        return found

    async def add_note(self, place: CrmEntry, text: str, event: Event) -> None:
        """The body is HTML."""
        body = escape(text, quote=False).replace("\n", "<br>")
        properties = {"hs_timestamp": event.model_dump(mode="json")["at"], "hs_note_body": body}
        note = {"properties": properties, "associations": [_link(place, FROM_NOTE[place.kind])]}
        await self._http.ask("POST", "/crm/v3/objects/notes", _Record, body=note)

    async def finish(self, place: CrmEntry, ending: Ending) -> None:
        kind = f"{place.kind}s"
        stage = {"properties": {STAGE[kind]: CLOSING[kind][ending]}}
        await self._http.ask("PATCH", f"/crm/v3/objects/{kind}/{place.id}", _Record, body=stage)

    async def check(self) -> str:
        details = await self._http.ask("GET", "/account-info/v3/details", _Details)
        return f"HubSpot at {self._http.base.host} answers for account {details.portal}."

    async def aclose(self) -> None:
        await self._http.aclose()

    async def _known(self, kind: str, our_id: str, wanted: str) -> _Record | None:
        await self._need_property(kind)
        asked = {"idProperty": PROPERTY, "properties": wanted}
        path = f"/crm/v3/objects/{kind}/{quote(our_id, safe='')}"
        return await self._http.find("GET", path, _Record, params=asked)

    async def _add(self, kind: str, our_id: str, body: dict[str, Any]) -> _Record:
        """A value that is taken is a conflict (409 for contacts, 400 for others): the other one is meant."""
        try:
            return await self._http.ask("POST", f"/crm/v3/objects/{kind}", _Record, body=body)
        except CrmRefused:
            found = await self._known(kind, our_id, PROPERTY)
            if found is None:
                raise
            return found

    async def _need_property(self, kind: str) -> None:
        """Once per process."""
        if kind in self._with_property:
            return
        path = f"/crm/v3/properties/{kind}"
        if await self._http.find("GET", f"{path}/{PROPERTY}", _Property) is None:
            body = {
                "name": PROPERTY,
                "label": "Call centre id",
                "groupName": f"{kind.removesuffix('s')}information",
                "type": "string",
                "fieldType": "text",
                "hasUniqueValue": True,
            }
            await self._http.find("POST", path, _Property, absent=(409,), body=body)
        self._with_property.add(kind)


def _link(place: CrmEntry, number: int) -> dict[str, Any]:
    kind = {"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": number}
    return {"to": {"id": place.id}, "types": [kind]}


def _place(kind: str, found: str, is_open: bool = True) -> CrmEntry:
    deal = kind == "deals"
    return CrmEntry("deal" if deal else "ticket", found, sale=deal, is_open=is_open)
