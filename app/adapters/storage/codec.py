"""How dialogs stand on the disk: with a checksum, and encrypted where there is a key."""

from __future__ import annotations

from typing import Protocol

from app.adapters.storage.checksums import seal, unseal
from app.core.storage_key import StorageLocked

ENVELOPE = b'{\n  "encrypted": "'


class IndexCipher(Protocol):
    """Texts of the index. `mark` tells with which key an index was made, and nothing of the key."""

    mark: str

    def hide(self, text: str, about: str) -> str | bytes:
        """The same text about the same thing gives the same value, so that it can be looked for."""
        ...

    def show(self, hidden: str | bytes, about: str) -> str: ...


class Codec(Protocol):
    """`ciphers` of the index: the first makes new ones, the others read what stands."""

    encrypts: bool
    ciphers: tuple[IndexCipher, ...]

    def encode(self, document: bytes) -> bytes:
        """`document` is an indented JSON object that is not empty."""
        ...

    def decode(self, data: bytes) -> bytes | None:
        """The document; None if it is damaged. Raises StorageLocked where the key is missing."""
        ...

    def is_current(self, data: bytes) -> bool:
        """False for what `encode` would write with another key."""
        ...


class PlainIndex:
    mark = ""

    def hide(self, text: str, about: str) -> str:  # noqa: ARG002
        return text

    def show(self, hidden: str | bytes, about: str) -> str:  # noqa: ARG002
        return str(hidden)


class PlainCodec:
    """It refuses what is encrypted: a dialog without its key is not damaged."""

    encrypts = False
    ciphers: tuple[IndexCipher, ...] = (PlainIndex(),)

    def encode(self, document: bytes) -> bytes:
        return seal(document)

    def decode(self, data: bytes) -> bytes | None:
        document = unseal(data)
        if document is not None and document.startswith(ENVELOPE):
            raise StorageLocked
        return document

    def is_current(self, data: bytes) -> bool:
        document = unseal(data)
        return document is None or not document.startswith(ENVELOPE)


PLAIN = PlainCodec()
