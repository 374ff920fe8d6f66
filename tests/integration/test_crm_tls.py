"""TLS to an address that was checked: the certificate must still be that of the name."""

from __future__ import annotations

import shutil
import socket
import ssl
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from app.adapters.crm.http import CrmHttp
from app.core.exceptions import CrmUnavailable

pytestmark = pytest.mark.anyio
ANSWER = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\n{}"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("NO OPENSSL: a certificate cannot be made")
    path = tmp_path_factory.mktemp("tls") / "both.pem"
    make = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=crm.invalid"]
    names = ["-addext", "subjectAltName=DNS:crm.invalid", "-keyout", str(path), "-out", f"{path}.crt"]
    subprocess.run([openssl, *make, *names], check=True, capture_output=True)
    path.write_bytes(path.read_bytes() + Path(f"{path}.crt").read_bytes())
    return path


@contextmanager
def serving(certificate: Path, seen: list[str]) -> Iterator[int]:
    """One connection; the names that were asked for and the Host line are kept."""
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(certificate)

    def named(_: ssl.SSLObject | ssl.SSLSocket, name: str | None, __: ssl.SSLContext) -> None:
        seen.append(str(name))

    tls.sni_callback = named
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=answer_once, args=(listener, tls, seen))
        thread.start()
        yield listener.getsockname()[1]
        thread.join()


def answer_once(listener: socket.socket, tls: ssl.SSLContext, seen: list[str]) -> None:
    plain, _ = listener.accept()
    try:
        with tls.wrap_socket(plain, server_side=True) as stream:
            request = stream.recv(65536).decode()
            seen += [line for line in request.splitlines() if line.lower().startswith("host:")]
            stream.sendall(ANSWER)
    except OSError:
        plain.close()


async def here(host: str, port: int) -> list[str]:  # noqa: ARG001 - the port's
    return ["127.0.0.1"]


async def test_the_name_is_asked_for_and_its_certificate_is_checked(
    certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", f"{certificate}.crt")
    seen: list[str] = []
    with serving(certificate, seen) as port:
        http = CrmHttp(f"https://crm.invalid:{port}", timeout=10, allow_private=True, resolver=here)
        assert (await http.send("GET", "/x")).status == 200
        await http.aclose()
    assert [line.lower() for line in seen] == ["crm.invalid", f"host: crm.invalid:{port}"]


async def test_the_certificate_of_another_name_is_not_taken(
    certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", f"{certificate}.crt")
    with serving(certificate, []) as port:
        http = CrmHttp(f"https://another.invalid:{port}", timeout=10, allow_private=True, resolver=here)
        with pytest.raises(CrmUnavailable):
            await http.send("GET", "/x")
        await http.aclose()
