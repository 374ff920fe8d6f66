"""The whole application with STORAGE_KEY: no word on the disk, and the command that changes keys."""

from __future__ import annotations

from pathlib import Path

import httpx2
import pytest
from pydantic import SecretStr

from app.bootstrap import build
from app.bootstrap.storage import store_of
from app.core.exceptions import SettingInvalid
from tests.support.command import in_process
from tests.support.operator import Room, code
from tests.support.server import running, settings

OLD, NEW = "A" * 43 + "=", "B" * 42 + "A="
CANARY, SAID = "kanarek7f3a91", "не работает приложение"
CUSTOMER = "customer-55d1"


def talk(http: httpx2.Client) -> Room:
    """Something of each kind that a dialog holds."""
    room = Room.open(http, f"{SAID} {CANARY}", CUSTOMER)
    room.take_over(reason=f"because {CANARY}")
    room.reply(f"answer {CANARY}", key="k")
    room.hand_back(note=f"note {CANARY}")
    room.rate(1, comment=f"comment {CANARY}")
    room.say(f"ещё вопрос {CANARY}", key="again")
    return room


def hits(folder: Path) -> list[str]:
    marks = [CANARY.encode(), SAID.encode(), ascii(SAID)[1:-1].encode(), CUSTOMER.encode()]
    files = [path for path in folder.rglob("*") if path.is_file()]
    return [path.name for path in files if any(mark in path.read_bytes() for mark in marks)]


def storage(folder: Path, *command: str, key: str = "") -> tuple[int, str]:
    done = in_process(*command, cwd=folder, DIALOGS_STORAGE_PATH=str(folder / "dialogs"), STORAGE_KEY=key)
    return done.returncode, done.stdout + done.stderr


def test_no_word_of_a_dialog_stands_on_the_disk(tmp_path: Path) -> None:
    given = settings(tmp_path / "dialogs", storage_key=SecretStr(OLD))
    with running(build(given)) as url, httpx2.Client(base_url=url, timeout=60, trust_env=False) as http:
        room = talk(http)
        assert hits(tmp_path / "dialogs") == []
        again = room.say(f"ещё вопрос {CANARY}", key="again")
        assert again.headers["Idempotency-Replayed"] == "true"
        found = http.get("/api/v1/dialogue", params={"q": CANARY}).raise_for_status().json()
        assert CANARY in str(found)
    assert hits(tmp_path / "dialogs") == []
    with running(build(given)) as url, httpx2.Client(base_url=url, timeout=60, trust_env=False) as http:
        assert CANARY in str(Room(http, room.dialog).view())
        kept = http.delete(f"/api/v1/customers/{CUSTOMER}").raise_for_status().json()["deleted"]
        assert kept["dialogs"] == 1


def test_a_folder_is_encrypted_and_its_key_changed_by_the_command(tmp_path: Path) -> None:
    bench = build(settings(tmp_path / "dialogs"))
    with running(bench) as url, httpx2.Client(base_url=url, timeout=60, trust_env=False) as http:
        room = talk(http)
    assert hits(tmp_path / "dialogs")
    command = ("storage", "encrypt")
    assert storage(tmp_path, *command) == (
        2,
        "STORAGE_KEY is empty. To make a key: call-center storage key\n",
    )
    for key, count in ((OLD, 1), (OLD, 0), (f"{NEW},{OLD}", 1), (NEW, 0)):
        status, said = storage(tmp_path, *command, key=key)
        assert (status, said.partition(".")[0]) == (0, f"Encrypted: {count}")
        assert hits(tmp_path / "dialogs") == []
    given = settings(tmp_path / "dialogs", storage_key=SecretStr(NEW))
    with running(build(given)) as url, httpx2.Client(base_url=url, timeout=60, trust_env=False) as http:
        assert CANARY in str(Room(http, room.dialog).view())


def test_a_new_key_is_one(tmp_path: Path) -> None:
    keys = {storage(tmp_path, "storage", "key")[1].strip() for _ in range(2)}
    assert len(keys) == 2
    for key in keys:
        assert storage(tmp_path, "storage", "encrypt", key=key)[0] in (0, 2)
        settings(tmp_path, storage_key=SecretStr(key))


@pytest.mark.parametrize("key", ["", NEW])
def test_a_wrong_key_is_one_sentence_at_the_start_and_changes_nothing(tmp_path: Path, key: str) -> None:
    given = settings(tmp_path / "dialogs", storage_key=SecretStr(OLD))
    with running(build(given)) as url, httpx2.Client(base_url=url, timeout=60, trust_env=False) as http:
        talk(http)
    before = {path: path.read_bytes() for path in (tmp_path / "dialogs").glob("*.json")}
    wrong = settings(tmp_path / "dialogs", storage_key=SecretStr(key) if key else None)
    with pytest.raises(SettingInvalid, match=r"STORAGE_KEY is wrong: .+; nothing was changed"):
        build(wrong)
    for command in (("customers", "export", CUSTOMER, "--out", "x.zip"), ("storage", "encrypt")):
        status, said = storage(tmp_path, *command, key=key)
        assert (status, said.count("\n"), "STORAGE_KEY" in said) == (2, 1, True)
    status, said = storage(tmp_path, "doctor", key=key)
    assert (status, "give the key that encrypted them" in said) == (1, True)
    assert {path: path.read_bytes() for path in before} == before
    assert len(before) == 1


def test_a_dialog_whose_key_is_missing_is_a_situation(tmp_path: Path) -> None:
    """Where one file of another installation was put into the folder."""
    theirs = settings(tmp_path / "theirs", storage_key=SecretStr(OLD))
    with running(build(theirs)) as url, httpx2.Client(base_url=url, timeout=60, trust_env=False) as http:
        room = talk(http)
    ours = settings(tmp_path / "ours", storage_key=SecretStr(NEW))
    (tmp_path / "ours").mkdir()
    name = f"{room.dialog}.json"
    (tmp_path / "theirs" / name).rename(tmp_path / "ours" / name)
    with running(build(ours)) as url, httpx2.Client(base_url=url, timeout=60, trust_env=False) as http:
        assert code(http.get(f"/api/v1/dialogue/{room.dialog}")) == (503, "storage_locked")
        assert code(Room(http, room.dialog).say("ау")) == (503, "storage_locked")
        assert http.get("/api/v1/dialogue").status_code == 200
    assert (tmp_path / "ours" / name).exists()


def test_a_disk_that_is_not_there_is_looked_at_later(tmp_path: Path) -> None:
    (tmp_path / "dialogs").mkdir()
    (tmp_path / "dialogs" / ".encryption").mkdir()  # reading it fails, as on a broken disk
    assert store_of(settings(tmp_path / "dialogs", storage_key=SecretStr(OLD)))
