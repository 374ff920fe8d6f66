"""REST endpoints of all data of one customer."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Response
from pydantic import BaseModel

from app.api.deps import Bench, Who, administering
from app.api.errors import documented

router = APIRouter(
    prefix="/customers",
    tags=["customers"],
    dependencies=[Depends(administering)],
    responses=documented(401, 403, 404, 422, 503),
)
CustomerId = Annotated[
    str,
    Path(
        min_length=1, max_length=200, examples=["customer_123"], description="As given when a dialog opens."
    ),
]
ZIP: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "A ZIP file of JSON files, one per kind, with `manifest.json`.",
        "content": {"application/zip": {"schema": {"type": "string", "format": "binary"}}},
    }
}


class Deleted(BaseModel):
    """How many records of each kind there were."""

    deleted: dict[str, int]


@router.get(
    "/{customer_id}/export", summary="Export a customer's data", response_class=Response, responses=ZIP
)
async def export(customer_id: CustomerId, bench: Bench, who: Who) -> Response:
    """Returns everything that is stored of the customer; empty files are left out."""
    content = await bench.privacy.customers.export(customer_id, who.signature)
    named = {"Content-Disposition": 'attachment; filename="customer.zip"'}
    return Response(content, media_type="application/zip", headers=named)


@router.delete("/{customer_id}", summary="Delete a customer's data", responses=documented(409, 507))
async def erase(customer_id: CustomerId, bench: Bench, who: Who) -> Deleted:
    """Deletes everything that is stored of the customer permanently; a repeat deletes nothing more.

    Waits for running turns. 503 `deletion_unfinished` means that the service goes on with it by itself.
    """
    return Deleted(deleted=await bench.privacy.customers.delete(customer_id, who.signature))
