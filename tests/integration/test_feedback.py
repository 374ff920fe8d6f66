"""A word of the customer on one answer, over REST."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from tests.support.server import client


@pytest.fixture
def http(tmp_path: Path) -> Iterator[httpx2.Client]:
    with client(tmp_path / "dialogs") as made:
        yield made


def test_a_word_on_an_answer_is_kept_counted_once_and_can_be_taken_back(http: httpx2.Client) -> None:
    told = {"customer_id": "customer_123", "initial_message": "сколько стоит Профи?"}
    name = http.post("/api/v1/dialogue/create", json=told).json()["dialog_id"]
    place = f"/api/v1/dialogue/{name}/messages"
    before = http.get(f"/api/v1/dialogue/{name}").json()["updated_at"]
    for _ in range(2):
        answer = http.post(f"{place}/2/feedback", json={"liked": False})
        assert answer.json() == {"dialog_id": name, "seq": 2, "liked": False}
    assert 'callcenter_feedback_total{liked="false"} 1.0' in http.get("/metrics").text
    seen = http.get(f"/api/v1/dialogue/{name}").json()
    assert (seen["messages"][1]["liked"], seen["updated_at"]) == (False, before)
    http.post(f"{place}/2/feedback", json={"liked": None}).raise_for_status()
    assert http.get(f"/api/v1/dialogue/{name}").json()["messages"][1]["liked"] is None
    for seq in (1, 3):
        refused = http.post(f"{place}/{seq}/feedback", json={"liked": True})
        assert (refused.status_code, refused.json()["code"]) == (404, "answer_not_found")
    assert http.post(f"{place}/2/feedback", json={"liked": "yes"}).status_code == 422
