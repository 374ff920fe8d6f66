"""The `call-center` command, as a user runs it; in a process where that is the point."""

from __future__ import annotations

import json
import re
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from subprocess import PIPE, CompletedProcess, Popen
from typing import Any

import httpx2
import pytest

from app.adapters.mocks.llm.faults import FAULTS
from tests.support.command import CLI, call_center, clean_environment, in_process

pytestmark = pytest.mark.xdist_group("cli")  # two runs are shared

STORY = ["Приложение вылетает при запуске", "Сколько стоит тариф Профи?", "Верните деньги, это обман!"]
AGENTS = ["tech_support", "sales", "supervisor"]
LINES = [
    '{"id": "one", "text": "Приложение вылетает при запуске"}',
    '{"id": 2, "text": "How much is the business plan?", "label": "sales", "note": {"deep": [1]}}',
    "this is not JSON",
    "",
    '{"id": "no text"}',
    '{"id": "both", "text": "a", "turns": [{"role": "customer", "content": "a"}]}',
    '{"id": "half \\ud800", "text": "Сколько стоит Профи?"}',
    '{"id": "blank", "text": "  "}',
    '{"id": "named", "turns": [{"role": "customer", "content": "Сколько стоит тариф Профи?"},'
    ' {"role": "agent", "content": "1990 ₽.", "agent": "sales"}, {"role": "customer", "content": "ок"}]}',
    '{"id": "unnamed", "turns": [{"role": "customer", "content": "Сколько стоит тариф Профи?"},'
    ' {"role": "agent", "content": "1990 ₽."}, {"role": "customer", "content": "ок"}]}',
    '["a list"]',
    '{"id": "last", "text": "Верните деньги, это обман! Позовите руководителя!"}',
]


@contextmanager
def started(cwd: Path, *arguments: str) -> Iterator[Popen[str]]:
    """A command that runs until it is told to stop."""
    pipes: dict[str, Any] = {"stdin": PIPE, "stdout": PIPE, "stderr": PIPE, "encoding": "utf-8"}
    with Popen([*CLI, *arguments], cwd=cwd, env=clean_environment(), **pipes) as process:
        yield process
        process.terminate()


@pytest.fixture(scope="module")
def routed(tmp_path_factory: pytest.TempPathFactory) -> CompletedProcess[str]:
    return call_center("route", cwd=tmp_path_factory.mktemp("route"), stdin="\n".join(LINES) + "\n")


@pytest.fixture(scope="module")
def results(routed: CompletedProcess[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in routed.stdout.splitlines()]


@pytest.fixture(scope="module")
def talk(tmp_path_factory: pytest.TempPathFactory) -> tuple[CompletedProcess[str], Path]:
    """A story of three messages, a second dialog, and the folder they are kept in."""
    cwd = tmp_path_factory.mktemp("chat")
    said = "\n".join([*STORY, "/new", "How much is the business plan?", "", "/quit", "never read"])
    return call_center("chat", cwd=cwd, stdin=said), cwd / "storage" / "dialogs"


def named_agents(output: str) -> list[str]:
    return re.findall(rf"^(?:> )*({'|'.join(AGENTS)})\b", output, re.MULTILINE)


def kept(folder: Path) -> list[dict[str, Any]]:
    dialogs = [json.loads(path.read_text("utf-8")) for path in folder.glob("*.json")]
    return sorted(dialogs, key=lambda dialog: str(dialog["created_at"]))


def test_the_version_is_printed_by_the_module_too(tmp_path: Path) -> None:
    done = call_center("version", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert re.fullmatch(r"\d+\.\d+\.\d+\n", done.stdout)


def test_an_unknown_command_is_told_apart(tmp_path: Path) -> None:
    done = call_center("dance", cwd=tmp_path)
    assert done.returncode == 2
    assert "dance" in done.stderr


def test_the_doctor_is_content_offline(tmp_path: Path) -> None:
    done = in_process("doctor", cwd=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "embedded model (offline)" in done.stdout
    assert "is writable" in done.stdout


def test_the_doctor_says_how_to_mend_a_broken_storage(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    done = in_process("doctor", cwd=tmp_path, DIALOGS_STORAGE_PATH="file/dialogs")
    assert done.returncode == 1
    assert re.search(r"✗ +dialog storage .*point DIALOGS_STORAGE_PATH to a writable folder", done.stdout)


@pytest.mark.parametrize(("fallback", "code"), [("true", 0), ("false", 1)])
def test_the_doctor_tells_that_a_provider_cannot_be_reached(tmp_path: Path, fallback: str, code: int) -> None:
    with socket.create_server(("127.0.0.1", 0)) as gone:
        port = gone.getsockname()[1]
    url = f"http://127.0.0.1:{port}/v1"
    done = in_process("doctor", cwd=tmp_path, OPENAI_BASE_URL=url, MODEL_FALLBACK=fallback)
    assert done.returncode == code
    assert f"127.0.0.1:{port} cannot be reached" in done.stdout
    assert ("until then the embedded model answers" in done.stdout) == (fallback == "true")


def test_a_chat_names_the_agent_of_every_turn(talk: tuple[CompletedProcess[str], Path]) -> None:
    done, _ = talk
    assert (done.returncode, done.stderr) == (0, "")
    assert named_agents(done.stdout) == [*AGENTS, "sales"]


def test_a_chat_is_kept_like_any_dialog(talk: tuple[CompletedProcess[str], Path]) -> None:
    first, second = kept(talk[1])
    assert [m["content"] for m in first["messages"] if m["role"] == "customer"] == STORY
    assert [m["agent_type"] for m in first["messages"] if m["role"] == "agent"] == AGENTS
    assert len(second["messages"]) == 2
    assert second["dialog_id"] in talk[0].stdout


def test_what_the_terminal_shows_is_what_is_kept(talk: tuple[CompletedProcess[str], Path]) -> None:
    first = kept(talk[1])[0]
    shown = " ".join(talk[0].stdout.split())
    for message in first["messages"][1::2]:
        assert " ".join(message["content"].split()) in shown


def test_route_writes_one_line_for_one_line_in_order(
    routed: CompletedProcess[str], results: list[dict[str, Any]]
) -> None:
    assert (routed.returncode, routed.stderr) == (0, "")
    ids = ["one", 2, None, None, "no text", "both", None, "blank", "named", "unnamed", None, "last"]
    assert [result["id"] for result in results] == ids


def test_route_says_where_each_message_goes(results: list[dict[str, Any]]) -> None:
    agents = {result["id"]: result["agent"] for result in results if result["outcome"] == "ok"}
    expected = {"one": "tech_support", 2: "sales", "named": "sales", "unnamed": "sales", "last": "supervisor"}
    assert agents == expected
    assert all(0 <= r["confidence"] <= 1 and r["source"] for r in results if r["outcome"] == "ok")


def test_a_line_that_cannot_be_read_is_an_error_and_not_a_label(results: list[dict[str, Any]]) -> None:
    failed = [result for result in results if result["outcome"] == "error"]
    assert len(failed) == 7
    assert all(result["agent"] is None and result["reason"] for result in failed)


def test_route_answers_a_line_before_the_next_is_written(tmp_path: Path) -> None:
    """Each line is written only after the one before it was answered."""
    with started(tmp_path, "route") as process:
        assert process.stdin
        assert process.stdout
        for line in LINES[:3]:
            process.stdin.write(line + "\n")
            process.stdin.flush()
            answer = json.loads(process.stdout.readline())
        process.stdin.close()
        assert answer["outcome"] == "error"
        assert process.stdout.read() == ""
        assert process.wait(30) == 0


def test_the_faults_of_the_mock_provider_are_listed(tmp_path: Path) -> None:
    done = in_process("mock-llm", "--list-faults", cwd=tmp_path)
    assert done.returncode == 0
    assert done.stdout.split() == sorted(FAULTS)


def test_an_unknown_fault_is_refused(tmp_path: Path) -> None:
    done = in_process("mock-llm", "--fault", "earthquake", cwd=tmp_path)
    assert done.returncode == 2
    assert "--list-faults" in done.stderr


def test_the_mock_provider_answers_a_chat_completion(tmp_path: Path) -> None:
    question = {"model": "any", "messages": [{"role": "user", "content": "hello"}]}
    with started(tmp_path, "mock-llm", "--port", "0") as process:
        assert process.stderr
        name, _, url = process.stderr.readline().strip().partition("=")
        assert name == "OPENAI_BASE_URL"
        url = url.replace("localhost", "127.0.0.1")
        reply = httpx2.post(f"{url}/chat/completions", json=question, timeout=60, trust_env=False).json()
    assert reply["choices"][0]["message"]["content"]
    assert reply["usage"]["total_tokens"] > 0


@pytest.mark.parametrize(
    ("command", "mend"), {"mock-llm": "--port 8101", "serve": "--port 8001, or make run PORT=8001"}.items()
)
def test_a_port_that_is_taken_is_told_plainly(tmp_path: Path, command: str, mend: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        done = in_process(command, "--port", port, cwd=tmp_path)
    assert done.returncode == 2
    told = f"Port {port} of 127.0.0.1 cannot be used: Address already in use. Choose another: {mend}."
    assert done.stderr.splitlines() == [told]
