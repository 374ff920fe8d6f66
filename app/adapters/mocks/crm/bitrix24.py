"""Bitrix24's REST by an incoming webhook, as far as the adapter uses it."""

from __future__ import annotations

from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from app.adapters.mocks.crm.faults import Json, MockCrm

PAGE = 50
CODES = {
    401: "expired_token",
    403: "insufficient_scope",
    429: "OPERATION_TIME_LIMIT",
    500: "INTERNAL_SERVER_ERROR",
    503: "QUERY_LIMIT_EXCEEDED",
}
KINDS = {"crm.contact": "contacts", "crm.deal": "deals", "crm.timeline.comment": "notes"}


def error(status: int) -> Json:
    return {"error": CODES.get(status, ""), "error_description": "told by the mock"}


class Bitrix24Mock:
    """`records` by kind and number, fields named as Bitrix24 names them."""

    def __init__(self, mock: MockCrm) -> None:
        self.mock = mock
        self.records: dict[str, dict[int, Json]] = {kind: {} for kind in KINDS.values()}

    @property
    def app(self) -> Starlette:
        return Starlette(routes=[Route("/rest/{user}/{token}/{method}", self._call, methods=["GET", "POST"])])

    async def _call(self, request: Request) -> Response:
        if request.path_params["token"] != self.mock.token:
            told = {"error": "NO_AUTH_FOUND", "error_description": "Wrong authorization data"}
            return JSONResponse(told, 401)
        method = request.path_params["method"].removesuffix(".json")
        asked: Json = await request.json() if await request.body() else {}
        if method == "profile":
            return _result({"ID": "1", "ADMIN": True, "NAME": "Mock", "LAST_NAME": "User"})
        kind, _, verb = method.rpartition(".")
        if kind not in KINDS or verb not in ("list", "add", "update"):
            return JSONResponse({"error": "ERROR_METHOD_NOT_FOUND", "error_description": "Not found"}, 404)
        act = {"list": self._list, "add": self._add, "update": self._update}[verb]
        return act(KINDS[kind], asked)

    def _add(self, kind: str, asked: Json) -> Response:
        rows = self.records[kind]
        number = len(rows) + 1
        first = {"STAGE_ID": "NEW", "CATEGORY_ID": "0"} if kind == "deals" else {}
        rows[number] = {"ID": str(number), **first, **asked["fields"]}
        return _result(number)

    def _update(self, kind: str, asked: Json) -> Response:
        row = self.records[kind].get(int(asked["id"]))
        if row is None:
            return JSONResponse({"error": "", "error_description": "Not found"}, 400)
        row.update(asked["fields"])
        return _result(True)

    def _list(self, kind: str, asked: Json) -> Response:
        wanted = asked.get("filter", {})
        if kind == "notes" and not {"ENTITY_ID", "ENTITY_TYPE"} <= wanted.keys():
            return JSONResponse({"error": "", "error_description": "Filter needs the entity"}, 400)
        rows = [row for row in self.records[kind].values() if _fits(row, wanted)]
        rows.sort(key=lambda row: int(row["ID"]), reverse=asked.get("order", {}).get("ID") == "DESC")
        start = int(asked.get("start") or 0)
        shown = [_selected(row, asked.get("select", [])) for row in rows[start : start + PAGE]]
        more = {"next": start + PAGE} if len(rows) > start + PAGE else {}
        return JSONResponse({"result": shown, "total": len(rows), **more, "time": {"duration": 0.01}})


def _fits(row: Json, wanted: Json) -> bool:
    return all(str(row.get(name)) == str(value) for name, value in wanted.items())


def _selected(row: Json, names: list[str]) -> Json:
    closed = str(row.get("STAGE_ID", "")).rpartition(":")[2] in ("WON", "LOSE")
    full = {**row, "CLOSED": "Y" if closed else "N"}
    return {name: full.get(name) for name in names} if names else full


def _result(value: Any) -> Response:
    return JSONResponse({"result": value, "time": {"duration": 0.01}})
