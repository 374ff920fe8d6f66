"""How much may be uploaded where nobody shows a key, and what is left of it."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path

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


@pytest.mark.parametrize(
    ("host", "who"),
    [
        ("192.0.2.7", "192.0.2.7"), ("2001:db8::1", "2001:db8::/64"), ("2001:db8::ffff:1", "2001:db8::/64"),
        ("fe80::1%eth0", "fe80::/64"), ("testclient", "testclient"),
    ],
)  # fmt: skip
def test_of_ipv6_the_network_is_the_caller(host: str, who: str) -> None:
    from app.ui.doors.uploads import caller  # noqa: PLC0415

    assert caller({"type": "http", "client": (host, 1)}) == who
    assert caller({"type": "http", "client": None}) == ""


@pytest.mark.parametrize("length", ["", "x", "-1", "0", "1"])
def test_what_does_not_say_its_length_counts_as_large(length: str) -> None:
    from limits import RateLimitItemPerHour  # noqa: PLC0415

    from app.ui.doors.uploads import TooManyUploads, Uploads  # noqa: PLC0415

    every = RateLimitItemPerHour(3 * 2**18)
    uploads = Uploads(every, every)
    scope = {"type": "http", "client": ("a", 1), "headers": [(b"content-length", length.encode())]}
    for _ in range(3 if length in ("0", "1") else 0):
        uploads.count(scope)
    with pytest.raises(TooManyUploads):
        uploads.count(scope)


def test_all_callers_together_are_bounded() -> None:
    from limits import RateLimitItemPerHour  # noqa: PLC0415

    from app.ui.doors.uploads import TooManyUploads, Uploads  # noqa: PLC0415

    uploads = Uploads(together=RateLimitItemPerHour(5 * 2**18))
    scopes = [
        {"type": "http", "client": (f"192.0.2.{n}", 1), "headers": [(b"content-length", b"1")]}
        for n in range(6)
    ]
    for scope in scopes[:5]:
        uploads.count(scope)
    with pytest.raises(TooManyUploads, match="Try again in 60 min"):
        uploads.count(scopes[5])
