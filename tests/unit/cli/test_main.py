"""The table of commands: what it names is there, and listing it imports none of it."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest

from app.cli import main
from app.cli.main import CALL_CENTER, Command, Group
from tests.support.command import imported_by, in_process

HEAVY = {"numpy", "scipy", "pydantic_settings", "sqlalchemy", "langchain_core", "uvicorn", "openai"}


def commands(group: Group) -> Iterator[Command]:
    for entry in group.commands.values():
        if isinstance(entry, Group):
            yield from commands(entry)
        else:
            yield entry


def test_every_command_is_a_function_with_options() -> None:
    for command in commands(CALL_CENTER):
        module, _, function = command.target.partition(":")
        assert callable(getattr(import_module(f"app.cli.{module}"), function)), command.target


@pytest.mark.parametrize("group", ["eval", "kb", "crm", "db"])
def test_the_help_of_a_group_lists_its_commands_and_imports_none(group: str, tmp_path: Path) -> None:
    assert imported_by("-m", "app.cli", group, "--help", cwd=tmp_path) & HEAVY == set()
    listed = in_process(group, "--help", cwd=tmp_path).stdout
    entry = CALL_CENTER.commands[group]
    assert isinstance(entry, Group)
    for name, command in entry.commands.items():
        assert name in listed
        assert command.help.partition(" ")[0] in listed


def test_a_command_shows_its_whole_help_and_its_options(tmp_path: Path) -> None:
    shown = in_process("train", "--help", cwd=tmp_path).stdout
    assert "1 if a significantly worse version was not promoted" in shown
    assert "--extra" in shown


def test_figures_without_their_libraries_are_refused_in_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(main, "find_spec", lambda name: None if name == "scipy" else name)
    done = in_process("eval", "list", cwd=tmp_path)
    assert done.returncode == 2
    assert done.stderr == "scipy is not installed: pip install 'call-center-agents[eval]'\n"
