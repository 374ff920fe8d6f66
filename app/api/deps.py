"""What endpoints are handed."""

from __future__ import annotations

import re
from typing import Annotated

from fastapi import Depends, Header, Path, Request
from pydantic import AfterValidator

from app.core.exceptions import DialogNotFound, TextUnacceptable
from app.services.workbench import Workbench

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
            description="Makes a repeat safe for 24 hours: the same body is answered as the first time.",
        ),
    ] = None,
) -> str | None:
    if key is not None and not _KEY.fullmatch(key):
        raise TextUnacceptable("Idempotency-Key must be 1 to 255 visible ASCII characters.")
    return key


def _ours(dialog_id: str) -> str:
    """Another UUID names none of our dialogs. Raises DialogNotFound."""
    if not _OURS.fullmatch(dialog_id):
        raise DialogNotFound(dialog_id)
    return dialog_id


Bench = Annotated[Workbench, Depends(workbench)]
Key = Annotated[str | None, Depends(idempotency_key)]
DialogId = Annotated[
    str,
    Path(pattern=UUID, examples=["a1b2c3d4-e5f6-4890-abcd-ef1234567890"], description="The dialog's id."),
    AfterValidator(_ours),
]
