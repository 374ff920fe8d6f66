"""amoCRM, API v4: https://www.amocrm.ru/developers/content/crm_platform.

Our ids stand in a text field that this makes on first use, code CALL_CENTER_ID: names are edited by people.
There are no tickets: a problem is a lead with a tag. An empty list is an answer 204 without a body.
"""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, Field

from app.adapters.crm.delivery import CrmEntry, Ending
from app.adapters.crm.http import CrmHttp
from app.adapters.crm.wording import contact_name, title_of
from app.core.events import Event

FIELD = "CALL_CENTER_ID"
SALE, PROBLEM = "call-center: sale", "call-center: problem"
STATUSES: dict[Ending, int] = {"done": 142, "lost": 143}  # the same in every pipeline
PAGE, MOST_PAGES = 250, 20
EMPTY = (204,)


class _Value(BaseModel):
    value: Any = None


class _Custom(BaseModel):
    code: str | None = Field(default=None, validation_alias="field_code")
    values: list[_Value] = Field(default_factory=list)


class _Tag(BaseModel):
    name: str | None = None


class _Params(BaseModel):
    text: str | None = None


class _Inside(BaseModel):
    tags: list[_Tag] = Field(default_factory=list)


class _Entity(BaseModel):
    id: int
    code: str | None = None
    status_id: int | None = None
    custom: list[_Custom] | None = Field(default=None, validation_alias="custom_fields_values")
    params: _Params | list[Any] | None = None
    inside: _Inside = Field(default_factory=_Inside, validation_alias="_embedded")

    @property
    def our_id(self) -> str | None:
        found = [
            str(each.value) for field in self.custom or () if field.code == FIELD for each in field.values
        ]
        return found[0] if found else None

    @property
    def text(self) -> str:
        return (self.params.text or "") if isinstance(self.params, _Params) else ""


class _Embedded(BaseModel):
    contacts: list[_Entity] = Field(default_factory=list)
    leads: list[_Entity] = Field(default_factory=list)
    notes: list[_Entity] = Field(default_factory=list)
    custom_fields: list[_Entity] = Field(default_factory=list)

    @property
    def all(self) -> list[_Entity]:
        return [*self.contacts, *self.leads, *self.notes, *self.custom_fields]


class _Links(BaseModel):
    next: dict[str, Any] | None = None


class _Page(BaseModel):
    embedded: _Embedded = Field(validation_alias="_embedded")
    links: _Links = Field(default_factory=_Links, validation_alias="_links")


class _Account(BaseModel):
    id: int
    name: str = ""


class AmoCrm:
    """`http` leads to https://<account>.amocrm.ru with a Bearer token."""

    def __init__(self, http: CrmHttp) -> None:
        self._http = http
        self._with_field: set[str] = set()

    async def contacts(self, customer_id: str) -> list[CrmEntry]:
        return [CrmEntry("contact", str(each.id)) for each in await self._known("contacts", customer_id)]

    async def add_contact(self, event: Event) -> CrmEntry:
        fields = {"name": contact_name(event), **_ours(event.customer_id)}
        return CrmEntry("contact", await self._add("contacts", fields))

    async def case(self, dialog_id: str) -> CrmEntry | None:
        found = await self._known("leads", dialog_id)
        if not found:
            return None
        lead = found[0]
        sale = any(tag.name == SALE for tag in lead.inside.tags)
        return CrmEntry("deal", str(lead.id), sale, is_open=lead.status_id not in STATUSES.values())

    async def add_case(self, event: Event, sale: bool, contact: CrmEntry) -> CrmEntry:
        inside = {"contacts": [{"id": int(contact.id)}], "tags": [{"name": SALE if sale else PROBLEM}]}
        fields = {"name": title_of(event, sale), "_embedded": inside, **_ours(event.dialog_id)}
        return CrmEntry("deal", await self._add("leads", fields), sale)

    async def notes(self, place: CrmEntry) -> list[str]:
        """Newest first, so that a repeat finds its own on the first page."""
        asked = {"filter[note_type]": "common", "order[id]": "desc"}
        return [note.text for note in await self._all(f"{_path(place)}/notes", asked)]

    async def add_note(self, place: CrmEntry, text: str, event: Event) -> None:  # noqa: ARG002 - the port's
        note = {"note_type": "common", "params": {"text": text}}
        await self._http.ask("POST", f"{_path(place)}/notes", _Page, body=[note])

    async def finish(self, place: CrmEntry, ending: Ending) -> None:
        await self._http.ask("PATCH", _path(place), _Entity, body={"status_id": STATUSES[ending]})

    async def check(self) -> str:
        account = await self._http.ask("GET", "/api/v4/account", _Account)
        return f"amoCRM at {self._http.base.host} answers for account {account.id} ({account.name})."

    async def aclose(self) -> None:
        await self._http.aclose()

    async def _known(self, entities: str, our_id: str) -> list[_Entity]:
        """`query` searches all filled fields for words; the field itself decides."""
        found = await self._all(f"/api/v4/{entities}", {"query": our_id, "order[id]": "asc"})
        return [each for each in found if each.our_id == our_id]

    async def _add(self, entities: str, fields: dict[str, Any]) -> str:
        await self._need_field(entities)
        made = await self._http.ask("POST", f"/api/v4/{entities}", _Page, body=[fields])
        return str(made.embedded.all[0].id)

    async def _need_field(self, entities: str) -> None:
        """Once per process."""
        if entities in self._with_field:
            return
        path = f"/api/v4/{entities}/custom_fields"
        if not any(field.code == FIELD for field in await self._all(path, {})):
            field = {"type": "text", "name": "Call centre id", "code": FIELD, "is_api_only": True}
            await self._http.ask("POST", path, _Page, body=[field])
        self._with_field.add(entities)

    async def _all(self, path: str, asked: dict[str, str]) -> list[_Entity]:
        found: list[_Entity] = []
        for number in range(1, MOST_PAGES + 1):
            params: dict[str, str | int] = {**asked, "limit": PAGE, "page": number}
            page = await self._http.find("GET", path, _Page, absent=EMPTY, params=params)
            found += page.embedded.all if page else []
            if page is None or page.links.next is None:
                break
        return found


def _ours(our_id: str) -> dict[str, Any]:
    return {"custom_fields_values": [{"field_code": FIELD, "values": [{"value": our_id}]}]}


def _path(place: CrmEntry) -> str:
    return f"/api/v4/{'contacts' if place.kind == 'contact' else 'leads'}/{place.id}"
