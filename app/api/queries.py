"""A query parameter that a route does not document is refused: a misspelt filter must not find everything."""

from __future__ import annotations

from collections.abc import Mapping

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.routing import iter_route_contexts


async def known_parameters(request: Request) -> None:
    """Raises RequestValidationError."""
    if not request.query_params:
        return
    state = request.app.state
    if not hasattr(state, "parameters"):
        state.parameters = _documented(request.app)
    known = state.parameters.get(request.scope["endpoint"], set())
    unknown = [name for name in request.query_params if name not in known]
    if unknown:
        why = f"There is no such parameter; known are: {', '.join(sorted(known)) or 'none'}."
        raise RequestValidationError([{"loc": ("query", name), "msg": why} for name in unknown])


def _documented(app: FastAPI) -> Mapping[object, set[str]]:
    """Names of query parameters by endpoint."""
    paths = app.openapi()["paths"]
    return {
        route.endpoint: {
            parameter["name"]
            for operation in paths[route.path].values()
            for parameter in operation.get("parameters", ())
            if parameter["in"] == "query"
        }
        for route in iter_route_contexts(app.routes)
        if route.path in paths
    }
