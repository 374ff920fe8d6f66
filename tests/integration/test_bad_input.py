"""The input table: a clear error, never 500, nothing stored, nothing echoed."""

from __future__ import annotations

import json
import socket
from urllib.parse import urlsplit

import httpx2
import pytest

CREATE = "/api/v1/dialogue/create"
JSON = {"Content-Type": "application/json"}


def post(http: httpx2.Client, body: bytes, **headers: str) -> httpx2.Response:
    return http.post(CREATE, content=body, headers={**JSON, **headers})


def stored(http: httpx2.Client, dialog: str) -> int:
    return int(http.get(f"/api/v1/dialogue/{dialog}").json()["message_count"])


def is_problem(response: httpx2.Response, status: int) -> bool:
    body = response.json()
    return (
        response.status_code == status
        and response.headers["content-type"] == "application/problem+json"
        and {"title", "status", "detail", "code", "request_id"} <= body.keys()
        and body["status"] == status
    )


@pytest.mark.parametrize("text", ["", " ", "\n\t", "\u200b\u200d", "\u202e \u2066", "\U000e0041"])
def test_text_without_a_visible_character_is_refused(http: httpx2.Client, dialog: str, text: str) -> None:
    response = http.post(f"/api/v1/dialogue/{dialog}/message", json={"message": text})
    assert is_problem(response, 422)
    assert stored(http, dialog) == 0


@pytest.mark.parametrize(
    "body",
    [
        b'{"customer_id": "a\\ud800"}',
        b'{"customer_id": "a", "x": NaN}',
        b'{"customer_id": 1e999}',
        b'{"customer_id": "a", "customer_id": "b"}',
        b"[" * 100_000,
        b"[" * 20_000 + b"]" * 20_000,
        b'\xef\xbb\xbf{"customer_id": "a"}',
        '{"customer_id": "a"}'.encode("utf-16"),
        b'{"customer_id": "\xff"}',
        b'{"customer_id": "a"',
        b"nonsense",
        b'{"customer_id": ' + b"9" * 5000 + b"}",
    ],
)
def test_what_is_not_strict_json_is_refused(http: httpx2.Client, body: bytes) -> None:
    response = post(http, body)
    assert response.status_code in (400, 413)
    assert is_problem(response, response.status_code)


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"customer_id": 5},
        {"customer_id": None},
        {"customer_id": ""},
        {"customer_id": "a", "unknown": 1},
        {"customer_id": "a", "initial_message": ["x"]},
        {"customer_id": "a", "initial_message": "nul \x00"},
        {"customer_id": "\u200b"},
        [],
        "text",
        None,
    ],
)
def test_a_body_of_another_form_is_refused(http: httpx2.Client, body: object) -> None:
    assert is_problem(http.post(CREATE, json=body), 422)


def test_the_input_is_never_echoed(http: httpx2.Client) -> None:
    response = http.post(CREATE, json={"customer_id": ["canary-4711"], "canary-4712": 1})
    assert "canary-4711" not in response.text


@pytest.mark.parametrize("kind", ["text/plain", "application/xml", "application/json; charset=utf-16", ""])
def test_another_content_type_is_refused(http: httpx2.Client, kind: str) -> None:
    response = http.post(CREATE, content=b'{"customer_id": "a"}', headers={"Content-Type": kind})
    assert is_problem(response, 415)


def test_a_large_body_is_refused(http: httpx2.Client) -> None:
    assert is_problem(post(http, json.dumps({"customer_id": "a" * 140_000}).encode()), 413)


def test_a_chunked_body_is_refused_while_it_streams(http: httpx2.Client) -> None:
    """The answer comes although the body never ends."""
    address = urlsplit(str(http.base_url))
    with socket.create_connection((address.hostname or "", address.port or 0), 10) as wire:
        wire.sendall(
            f"POST {CREATE} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
            "Transfer-Encoding: chunked\r\n\r\n".encode()
        )
        chunk = b"8000\r\n" + b"[" * 0x8000 + b"\r\n"
        for _ in range(5):
            wire.sendall(chunk)
        assert wire.recv(100).startswith(b"HTTP/1.1 413")


def test_a_lying_content_length_is_refused(http: httpx2.Client) -> None:
    address = urlsplit(str(http.base_url))
    with socket.create_connection((address.hostname or "", address.port or 0), 10) as wire:
        wire.sendall(
            f"POST {CREATE} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
            "Content-Length: 999999999\r\n\r\n{".encode()
        )
        assert wire.recv(100).startswith(b"HTTP/1.1 413")


@pytest.mark.parametrize(
    "dialog",
    [
        "x",
        "..%2f..%2fetc%2fpasswd",
        "C:%5Cwindows",
        "a" * 5000,
        "%00",
        "A1B2C3D4-E5F6-4890-ABCD-EF1234567890",
    ],
)
def test_an_id_that_is_not_ours_never_becomes_a_path(http: httpx2.Client, dialog: str) -> None:
    assert http.get(f"/api/v1/dialogue/{dialog}").status_code in (404, 422)
    assert http.post(f"/api/v1/dialogue/{dialog}/message", json={"message": "x"}).status_code in (404, 422)


def test_an_unknown_dialog_is_not_found(http: httpx2.Client) -> None:
    url = "/api/v1/dialogue/a1b2c3d4-e5f6-4890-abcd-ef1234567890"
    for response in (
        http.get(url),
        http.post(f"{url}/message", json={"message": "x"}),
        http.post(f"{url}/close"),
    ):
        assert is_problem(response, 404)


def test_invisible_characters_are_kept_and_do_not_change_the_route(http: httpx2.Client) -> None:
    text = "сколько\u200b стоит\u202e Профи?\U000e0041"
    body = http.post(CREATE, json={"customer_id": "a", "initial_message": text}).json()
    plain = http.post(CREATE, json={"customer_id": "a", "initial_message": "сколько стоит Профи?"}).json()
    assert body["route"] == plain["route"]
    view = http.get(f"/api/v1/dialogue/{body['dialog_id']}").json()
    assert view["messages"][0]["content"] == text


def test_unknown_paths_and_methods_are_problems_too(http: httpx2.Client) -> None:
    assert is_problem(http.get("/api/v1/nothing"), 404)
    assert is_problem(http.put(CREATE, json={}), 405)


def test_a_request_id_is_kept_when_it_is_harmless_and_made_otherwise(http: httpx2.Client) -> None:
    given = http.get("/api/v1/nothing", headers={"X-Request-ID": "abc-123"})
    assert given.headers["X-Request-ID"] == given.json()["request_id"] == "abc-123"
    made = http.get("/api/v1/nothing", headers={"X-Request-ID": "<script>"})
    assert made.headers["X-Request-ID"] != "<script>"


def test_origins_are_closed_by_default(http: httpx2.Client) -> None:
    response = http.get("/api/v1/health", headers={"Origin": "https://evil.example"})
    assert "access-control-allow-origin" not in response.headers
