"""Requests that may be sent twice and must act once."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from uuid import UUID

from app.core.dialog import RequestRecord


@dataclass(frozen=True, slots=True)
class Request:
    """One request under an Idempotency-Key; `body` is the digest of the parsed JSON."""

    key: str
    operation: str
    body: str

    @classmethod
    def of(cls, key: str, operation: str, body: object) -> Request:
        canonical = json.dumps(body, sort_keys=True, ensure_ascii=True, separators=(",", ":"))
        return cls(_digest(key), operation, _digest(canonical))

    def same(self, record: RequestRecord) -> bool:
        """Raises IdempotencyKeyReused when the key stands for another request."""
        return record.matches(self.operation, self.body)


def dialog_ids(secret: bytes, key: str) -> Iterator[str]:
    """The ids that a create request may have got, in order: a new one each time its record has expired.

    They are derived from the key, so a repeated create finds its dialog even when the first was killed
    at any step, and from the store's secret, so that nobody can guess them from a key.
    """
    for generation in count():
        mac = hmac.digest(secret, f"{key}:{generation}".encode(), hashlib.sha256)
        yield str(UUID(bytes=mac[:16], version=4))


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
