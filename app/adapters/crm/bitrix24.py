"""Bitrix24 by an incoming webhook (https://apidocs.bitrix24.com: crm.contact.*, crm.deal.*, crm.timeline.*).

Our ids stand in ORIGIN_ID under our ORIGINATOR_ID, fields that are made for this. There are no tickets: a
problem is a deal of type SERVICE.
"""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, Field

from app.adapters.crm.delivery import CrmEntry, Ending
from app.adapters.crm.http import CrmHttp
from app.adapters.crm.replies import Told
from app.adapters.crm.wording import contact_name, title_of
from app.core.events import Event

ORIGINATOR = "call-center"
SALE, PROBLEM = "SALE", "SERVICE"
STAGES: dict[Ending, str] = {"done": "WON", "lost": "LOSE"}
MOST_NOTES = 1000
ERRORS = {
    told.code.upper(): told
    for told in (
        Told("QUERY_LIMIT_EXCEEDED", passing=True, wait=2),
        Told("OPERATION_TIME_LIMIT", passing=True, wait=600),
        Told("OVERLOAD_LIMIT", passing=True, wait=3600),
        Told("INTERNAL_SERVER_ERROR", passing=True),
        Told("ERROR_UNEXPECTED_ANSWER", passing=True),
        Told("NO_AUTH_FOUND", passing=False),
        Told("INVALID_CREDENTIALS", passing=False),
        Told("ACCESS_DENIED", passing=False),
        Told("ERROR_METHOD_NOT_FOUND", passing=False),
        Told("PORTAL_DELETED", passing=False),
        Told("expired_token", passing=False),
        Told("invalid_token", passing=False),
        Told("insufficient_scope", passing=False),
        Told("user_access_error", passing=False),
    )
}


class _Made(BaseModel):
    result: int


class _Row(BaseModel):
    id: int = Field(validation_alias="ID")
    stage: str = Field(default="", validation_alias="STAGE_ID")
    type: str | None = Field(default=None, validation_alias="TYPE_ID")
    closed: str = Field(default="N", validation_alias="CLOSED")
    comment: str | None = Field(default=None, validation_alias="COMMENT")


class _Rows(BaseModel):
    result: list[_Row]
    next: int | None = None


class _Updated(BaseModel):
    result: bool


class _Person(BaseModel):
    name: str | None = Field(default="", validation_alias="NAME")
    last_name: str | None = Field(default="", validation_alias="LAST_NAME")


class _Profile(BaseModel):
    result: _Person


def explain(body: dict[str, Any]) -> Told | None:
    """Errors are {"error", "error_description"}, with any status; an unknown one is told by its status."""
    if "error" not in body:
        return None
    return ERRORS.get(str(body["error"]).upper(), Told())


class Bitrix24:
    """`http` leads to …/rest/<user>/<token>."""

    def __init__(self, http: CrmHttp) -> None:
        self._http = http

    async def contacts(self, customer_id: str) -> list[CrmEntry]:
        rows = await self._known("crm.contact.list", customer_id, ["ID"])
        return [CrmEntry("contact", str(row.id)) for row in rows]

    async def add_contact(self, event: Event) -> CrmEntry:
        fields = {"NAME": contact_name(event), "OPENED": "Y", **_origin(event.customer_id)}
        return CrmEntry("contact", await self._add("crm.contact.add", fields))

    async def case(self, dialog_id: str) -> CrmEntry | None:
        rows = await self._known("crm.deal.list", dialog_id, ["ID", "TYPE_ID", "STAGE_ID", "CLOSED"])
        if not rows:
            return None
        deal = rows[0]
        return CrmEntry("deal", str(deal.id), deal.type == SALE, is_open=deal.closed != "Y", stage=deal.stage)

    async def add_case(self, event: Event, sale: bool, contact: CrmEntry) -> CrmEntry:
        kind = SALE if sale else PROBLEM
        fields = {"TITLE": title_of(event, sale), "TYPE_ID": kind, "CONTACT_IDS": [int(contact.id)]}
        made = await self._add("crm.deal.add", {**fields, **_origin(event.dialog_id)})
        return CrmEntry("deal", made, sale=sale)

    async def notes(self, place: CrmEntry) -> list[str]:
        """Newest first, so that a repeat finds its own on the first page."""
        asked = {
            "filter": {"ENTITY_ID": int(place.id), "ENTITY_TYPE": place.kind},
            "select": ["ID", "COMMENT"],
            "order": {"ID": "DESC"},
        }
        found: list[str] = []
        start: int | None = 0
        while start is not None and start < MOST_NOTES:
            page = await self._http.ask(
                "POST", "/crm.timeline.comment.list", _Rows, body={**asked, "start": start}
            )
            found += [row.comment or "" for row in page.result]
            start = page.next if page.next and page.next > start else None
        return found

    async def add_note(self, place: CrmEntry, text: str, event: Event) -> None:  # noqa: ARG002 - the port's
        """Square brackets are the marks of its formatting."""
        comment = text.translate({ord("["): "(", ord("]"): ")"})
        fields = {"ENTITY_ID": int(place.id), "ENTITY_TYPE": place.kind, "COMMENT": comment}
        await self._add("crm.timeline.comment.add", fields)

    async def finish(self, place: CrmEntry, ending: Ending) -> None:
        """The stages of any further pipeline carry its number: C5:WON."""
        pipeline, colon, _ = place.stage.rpartition(":")
        fields = {"STAGE_ID": f"{pipeline}{colon}{STAGES[ending]}"}
        await self._http.ask("POST", "/crm.deal.update", _Updated, body={"id": place.id, "fields": fields})

    async def check(self) -> str:
        person = (await self._http.ask("POST", "/profile", _Profile, body={})).result
        await self._http.ask("POST", "/crm.contact.list", _Rows, body={"select": ["ID"], "filter": {"ID": 0}})
        name = " ".join(part for part in (person.name, person.last_name) if part)
        return f"Bitrix24 at {self._http.base.host} answers as {name or 'a user without a name'}."

    async def aclose(self) -> None:
        await self._http.aclose()

    async def _known(self, method: str, our_id: str, select: list[str]) -> list[_Row]:
        asked = {"filter": _origin(our_id), "select": select, "order": {"ID": "ASC"}}
        return (await self._http.ask("POST", f"/{method}", _Rows, body=asked)).result

    async def _add(self, method: str, fields: dict[str, Any]) -> str:
        return str((await self._http.ask("POST", f"/{method}", _Made, body={"fields": fields})).result)


def _origin(our_id: str) -> dict[str, str]:
    return {"ORIGINATOR_ID": ORIGINATOR, "ORIGIN_ID": our_id}
