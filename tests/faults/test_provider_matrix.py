"""The table of docs/reliability.md is what the application does."""

from __future__ import annotations

import os

import pytest

from app.adapters.mocks.llm.faults import FAULTS
from tests.faults.provider_matrix import COLUMNS, measure, rows, stored

SAMPLE = {"401", "503", "408", "stream_cut", "html_200", "wrong_label", "duplicate_chunks"}
CLEAR = ("502 ", "503 ", "504 ")
ANSWERS = {"answer", "local route", "embedded model"}


def cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip("|").split("|")]


@pytest.mark.timeout(600)
def test_the_stored_table_is_what_faults_end_in() -> None:
    fresh = rows(measure(FAULTS if "TORTURE" in os.environ else SAMPLE))
    kept = {cells(line)[0].strip("`"): line for line in stored().splitlines()}
    assert fresh == {fault: kept[fault] for fault in fresh}


def test_every_fault_stands_in_the_table_and_ends_in_an_answer_or_a_clear_error() -> None:
    lines = [cells(line) for line in stored().splitlines()[2:]]
    assert {line[0].strip("`") for line in lines} == FAULTS
    for fault, *ends in lines:
        assert len(ends) == len(COLUMNS)
        assert all(end in ANSWERS or end.startswith(CLEAR) for end in ends), fault
