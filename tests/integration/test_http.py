"""What any HTTP client may rely on: HEAD, long messages however they are escaped, queries, ids."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid1

import httpx2
import pytest
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts

from app.bootstrap import build
from app.main import create_app
from tests.support.operator import Room, code
from tests.support.server import client, settings

CREATE = "/api/v1/dialogue/create"
JSON = {"Content-Type": "application/json"}
LONGEST = 20_000


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> FastAPI:
    return create_app(build(settings(tmp_path_factory.mktemp("routes"))))


@pytest.fixture(scope="module")
def limited(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx2.Client]:
    with client(tmp_path_factory.mktemp("limited"), max_body_bytes=1024) as http:
        yield http


@pytest.mark.parametrize(
    "path",
    ["/", "/docs", "/metrics", "/api/v1/health", "/api/v1/health/live", "/api/v1/health/ready",
     "/api/v1/health/detailed", "/api/v1/dialogue", "/api/v1/health/nowhere", "/api/v1/dialogue/x"],
)  # fmt: skip
def test_head_is_get_without_the_body(http: httpx2.Client, path: str) -> None:
    read, looked = http.get(path), http.head(path)
    assert looked.status_code == read.status_code
    assert looked.content == b""
    assert looked.headers["content-type" if read.content else "location"]
    assert abs(int(looked.headers["content-length"]) - len(read.content)) < 200  # figures grow
    assert http.head(CREATE).status_code == http.get(CREATE).status_code


@pytest.mark.parametrize("ascii_only", [False, True])
@pytest.mark.parametrize("letter", ["ы", "😀", "€", "\n", '"', "a", "\u0007"])
def test_a_line_of_the_documented_length_is_taken(http: httpx2.Client, letter: str, ascii_only: bool) -> None:
    """As most JSON writers send it: six bytes a letter, twelve an emoji."""
    room = Room.open(http)
    room.take_over("anna")
    for text, status in ((f"a{letter * (LONGEST - 2)}a", 200), (f"a{letter * LONGEST}", 422)):
        body = json.dumps({"operator": "anna", "message": text}, ensure_ascii=ascii_only)
        url = f"/api/v1/operator/dialogs/{room.dialog}/reply"
        assert http.post(url, content=body.encode(), headers=JSON).status_code == status


def test_so_is_a_customers(http: httpx2.Client) -> None:
    body = json.dumps({"customer_id": "x", "initial_message": "😀" * LONGEST})
    assert http.post(CREATE, content=body.encode(), headers=JSON).status_code == 200


@pytest.mark.parametrize(("letter", "weight"), [(" ", 1), ("й", 2), ("\\u0439", 2), ("\\ud83d\\ude00", 4)])
def test_an_escaped_letter_counts_as_two_bytes(limited: httpx2.Client, letter: str, weight: int) -> None:
    def sent(count: int) -> httpx2.Response:
        return limited.post(CREATE, content=f'{{"x":"{letter * count}"}}'.encode(), headers=JSON)

    fits = (1024 - len('{"x":""}')) // weight
    assert code(sent(fits)) == (422, "validation_failed")
    assert code(sent(fits + 1)) == (413, "body_too_large")
    assert code(sent(2**20)) == (413, "body_too_large")


def test_every_documented_route_refuses_an_unknown_parameter(app: FastAPI, http: httpx2.Client) -> None:
    routes = [
        (method, re.sub(r"{.*?}", "1", str(route.path)))
        for route in iter_route_contexts(app.routes)
        for method in sorted(route.methods or ())
        if str(route.path).startswith("/api/")
    ]
    assert len(routes) > 25
    for method, path in routes:
        for name in ("limitt", "Limit", "limit ", ""):
            refused = http.request(method, path, params={name: "1"}, content=b"")
            assert code(refused) == (422, "validation_failed"), (method, path, name)
            assert f"query.{name}" in [e["field"] for e in refused.json()["errors"]], (method, path)


def test_known_parameters_are_taken(http: httpx2.Client) -> None:
    for path in (
        "/api/v1/dialogue?limit=1&status=active&agent=sales&customer_id=x&q=x&escalated=true",
        "/api/v1/operator/queue?limit=1&lang=en",
        "/api/v1/approvals?status=all",
        "/api/v1/analytics?from=2026-01-01&to=2026-01-02&zone=UTC",
        "/api/v1/analytics/staffing?per_hour=10&handling=300",
        "/api/v1/knowledge/search?q=price&lang=en&top=1",
    ):
        assert http.get(path).status_code == 200, path


@pytest.mark.parametrize(
    "unknown",
    [
        "0f8fad5b-d9cb-469f-a165-70867728950e", "7C9E6679-7425-40DE-944B-E07FC1F90AE7",
        "c232ab00-9414-11ec-b3c8-9e6bdeced846", "a1b2c3d4-e5f6-7890-abcd-ef1234567890",
        "00000000-0000-0000-0000-000000000000", "ffffffff-ffff-ffff-ffff-ffffffffffff",
    ],
)  # fmt: skip
def test_a_uuid_that_is_none_of_ours_is_not_found(http: httpx2.Client, unknown: str) -> None:
    dialog = f"/api/v1/dialogue/{unknown}"
    for method, path, body in (
        ("GET", dialog, None),
        ("DELETE", dialog, None),
        ("POST", f"{dialog}/message", {"message": "x"}),
        ("POST", f"{dialog}/close", {"reason": "x"}),
        ("POST", f"{dialog}/rating", {"score": 5}),
        ("POST", f"{dialog}/messages/1/feedback", {"liked": True}),
        ("POST", f"/api/v1/operator/dialogs/{unknown}/takeover", {"operator": "anna"}),
    ):
        assert code(http.request(method, path, json=body)) == (404, "dialog_not_found"), path


@pytest.mark.parametrize(
    "malformed",
    [
        "x", "a1b2c3d4e5f67890abcdef1234567890", "{a1b2c3d4-e5f6-7890-abcd-ef1234567890}", "%00", "..%2fx",
        "a" * 36, "a1b2c3d4-e5f6-7890-abcd-ef123456789", "a1b2c3d4-e5f6-7890-abcd-ef1234567890%0a",
        "g1b2c3d4-e5f6-7890-abcd-ef1234567890",
    ],
)  # fmt: skip
def test_what_is_no_uuid_is_refused(http: httpx2.Client, malformed: str) -> None:
    assert http.get(f"/api/v1/dialogue/{malformed}").status_code in (404, 422)
    assert http.get(f"/api/v1/dialogue/{malformed}").json()["code"] != "dialog_not_found"


def test_without_a_workbench_the_first_page_is_the_documentation(http: httpx2.Client) -> None:
    assert http.get("/").headers["Location"] == "/docs"
    for path in ("/ui/", "/ui/ru/", "/favicon.ico"):
        assert http.get(path).status_code == 404


def test_nothing_is_stored_for_an_id_that_is_none_of_ours(tmp_path: Path) -> None:
    storage = tmp_path / "dialogs"
    with client(storage) as http:
        stranger = str(uuid1()).upper()
        http.post(f"/api/v1/dialogue/{stranger}/message", json={"message": "x"})
        stored = {path.relative_to(storage).as_posix() for path in storage.rglob("*") if path.is_file()}
    assert {name for name in stored if not name.startswith(".index/")} <= {".locks/index.lock"}
