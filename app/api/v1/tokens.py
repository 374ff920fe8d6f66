"""REST endpoint which signs customers' tokens."""

from __future__ import annotations

from asyncio import to_thread
from datetime import datetime, timedelta

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from app.api.deps import Bench, Signer
from app.api.errors import documented
from app.core.whole import Whole
from app.services.access.tokens import LONGEST, USUAL

router = APIRouter(prefix="/tokens", tags=["access"])


class TokenBody(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    customer_id: str = Field(min_length=1, max_length=200, examples=["customer_123"])
    seconds: Whole = Field(
        default=int(USUAL.total_seconds()), ge=60, le=int(LONGEST.total_seconds()), description="Lifetime."
    )


class Token(BaseModel):
    token: str
    customer_id: str
    expires_at: datetime


@router.post(
    "",
    summary="Sign a customer's token",
    status_code=201,
    responses=documented(400, 401, 403, 413, 415, 422, 503),
)
async def sign(body: TokenBody, bench: Bench, who: Signer) -> Token:
    """Returns a token with which one customer's device creates, reads and continues its own dialogs alone.

    Call it from your server with a key of the scope `chat`; a token ends with its key.
    """
    lifetime = timedelta(seconds=body.seconds)
    token, expires = await to_thread(bench.access.tokens.issue, who, body.customer_id, lifetime)
    return Token(token=token, customer_id=body.customer_id, expires_at=expires)
