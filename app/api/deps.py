"""Dependencies of the endpoints. Undocumented query parameters are refused: a misspelt filter is noticed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated

from fastapi import Depends, FastAPI, Header, Path, Request
from fastapi.exceptions import RequestValidationError
from fastapi.routing import iter_route_contexts
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from pydantic import AfterValidator

from app.core.exceptions import DialogNotFound, TextUnacceptable
from app.services.operators.auth import DIRECT, admit, has_key
from app.services.workbench import Workbench


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
        why = f"Unknown parameter; known parameters: {', '.join(sorted(known)) or 'none'}."
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


UUID = r"^[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$"
_OURS = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
_KEY = re.compile(r"[\x21-\x7e]{1,255}")


def workbench(request: Request) -> Workbench:
    return request.app.state.workbench  # type: ignore[no-any-return]


def idempotency_key(
    key: Annotated[
        str | None,
        Header(
            alias="Idempotency-Key",
            description="Makes repeats safe for 24 hours: the same key and body return the first response.",
        ),
    ] = None,
) -> str | None:
    if key is not None and not _KEY.fullmatch(key):
        raise TextUnacceptable("Idempotency-Key must be 1 to 255 visible ASCII characters.")
    return key


def _ours(dialog_id: str) -> str:
    """Dialog ids are lower-case UUID4; raises DialogNotFound for any other UUID."""
    if not _OURS.fullmatch(dialog_id):
        raise DialogNotFound(dialog_id)
    return dialog_id


Bench = Annotated[Workbench, Depends(workbench)]
Key = Annotated[str | None, Depends(idempotency_key)]
DialogId = Annotated[
    str,
    Path(
        pattern=UUID,
        examples=["a1b2c3d4-e5f6-4890-abcd-ef1234567890"],
        description="Dialog id as returned by create.",
    ),
    AfterValidator(_ours),
]


_bearer = HTTPBearer(
    auto_error=False,
    scheme_name="OperatorKey",
    description="The value of OPERATOR_KEY, if the service has one.",
)


async def operators_only(
    request: Request, bench: Bench, given: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]
) -> None:
    """Raises OperatorKeyMissing, OperatorKeyWrong or OperatorsClosed."""
    admit(bench.settings, given.credentials if given else None, request.scope[DIRECT])


async def paced(request: Request, bench: Bench) -> None:
    """Callers with the operator key speak for many customers, so they are not counted."""
    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not has_key(bench.settings, given.strip()):
        bench.pace.step(request.client.host if request.client else "")
