"""Headers of every kind of answer."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from app.api.headers import ALWAYS, CLOSED
from app.api.plain_answers import ENDS, plain_answer
from app.bootstrap import build
from app.main import create_app
from tests.support.server import serving, settings, with_workbench

PAGES = ("/docs", "/redoc", "/ui/ru/", "/ui/en/?tab=monitor", "/ui/login", "/ui/nothing")
REST = (
    "/api/v1/dialogue",
    "/api/v1/health",
    "/api/v1/dialogue/x",
    "/api/v1/nothing",
    "/metrics",
    "/openapi.json",
)


@pytest.fixture(scope="module")
def http(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx2.Client]:
    made = build(settings(tmp_path_factory.mktemp("h") / "dialogs", ui=True, trusted_proxies=["*"]))
    with (
        serving(with_workbench(made)) as url,
        httpx2.Client(base_url=url, timeout=60, trust_env=False, headers={"Accept": "text/html"}) as http,
    ):
        yield http


@pytest.mark.parametrize("path", [*PAGES, *REST])
def test_every_answer_says_what_a_browser_may_do_with_it(http: httpx2.Client, path: str) -> None:
    headers = http.get(path).headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
    assert "Strict-Transport-Security" not in headers


@pytest.mark.parametrize("path", PAGES)
def test_a_page_runs_what_comes_from_here_alone(http: httpx2.Client, path: str) -> None:
    policy = http.get(path).headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "object-src 'none'" in policy
    assert "http" not in policy


@pytest.mark.parametrize("path", ["/api/v1/dialogue", "/api/v1/dialogue/x", "/ui/ru/", "/ui/login"])
def test_no_cache_keeps_what_may_hold_a_dialog(http: httpx2.Client, path: str) -> None:
    assert http.get(path).headers["Cache-Control"] == "no-store"


def test_what_a_proxy_took_over_https_stays_there(http: httpx2.Client) -> None:
    answer = http.get("/api/v1/health", headers={"X-Forwarded-Proto": "https"})
    assert answer.headers["Strict-Transport-Security"] == "max-age=31536000"


NO_PAGE = {**ALWAYS, "Content-Security-Policy": CLOSED, "Cache-Control": "no-store"}


def test_a_fault_answers_with_the_headers_of_every_answer(tmp_path: Path) -> None:
    def fail() -> None:
        raise RuntimeError("the lamp is broken")

    app = create_app(build(settings(tmp_path)))
    app.add_api_route("/api/v1/lamp", fail)
    with serving(app) as url:
        answer = httpx2.get(f"{url}/api/v1/lamp", timeout=60, trust_env=False)
    assert (answer.status_code, answer.json()["code"]) == (500, "internal_error")
    assert answer.headers["X-Request-ID"]
    assert answer.headers.items() >= {k.lower(): v for k, v in NO_PAGE.items()}.items()


@pytest.mark.parametrize("status", ENDS)
def test_an_answer_before_the_application_has_them_too(status: int) -> None:
    """A full server, a header that is too long, a client that is too slow."""
    head, _, body = plain_answer(status).decode().partition("\r\n\r\n")
    lines = dict(line.split(": ", 1) for line in head.splitlines()[1:])
    assert lines.items() >= {k.lower(): v for k, v in NO_PAGE.items()}.items()
    assert lines["Content-Length"] == str(len(body.encode()))
