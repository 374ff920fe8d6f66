"""The published OpenAPI: what FastAPI derives from the endpoints, and what requests meet before them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from fastapi import FastAPI

from app.api.errors import documented

ANYWHERE = documented(400, 408, 413, 415, 422, 431, 500, 503)
"""Guards in front of the endpoints: host, time and size of a request, body, query; and a full server."""
SECURED = documented(401, 403)
CHOICES = {"HandbackBody": "agent", "RerouteBody": "agent"}
"""Fields which take the name of an agent and no other text."""
REQUEST_ID = {"description": "Identifies the log entries of the request.", "schema": {"type": "string"}}
MORE_HEADERS: dict[str, dict[str, Any]] = {
    "401": {"WWW-Authenticate": {"description": "How to show a credential.", "schema": {"type": "string"}}},
    "429": {"Retry-After": {"description": "Seconds.", "schema": {"type": "integer", "minimum": 1}}},
    "503": {"Retry-After": {"description": "Seconds.", "schema": {"type": "integer", "minimum": 1}}},
}


def describe(app: FastAPI, agents: tuple[str, ...], anonymous: bool) -> None:
    """`anonymous`: some callers need no credential (docs/security.md)."""
    derived = app.openapi

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            _complete(derived(), agents, anonymous)
        assert app.openapi_schema is not None
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]


def _complete(schema: dict[str, Any], agents: tuple[str, ...], anonymous: bool) -> None:
    for operation in _operations(schema):
        responses = operation["responses"]
        for status, response in (ANYWHERE | (SECURED if "security" in operation else {})).items():
            known = responses.setdefault(str(status), {"description": response["description"]})
            known["content"] = known.get("content", {}) | response["content"]
        for status, response in responses.items():
            response["headers"] = (
                response.get("headers", {}) | {"X-Request-ID": REQUEST_ID} | MORE_HEADERS.get(status, {})
            )
        operation["responses"] = dict(sorted(responses.items()))
        if anonymous and "security" in operation:
            operation["security"].append({})
    for name, field in CHOICES.items():
        _text_of(schema["components"]["schemas"][name]["properties"][field])["enum"] = list(agents)


def _operations(schema: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for path in schema["paths"].values():
        yield from path.values()


def _text_of(field: dict[str, Any]) -> dict[str, Any]:
    """Where its type stands: a field that may be null has several."""
    types: list[dict[str, Any]] = field.get("anyOf", [field])
    return next(each for each in types if each["type"] == "string")
