"""Cursors of paged lists: opaque to clients, safe in a URL."""

from __future__ import annotations

import base64
import binascii

from app.core.exceptions import CursorInvalid


def encode_cursor(place: str) -> str:
    return base64.urlsafe_b64encode(place.encode()).decode().rstrip("=")


def decode_cursor(cursor: str) -> str:
    """Raises CursorInvalid for what no encoding gives; the caller checks the place itself."""
    try:
        return base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True).decode()
    except (binascii.Error, ValueError):
        raise CursorInvalid from None
