"""Every face tells a wrong setting, or a wrong surrounding, in one sentence; none ends in a traceback."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from app.core.config import Settings
from tests.support.command import call_center, in_process, run

Start = Callable[..., CompletedProcess[str]]
SENTENCE = re.compile(r"Setting [\w.]+ is wrong: [^\n]+\.\n")
WRONG = {
    "key": {"OPENAI_API_KEY": "sk-с"},
    "certificates": {"SSL_CERT_FILE": "nowhere.pem"},
    "proxy": {"OPENAI_API_KEY": "sk-a", "HTTPS_PROXY": "garbage://x"},
    "quotation mark": {"DIALOGS_STORAGE_PATH": '"~/dialogs'},
    "file": {"BACKOFFICE_STORAGE": "sqlite://"},
    "port": {"BACKOFFICE_STORAGE": "postgresql://localhost:x/name"},
    "address": {"OPENAI_BASE_URL": "http://local host"},
}
MENDED = {
    "as of a desktop": {
        "ALL_PROXY": "socks5://127.0.0.1:9",
        "all_proxy": "socks://127.0.0.1:9/",
        "OPENAI_API_KEY": "sk-a\r\n",
        "OPENAI_BASE_URL": '"https://model.example/"',
    },
    "as of docker": {
        "HTTPS_PROXY": "garbage://x",
        "NO_PROXY": ":::,[",
        "BACKOFFICE_STORAGE": "sqlite:///records.sqlite",
        "PORT": " 8000 ",
    },
}
FACES: dict[str, Start] = {
    "doctor": partial(in_process, "doctor"),
    "route": partial(in_process, "route"),
    "kb": partial(in_process, "kb", "list"),
    "db": partial(in_process, "db", "status"),
    "crm": partial(in_process, "crm", "status"),
    "eval": partial(in_process, "eval", "scenarios"),
}
BUILDING = "import app.main; app.main.app; print('built')"


@pytest.fixture(autouse=True)
def _surroundings(monkeypatch: pytest.MonkeyPatch) -> None:
    """No proxy or certificate of the machine, and what a face changes is undone."""
    for name in list(os.environ):
        if name.upper().endswith("_PROXY") or name.startswith("SSL_CERT"):
            monkeypatch.delenv(name)


@pytest.mark.parametrize("wrong", WRONG)
@pytest.mark.parametrize("face", FACES)
def test_a_command_tells_what_is_wrong_in_one_sentence(tmp_path: Path, face: str, wrong: str) -> None:
    done = FACES[face](cwd=tmp_path, **WRONG[wrong])
    assert done.returncode == 2
    assert SENTENCE.fullmatch(done.stderr + done.stdout)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "start",
    [
        partial(call_center, "serve"),
        partial(call_center, "chat"),
        partial(run, sys.executable, "-m", "uvicorn", "app.main:app", "--port", "0"),
    ],
    ids=["serve", "chat", "uvicorn"],
)
@pytest.mark.parametrize("wrong", ["key", "certificates", "proxy"])
def test_every_way_to_start_tells_what_is_wrong_in_one_sentence(
    tmp_path: Path, start: Start, wrong: str
) -> None:
    done = start(cwd=tmp_path, **WRONG[wrong])
    assert done.returncode != 0
    assert SENTENCE.fullmatch(done.stderr + done.stdout)


@pytest.mark.parametrize("mended", MENDED)
def test_the_application_with_its_workbench_is_built_all_the_same(tmp_path: Path, mended: str) -> None:
    done = run(sys.executable, "-c", BUILDING, cwd=tmp_path, LOG_LEVEL="ERROR", **MENDED[mended])
    assert (done.stdout, done.returncode) == ("built\n", 0), done.stderr


def test_a_chat_begins_behind_a_proxy_that_nobody_needs(tmp_path: Path) -> None:
    done = in_process("chat", cwd=tmp_path, ALL_PROXY="garbage://x")
    assert done.returncode == 0
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("host", ["a..b", "x" * 70, "no such host", "http://127.0.0.1"])
def test_a_host_that_cannot_be_listened_on_is_told(tmp_path: Path, host: str) -> None:
    done = in_process("serve", "--port", "0", cwd=tmp_path, HOST=host)
    assert done.returncode == 2
    assert re.fullmatch(r"Port 0 of [^\n]+ cannot be used: [^\n]+\.\n", done.stderr)


def test_settings_are_all_known_to_the_commands() -> None:
    assert {name for each in (*WRONG.values(), *MENDED.values()) for name in each} - {
        name.upper() for name in Settings.model_fields
    } <= {"SSL_CERT_FILE", "HTTPS_PROXY", "ALL_PROXY", "all_proxy", "NO_PROXY"}
