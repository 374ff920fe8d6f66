"""Dialog files in which a byte is another one than was written."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from app.adapters.storage.checksums import unseal
from app.adapters.storage.dialog_files import DialogFiles, Files
from app.adapters.storage.json_store import JsonStore
from app.core.dialog import Dialog
from app.core.exceptions import DialogQuarantined
from tests.contract.samples import NOON, new_dialog


def small() -> Dialog:
    dialog = new_dialog()
    dialog.receive("Верните 100 ₽", NOON)
    return dialog


def is_served(files: DialogFiles, dialog_id: str) -> bool:
    try:
        files.load(dialog_id)
    except DialogQuarantined:
        return False
    return True


def test_no_byte_can_become_another_one_unnoticed(tmp_path: Path) -> None:
    files, dialog = DialogFiles(tmp_path, Files()), small()
    files.store(dialog)
    whole = (tmp_path / f"{dialog.dialog_id}.json").read_bytes()
    damaged = bytearray(whole)
    passed = []
    for at, right in enumerate(whole):
        for wrong in {*range(256)} - {right}:
            damaged[at] = wrong
            if unseal(bytes(damaged)) is not None:
                passed.append((at, right, wrong))
        damaged[at] = right
    assert passed == []


def test_no_file_with_a_flipped_bit_is_served(tmp_path: Path) -> None:
    files, dialog = DialogFiles(tmp_path, Files()), small()
    files.store(dialog)
    path = tmp_path / f"{dialog.dialog_id}.json"
    whole = path.read_bytes()
    served = []
    for at in range(len(whole)):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
        if is_served(files, dialog.dialog_id):
            served.append((at, whole[at : at + 1]))
        shutil.rmtree(tmp_path / ".quarantine", ignore_errors=True)
    assert served == []
    path.write_bytes(whole)
    assert files.load(dialog.dialog_id) == dialog


@pytest.mark.parametrize("customer", ["customer_123", "sha256:abc", 'a "checksum": "sha256:1"'])
@pytest.mark.parametrize("indent", [None, 2])
@pytest.mark.parametrize("first", ["dialog_id", "customer_id"])
def test_a_file_of_an_older_version_is_read_and_gets_a_checksum_with_the_next_write(
    tmp_path: Path, customer: str, indent: int | None, first: str
) -> None:
    files, dialog = DialogFiles(tmp_path, Files()), small()
    dialog.customer_id = customer
    path = tmp_path / f"{dialog.dialog_id}.json"
    document = dialog.model_dump(mode="json", by_alias=True)
    document = {first: document.pop(first)} | document
    path.write_text(json.dumps(document, indent=indent), encoding="utf-8")
    assert files.load(dialog.dialog_id) == dialog
    files.store(dialog)
    assert json.loads(path.read_bytes())["checksum"].startswith("sha256:")
    assert files.load(dialog.dialog_id) == dialog


@pytest.mark.anyio
async def test_a_wrong_checksum_is_quarantined_and_reported_as_cut_bytes_are(tmp_path: Path) -> None:
    store, broken, sound = JsonStore(tmp_path), small(), small()
    await store.write(broken)
    await store.write(sound)
    path = tmp_path / f"{broken.dialog_id}.json"
    damaged = path.read_bytes().replace(b"100", b"900")
    path.write_bytes(damaged)
    for _ in range(2):
        with pytest.raises(DialogQuarantined):
            await store.read(broken.dialog_id)
    assert (await store.health()).quarantined == [broken.dialog_id]
    assert (tmp_path / ".quarantine" / path.name).read_bytes() == damaged
    assert await store.read(sound.dialog_id) == sound
    await store.close()
