"""How much may be uploaded where nobody shows a key, and what is left of it."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from app.core.documents import LARGEST_FILE
from app.ui.words import words
from tests.support.strangers import API, Strangers, strangers

pytest.importorskip("gradio")
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Strangers]:
    root = tmp_path_factory.mktemp("house")
    for name, age in (("old", 7200), ("young", 60)):
        path = root / "uploads" / name / "left.csv"
        path.parent.mkdir(parents=True)
        path.write_text("text")
        os.utime(path, (time.time() - age,) * 2)
    with strangers(root) as ready:
        yield ready


def test_what_a_killed_process_left_is_swept_at_the_next_start(service: Strangers) -> None:
    assert not (service.uploads / "old" / "left.csv").exists()
    assert (service.uploads / "young" / "left.csv").exists()


def files(folder: Path) -> int:
    return sum(path.is_file() for path in folder.rglob("*"))


def test_a_caller_who_uploads_without_end_is_refused_and_others_are_not(service: Strangers) -> None:
    before = files(service.uploads)
    told = [upload(service.http, bytes(LARGEST_FILE - n)) for n in range(6)]
    assert [each.status_code for each in told] == [*[200] * 4, 429, 429]
    assert told[-1].text == words("en", "problems")["codes"]["too_many_uploads"]
    assert 0 < int(told[-1].headers["Retry-After"]) <= 600
    assert files(service.uploads) == before + 4
    neighbour = httpx2.HTTPTransport(local_address="127.0.0.2")
    with httpx2.Client(base_url=service.http.base_url, transport=neighbour, trust_env=False) as other:
        assert upload(other, b"text,label").status_code == 200


def upload(http: httpx2.Client, content: bytes) -> httpx2.Response:
    return http.post(f"{API}/upload", files={"files": ("x.csv", content)})


def form(*parts: str, boundary: str = "b0und") -> dict[str, Any]:
    body = "".join(f"--{boundary}\r\nContent-Disposition: form-data; {part}\r\n" for part in parts)
    named = f"multipart/form-data; boundary={boundary}"
    return {"content": f"{body}--{boundary}--".encode(), "headers": {"Content-Type": named}}


def test_many_small_files_in_one_upload_count_one_by_one(service: Strangers) -> None:
    """Each takes a block and a folder of the disk, and time of everybody."""
    many = form(*(f'name="files"; filename="a"\r\n\r\n{n}' for n in range(900)))
    ours = httpx2.HTTPTransport(local_address="127.0.0.3")
    with httpx2.Client(base_url=service.http.base_url, transport=ours, trust_env=False) as http:
        told = http.post(f"{API}/upload", **many)
        assert told.status_code == 429
        assert int(told.headers["Retry-After"]) > 0


def test_a_document_room_of_files_may_come_at_once(service: Strangers) -> None:
    some = form(*(f'name="files"; filename="{n}.md"\r\n\r\nWe ship on day {n}.' for n in range(60)))
    ours = httpx2.HTTPTransport(local_address="127.0.0.4")
    with httpx2.Client(base_url=service.http.base_url, transport=ours, trust_env=False) as http:
        told = http.post(f"{API}/upload", **some)
        assert [Path(path).name for path in told.json()] == [f"{n}.md" for n in range(60)]
        one = http.post(f"{API}/upload", files={"files": ("a.csv", b"--b0und\r\n" * 9)})
        assert (one.status_code, Path(one.json()[0]).read_bytes()) == (200, b"--b0und\r\n" * 9)


@pytest.mark.parametrize(
    "sent",
    [
        form('name="files"\r\n\r\nno name of a file'),
        form("name=\"files\"; filename*=UTF-8''..%2fa.csv\r\n\r\nx"),
        form("name=\"files\"; filename*=zzz''a\r\n\r\nx"),
        form('name="files"\r\n\r\n' + "x" * 2_000_000),
        form('name="files"; filename="a"\r\n\r\nx', boundary="x" * 5000),
        form('filename="a"\r\n\r\nx'),
        form('name="files"; filename=".."\r\n\r\nx'),
        {"content": b"\xff" * 99, "headers": {"Content-Type": "multipart/form-data; boundary=b"}},
        {"content": b"x", "headers": {"Content-Type": "multipart/form-data"}},
        {"content": b"x", "headers": {"Content-Type": "multipart/mixed; boundary=b"}},
    ],
    ids=[
        "field",
        "star",
        "charset",
        "long",
        "boundary",
        "unnamed",
        "dots",
        "junk",
        "bare",
        "mixed",
    ],
)
def test_a_form_without_files_is_the_callers_mistake(service: Strangers, sent: dict[str, Any]) -> None:
    ours = httpx2.HTTPTransport(local_address="127.0.0.5")
    with httpx2.Client(base_url=service.http.base_url, transport=ours, trust_env=False) as http:
        told = http.post(f"{API}/upload", **sent)
    assert told.status_code in (400, 413)
    assert told.text


def test_what_broken_uploads_leave_goes_with_its_folders(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from app.ui.validation.uploads import Leftovers  # noqa: PLC0415

    monkeypatch.setenv("GRADIO_TEMP_DIR", str(tmp_path))
    (tmp_path / "empty").mkdir()
    (tmp_path / "tmpcut").write_text("half a file")
    for path in (tmp_path / "empty", tmp_path / "tmpcut"):
        os.utime(path, (time.time() - 7200,) * 2)
    (tmp_path / "young").mkdir()
    Leftovers(3600).look()
    assert (tmp_path / "tmpcut").exists()
    late = Leftovers(3600)
    late._looked -= 3601
    late.look()
    assert [path.name for path in tmp_path.iterdir()] == ["young"]


@pytest.mark.parametrize(
    ("host", "who"),
    [
        ("192.0.2.7", "192.0.2.7"), ("2001:db8::1", "2001:db8::/64"), ("2001:db8::ffff:1", "2001:db8::/64"),
        ("fe80::1%eth0", "fe80::/64"), ("testclient", "testclient"),
    ],
)  # fmt: skip
def test_of_ipv6_the_network_is_the_caller(host: str, who: str) -> None:
    from app.ui.validation.uploads import caller  # noqa: PLC0415

    assert caller({"type": "http", "client": (host, 1)}) == who
    assert caller({"type": "http", "client": None}) == ""


@pytest.mark.parametrize("length", ["", "x", "-1", "0", "1"])
def test_what_does_not_say_its_length_counts_as_large(length: str) -> None:
    from limits import RateLimitItemPerHour  # noqa: PLC0415

    from app.ui.validation.uploads import TooManyUploads, Uploads  # noqa: PLC0415

    every = RateLimitItemPerHour(3 * 2**18)
    uploads = Uploads(every, every)
    scope = {"type": "http", "client": ("a", 1), "headers": [(b"content-length", length.encode())]}
    for _ in range(3 if length in ("0", "1") else 0):
        uploads.count(scope)
    with pytest.raises(TooManyUploads):
        uploads.count(scope)


def test_all_callers_together_are_bounded() -> None:
    from limits import RateLimitItemPerHour  # noqa: PLC0415

    from app.ui.validation.uploads import TooManyUploads, Uploads  # noqa: PLC0415

    uploads = Uploads(together=RateLimitItemPerHour(5 * 2**18))
    scopes = [
        {"type": "http", "client": (f"192.0.2.{n}", 1), "headers": [(b"content-length", b"1")]}
        for n in range(6)
    ]
    for scope in scopes[:5]:
        uploads.count(scope)
    with pytest.raises(TooManyUploads, match="try again in 60 min"):
        uploads.count(scopes[5])
