"""What strangers hand to the workbench in place of what its pages send: all of it is refused at the door."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, get_type_hints
from urllib.parse import quote

import pytest

from tests.support.strangers import API, Strangers, file, strangers

gr = pytest.importorskip("gradio")
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")
FITS: dict[str, Any] = {"Textbox": "x", "Button": "x", "Checkbox": False, "Number": 1, "Slider": 1}


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Strangers]:
    with strangers(tmp_path_factory.mktemp("house")) as ready:
        yield ready


def fitting(fn: Any) -> list[Any]:
    """What each component begins with where a choice is made, else something."""
    return [part.value if hasattr(part, "choices") else FITS.get(type(part).__name__) for part in fn.inputs]


def test_no_argument_of_any_handler_takes_what_no_page_sends(
    service: Strangers, capfd: pytest.CaptureFixture[str]
) -> None:
    hostile = service.hostile()
    for fn in service.handlers:
        for place, part in enumerate(fn.inputs):
            own = [file(service.mine), [file(service.mine)], "x" * 20_001, float("nan"), 1e999, {}, [], True]
            for value in [*hostile, *(own if isinstance(part, gr.Textbox) else [])]:
                data = [*fitting(fn)[:place], value, *fitting(fn)[place + 1 :]]
                told = service.join(fn, data)
                assert told.status_code in (400, 422), (fn.api_name, place, str(value)[:80], told.text)
                assert set(told.json()) >= {"detail", "code"}
    service.read_nothing(capfd)


def test_no_server_function_takes_what_no_page_sends(
    service: Strangers, capfd: pytest.CaptureFixture[str]
) -> None:
    assert {name for _, name in service.served} == {"hear", "watch", "act", "check"}
    fits = {"page": "p", "what": "close"}
    for number, name in service.served:
        for value in service.hostile():
            for data in (
                value,
                [value],
                {**fits, "dialog": value},
                {"page": "p", "have": {"x": value}},
                {"x": value},
                {"name": value},
                {"name": "storage", "key": value},
            ):
                told = service.ask("component_server/", served(number, name, data))
                assert told.status_code in (400, 422), (name, str(data)[:90], told.text)
    service.read_nothing(capfd)


def served(number: Any, name: Any, data: Any = None, session: Any = "s1") -> dict[str, Any]:
    return {"data": data or {}, "component_id": number, "fn_name": name, "session_hash": session}


FOREIGN = file("/etc/passwd")
ODD = [
    -1, 10**6, 10**400, 2**53 + 1, 1.5, True, "x", [], {}, FOREIGN,
    float("nan"), 1e999,
]  # fmt: skip
LOST: list[dict[str, Any]] = [
    *({"fn_index": odd} for odd in [*ODD, None]),
    *({"trigger_id": odd} for odd in ODD),
    *({"session_hash": odd} for odd in [*ODD[:6], "../x", "x" * 65, "", "a b", "s1\n", "ё", None]),
    *({"event_data": odd} for odd in [[{}], {}, FOREIGN, {"value": FOREIGN}, 1e999, "x" * 20_001]),
    *({"event_data": odd} for odd in [{"pick": "x", "path": "x"}, {"pick": FOREIGN}, {"index": FOREIGN}]),
    *({"data": odd} for odd in [*ODD, None, [1] * 200]),
    {"batched": True}, {"simple_format": True}, {"oauth_token": "x"}, {"event_id": "x"}, {"request": {}},
]  # fmt: skip


@pytest.mark.parametrize("name", ["say", "pick", "_example", "like", "put", "refresh", "look"])
def test_what_comes_beside_the_arguments_is_checked_as_well(
    service: Strangers, name: str, capfd: pytest.CaptureFixture[str]
) -> None:
    fn = service.handler(name)
    for more in LOST:
        told = service.join(fn, **{"data": fitting(fn), **more})
        assert told.status_code in (400, 422), (more, told.text)
        assert set(told.json()) >= {"detail", "code"}
    service.read_nothing(capfd)


def test_handlers_that_run_in_the_browser_alone_are_asked_nothing(service: Strangers) -> None:
    for fn in service.page.fns.values():
        if not fn.fn:
            assert service.join(fn, fitting(fn)).status_code == 400


def test_what_is_no_json_or_nested_without_end_is_refused(
    service: Strangers, capfd: pytest.CaptureFixture[str]
) -> None:
    deep = "[" * 200_000
    for door in ("queue/join", "component_server/", "cancel"):
        for body in (
            "",
            "{",
            "null",
            "[]",
            '"x"',
            deep,
            '{"a":' * 90_000,
            f'{{"data": {deep}',
            "\ufeff{}",
            "NaN",
        ):
            assert service.ask(door, body).status_code == 400, (door, body[:20])
    for kind in ("text/plain", "multipart/form-data; boundary=x", "application/x-www-form-urlencoded", ""):
        told = service.http.post(f"{API}/component_server/", content="{}", headers={"Content-Type": kind})
        assert told.status_code == 415
    service.read_nothing(capfd)


def test_functions_of_gradios_own_components_are_no_doors(service: Strangers) -> None:
    ours = dict(service.served)
    fits = {"page": "p"}
    for number in [*service.page.blocks, -1, 10**6, 10**400, "1", None]:
        for name in ("hear", "preprocess", None):
            if ours.get(number) != name and (number, name) not in service.served:
                told = service.ask("component_server/", served(number, name, fits))
                assert told.status_code == 400, (number, name)


def test_a_name_that_stands_twice_is_read_once(service: Strangers, capfd: pytest.CaptureFixture[str]) -> None:
    """What was checked is what is handed on."""
    fn = service.handler("_clear")
    asked = f'"fn_index": {fn._id}, "session_hash": "s1", "data": [{{"path": "{service.canary}"}}, ""]'
    assert service.ask("queue/join", f'{{{asked}, "data": ["x", ""]}}').status_code == 200
    assert '"success":true' in completed(service, "s1")
    assert service.ask("queue/join", f'{{"data": ["x", ""], {asked}}}').status_code == 400
    service.read_nothing(capfd)


def completed(service: Strangers, session: str) -> str:
    with service.http.stream("GET", f"{API}/queue/data?session_hash={session}") as told:
        return next(line for line in told.iter_lines() if '"process_completed"' in line)


def test_strangers_junk_of_the_right_shape_leaves_no_traceback(
    service: Strangers, capfd: pytest.CaptureFixture[str]
) -> None:
    """Two rounds of all handlers at once."""
    for text in ("x", ""):
        for fn in service.handlers:
            data = [text if value == "x" else value for value in fitting(fn)]
            told = service.join(fn, data, session_hash=f"z{fn._id}", event_data=about(fn))
            assert told.status_code == 200, (fn.api_name, data, told.text)
        for fn in service.handlers:
            assert completed(service, f"z{fn._id}")
    assert "Traceback" not in "".join(capfd.readouterr())


def about(fn: Any) -> Any:
    """What comes along with a click."""
    wanted = get_type_hints(getattr(fn.fn, "func", fn.fn)).values()
    if gr.EventData in wanted:
        return {"pick": "x"}
    return {"index": 7, "value": "x", "liked": True} if {gr.SelectData, gr.LikeData} & {*wanted} else None


@pytest.mark.parametrize("name", ["mine.csv", "мой набор (1).csv", "100% sure.csv", "a%20b&c=d+e.csv"])
def test_what_pages_send_comes_in(service: Strangers, name: str) -> None:
    fn = service.handler("profile")
    path = service.http.post(f"{API}/upload", files={"files": (name, b"text,label\n")}).json()[0]
    url = f"http://127.0.0.1/ui/en/gradio_api/file={quote(path)}"
    sent = file(path, url=url, orig_name=name, size=11, mime_type="text/csv")
    assert service.join(fn, [None, sent]).status_code == 200
    assert '"success":true' in completed(service, "s1")
    assert service.http.get(f"{API}/file={quote(path)}").content == b"text,label\n"
