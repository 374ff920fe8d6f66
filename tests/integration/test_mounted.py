"""Guards hold and links lead right wherever the service is mounted."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, closing
from http.client import HTTPConnection
from urllib.parse import urlsplit

import httpx2
import pytest
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from starlette.applications import Starlette
from starlette.routing import Mount

from app.api.middleware import OURS
from app.bootstrap import build
from tests.support.server import serving, settings, with_workbench

pytest.importorskip("gradio")
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")
JSON = {"Content-Type": "application/json"}
CREATE = "/api/v1/dialogue/create"
PREFIX = "/call/centre"
Mounted = Callable[[FastAPI], AbstractContextManager[str]]
# What the service is started with, and what a client (or a proxy) puts before the path.
MOUNTED: dict[str, tuple[Mounted, str, str]] = {
    "alone": (lambda app: serving(app, lifespan="off"), "", ""),
    "stripped by the proxy": (lambda app: serving(app, lifespan="off", root_path=PREFIX), "", PREFIX),
    "kept by the proxy": (lambda app: serving(app, lifespan="off", root_path=PREFIX), PREFIX, PREFIX),
    "with a slash": (lambda app: serving(app, lifespan="off", root_path=f"{PREFIX}/"), "", PREFIX),
    "a prefix of our own name": (lambda app: serving(app, lifespan="off", root_path="/api"), "", "/api"),
    "the same, kept": (lambda app: serving(app, lifespan="off", root_path="/api"), "/api", "/api"),
    "inside of another": (
        lambda app: serving(Starlette(routes=[Mount(PREFIX, app=app)]), lifespan="off"),
        PREFIX,
        PREFIX,
    ),
}


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> FastAPI:
    return with_workbench(build(settings(tmp_path_factory.mktemp("mounted"), ui=True)))


@pytest.fixture(scope="module", params=MOUNTED)
def mounted(app: FastAPI, request: pytest.FixtureRequest) -> Iterator[tuple[httpx2.Client, str]]:
    """With the prefix that links must have."""
    start, sent, prefix = MOUNTED[request.param]
    with ExitStack() as stack:
        url = stack.enter_context(start(app))
        yield stack.enter_context(httpx2.Client(base_url=url + sent, timeout=30, trust_env=False)), prefix


def test_bodies_are_bounded_and_strict(mounted: tuple[httpx2.Client, str]) -> None:
    http, _ = mounted
    large = http.post(CREATE, content=b'{"customer_id": "x"' + b" " * 2**20 + b"}", headers=JSON)
    assert large.status_code == 413
    assert (
        http.post(CREATE, content=b'{"customer_id":"x","customer_id":"y"}', headers=JSON).status_code == 400
    )
    assert http.post(CREATE, content=b"{}", headers={"Content-Type": "text/plain"}).status_code == 415


def test_doors_that_no_page_uses_are_closed(mounted: tuple[httpx2.Client, str]) -> None:
    http, _ = mounted
    for door in ("run/predict", "call/predict", "run/predict/", "vibe-edit"):
        assert http.post(f"/ui/ru/gradio_api/{door}", json={"data": []}).status_code == 404, door
    large = http.post("/ui/ru/gradio_api/queue/join", content=b"a" * 2**21, headers=JSON)
    assert large.status_code == 413


@pytest.mark.parametrize(
    ("entrance", "leads"), [("/", "/ui/ru/"), ("/ui", "/ui/ru/"), ("/ui/?tab=monitor", "/ui/ru/?tab=monitor")]
)
def test_entrances_stay_inside(mounted: tuple[httpx2.Client, str], entrance: str, leads: str) -> None:
    http, prefix = mounted
    answer = http.get(entrance)
    assert answer.is_redirect
    assert answer.headers["Location"] == prefix + leads
    looked = http.head(entrance)
    assert (looked.status_code, looked.headers["Location"]) == (answer.status_code, prefix + leads)
    with_slash = http.get("/api/v1/health/live/")
    assert urlsplit(with_slash.headers["Location"]).path == f"{prefix}/api/v1/health/live"
    without_slash = http.get("/ui/en")
    assert without_slash.headers["Location"] == f"{prefix}/ui/en/"


def test_the_page_is_ours_and_names_where_it_is(mounted: tuple[httpx2.Client, str]) -> None:
    http, prefix = mounted
    page, looked = http.get("/ui/ru/"), http.head("/ui/ru/")
    assert (looked.status_code, looked.content) == (200, b"")
    assert looked.headers["Content-Length"] == page.headers["Content-Length"]
    assert "ccFrame" in page.text
    origin = f"http://{http.base_url.host}:{http.base_url.port}"
    assert f'"root":"{origin}{prefix}/ui/ru"' in page.text
    lost = http.get("/ui/nowhere")
    assert lost.status_code == 404
    assert f'href="{prefix}/ui/en/"' in lost.text


def test_the_documentation_asks_where_it_is(mounted: tuple[httpx2.Client, str]) -> None:
    http, prefix = mounted
    assert "img-src 'self' data:" in http.get("/redoc").headers["Content-Security-Policy"]
    page = http.get("/docs").text
    assert f"{prefix}/openapi.json" in page
    for asset in re.findall(rf'"{prefix}(/static-offline-docs/[^"]+)"', page):
        assert http.get(asset).status_code == 200
    assert http.get("/openapi.json").json().get("servers", [{"url": ""}])[0]["url"] == prefix


@pytest.mark.parametrize(
    "spelling",
    [
        "//api/v1/dialogue/create", "/api//v1/dialogue/create", "/api/v1/dialogue/create//",
        "/api%2Fv1/dialogue/create", "/api/v1%2fdialogue/create", "/api%5Cv1/dialogue/create",
        "/api\\v1/dialogue/create", "/./api/v1/dialogue/create", "/api/%2e/v1/dialogue/create",
        "/ui/../api/v1/dialogue/create", "/ui/%2E%2e/api/v1/dialogue/create", "/API/v1/dialogue/create",
        "/api/V1/dialogue/create", "/api/v1/dialogue/create%00", "/api/v1/dialogue/create%0a",
        "/api%252Fv1/dialogue/create", "/api/v1/dialogue/create%20", "/api/v1/dialogue/create;x",
    ],
)  # fmt: skip
def test_another_spelling_is_not_found_or_guarded(mounted: tuple[httpx2.Client, str], spelling: str) -> None:
    """Sent as it stands: most clients would tidy it up. 400 is our guard's word on the body."""
    http, _ = mounted
    connection = HTTPConnection(http.base_url.host, http.base_url.port, timeout=30)
    with closing(connection):
        path = http.base_url.path.rstrip("/") + spelling
        connection.request("POST", path, b'{"customer_id": "x", "customer_id": "y"}', JSON)
        assert connection.getresponse().status in (400, 404, 405)


@pytest.mark.parametrize("spelling", ["/%61pi/v1/dialogue/create", "/api/v1/dialogue/cr%65ate"])
def test_an_escaped_letter_is_the_same_route(mounted: tuple[httpx2.Client, str], spelling: str) -> None:
    http, _ = mounted
    assert http.post(spelling, content=b'{"a": 1, "a": 2}', headers=JSON).status_code == 400


def test_every_route_is_known_as_ours(app: FastAPI) -> None:
    """Behind a prefix that is kept, only these are looked for."""
    for route in iter_route_contexts(app.routes):
        assert OURS.fullmatch(re.sub(r"{.*?}", "x", str(route.path))), route.path
