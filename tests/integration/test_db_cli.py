"""`call-center db`: what is there, demo data, starting over."""

from __future__ import annotations

from pathlib import Path

from tests.support.command import call_center, in_process

FILE = "storage/backoffice.sqlite"


def rows(printed: str) -> dict[str, int]:
    return {name: int(count) for name, count in (line.split() for line in printed.splitlines())}


def test_seeding_fills_an_empty_database_once(tmp_path: Path) -> None:
    assert set(rows(in_process("db", "status", cwd=tmp_path).stdout).values()) == {0}
    seeded = call_center("db", "seed", cwd=tmp_path)
    assert (seeded.returncode, seeded.stderr) == (0, f"{FILE}\n")
    assert rows(seeded.stdout)["customers"] == 14
    again = in_process("db", "seed", cwd=tmp_path)
    assert again.returncode == 2
    assert again.stderr == "There are customers already; `call-center db reset` starts over.\n"


def test_starting_over_asks_first(tmp_path: Path) -> None:
    assert in_process("db", "reset", cwd=tmp_path, stdin="n\n").returncode == 1
    assert not (tmp_path / FILE).exists()
    done = in_process("db", "reset", cwd=tmp_path, stdin="y\n")
    assert (done.returncode, "13" in done.stdout) == (0, True)
    assert rows(in_process("db", "reset", "--yes", cwd=tmp_path).stdout)["customers"] == 14


def test_starting_over_in_production_needs_force(tmp_path: Path) -> None:
    refused = in_process("db", "reset", "--yes", cwd=tmp_path, ENVIRONMENT="production")
    assert (refused.returncode, refused.stdout) == (2, "")
    forced = in_process("db", "reset", "--yes", "--force", cwd=tmp_path, ENVIRONMENT="production")
    assert rows(forced.stdout)["customers"] == 14


def test_an_unreachable_server_is_one_sentence_without_the_password(tmp_path: Path) -> None:
    told = in_process("db", "status", cwd=tmp_path, BACKOFFICE_STORAGE="postgresql://a:canary@127.0.0.1:1/b")
    assert told.returncode == 2
    assert told.stderr == "The company's records are currently unavailable; nothing was changed.\n"
    asked = in_process(
        "db", "reset", cwd=tmp_path, stdin="n\n", BACKOFFICE_STORAGE="postgresql://a:canary@127.0.0.1:1/b"
    )
    assert "canary" not in asked.stdout + asked.stderr
