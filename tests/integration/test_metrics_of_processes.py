"""Figures of several processes: one truth where they share a folder, else a word that they are not."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.support.server import ROOT

WORKERS = """
from multiprocessing import get_context
from app.telemetry.metrics import Metrics, exposed

def work():
    metrics = Metrics()
    metrics.taken_over()
    metrics.rated(5)
    metrics.outbox(7, 0, 1.0)
    print(exposed(metrics).decode(), end="=====", flush=True)

for _ in range(2):
    worker = get_context("fork").Process(target=work)
    worker.start()
    worker.join()
print(exposed(Metrics()).decode())
"""


def told(**env: str) -> list[str]:
    """What each of two workers says after both have counted, and then their parent."""
    known = {key: value for key, value in os.environ.items() if key != "PROMETHEUS_MULTIPROC_DIR"}
    done = subprocess.run(
        [sys.executable, "-c", WORKERS], cwd=ROOT, env={**known, **env}, capture_output=True, check=True
    )
    return done.stdout.decode().split("=====")


def test_processes_that_share_a_folder_answer_with_the_sum(tmp_path: Path) -> None:
    first, second, parent = told(PROMETHEUS_MULTIPROC_DIR=str(tmp_path))
    assert "callcenter_takeovers_total 1.0" in first
    for text in (second, parent):
        assert "callcenter_takeovers_total 2.0" in text
        assert 'callcenter_ratings_total{score="5"} 2.0' in text
        assert "callcenter_outbox_waiting 7.0" in text
        assert "one process of several" not in text


def test_a_process_of_several_says_that_it_counts_for_itself() -> None:
    first, second, parent = told()
    for text in (first, second):
        assert text.startswith("# These are the figures of one process of several")
        assert "callcenter_takeovers_total 1.0" in text
    assert not parent.startswith("# These")
