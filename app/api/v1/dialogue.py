"""REST endpoints of customers' dialogs."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Response
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ConfigDict, Field

from app.api.deps import UUID, Bench, Chatter, DialogId, Key, Who, administering, limit_request, own_dialog
from app.api.errors import documented
from app.core.models import Status
from app.core.ports import DialogQuery
from app.core.whole import Whole
from app.services.dialogs.admission import Request
from app.services.dialogs.deciding import Word
from app.services.dialogs.feedback import Liked
from app.services.dialogs.turns import TurnResponse
from app.services.dialogs.views import Answered, Closed, Created, DialogView, PageView
from app.services.operators.views import Rated

router = APIRouter(prefix="/dialogue", tags=["dialogs"])
BODY = documented(400, 401, 403, 413, 415, 422)
OWN = [Depends(own_dialog)]
LIMITED = [*OWN, Depends(limit_request)]
TURN = documented(409, 429, 502, 503, 504, 507)
DECISION = documented(401, 403, 404, 409, 413, 415, 422, 429, 502, 503, 504, 507)
ProposalId = Annotated[
    str,
    Path(
        pattern=UUID,
        examples=["0f8fad5b-d9cb-469f-a165-70867728950e"],
        description="`proposal.id` of an answer or of the dialog.",
    ),
]


class CreateBody(BaseModel):
    """If `initial_message` is given, the response contains the first answer."""

    model_config = ConfigDict(
        extra="forbid",
        strict=True,
        json_schema_extra={
            "examples": [
                {
                    "customer_id": "customer_123",
                    "initial_message": "Не работает приложение, не могу войти в аккаунт",
                }
            ]
        },
    )

    customer_id: str | None = Field(
        default=None,
        min_length=1,
        max_length=200,
        description="Required, but with a customer's token, which names its customer.",
    )
    initial_message: str | None = Field(default=None, min_length=1, max_length=20_000)


class MessageBody(BaseModel):
    model_config = ConfigDict(
        extra="forbid",
        strict=True,
        json_schema_extra={"examples": [{"message": "Пробовал перезагрузить телефон, но проблема осталась"}]},
    )

    message: str = Field(min_length=1, max_length=20_000)


class CloseBody(BaseModel):
    model_config = ConfigDict(
        extra="forbid", strict=True, json_schema_extra={"examples": [{"reason": "problem_resolved"}]}
    )

    reason: str = Field(default="not_specified", min_length=1, max_length=500)


class RatingBody(BaseModel):
    model_config = ConfigDict(
        extra="forbid",
        strict=True,
        json_schema_extra={"examples": [{"score": 5, "comment": "Быстро и по делу"}]},
    )

    score: Whole = Field(ge=1, le=5)
    comment: str = Field(default="", max_length=2000)


class FeedbackBody(BaseModel):
    """`null` withdraws the feedback."""

    model_config = ConfigDict(extra="forbid", strict=True, json_schema_extra={"examples": [{"liked": True}]})

    liked: bool | None


@router.post(
    "/create", summary="Open a dialog", responses={**BODY, **TURN}, dependencies=[Depends(limit_request)]
)
async def create(body: CreateBody, bench: Bench, who: Chatter, key: Key, response: Response) -> Created:
    """Opens a dialog for a customer; `initial_message` is answered at once."""
    customer = who.speaks_for(body.customer_id)
    if customer is None:
        raise RequestValidationError([{"loc": ("body", "customer_id"), "msg": "Field required"}])
    given = {**body.model_dump(exclude_unset=True), "customer_id": customer}
    request = Request.of(key, "create", given, who.customer) if key else None
    outcome = await bench.dialogs.create(customer, body.initial_message, request)
    return Created.model_validate(_marked(outcome, response).body)


@router.post(
    "/{dialog_id}/message",
    summary="Send a message",
    responses={**BODY, **TURN, **documented(404)},
    dependencies=LIMITED,
)
async def message(
    dialog_id: DialogId, body: MessageBody, bench: Bench, key: Key, response: Response
) -> Answered:
    """Sends the customer's next message and returns the answer."""
    request = Request.of(key, "message", body.model_dump(exclude_unset=True)) if key else None
    outcome = await bench.dialogs.send(dialog_id, body.message, request)
    return Answered.model_validate(_marked(outcome, response).body)


@router.get("", summary="List dialogs", responses=documented(401, 403, 422, 503))
async def find(
    bench: Bench,
    who: Who,
    limit: Annotated[int, Query(ge=1, le=200)] = 20,
    cursor: Annotated[str | None, Query(max_length=500)] = None,
    status: Status | None = None,
    agent: Annotated[str | None, Query(max_length=100)] = None,
    customer_id: Annotated[str | None, Query(max_length=200)] = None,
    q: Annotated[str | None, Query(max_length=200, description="Words that occur in the dialog.")] = None,
    escalated: Annotated[bool | None, Query(description="Waiting for a person, or held by one.")] = None,
) -> PageView:
    """Lists dialogs, most recently changed first; with a customer's token, those of the customer."""
    if who.customer is None:
        who.require("operator")
    customer = who.speaks_for(customer_id)
    return await bench.dialogs.find(DialogQuery(limit, cursor, status, agent, customer, q, escalated))


@router.get(
    "/{dialog_id}", summary="Get a dialog", responses=documented(401, 403, 404, 422, 503), dependencies=OWN
)
async def view(dialog_id: DialogId, bench: Bench) -> DialogView:
    """Returns the whole dialog; `path` of an agent's line shows how the answer was produced."""
    return await bench.dialogs.view(dialog_id)


@router.post(
    "/{dialog_id}/close",
    summary="Close a dialog",
    responses={**BODY, **documented(404, 503, 507)},
    dependencies=OWN,
)
async def close(dialog_id: DialogId, bench: Bench, body: CloseBody | None = None) -> Closed:
    """Closes a dialog and returns its summary; a repeat returns the first response."""
    return await bench.dialogs.close(dialog_id, (body or CloseBody()).reason)


@router.post(
    "/{dialog_id}/rating",
    summary="Rate a dialog",
    responses={**BODY, **documented(404, 503, 507)},
    dependencies=OWN,
)
async def rate(dialog_id: DialogId, body: RatingBody, bench: Bench) -> Rated:
    """Stores the customer's rating of an open or closed dialog; a later one replaces it."""
    return await bench.operators.rate(dialog_id, body.score, body.comment)


@router.post(
    "/{dialog_id}/messages/{seq}/feedback",
    summary="Like or dislike an answer",
    responses={**BODY, **documented(404, 503, 507)},
    dependencies=OWN,
)
async def feedback(
    dialog_id: DialogId, seq: Annotated[int, Path(ge=1, le=1_000_000)], body: FeedbackBody, bench: Bench
) -> Liked:
    """Stores whether an answer was helpful; later feedback replaces it."""
    return await bench.feedback.like(dialog_id, seq, body.liked)


@router.post(
    "/{dialog_id}/proposals/{proposal_id}/confirm",
    summary="Confirm a proposal",
    responses=DECISION,
    dependencies=LIMITED,
)
async def confirm(dialog_id: DialogId, proposal_id: ProposalId, bench: Bench, response: Response) -> Answered:
    """Has the proposed action carried out and returns the answer; a repeat returns the first response.

    Works until the proposal expires, also after other lines. 409 with `code`: `proposal_expired`,
    `proposal_superseded`, or `proposal_decided` if it was declined.
    """
    return await _decide(bench, dialog_id, proposal_id, "confirm", response)


@router.post(
    "/{dialog_id}/proposals/{proposal_id}/decline",
    summary="Decline a proposal",
    responses=DECISION,
    dependencies=LIMITED,
)
async def decline(dialog_id: DialogId, proposal_id: ProposalId, bench: Bench, response: Response) -> Answered:
    """Closes the proposal without carrying it out; a repeat returns the first response."""
    return await _decide(bench, dialog_id, proposal_id, "decline", response)


async def _decide(bench: Bench, dialog_id: str, proposal_id: str, word: Word, response: Response) -> Answered:
    outcome = await bench.proposals.decide(dialog_id, proposal_id, word)
    if outcome.replayed:
        response.headers["Idempotency-Replayed"] = "true"
    return Answered.model_validate(outcome.body)


@router.delete(
    "/{dialog_id}",
    summary="Delete a dialog",
    status_code=204,
    responses=documented(401, 403, 404, 422, 503),
    dependencies=[Depends(administering)],
)
async def delete(dialog_id: DialogId, bench: Bench) -> None:
    """Deletes a dialog permanently, together with its pending CRM events."""
    await bench.dialogs.delete(dialog_id)


def _marked(outcome: TurnResponse, response: Response) -> TurnResponse:
    if outcome.replayed:
        response.headers["Idempotency-Replayed"] = "true"
    return outcome
