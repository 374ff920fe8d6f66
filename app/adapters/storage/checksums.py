"""The checksum of a dialog file: its first member, over all other bytes. It finds decay, not forgery."""

from __future__ import annotations

import re
from hashlib import sha256

_OPENING = b"{\n"
_SEALED = re.compile(rb'\{\n  "checksum": "sha256:([0-9a-f]{64})",\n')
_PARTS = ((0, b"{\n  "), (4, b'"checksum"'), (17, b"sha256:"))
"""A file with two of these was sealed, though its first line be damaged."""


def seal(document: bytes) -> bytes:
    """`document` is an indented JSON object that is not empty."""
    digest = sha256(document).hexdigest().encode()
    return b'{\n  "checksum": "sha256:' + digest + b'",\n' + document.removeprefix(_OPENING)


def unseal(data: bytes) -> bytes | None:
    """The document; None if the checksum is wrong. Files of older versions have none and pass."""
    found = _SEALED.match(data)
    if not found:
        was_sealed = sum(data.startswith(part, at) for at, part in _PARTS) > 1
        return None if was_sealed else data
    document = _OPENING + data[found.end() :]
    return document if sha256(document).hexdigest().encode() == found[1] else None
