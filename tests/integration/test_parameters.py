"""Queries and paths are read as they are published, and no more leniently."""

from __future__ import annotations

import httpx2
import pytest

DIALOG = "/api/v1/dialogue/a1b2c3d4-e5f6-4890-abcd-ef1234567890"


@pytest.mark.parametrize(
    "path",
    [
        "/api/v1/dialogue?limit=1_0",
        "/api/v1/dialogue?limit=5.0",
        "/api/v1/dialogue?limit=%2B5",
        "/api/v1/dialogue?limit=05",
        "/api/v1/dialogue?limit=%205",
        "/api/v1/dialogue?limit=5&limit=6",
        "/api/v1/dialogue?escalated=yes",
        "/api/v1/dialogue?escalated=1",
        "/api/v1/dialogue?escalated=True",
        "/api/v1/analytics?from=0",
        "/api/v1/analytics?from=2026-01-01T00:00:00",
        "/api/v1/analytics?to=20260101",
        "/api/v1/analytics/staffing?per_hour=1_0",
        "/api/v1/analytics/staffing?per_hour=inf",
        "/api/v1/analytics/staffing?per_hour=.5",
        "/api/v1/health?x=1",
    ],
)
def test_other_spellings_are_refused(http: httpx2.Client, path: str) -> None:
    answer = http.get(path)
    assert (answer.status_code, answer.json()["code"]) == (422, "validation_failed")
    assert len(answer.json()["errors"]) == 1


@pytest.mark.parametrize(
    "path",
    [
        "/api/v1/dialogue?limit=5&escalated=true",
        "/api/v1/analytics?from=2026-01-01&to=2026-01-02",
        "/api/v1/analytics/staffing?per_hour=1e1&within=0.5",
    ],
)
def test_published_spellings_are_read(http: httpx2.Client, path: str) -> None:
    assert http.get(path).status_code == 200


@pytest.mark.parametrize("seq", ["01", "1.0", "+1", "1_0"])
def test_a_number_in_the_path_is_written_in_digits(http: httpx2.Client, seq: str) -> None:
    answer = http.post(f"{DIALOG}/messages/{seq}/feedback", json={"liked": True})
    assert answer.status_code == 422


def test_a_whole_number_with_a_point_is_whole_in_a_body(http: httpx2.Client, dialog: str) -> None:
    url = f"/api/v1/dialogue/{dialog}/rating"
    assert http.post(url, json={"score": 5.0}).json()["rating"]["score"] == 5
    assert http.post(url, json={"score": 4.5}).status_code == 422
    assert http.post("/api/v1/route", json={"id": 7.0, "text": "верните деньги"}).json()["id"] == 7
    assert http.post("/api/v1/route", json={"id": True, "text": "верните деньги"}).status_code == 422


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("PUT", DIALOG, "DELETE, GET, HEAD"),
        ("POST", "/api/v1/health", "GET, HEAD"),
        ("PATCH", f"{DIALOG}/message", "POST"),
    ],
)
def test_a_refused_method_is_told_all_that_the_path_takes(
    http: httpx2.Client, method: str, path: str, allowed: str
) -> None:
    answer = http.request(method, path)
    assert (answer.status_code, answer.headers["Allow"]) == (405, allowed)
