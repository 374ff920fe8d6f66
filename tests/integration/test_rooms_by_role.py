"""Which role may call what in the workbench: every handler and server function, over real HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, get_args

import httpx2
import pytest
from starlette.routing import Mount

from app.bootstrap import build
from app.core.accounts import Role
from app.ui.validation.rights import NEEDS
from app.ui.words import words
from tests.support.server import serving, settings, with_workbench

PASSWORD = "correct horse battery"
BOTH, ALL = {"operator", "admin"}, {"operator", "analyst", "admin"}
ROOM = {"chat": BOTH, "evaluation": ALL, "monitor": BOTH, "analytics": {"analyst", "admin"}, "knowledge": ALL}
ACTS = {
    *("RunPanel.begin", "RunPanel.halt", "RunPanel.go_on"),
    *("CorrectionPanel.propose_label", "CorrectionPanel.confirm"),
    *("UploadPanel.profile", "UploadPanel.relabel", "UploadPanel.rows", "UploadPanel.take"),
    *("LibraryPanel.preview", "LibraryPanel.put", "LibraryPanel.stop", "LibraryPanel.drop"),
    *("LibraryPanel.withdraw", "LibraryPanel.approve_answer"),
}
SERVED = {"hear": BOTH, "watch": BOTH, "act": BOTH, "check": BOTH}


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Any]]:
    folder = tmp_path_factory.mktemp("house") / "d"
    bench = build(settings(folder, ui=True, environment="production"))
    for role in get_args(Role):
        bench.access.accounts.create(role, role, PASSWORD)
    app = with_workbench(bench)
    gate: Any = next(r.app for r in app.routes if isinstance(r, Mount) and r.path == "/ui/en")
    with serving(app) as url:
        yield url, gate.page


@pytest.fixture(params=["", *get_args(Role)])
def person(house: tuple[str, Any], request: pytest.FixtureRequest) -> Iterator[tuple[str, httpx2.Client]]:
    with httpx2.Client(base_url=house[0], timeout=60, trust_env=False) as http:
        if request.param:
            given = {"name": request.param, "password": PASSWORD}
            assert http.post("/ui/login", data=given).status_code == 303
        yield request.param, http


def calls(page: Any) -> Iterator[tuple[str, set[str], str, dict[str, Any]]]:
    """(name, who may, door, body). Nothing that they are asked is complete: none of them does anything."""
    for number, fn in page.fns.items():
        if fn.fn:
            inner = getattr(fn.fn, "func", fn.fn)
            room = inner.__module__.split(".")[2]
            may = BOTH if inner.__qualname__ in ACTS else ROOM.get(room, ALL)
            body = {"data": ["x"] * 99, "fn_index": number, "trigger_id": None, "session_hash": "s"}
            yield inner.__qualname__, may, "queue/join", body
    for number, part in page.blocks.items():
        for fn in getattr(part, "server_fns", []):
            if fn.__name__ in SERVED:
                body = {"data": {"x": 1}, "component_id": number, "fn_name": fn.__name__, "session_hash": "s"}
                yield fn.__name__, SERVED[fn.__name__], "component_server/", body


def test_every_handler_is_open_to_its_roles_and_to_nobody_else(
    house: tuple[str, Any], person: tuple[str, httpx2.Client]
) -> None:
    role, http = person
    seen = set()
    for name, may, door, body in calls(house[1]):
        answer = http.post(f"/ui/en/gradio_api/{door}", json=body)
        told = (answer.status_code, answer.json()["code"])
        right = (400, "bad_request_body") if role in may else (403, "scope_missing")
        assert told == (right if role else (401, "credential_missing")), (role, name, answer.text)
        if told[0] == 403:
            assert answer.json()["detail"] == words("en", "problems")["codes"]["scope_missing"]
        seen.add(name)
    assert seen == set(NEEDS)
