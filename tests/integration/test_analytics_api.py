"""Analytics over HTTP, as an analyst's script meets them."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from io import StringIO
from pathlib import Path

import httpx2
import pytest

from tests.support.operator import Room, code
from tests.support.server import client

URL = "/api/v1/analytics"


@pytest.fixture(scope="module")
def http(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx2.Client]:
    with client(tmp_path_factory.mktemp("dialogs")) as http:
        room = Room.open(http, "сколько стоит Профи?")
        room.take_over()
        room.reply("Здравствуйте, это Анна.")
        room.close()
        room.rate(5)
        yield http


def test_what_has_just_happened_is_counted(http: httpx2.Client) -> None:
    figures = http.get(URL).json()
    assert figures["volumes"]["dialogs"]["value"] == 1
    assert figures["volumes"]["messages"]["value"] == 3
    assert figures["rates"]["escalated"]["value"]["value"] == 1
    assert figures["satisfaction"]["ratings"]["5"] == 1
    assert figures["times"]["person"]["n"] == 1
    assert (figures["undecided"], figures["period"]["days"], figures["period"]["zone"]) == (1, 7, "UTC")


def test_the_table_comes_as_a_file_with_the_same_figures(http: httpx2.Client) -> None:
    answer = http.get(f"{URL}/csv")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert 'filename="analytics-' in answer.headers["content-disposition"]
    rows = list(csv.DictReader(StringIO(answer.text.removeprefix("\ufeff"))))
    [dialogs] = [row for row in rows if (row["table"], row["figure"]) == ("total", "dialogs")]
    assert float(dialogs["value"]) == 1


def test_a_period_without_dialogs_is_empty_and_no_error(http: httpx2.Client) -> None:
    figures = http.get(URL, params={"from": "2020-01-01", "to": "2020-01-31", "zone": "Europe/Moscow"}).json()
    assert figures["volumes"]["dialogs"] == {"value": 0, "before": 0, "change": None}
    assert len(figures["by_day"]) == 31


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({"from": "2026-11-02", "to": "2026-11-01"}, "period_invalid"),
        ({"from": "2025-01-01", "to": "2026-11-01"}, "period_invalid"),
        ({"zone": "Mars/Base"}, "period_invalid"),
        ({"from": "yesterday"}, "validation_failed"),
    ],
)
def test_a_period_that_cannot_be_is_refused(
    http: httpx2.Client, asked: dict[str, str], expected: str
) -> None:
    assert code(http.get(URL, params=asked)) == (422, expected)


def test_staffing_answers_how_many_people(http: httpx2.Client) -> None:
    asked = {"per_hour": 200, "handling": 180, "level": 0.8, "within": 20, "shrinkage": 0.3}
    staffing = http.get(f"{URL}/staffing", params=asked).json()
    assert (staffing["load"], staffing["enough"]["serving"], staffing["paid"]) == (10, 14, 20)
    assert code(http.get(f"{URL}/staffing", params={**asked, "level": 2})) == (422, "validation_failed")


@pytest.mark.parametrize("path", ["", "/csv", "/staffing?per_hour=1"])
def test_they_are_for_those_who_have_the_key(tmp_path: Path, path: str) -> None:
    with client(tmp_path, operator_key="secret") as http:
        assert code(http.get(URL + path)) == (401, "credential_missing")
        assert http.get(URL + path, headers={"Authorization": "Bearer secret"}).status_code == 200
