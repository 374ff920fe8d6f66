"""Encrypted dialogs: what is on the disk, keys that change, and keys that are wrong."""

from __future__ import annotations

from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from app.adapters.storage.codec import PLAIN, Codec
from app.adapters.storage.damaged_dialogs import DamagedDialogs
from app.adapters.storage.deletions import DeletionFiles
from app.adapters.storage.encryption import EncryptedCodec, EncryptedIndex
from app.adapters.storage.json_store import JsonStore
from app.adapters.storage.key_proof import NAME
from app.core.clock import utcnow
from app.core.dialog import Dialog
from app.core.exceptions import DialogQuarantined, StorageUnavailable
from app.core.personal_data import DataSubject, Deletion
from app.core.ports import DialogQuery
from app.core.storage_key import StorageLocked
from tests.contract.samples import answered, new_dialog

OLD, NEW = (Fernet.generate_key().decode() for _ in range(2))
WORDS, CUSTOMER = "канарейка kanarek7f3a91", "customer-kanarek-55"
TRACES = [each.encode() for word in (WORDS, CUSTOMER, "канар") for each in (word, ascii(word)[1:-1])]


def codec(*keys: str) -> Codec:
    return EncryptedCodec(keys) if keys else PLAIN


async def opened(root: Path, *keys: str) -> JsonStore:
    store = JsonStore(root, codec=codec(*keys))
    await store.open()
    return store


async def put(store: JsonStore) -> Dialog:
    dialog = new_dialog(CUSTOMER)
    answered(dialog, WORDS, WORDS)
    await store.write(dialog)
    return dialog


def hits(root: Path) -> list[str]:
    files = [path for path in root.rglob("*") if path.is_file()]
    return [path.name for path in files if any(trace in path.read_bytes() for trace in TRACES)]


def contents(root: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in root.glob("*.json")}


async def progress_of(store: JsonStore) -> tuple[int, list[tuple[int, int]]]:
    seen: list[tuple[int, int]] = []
    return await store.encrypt(lambda done, total: seen.append((done, total))), seen


@pytest.mark.anyio
async def test_no_word_and_no_customer_stands_in_the_folder(tmp_path: Path) -> None:
    store = await opened(tmp_path, NEW)
    dialog = await put(store)
    gone = await put(store)
    (tmp_path / f"{gone.dialog_id}.json").write_bytes((tmp_path / f"{gone.dialog_id}.json").read_bytes()[:-9])
    with pytest.raises(DialogQuarantined):
        await store.read(gone.dialog_id)
    assert hits(tmp_path) == []
    assert (await store.read(dialog.dialog_id)) == dialog
    for query in (DialogQuery(text="АНАРЕЙКА"), DialogQuery(text="ka"), DialogQuery(customer_id=CUSTOMER)):
        page = await store.find(query)
        assert dialog.dialog_id in [row.dialog_id for row in page.rows]
        assert {row.last_message for row in page.rows} == {WORDS}
    await store.delete(dialog.dialog_id)
    await store.close()
    assert hits(tmp_path) == []


@pytest.mark.anyio
async def test_plain_dialogs_are_read_on_and_encrypted_by_a_command_that_can_be_cut(tmp_path: Path) -> None:
    plain = await opened(tmp_path)
    dialogs = [await put(plain) for _ in range(4)]
    await plain.close()
    assert hits(tmp_path)
    store = await opened(tmp_path, NEW)
    assert [(await store.read(dialog.dialog_id)) for dialog in dialogs] == dialogs
    await store.write(dialogs[0])

    def cut(done: int, _total: int) -> None:
        if done == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        await store.encrypt(cut)
    left = [name for name, data in contents(tmp_path).items() if b'"encrypted"' not in data]
    assert 1 <= len(left) <= 2
    count, seen = await progress_of(store)
    assert (count, seen[-1]) == (len(left), (4, 4))
    assert (await progress_of(store))[0] == 0
    assert len((await store.find(DialogQuery(text="kanarek"))).rows) == 4
    await store.close()
    assert hits(tmp_path) == []


@pytest.mark.anyio
async def test_keys_change_without_a_stop(tmp_path: Path) -> None:
    first = await opened(tmp_path, OLD)
    dialog = await put(first)
    second = await opened(tmp_path, NEW, OLD)
    later = await put(second)
    assert len((await second.find(DialogQuery(customer_id=CUSTOMER))).rows) == 2
    assert (await first.read(dialog.dialog_id)) == dialog
    with pytest.raises(StorageLocked):
        await first.read(later.dialog_id)
    assert (await progress_of(second))[0] == 1
    for store in (first, second):
        await store.close()
    third = await opened(tmp_path, NEW)
    assert {row.dialog_id for row in (await third.find(DialogQuery(text=WORDS))).rows} == {
        dialog.dialog_id,
        later.dialog_id,
    }
    await third.close()
    assert hits(tmp_path) == []


@pytest.mark.anyio
@pytest.mark.parametrize("keys", [(), (NEW,)])
async def test_without_the_key_nothing_opens_and_nothing_changes(
    tmp_path: Path, keys: tuple[str, ...]
) -> None:
    store = await opened(tmp_path, OLD)
    dialog = await put(store)
    await store.close()
    before = contents(tmp_path)
    wrong = JsonStore(tmp_path, codec=codec(*keys))
    with pytest.raises(StorageLocked):
        await wrong.open()
    for refused in (wrong.read(dialog.dialog_id), wrong.write(dialog), wrong.delete(dialog.dialog_id)):
        with pytest.raises(StorageLocked):
            await refused
    with pytest.raises(StorageLocked):
        await progress_of(wrong)
    assert not (await wrong.health()).writable
    await wrong.close()
    assert contents(tmp_path) == before
    right = await opened(tmp_path, OLD)
    assert (await right.read(dialog.dialog_id)) == dialog
    await right.close()


@pytest.mark.anyio
async def test_a_dialog_without_its_key_is_not_damaged(tmp_path: Path) -> None:
    """Also where somebody took the proof away."""
    store = await opened(tmp_path, OLD)
    dialog = await put(store)
    await store.close()
    (tmp_path / NAME).unlink()
    for keys in ((), (NEW,)):
        other = await opened(tmp_path, *keys)
        with pytest.raises(StorageLocked):
            await other.read(dialog.dialog_id)
        assert (await other.health()).quarantined == []
        await other.close()
        (tmp_path / NAME).unlink(missing_ok=True)


@pytest.mark.anyio
async def test_a_damaged_proof_and_a_damaged_row_are_no_keys(tmp_path: Path) -> None:
    store = await opened(tmp_path, NEW)
    await put(store)
    [index] = (tmp_path / ".index").glob("*.sqlite3")
    with store._index.writing() as connection:  # as decay would
        connection.execute("UPDATE dialogs SET subject = x'00'")
    assert len((await store.find(DialogQuery())).rows) == 1
    assert not index.exists()
    await store.close()
    (tmp_path / NAME).write_bytes(b'{\n  "checksum": "sha256:' + b"0" * 64 + b'",\n}')
    with pytest.raises(StorageLocked):
        await opened(tmp_path, NEW)


@pytest.mark.anyio
async def test_damaged_files_are_given_out_as_they_read_and_found_by_the_customer(tmp_path: Path) -> None:
    store = await opened(tmp_path, OLD)
    dialog = await put(store)
    await store.close()
    (tmp_path / ".quarantine").mkdir()
    (tmp_path / f"{dialog.dialog_id}.json").rename(tmp_path / ".quarantine" / f"{dialog.dialog_id}.json")
    damaged, blind = DamagedDialogs(tmp_path, codec=codec(OLD)), DamagedDialogs(tmp_path, codec=codec(NEW))
    assert await damaged.dialogs_of(CUSTOMER) == {dialog.dialog_id}
    held = await damaged.hold(DataSubject(CUSTOMER, frozenset()))
    assert WORDS in str(held)
    assert await blind.dialogs_of(CUSTOMER) == set()
    assert WORDS not in str(await blind.hold(DataSubject(CUSTOMER, frozenset([dialog.dialog_id]))))


def test_a_deletion_that_was_cut_is_encrypted_too(tmp_path: Path) -> None:
    files, deletion = (
        DeletionFiles(tmp_path, codec=codec(NEW)),
        Deletion(CUSTOMER, frozenset("d"), utcnow(), "me"),
    )
    files.begin(deletion)
    assert hits(tmp_path) == []
    assert files.under_way() == [deletion]
    [path] = tmp_path.glob("*.json")
    path.write_bytes(path.read_bytes()[:-9])
    with pytest.raises(StorageUnavailable):
        files.under_way()


@pytest.mark.anyio
async def test_without_a_key_there_is_nothing_to_encrypt(tmp_path: Path) -> None:
    store = await opened(tmp_path)
    await put(store)
    before = contents(tmp_path)
    assert await progress_of(store) == (0, [(1, 1)])
    assert contents(tmp_path) == before
    await store.close()


@pytest.mark.parametrize("text", ["", "да", "\ud83d", "x" * 100_000])
def test_a_text_of_the_index_comes_back_for_the_same_thing_only(text: str) -> None:
    index = EncryptedIndex(NEW)
    assert index.show(index.hide(text, "a"), "a") == text
    for hidden in (index.hide(text, "b"), "plain", b""):
        with pytest.raises(ValueError, match="damaged"):
            index.show(hidden, "a")
    assert index.mark != EncryptedIndex(OLD).mark
