"""Dependencies of the endpoints. Undocumented query parameters are refused: a misspelt filter is noticed."""

from __future__ import annotations

import re
from asyncio import to_thread
from collections.abc import Awaitable, Callable, Mapping
from typing import Annotated, Any

from fastapi import Depends, FastAPI, Header, Path, Request
from fastapi.exceptions import RequestValidationError
from fastapi.routing import iter_route_contexts
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from pydantic import AfterValidator

from app.api.headers import ALLOWANCE
from app.core.access import SCOPES, Caller, Scope
from app.core.audit import ACTOR
from app.core.exceptions import DialogNotFound, TextUnacceptable
from app.services.access.limits import Allowance, draw_on
from app.services.access.policy import DIRECT
from app.services.workbench import Workbench

SPELLINGS = {
    "integer": (re.compile(r"-?(0|[1-9][0-9]*)"), "a whole number in digits"),
    "number": (re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?"), "a number as JSON writes it"),
    "boolean": (re.compile(r"true|false"), "true or false"),
    "date": (re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}"), "a day as in 2026-01-31"),
}
"""pydantic also takes `1_0`, `yes` and seconds since 1970."""


async def known_parameters(request: Request) -> None:
    """Raises RequestValidationError."""
    if not (request.query_params or request.path_params):
        return
    state = request.app.state
    if not hasattr(state, "parameters"):
        state.parameters = _documented(request.app)
    known = state.parameters.get(request.scope["endpoint"], {})
    given = [("query", *pair) for pair in request.query_params.multi_items()]
    given += [("path", name, str(text)) for name, text in request.path_params.items()]
    wrong = [(loc[:2], why) for loc in given if (why := _why_not(*loc, known))]
    names = [loc[:2] for loc in given]
    wrong += [(loc, "It is given twice.") for loc in dict.fromkeys(names) if names.count(loc) > 1]
    if wrong:
        raise RequestValidationError([{"loc": loc, "msg": why} for loc, why in wrong])


def _why_not(place: str, name: str, text: str, known: Mapping[tuple[str, str], str]) -> str:
    """Empty for what is as documented; lengths and patterns are the endpoint's to check."""
    if (place, name) not in known:
        names = sorted(name for place, name in known if place == "query")
        return f"Unknown parameter; known parameters: {', '.join(names) or 'none'}."
    spelling, meant = SPELLINGS.get(known[place, name], (None, ""))
    return f"This is not {meant}." if spelling and not spelling.fullmatch(text) else ""


def _documented(app: FastAPI) -> Mapping[object, Mapping[tuple[str, str], str]]:
    """Kinds of the parameters in query and path, by endpoint."""
    paths = app.openapi()["paths"]
    return {
        route.endpoint: {
            (parameter["in"], parameter["name"]): _kind(parameter["schema"])
            for operation in paths[route.path].values()
            for parameter in operation.get("parameters", ())
        }
        for route in iter_route_contexts(app.routes)
        if route.path in paths
    }


def _kind(schema: dict[str, Any]) -> str:
    first = schema.get("anyOf", [schema])[0]
    return str(first.get("format") or first.get("type", ""))


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
            json_schema_extra={"minLength": 1, "maxLength": 255, "pattern": r"^[\x21-\x7e]{1,255}$"},
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
    scheme_name="Key",
    description="A key of `call-center keys create`, a customer's token, or the value of OPERATOR_KEY.",
)


async def _identify(
    request: Request, bench: Bench, given: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]
) -> Caller:
    """Raises CredentialWrong or StorageUnavailable."""
    credential = given.credentials if given else None
    caller = await to_thread(bench.access.identify, credential, request.scope[DIRECT])
    ACTOR.set(caller.signature)
    return caller


Who = Annotated[Caller, Depends(_identify)]


def _require(scope: Scope) -> Callable[[Caller], Awaitable[Caller]]:
    """A dependency which raises CredentialMissing or ScopeMissing."""

    async def check(who: Who) -> Caller:
        who.require(scope)
        return who

    return check


chatting, operating, analysing, administering = map(_require, SCOPES)
Chatter = Annotated[Caller, Depends(chatting)]


async def signing(who: Who) -> Caller:
    """Raises as `Caller.require_key` does."""
    who.require_key()
    return who


Signer = Annotated[Caller, Depends(signing)]


async def insiders(who: Who, bench: Bench) -> None:
    """Everybody in development; raises as `analysing` does in production."""
    if bench.settings.environment == "production":
        who.require("analyst")


async def own_dialog(dialog_id: DialogId, who: Chatter, bench: Bench) -> None:
    """Raises DialogNotFound for a dialog of another customer."""
    if who.customer is not None:
        dialog = await bench.dialogs.store.read(dialog_id)
        who.check_owner(dialog_id, dialog.customer_id)


async def limit_request(request: Request, who: Chatter, bench: Bench) -> Allowance:
    """What this request does is charged to the caller, the customer and the dialog."""
    allowance = bench.limits.allowance(who, request.client.host if request.client else "")
    setattr(request.state, ALLOWANCE, allowance)
    draw_on(allowance)
    return allowance


async def count_call(allowance: Annotated[Allowance, Depends(limit_request)]) -> None:
    """A call that is no turn. Raises TooManyRequests."""
    allowance.call()
