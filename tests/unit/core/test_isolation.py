"""Real processes, with limits that are small enough to reach at once."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import psutil
import pytest

from app.core import isolation
from app.core.documents import DocumentUnusable, Unusable
from app.core.exceptions import CallCenterError
from app.core.isolation import IsolationBusy, IsolationFailed, Limits, isolated
from app.evaluation.cases import SetInvalid
from tests.support.paths import ROOT

SMALL = Limits(cpu=2, memory=2**28)


def pid_and(said: str) -> tuple[int, str]:
    sys.stdout.write("noise of a parser")
    return os.getpid(), said


def spin() -> None:
    while True:
        pass


def hoard() -> int:
    return len([bytes(2**20) for _ in range(2**12)])


def nest(depth: int) -> int:
    return nest(depth + 1)


def fall() -> None:
    os.kill(os.getpid(), signal.SIGSEGV)


def refuse(error: CallCenterError) -> None:
    raise error


def test_a_function_runs_elsewhere_and_its_value_comes_back() -> None:
    there, said = isolated(pid_and, "Привет\ud800")
    assert (there != os.getpid(), said) == (True, "Привет\ud800")


def slowly(data: bytes) -> bytes:
    time.sleep(3 * isolation.TICK)
    return data


@pytest.mark.parametrize("size", [0, 2**17, 2**24])
def test_large_things_go_there_and_come_back_however_long_it_takes(size: int) -> None:
    assert len(isolated(slowly, bytes(size))) == size


@pytest.mark.parametrize(
    ("function", "args", "exceeded"),
    [(spin, (), "time"), (hoard, (), "memory"), (nest, (0,), "crash"), (fall, (), "crash")],
)
def test_what_costs_too_much_or_dies_is_a_situation_with_a_sentence(
    function: object, args: tuple[int, ...], exceeded: str
) -> None:
    with pytest.raises(IsolationFailed, match="Reading the file") as told:
        isolated(function, *args, limits=SMALL)  # type: ignore[arg-type]
    assert (told.value.exceeded, told.value.status) == (exceeded, 422)


def test_the_last_words_of_a_crash_are_kept_for_the_log() -> None:
    with pytest.raises(IsolationFailed) as told:
        isolated(nest, 0, limits=SMALL)
    assert "RecursionError" in told.value.detail


def test_our_own_errors_come_back_whole() -> None:
    with pytest.raises(DocumentUnusable) as told:
        isolated(refuse, DocumentUnusable("a.pdf", Unusable.PAGES, limit=3))
    assert str(told.value) == "a.pdf has more than 3 pages; split it and add the parts."
    assert (told.value.kind, told.value.fields) == (Unusable.PAGES, {"limit": 3})
    with pytest.raises(SetInvalid) as other:
        isolated(refuse, SetInvalid("a.jsonl", 3, "no"))
    assert (other.value.line, str(other.value)) == (3, "a.jsonl, line 3: no")


class Gone(CallCenterError):
    """Whoever asked has left."""


def leave() -> None:
    raise Gone


def test_who_stops_waiting_stops_the_process() -> None:
    before = {child.pid for child in psutil.Process().children()}
    with pytest.raises(Gone):
        isolated(spin, watch=leave)
    assert {child.pid for child in psutil.Process().children()} <= before


def test_only_so_many_run_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(isolation, "PATIENCE", 0.0)
    monkeypatch.setattr(isolation, "_TURNS", threading.BoundedSemaphore(1))
    with isolation._turn(lambda: None), pytest.raises(IsolationBusy):
        isolated(pid_and, "x")
    assert isolated(pid_and, "x")[1] == "x"


PARENT = """
import os, sys
from app.core.isolation import isolated
from tests.unit.core.test_isolation import tell_and_spin
isolated(tell_and_spin, sys.argv[1])
"""


def tell_and_spin(place: str) -> None:
    Path(place).write_text(str(os.getpid()))
    spin()


def test_the_process_does_not_outlive_a_parent_that_was_killed(tmp_path: Path) -> None:
    pipe = tmp_path / "pid"
    os.mkfifo(pipe)
    root = str(ROOT)
    command = [sys.executable, "-c", PARENT, str(pipe)]
    with subprocess.Popen(command, cwd=root, env=os.environ | {"PYTHONPATH": root}) as parent:
        reader = psutil.Process(int(pipe.read_text()))
        parent.kill()
    psutil.wait_procs([reader], timeout=20)
    assert not reader.is_running() or reader.status() == psutil.STATUS_ZOMBIE


def test_a_program_without_a_main_guard_can_read_files(tmp_path: Path) -> None:
    """A pool of `multiprocessing` would run the program once more in every process."""
    program = tmp_path / "notebook.py"
    program.write_text(
        "from app.core.isolation import isolated\nfrom os.path import basename\n"
        "print('once', isolated(basename, 'a/b'))\n"
    )
    root = str(ROOT)
    done = subprocess.run(
        [sys.executable, str(program)], env=os.environ | {"PYTHONPATH": root}, capture_output=True, text=True
    )
    assert (done.stdout, done.stderr) == ("once b\n", "")
