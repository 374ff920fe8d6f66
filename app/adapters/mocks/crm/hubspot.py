"""HubSpot's CRM API, as far as the adapter uses it."""

from __future__ import annotations

from itertools import count

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from app.adapters.mocks.crm.faults import Json, MockCrm

CATEGORIES = {401: "INVALID_AUTHENTICATION", 403: "MISSING_SCOPES", 409: "CONFLICT", 429: "RATE_LIMITS"}


def error(status: int) -> Json:
    policy = {"policyName": "SECONDLY"} if status == 429 else {}
    category = CATEGORIES.get(status, "VALIDATION_ERROR" if status < 500 else "INTERNAL_ERROR")
    return {"status": "error", "message": "told by the mock", "category": category, **policy}


class HubSpotMock:
    """`records` by kind (contacts, deals, tickets, notes) and number; `links` are (kind, id, note id)."""

    def __init__(self, mock: MockCrm) -> None:
        self.mock = mock
        self.records: dict[str, dict[str, Json]] = {k: {} for k in ("contacts", "deals", "tickets", "notes")}
        self.properties: dict[str, dict[str, Json]] = {}
        self.links: list[tuple[str, str]] = []
        self._numbers = count(101)

    @property
    def app(self) -> ASGIApp:
        objects = "/crm/v3/objects/{kind}"
        properties = "/crm/v3/properties/{kind}"
        inner = Starlette(
            routes=[
                Route("/account-info/v3/details", self._details),
                Route(f"{properties}/{{name}}", self._property),
                Route(properties, self._add_property, methods=["POST"]),
                Route("/crm/v4/objects/{kind}/{number}/associations/notes", self._notes_of),
                Route("/crm/v3/objects/notes/batch/read", self._read_notes, methods=["POST"]),
                Route(objects, self._add, methods=["POST"]),
                Route(f"{objects}/{{number}}", self._get, methods=["GET"]),
                Route(f"{objects}/{{number}}", self._patch, methods=["PATCH"]),
            ]
        )

        async def guarded(scope: Scope, receive: Receive, send: Send) -> None:
            sent = dict(scope.get("headers", [])).get(b"authorization", b"")
            known = sent == f"Bearer {self.mock.token}".encode()
            await (inner if known else JSONResponse(error(401), 401))(scope, receive, send)

        return guarded

    async def _details(self, _: Request) -> Response:
        return JSONResponse({"portalId": 12345, "accountType": "DEVELOPER_TEST", "timeZone": "Europe/Moscow"})

    async def _property(self, request: Request) -> Response:
        found = self.properties.get(request.path_params["kind"], {}).get(request.path_params["name"])
        return JSONResponse(found) if found else JSONResponse(error(404), 404)

    async def _add_property(self, request: Request) -> Response:
        body = await request.json()
        known = self.properties.setdefault(request.path_params["kind"], {})
        if body["name"] in known:
            return JSONResponse(error(409), 409)
        known[body["name"]] = body
        return JSONResponse(body, 201)

    async def _add(self, request: Request) -> Response:
        kind, body = request.path_params["kind"], await request.json()
        if self._taken(kind, body["properties"]):
            status = 409 if kind == "contacts" else 400
            return JSONResponse(error(status), status)
        record = {"id": str(next(self._numbers)), "properties": body["properties"]}
        self.records[kind][record["id"]] = record
        links = [{"to": link["to"]["id"], **link["types"][0]} for link in body.get("associations", [])]
        record["links"] = links
        if kind == "notes":
            self.links += [(link["to"], record["id"]) for link in links]
        return JSONResponse(record, 201)

    def _taken(self, kind: str, properties: Json) -> bool:
        unique = [n for n, p in self.properties.get(kind, {}).items() if p.get("hasUniqueValue")]
        return any(
            record["properties"].get(name) == properties[name]
            for name in unique
            if name in properties
            for record in self.records[kind].values()
        )

    async def _get(self, request: Request) -> Response:
        kind, number, by = (*request.path_params.values(), request.query_params.get("idProperty"))
        if by and by not in self.properties.get(kind, {}):
            return JSONResponse(error(400), 400)
        rows = self.records[kind].values()
        found = [r for r in rows if (r["properties"].get(by) if by else r["id"]) == number]
        return JSONResponse(found[0]) if found else JSONResponse(error(404), 404)

    async def _patch(self, request: Request) -> Response:
        record = self.records[request.path_params["kind"]].get(request.path_params["number"])
        if record is None:
            return JSONResponse(error(404), 404)
        record["properties"].update((await request.json())["properties"])
        return JSONResponse(record)

    async def _notes_of(self, request: Request) -> Response:
        number = request.path_params["number"]
        found = [{"toObjectId": int(note), "associationTypes": []} for to, note in self.links if to == number]
        return JSONResponse({"results": found})

    async def _read_notes(self, request: Request) -> Response:
        ids = [each["id"] for each in (await request.json())["inputs"]]
        rows = [self.records["notes"][number] for number in ids if number in self.records["notes"]]
        return JSONResponse({"status": "COMPLETE", "results": rows})
