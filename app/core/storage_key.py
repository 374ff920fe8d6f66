"""Keys of the encrypted dialogs: their form, and what is said where one is missing."""

from __future__ import annotations

import re
from base64 import urlsafe_b64decode

from app.core.exceptions import CallCenterError, StorageUnavailable

KEY_BYTES = 32
_KEY = re.compile(r"[A-Za-z0-9_-]{43}=")


class StorageLocked(StorageUnavailable):
    """It stands as it was: with the right key it can be read."""

    code = "storage_locked"

    def __init__(self) -> None:
        CallCenterError.__init__(self, "The dialog is encrypted with a key that STORAGE_KEY does not hold.")


def storage_keys(value: str) -> list[str]:
    """Each of 32 bytes in base64, with commas between. Raises ValueError without the value."""
    keys = [part.strip() for part in value.split(",")]
    if not all(_KEY.fullmatch(key) and len(urlsafe_b64decode(key)) == KEY_BYTES for key in keys):
        raise ValueError(
            "each key must be one that `call-center storage key` prints; commas stand between two"
        )
    return keys
