"""The audit log: any edit, removal or swap of lines is found, by whoever has not got the secret."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.adapters.access.audit_log import HEAD, LOG, AuditFile
from app.core.audit import Act

SECRET = b"s" * 32
ACTS = [Act(f"key {n}", "dialog.replied", f"d#{n}") for n in range(8)]


def secret() -> bytes:
    return SECRET


def log_in(folder: Path, acts: list[Act] = ACTS) -> AuditFile:
    log = AuditFile(folder, secret)
    for act in acts:
        log.append([act])
    return log


@pytest.fixture
def log(tmp_path: Path) -> AuditFile:
    return log_in(tmp_path)


def lines_in(folder: Path) -> list[bytes]:
    return (folder / LOG).read_bytes().splitlines(keepends=True)


def test_a_whole_log_is_whole_and_reads_as_it_was_written(log: AuditFile, tmp_path: Path) -> None:
    assert log.verify()[::2] == (8, None)
    assert [(e.who, e.what, e.about) for e in log.entries()] == [act[:3] for act in ACTS]
    assert {path.stat().st_mode & 0o077 for path in tmp_path.iterdir()} == {0}


@settings(max_examples=40)
@given(data=st.data())
def test_any_edit_of_a_byte_is_found(data: st.DataObject) -> None:
    with TemporaryDirectory() as name:
        folder, log = Path(name), log_in(Path(name), ACTS[:4])
        text = bytearray((folder / LOG).read_bytes())
        at = data.draw(st.integers(0, len(text) - 1))
        text[at] = data.draw(st.integers(0, 255).filter(lambda byte: byte != text[at]))
        (folder / LOG).write_bytes(text)
        line = bytes(text[:at]).count(b"\n") + 1
        assert log.verify().line in (line, line + 1)


@settings(max_examples=40)
@given(data=st.data())
def test_any_removal_swap_or_repeat_of_lines_is_found_and_stays_found(data: st.DataObject) -> None:
    with TemporaryDirectory() as name:
        folder, log = Path(name), log_in(Path(name))
        lines = lines_in(folder)
        places = st.lists(st.integers(0, len(lines) - 1), max_size=10)
        order = data.draw(places.filter(lambda chosen: chosen != list(range(len(lines)))))
        (folder / LOG).write_bytes(b"".join(lines[at] for at in order))
        wrong = next((i for i, at in enumerate(order) if at != i), len(order))
        assert log.verify().line == wrong + 1
        log.append([Act("service", "later", "")])
        assert log.verify().line == wrong + 1


@pytest.mark.parametrize("kept", range(8))
def test_lines_cut_at_the_end_are_a_gap_for_ever(log: AuditFile, tmp_path: Path, kept: int) -> None:
    (tmp_path / LOG).write_bytes(b"".join(lines_in(tmp_path)[:kept]))
    assert log.verify().line == kept + 1
    log.append(ACTS)
    assert log.verify().line == kept + 1


@pytest.mark.parametrize("forged", ["", f"{3:020} {'0' * 64} {'0' * 64}\n"])
def test_a_head_that_is_gone_or_forged_is_recorded(log: AuditFile, tmp_path: Path, forged: str) -> None:
    (tmp_path / HEAD).unlink()
    if forged:
        (tmp_path / HEAD).write_text(forged)
    assert log.verify().line == 8
    log.append([ACTS[0]])
    assert log.verify().line == 9


def test_a_chain_made_anew_without_the_secret_is_found(log: AuditFile, tmp_path: Path) -> None:
    forged = AuditFile(tmp_path / "forged", lambda: b"another secret of thirty-two chars")
    forged.append(ACTS)
    for name in (LOG, HEAD):
        (tmp_path / name).write_bytes((tmp_path / "forged" / name).read_bytes())
    assert log.verify().line == 1


def test_a_line_that_a_crash_tore_is_nobodys(log: AuditFile, tmp_path: Path) -> None:
    """And a head that is behind, as after a power cut, is brought up to date."""
    head = (tmp_path / HEAD).read_bytes()
    log.append([ACTS[0]])
    (tmp_path / HEAD).write_bytes(head)
    assert log.verify()[::2] == (9, None)
    with (tmp_path / LOG).open("ab") as file:
        file.write(b'{"n": 10, "at": "20')
    log.append([ACTS[1]])
    assert log.verify()[::2] == (10, None)


def work(folder: str) -> None:
    with ThreadPoolExecutor(4) as pool:
        for done in [pool.submit(AuditFile(Path(folder), secret).append, ACTS[:2]) for _ in range(15)]:
            done.result()


def test_processes_and_threads_write_one_chain(tmp_path: Path) -> None:
    started = [get_context("spawn").Process(target=work, args=(str(tmp_path),)) for _ in range(3)]
    for process in started:
        process.start()
    for process in started:
        process.join()
    assert AuditFile(tmp_path, secret).verify()[::2] == (90, None)


def test_texts_are_short_and_stay_lines(tmp_path: Path) -> None:
    log = log_in(tmp_path, [Act("a\nb" * 200, "what", "\ud800")])
    assert len(lines_in(tmp_path)) == 1
    assert log.verify().line is None
    assert len(json.loads(lines_in(tmp_path)[0])["who"]) == 200
