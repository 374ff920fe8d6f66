"""Where requests may go: names are resolved here, and only the checked address is connected to.

So an address in a setting cannot lead into the network that the service runs in, and a name that answers
differently the second time (DNS rebinding) gains nothing.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

from app.core.exceptions import CrmRefused, CrmUnavailable

Resolver = Callable[[str, int], Awaitable[list[str]]]
NAT64 = IPv6Network("64:ff9b::/96")
V4_COMPATIBLE = IPv6Network("::/96")


async def resolve(host: str, port: int) -> list[str]:
    """As the system does it: hosts file, DNS, and numbers in any notation (0x7f.1, 2130706433).

    An address with a scope (fe80::1%eth0) cannot stand in a URL and is left out.
    """
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    addresses = dict.fromkeys(str(place[0]) for *_, place in found)
    return [address for address in addresses if "%" not in address]


async def allowed(host: str, port: int, resolver: Resolver, allow_private: bool) -> list[str]:
    """The addresses of a host. One that is not public refuses them all. Raises CrmError."""
    failed = False
    try:
        addresses = await resolver(host, port)
    except (OSError, UnicodeError):
        failed = True
    if failed or not addresses:
        raise CrmUnavailable("its name is not known")
    if not allow_private and not all(is_public(address) for address in addresses):
        raise CrmRefused("its address is not public; CRM_ALLOW_PRIVATE lets such in")
    return addresses


def is_public(address: str) -> bool:
    """Every v4 address that a v6 one carries counts as itself."""
    try:
        ip = ip_address(address.partition("%")[0])
    except ValueError:
        return False
    return all(_public(each) for each in (ip, *_carried(ip)))


def _public(ip: IPv4Address | IPv6Address) -> bool:
    if isinstance(ip, IPv6Address) and (ip.ipv4_mapped or ip in NAT64):
        return True  # what it carries decides
    outside = ip.is_private or ip.is_loopback or ip.is_link_local or ip.is_multicast
    return ip.is_global and not (outside or ip.is_reserved or ip.is_unspecified)


def _carried(ip: IPv4Address | IPv6Address) -> list[IPv4Address]:
    if isinstance(ip, IPv4Address):
        return []
    last = [IPv4Address(int(ip) & 0xFFFFFFFF)] if ip in NAT64 or ip in V4_COMPATIBLE else []
    found = (ip.ipv4_mapped, ip.sixtofour, *(ip.teredo or ()), *last)
    return [each for each in found if each is not None]
