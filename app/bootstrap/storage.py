"""The store of dialogs, with the key that the settings give."""

from __future__ import annotations

from app.adapters.storage.codec import PLAIN, Codec
from app.adapters.storage.dialog_files import Files
from app.adapters.storage.json_store import JsonStore
from app.adapters.storage.key_proof import KeyProof
from app.core.config import Settings
from app.core.exceptions import SettingInvalid, StorageUnavailable
from app.core.storage_key import StorageLocked, storage_keys


def codec_of(settings: Settings) -> Codec:
    if settings.storage_key is None:
        return PLAIN
    from app.adapters.storage.encryption import EncryptedCodec  # noqa: PLC0415  (heavy, and not always needed)

    return EncryptedCodec(storage_keys(settings.storage_key.get_secret_value()))


def store_of(settings: Settings) -> JsonStore:
    """Raises SettingInvalid for a wrong key or none; a disk that is not there is looked at later."""
    root, codec = settings.dialogs_storage_path, codec_of(settings)
    try:
        KeyProof(root, Files(), codec).verify()
    except StorageLocked:
        problem = "is not the key of" if codec.encrypts else "is empty, but a key has encrypted"
        raise SettingInvalid(
            "STORAGE_KEY", f"it {problem} the dialogs in {root}; nothing was changed"
        ) from None
    except StorageUnavailable:
        pass
    return JsonStore(root, codec=codec)
