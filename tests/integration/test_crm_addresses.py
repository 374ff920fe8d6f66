"""A CRM's address cannot lead into the network that the service runs in."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.adapters.crm.http import CrmHttp, is_public
from app.core.exceptions import CrmRefused, CrmUnavailable
from tests.support.mock_crm import running_crm

pytestmark = pytest.mark.anyio
PRIVATE = [
    "127.0.0.1",
    "127.255.255.254",
    "10.0.0.1",
    "172.16.0.1",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "0.0.0.0",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "192.0.2.1",
    "198.18.0.1",
    "::",
    "::1",
    "fe80::1",
    "fe80::1%eth0",
    "fc00::1",
    "fd12:3456::1",
    "ff02::1",
    "2001:db8::1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "::ffff:169.254.169.254",
    "::127.0.0.1",
    "64:ff9b::7f00:1",
    "64:ff9b::a00:1",
    "2002:7f00:1::",
    "2002:a00:1::",
    "not an address",
    "",
]
PUBLIC = ["93.184.216.34", "8.8.8.8", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808"]
NUMBERS = ["2130706433", "0x7f000001", "0x7f.1", "127.1", "017700000001", "0"]
LITERALS = [
    "127.0.0.1",
    "[::1]",
    "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]",
    "localhost",
    "LOCALHOST",
]


@pytest.mark.parametrize("address", PRIVATE)
async def test_an_address_that_is_not_public_is_known(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", PUBLIC)
async def test_a_public_address_is_let_through(address: str) -> None:
    assert is_public(address)


@given(st.ip_addresses(v=4))
def test_a_v4_address_counts_the_same_inside_a_v6_one(address: object) -> None:
    assert is_public(f"::ffff:{address}") == is_public(str(address))


@pytest.mark.parametrize("host", [*LITERALS, *NUMBERS])
async def test_every_notation_of_this_machine_is_refused(host: str) -> None:
    http = CrmHttp(f"http://{host}:9/", timeout=5)
    with pytest.raises(CrmRefused, match="not public"):
        await http.send("GET", "/x")
    await http.aclose()


@pytest.mark.parametrize("answers", [["10.0.0.1"], ["8.8.8.8", "127.0.0.1"], ["::ffff:192.168.0.1"]])
async def test_a_name_that_leads_inside_is_refused(answers: list[str]) -> None:
    async def resolver(host: str, port: int) -> list[str]:
        assert (host, port) == ("crm.example.com", 443)
        return answers

    http = CrmHttp("https://crm.example.com", timeout=5, resolver=resolver)
    with pytest.raises(CrmRefused, match="not public"):
        await http.send("GET", "/x")
    await http.aclose()


async def test_a_name_that_nobody_knows_is_no_reason_to_give_up() -> None:
    async def resolver(host: str, port: int) -> list[str]:
        raise OSError(f"{host}:{port} is unknown")

    http = CrmHttp("https://crm.example.com", timeout=5, resolver=resolver)
    with pytest.raises(CrmUnavailable, match="not known"):
        await http.send("GET", "/x")
    await http.aclose()


async def test_only_the_address_that_was_checked_is_connected_to_and_the_name_is_kept() -> None:
    """The name exists nowhere; a second look-up would fail. The first address does not listen."""
    asked: list[str] = []

    async def resolver(host: str, port: int) -> list[str]:  # noqa: ARG001 - the port's
        asked.append(host)
        return ["127.0.0.2", "127.0.0.1"]

    with running_crm("bitrix24") as crm:
        port = crm.url.rpartition(":")[2]
        http = CrmHttp(f"http://crm.invalid:{port}", timeout=5, allow_private=True, resolver=resolver)
        reply = await http.send("GET", "/mock")
        await http.aclose()
    assert (reply.status, asked) == (200, ["crm.invalid"])
