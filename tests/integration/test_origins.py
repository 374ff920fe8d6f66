"""Pages of other origins do not act: not over REST, not in the workbench."""

from __future__ import annotations

import re
from collections.abc import Iterator

import httpx2
import pytest
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from starlette.routing import Mount

from app.bootstrap import build
from app.services.access.sessions import LOGIN, LOGOUT
from app.ui.validation.middleware import PageRequests
from tests.support.operator import code
from tests.support.server import client, serving, settings, with_workbench

pytest.importorskip("gradio")
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")
LISTED = "https://shop.example"
READING = {"GET", "HEAD", "OPTIONS"}
QUEUE = "/ui/en/gradio_api/queue/join"
CREATE = "/api/v1/dialogue/create"
Routes = list[tuple[str, str]]


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> FastAPI:
    return with_workbench(build(settings(tmp_path_factory.mktemp("o"), ui=True, cors_origins=[LISTED])))


@pytest.fixture(scope="module")
def http(app: FastAPI) -> Iterator[httpx2.Client]:
    """Nothing has begun behind it: a request that gets through ends in 4xx, or in 500 for want of a store."""
    with (
        serving(app, lifespan="off") as url,
        httpx2.Client(base_url=url, timeout=30, trust_env=False) as http,
    ):
        yield http


@pytest.fixture(scope="module")
def acting(app: FastAPI) -> Routes:
    """Method and path of each, ids filled in; of Gradio's own routes those that read too."""
    mounted = [
        (route.path + str(inner.path), inner.methods)
        for route in app.routes
        if isinstance(route, Mount) and isinstance(route.app, PageRequests)
        for inner in iter_route_contexts(route.app.app.routes)
        if not isinstance(inner, Mount)
    ]
    ours = [(str(route.path), route.methods) for route in iter_route_contexts(app.routes)]
    found = [
        (method, re.sub(r"{.*?}", "x", path))
        for path, methods in ours + mounted
        for method in sorted(methods or ())
        if method not in READING or (method == "GET" and "/gradio_api/" in path)
    ]
    assert len(found) > 60
    return found


def own(http: httpx2.Client) -> str:
    return f"http://{http.base_url.host}:{http.base_url.port}"


def test_no_route_that_acts_listens_to_a_page_of_another_origin(http: httpx2.Client, acting: Routes) -> None:
    for method, path in acting:
        for headers in (
            {"Origin": "https://evil.example"},
            {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"},
            {"Sec-Fetch-Site": "cross-site"},
            {"Sec-Fetch-Site": "same-site"},
            {"Origin": own(http), "Sec-Fetch-Site": "cross-site"},
        ):
            refused = http.request(method, path, headers=headers, json={} if method != "GET" else None)
            assert code(refused) == (403, "foreign_origin"), (method, path, headers)


@pytest.mark.parametrize("path", [CREATE, QUEUE])
@pytest.mark.parametrize(
    "origin",
    [
        "null", "", "http://127.0.0.1:1", "http://127.0.0.1", "https://{own}", "http://sub.{own}",
        "http://{own}.evil.example", "http://{own}@evil.example", "http://evil.example/{own}", "http://{own}/",
        "http://{own}, http://evil.example", "http://localhost:{port}", "file://", "moz-extension://x",
        "{own}",
    ],
)  # fmt: skip
def test_what_only_looks_like_our_origin_is_foreign(http: httpx2.Client, origin: str, path: str) -> None:
    url = http.base_url
    given = origin.replace("{own}", f"{url.host}:{url.port}").replace("{port}", str(url.port))
    assert code(http.post(path, json={}, headers={"Origin": given})) == (403, "foreign_origin")


def test_two_origins_are_none(http: httpx2.Client) -> None:
    headers = [("Origin", own(http)), ("Origin", "https://evil.example")]
    assert code(http.post(CREATE, json={}, headers=headers)) == (403, "foreign_origin")


@pytest.mark.parametrize(
    ("path", "went_on"), [(CREATE, (422, "validation_failed")), (QUEUE, (400, "bad_request_body"))]
)
def test_our_own_page_and_what_is_no_browser_go_on(
    http: httpx2.Client, path: str, went_on: tuple[int, str]
) -> None:
    """As far as to where the body, which is empty, is read."""
    host = f"{http.base_url.host}:{http.base_url.port}"
    for headers in (
        {},
        {"Origin": own(http)},
        {"Origin": own(http).upper(), "Sec-Fetch-Site": "same-origin"},
        {"Sec-Fetch-Site": "none"},
        {"Origin": f"https://{host}", "Sec-Fetch-Site": "same-origin"},  # a proxy took TLS off
        {"Origin": "https://calls", "Host": "calls", "Sec-Fetch-Site": "same-origin"},
    ):
        assert code(http.post(path, json={}, headers=headers)) == went_on, headers


def test_a_listed_origin_may_call_the_api_and_not_the_workbench(http: httpx2.Client) -> None:
    for site in ({}, {"Sec-Fetch-Site": "cross-site"}):
        headers = {"Origin": LISTED, **site}
        answer = http.post(CREATE, json={}, headers=headers)
        assert (answer.status_code, answer.headers["Access-Control-Allow-Origin"]) == (422, LISTED)
        assert code(http.post(QUEUE, json={}, headers=headers)) == (403, "foreign_origin")
    for origin in ("http://shop.example", "https://shop.example:8443", "https://a.shop.example"):
        assert code(http.post(CREATE, json={}, headers={"Origin": origin})) == (403, "foreign_origin")


@pytest.mark.parametrize(
    "kind",
    ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "text/json", "",
     "application/json; charset=utf-16", "application/json, text/plain", "application/jsonp"],
)  # fmt: skip
def test_another_type_than_json_is_refused_on_every_route_that_acts(
    http: httpx2.Client, acting: Routes, kind: str
) -> None:
    """Browsers send the first three to any address without asking. Uploads and the login alone are forms."""
    for method, path in acting:
        if method == "GET" or path in (LOGIN, LOGOUT):
            continue
        refused = http.request(method, path, content=b'{"data": []}', headers={"Content-Type": kind})
        assert refused.status_code in ({400} if path.endswith("/upload") else {404, 405, 415}), (method, path)
        if path.startswith("/api/") or path.endswith(
            ("queue/join", "component_server", "component_server/", "cancel")
        ):
            assert code(refused) == (415, "unsupported_media_type"), (method, path)


def test_any_listed_is_any(tmp_path_factory: pytest.TempPathFactory) -> None:
    """And yet no caller of this machine: without the key it acts for nobody."""
    with client(tmp_path_factory.mktemp("any"), cors_origins=["*"]) as http:
        for origin in ("https://evil.example", "null"):
            assert http.post(CREATE, json={"customer_id": "x"}, headers={"Origin": origin}).status_code == 200
            for step in ("approve", "reject"):
                path = f"/api/v1/approvals/A-1/{step}"
                refused = http.post(path, json={"by": "x"}, headers={"Origin": origin})
                assert code(refused) == (401, "credential_missing")
            assert code(http.get("/api/v1/approvals", headers={"Origin": origin})) == (
                401,
                "credential_missing",
            )
        assert http.get("/api/v1/approvals").status_code == 200
