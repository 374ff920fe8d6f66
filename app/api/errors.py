"""Exception handlers: every error becomes RFC 9457 problem details."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

import structlog
from asgi_correlation_id import correlation_id
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.routing import iter_route_contexts
from pydantic import BaseModel
from starlette._utils import get_route_path
from starlette.exceptions import HTTPException
from starlette.routing import compile_path

from app.api.headers import add_to
from app.core.exceptions import CallCenterError
from app.telemetry.logs import unexpected

log = structlog.get_logger()


class Problem(BaseModel):
    """RFC 9457 problem details. `code` identifies the error, `request_id` its log entries."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    code: str
    request_id: str | None = None
    errors: list[dict[str, str]] | None = None


def problem(status: int, code: str, detail: str, retry_after: int | None = None, **more: Any) -> JSONResponse:
    body = Problem(
        title=HTTPStatus(status).phrase,
        status=status,
        detail=detail,
        code=code,
        request_id=correlation_id.get(),
        **more,
    )
    headers = {"Retry-After": str(retry_after)} if retry_after else {}
    return JSONResponse(
        body.model_dump(exclude_none=True), status, headers, media_type="application/problem+json"
    )


def situation(error: CallCenterError) -> JSONResponse:
    response = problem(error.status, error.code, str(error), error.retry_after)
    if error.challenge:
        response.headers["WWW-Authenticate"] = error.challenge
    return response


async def _on_situation(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, CallCenterError)
    if error.status >= 500:
        log.warning("situation", code=error.code)
    return situation(error)


async def _on_invalid(_: Request, error: Exception) -> JSONResponse:
    """Says where and what, never the input itself."""
    assert isinstance(error, RequestValidationError)
    errors = [{"field": ".".join(map(str, e["loc"])), "problem": _plain(e)} for e in error.errors()]
    return problem(
        422, "validation_failed", "The request does not match the documented schema.", errors=errors
    )


def _plain(error: dict[str, Any]) -> str:
    if error["loc"] == ("path", "dialog_id"):
        return "This is not a dialog id; use the `dialog_id` returned by create."
    return str(error["msg"]).removeprefix("Value error, ")


async def _on_http(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    phrase = HTTPStatus(error.status_code).phrase
    response = problem(error.status_code, phrase.lower().replace(" ", "_"), f"{phrase}.")
    response.headers.update(error.headers or {})
    if error.status_code == 405:
        response.headers["Allow"] = ", ".join(_methods(request))
    return response


def _methods(request: Request) -> list[str]:
    """Of all routes with that path: the router names those of the first."""
    path = get_route_path(request.scope)
    routes = [(route.path or "", route.methods or set()) for route in iter_route_contexts(request.app.routes)]
    found = {name for known, names in routes if compile_path(known)[0].match(path) for name in names}
    return sorted(found | ({"HEAD"} if "GET" in found else set()))


async def _on_bug(request: Request, error: Exception) -> JSONResponse:
    """Runs outside all middleware, so it sees to the request id and to the security headers itself."""
    name = correlation_id.get()
    if unexpected(error, request_id=name):
        response = problem(
            500, "internal_error", "An unexpected error occurred; it was logged under this request id."
        )
    else:
        response = problem(400, "bad_request", "The request of the page is invalid.")
    response.headers["X-Request-ID"] = name or ""
    add_to(response.headers, get_route_path(request.scope), request.url.scheme)
    return response


def install(app: FastAPI) -> None:
    app.add_exception_handler(CallCenterError, _on_situation)
    app.add_exception_handler(RequestValidationError, _on_invalid)
    app.add_exception_handler(HTTPException, _on_http)
    app.add_exception_handler(Exception, _on_bug)


def documented(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """OpenAPI entries for the problem responses of an endpoint."""
    content = {"application/problem+json": {"schema": Problem.model_json_schema()}}
    return {s: {"description": HTTPStatus(s).phrase, "content": content} for s in statuses}
