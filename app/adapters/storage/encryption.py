"""Dialogs encrypted with Fernet (AES-128-CBC and HMAC-SHA256), texts of their index with AES-SIV.

Imported only where there is a key: the library takes its time.
"""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from hashlib import sha256, sha512

from cryptography.exceptions import InvalidTag
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.ciphers.aead import AESSIV

from app.adapters.storage.checksums import seal, unseal
from app.adapters.storage.codec import ENVELOPE, IndexCipher
from app.core.storage_key import StorageLocked

_END = b'"\n}'
_TEXT, _EMPTY = "utf-8", b"\0"
_HALVES = "surrogatepass"


class EncryptedCodec:
    """`keys`: the first encrypts, all decrypt. What is not encrypted is read too.

    The checksum lies outside: so a damaged file can be told from one whose key is missing.
    """

    encrypts = True

    def __init__(self, keys: Sequence[str]) -> None:
        fernets = [Fernet(key) for key in keys]
        self._newest, self._all = fernets[0], MultiFernet(fernets)
        self.ciphers: tuple[IndexCipher, ...] = tuple(EncryptedIndex(key) for key in keys)

    def encode(self, document: bytes) -> bytes:
        return seal(ENVELOPE + self._newest.encrypt(document) + _END)

    def decode(self, data: bytes) -> bytes | None:
        document = unseal(data)
        token = _token(document)
        if token is None:
            return document
        try:
            return self._all.decrypt(token)
        except InvalidToken:
            raise StorageLocked from None

    def is_current(self, data: bytes) -> bool:
        token = _token(unseal(data))
        if token is None:
            return False
        try:
            self._newest.decrypt(token)
        except InvalidToken:
            return False
        return True


class EncryptedIndex:
    """Deterministic, so that a customer's dialogs can be found: the file shows which ids are equal."""

    def __init__(self, key: str) -> None:
        self._cipher = AESSIV(hmac.digest(key.encode(), b"dialog index", sha512))
        self.mark = hmac.digest(key.encode(), b"mark of the dialog index", sha256).hex()

    def hide(self, text: str, about: str) -> bytes:
        return self._cipher.encrypt(_EMPTY + text.encode(_TEXT, _HALVES), [about.encode()])

    def show(self, hidden: str | bytes, about: str) -> str:
        """Raises ValueError for a damaged one."""
        try:
            text = self._cipher.decrypt(hidden if isinstance(hidden, bytes) else b"", [about.encode()])
        except InvalidTag:
            raise ValueError("damaged") from None
        return text.removeprefix(_EMPTY).decode(_TEXT, _HALVES)


def _token(document: bytes | None) -> bytes | None:
    if document is None or not (document.startswith(ENVELOPE) and document.endswith(_END)):
        return None
    return document[len(ENVELOPE) : -len(_END)]
