"""Which doors of the workbench are open at all, to whom, and in which spelling."""

from __future__ import annotations

from collections.abc import Iterator
from http.client import HTTPConnection

import pytest

from tests.support.strangers import API, Strangers, file, strangers

pytest.importorskip("gradio")
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Strangers]:
    with strangers(tmp_path_factory.mktemp("house")) as ready:
        yield ready


CLOSED = [
    "/gradio_api/info", "/gradio_api/openapi.json", "/openapi.json", "/docs", "/gradio_api/startup-events",
    "/gradio_api/token", "/gradio_api/user", "/gradio_api/app_id", "/gradio_api/login_check", "/robots.txt",
    "/gradio_api/runs", "/gradio_api/run-history/buckets", "/gradio_api/run-history/records",
    "/gradio_api/stream/s/r/1/playlist.m3u8", "/gradio_api/stream/s/r/1/playlist-file",
    "/gradio_api/queue/status", "/gradio_api/custom_component/x/client/component/index.js", "/monitoring",
    "/monitoring/summary", "/monitoring/x", "/gradio_api/deep_link", "/gradio_api/vibe-code",
    "/gradio_api/profiling/traces", "/gradio_api/dev/reload", "/gradio_api/call/say/x",
    "/gradio_api/call/v2/say/x", "/pwa_icon", "/pwa_icon/99999", "/manifest.json", "/svelte/x.js", "/login",
    "/logout", "/config/", "/gradio_api/heartbeat/", "/gradio_api/heartbeat/a%00", "/gradio_api/queue/data",
    "/gradio_api/queue/data?session_hash=nobody", "/gradio_api/upload_progress?upload_id=..",
    "/assets/%2e%2e/%2e%2e/routes.py", "/assets/..%2f..%2froutes.py", "/static/%00", "/theme.css/",
    "/gradio_api/upload", "/gradio_api/QUEUE/DATA", "/gradio_api/file/x", "/nothing",
]  # fmt: skip


def test_only_the_reading_doors_of_our_pages_are_open(
    service: Strangers, capfd: pytest.CaptureFixture[str]
) -> None:
    for door in CLOSED:
        assert service.http.get(f"/ui/en{door}").status_code == 404, door
    for door in ("/", "/config", "/theme.css", "/static/js/iframeResizer.contentWindow.min.js"):
        assert service.http.get(f"/ui/en{door}").status_code == 200, door
    service.read_nothing(capfd)


def test_files_are_given_out_of_the_upload_folder_alone(
    service: Strangers, capfd: pytest.CaptureFixture[str]
) -> None:
    paths = [each["path"] for each in service.hostile() if isinstance(each, dict) and "path" in each]
    paths.remove(service.mine) if service.mine in paths else None
    inside = [path for path in paths if path != service.mine]
    for door in ("file=", "file/", "proxy="):
        for path in [*inside, "http:/127.0.0.1/x", "~/x", "file:///etc/passwd"]:
            if "\0" not in path:
                assert service.http.get(f"{API}/{door}{path}").status_code in (400, 404), (door, path)
    assert service.http.get(f"{API}/file={service.mine}").content == b"text,label\n"
    for span in ("bytes=0-3", "bytes=0-1,3-5", "bytes=9-1", "bytes=a-b", "bytes=-"):
        told = service.http.get(f"{API}/file={service.mine}", headers={"Range": span})
        assert told.content == b"text,label\n"
    service.read_nothing(capfd)


@pytest.mark.parametrize("door", ["queue/join", "component_server/", "cancel", "upload"])
@pytest.mark.parametrize(
    "spelt",
    [
        "{}//",
        "/{}",
        "{};x=1",
        "{}%2f",
        "{}%5c",
        "./{}",
        "x/../{}",
        "%2e/{}",
        "{}%00",
        "{}.",
        "{}%20",
        "%252f{}",
        "UP",
    ],
)
def test_another_spelling_is_no_door(service: Strangers, door: str, spelt: str) -> None:
    way = door.upper() if spelt == "UP" else spelt.format(door)
    wire = HTTPConnection(service.http.base_url.netloc.decode())
    wire.request("POST", f"{API}/{way}", "{}", {"Content-Type": "application/json"})
    assert wire.getresponse().status == 404
    wire.close()


def test_gradios_own_check_is_on(service: Strangers) -> None:
    """Where our door were open, it would be the next."""
    from gradio.context import LocalContext  # noqa: PLC0415
    from gradio.exceptions import InvalidPathError  # noqa: PLC0415
    from gradio.processing_utils import move_files_to_cache  # noqa: PLC0415

    part = service.handler("say").inputs[0]
    token = LocalContext.blocks.set(service.page)
    try:
        with pytest.raises(InvalidPathError):
            move_files_to_cache(file(str(service.canary)), part, check_in_upload_folder=True)
    finally:
        LocalContext.blocks.reset(token)
