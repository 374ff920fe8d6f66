"""What a start asserts, and what other users of the machine can read of it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, NamedTuple

import psutil
import pytest
from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer

from app.adapters.storage import langgraph_storage
from app.adapters.storage.langgraph_storage import open_checkpoints, strict_reader
from app.bootstrap import build
from app.cli.main import CALL_CENTER, Command, Group, load_command
from tests.support.server import ServerProcess, settings

CANARY = "canary0123456789canary0123456789"
SECRET = re.compile(r"key|token|secret|password|dsn", re.IGNORECASE)
NO_SECRET = {"key_id", "password_stdin"}  # a name, and where a secret is read from


class Foreign(NamedTuple):
    """Stands for whatever a forged checkpoint names."""

    text: str


@pytest.mark.anyio
async def test_checkpoints_are_read_strictly_whatever_the_environment_says(tmp_path: Path) -> None:
    forged = JsonPlusSerializer(allowed_msgpack_modules=True).dumps_typed({"x": Foreign("x")})
    lenient = JsonPlusSerializer(allowed_msgpack_modules=True).loads_typed(forged)
    assert isinstance(lenient["x"], Foreign)
    async with open_checkpoints(str(tmp_path)) as saver:
        assert not isinstance(saver.serde.loads_typed(forged)["x"], Foreign)
        with pytest.raises(NotImplementedError):
            saver.serde.loads_typed(("pickle", b"cos\nsystem\n(S'true'\ntR."))


def test_a_library_that_reads_leniently_stops_the_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Lenient(JsonPlusSerializer):
        def __init__(self, **_: Any) -> None:
            super().__init__(allowed_msgpack_modules=True)

    monkeypatch.setattr("langgraph.checkpoint.serde.jsonplus.JsonPlusSerializer", Lenient)
    with pytest.raises(RuntimeError, match="strictly"):
        strict_reader()
    with pytest.raises(RuntimeError, match="strictly"):
        build(settings(tmp_path))
    assert langgraph_storage.FILE


def test_no_secret_stands_in_the_arguments_of_a_process(tmp_path: Path) -> None:
    given = ("OPERATOR_KEY", "OPENAI_API_KEY", "ACCESS_SECRET", "CRM_TOKEN", "WEBHOOK_SECRET")
    server = ServerProcess(
        tmp_path / "dialogs", **dict.fromkeys(given, CANARY), OPENAI_BASE_URL="http://127.0.0.1:9/v1"
    )
    server.start()
    try:
        assert server._process
        process = psutil.Process(server._process.pid)
        shown = [each.cmdline() for each in (process, *process.children(recursive=True))]
    finally:
        server.kill()
    assert any("serve" in words for words in shown)
    assert CANARY not in str(shown)


def commands(group: Group, path: str = "") -> dict[str, Command]:
    found: dict[str, Command] = {}
    for name, entry in group.commands.items():
        found |= commands(entry, f"{path}{name} ") if isinstance(entry, Group) else {f"{path}{name}": entry}
    return found


def test_no_command_takes_a_secret_as_an_argument() -> None:
    taken = {
        (name, parameter.name)
        for name, entry in commands(CALL_CENTER).items()
        if ":" in entry.target
        for parameter in load_command(name.split()[-1], entry).params
        if SECRET.search(parameter.name) and parameter.name not in NO_SECRET
    }
    assert taken == set()
