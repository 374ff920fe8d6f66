"""amoCRM's API v4, as far as the adapter uses it."""

from __future__ import annotations

from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from app.adapters.mocks.crm.faults import Json, MockCrm

FIRST_STATUS = 100


def error(status: int) -> Json:
    titles = {401: "Unauthorized", 403: "Forbidden", 429: "Too Many Requests"}
    return {"title": titles.get(status, "Error"), "type": "https://httpstatus.es", "status": status}


class AmoCrmMock:
    """`records` by kind (contacts, leads, notes, contacts/custom_fields, leads/custom_fields) and number."""

    def __init__(self, mock: MockCrm) -> None:
        self.mock = mock
        self.records: dict[str, dict[int, Json]] = {}

    @property
    def app(self) -> Starlette:
        one, many = "/api/v4/{kind:path}/{number:int}", "/api/v4/{kind:path}"
        notes = "/api/v4/{parent}/{number:int}/notes"
        return Starlette(
            routes=[
                Route("/api/v4/account", self._account),
                Route(notes, self._list, methods=["GET"]),
                Route(notes, self._add, methods=["POST"]),
                Route(one, self._patch, methods=["PATCH"]),
                Route(many, self._list, methods=["GET"]),
                Route(many, self._add, methods=["POST"]),
            ]
        )

    def _stranger(self, request: Request) -> bool:
        return request.headers.get("authorization") != f"Bearer {self.mock.token}"

    async def _account(self, request: Request) -> Response:
        if self._stranger(request):
            return _problem(401)
        return _hal({"id": 1, "name": "Mock", "subdomain": "mock", "current_user_id": 1})

    async def _list(self, request: Request) -> Response:
        if self._stranger(request):
            return _problem(401)
        query = request.query_params
        rows = [row for row in self._rows(request).values() if _words(row, query.get("query", ""))]
        if "parent" in request.path_params:
            rows = [row for row in rows if row["_owner"] == _owner(request)]
        rows.sort(key=lambda row: int(row["id"]), reverse=query.get("order[id]") == "desc")
        limit, page = int(query.get("limit", 50)), int(query.get("page", 1))
        shown = rows[(page - 1) * limit : page * limit]
        more = {"next": {"href": "…"}} if len(rows) > page * limit else {}
        return (
            _hal({"_page": page, "_links": more, **_embedded(request, shown)})
            if shown
            else Response(None, 204)
        )

    async def _add(self, request: Request) -> Response:
        if self._stranger(request):
            return _problem(401)
        rows, made = self._rows(request), []
        for body in await request.json():
            if not self._knows_fields(request.path_params.get("kind", ""), body):
                return _problem(400)
            number = len(rows) + 1
            row = {"id": number, "status_id": FIRST_STATUS, "_owner": _owner(request), **body}
            rows[number] = {**row, "custom_fields_values": _with_codes(body)}
            made.append({"id": number})
        return _hal(_embedded(request, made))

    async def _patch(self, request: Request) -> Response:
        if self._stranger(request):
            return _problem(401)
        row = self._rows(request).get(request.path_params["number"])
        if row is None:
            return _problem(404)
        row.update(await request.json())
        return _hal({"id": row["id"], "updated_at": 1})

    def _rows(self, request: Request) -> dict[int, Json]:
        return self.records.setdefault(request.path_params.get("kind", "notes"), {})

    def _knows_fields(self, kind: str, body: Json) -> bool:
        known = {field.get("code") for field in self.records.get(f"{kind}/custom_fields", {}).values()}
        return all(field.get("field_code") in known for field in body.get("custom_fields_values") or [])


def _with_codes(body: Json) -> list[Json] | None:
    values = body.get("custom_fields_values")
    return [{"field_id": 1, "field_name": "…", **value} for value in values] if values else None


def _words(row: Json, query: str) -> bool:
    """In a name or in the value of a field, as a search would."""
    fields = row.get("custom_fields_values") or []
    values = [str(value["value"]) for field in fields for value in field["values"]]
    return any(query in text for text in (str(row.get("name", "")), *values))


def _owner(request: Request) -> str:
    parent = request.path_params.get("parent")
    return f"{parent}/{request.path_params['number']}" if parent else ""


def _embedded(request: Request, rows: list[Json]) -> Json:
    kind = request.path_params.get("kind", "notes").rpartition("/")[2]
    shown = [{name: value for name, value in row.items() if name != "_owner"} for row in rows]
    return {"_embedded": {kind: shown}}


def _hal(body: Any) -> Response:
    return JSONResponse(body, media_type="application/hal+json")


def _problem(status: int) -> Response:
    return JSONResponse(error(status), status, media_type="application/problem+json")
