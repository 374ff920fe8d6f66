"""Addresses of machines."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_address


def address(text: str) -> IPv4Address | IPv6Address | None:
    """IPv4 in IPv6 is the IPv4 that it holds."""
    try:
        found = ip_address(text)
    except ValueError:
        return None
    return getattr(found, "ipv4_mapped", None) or found


def is_loopback(text: str) -> bool:
    found = address(text)
    return found is not None and found.is_loopback


def is_local(name: str) -> bool:
    """Whether a name or address means the machine on which it is used."""
    return name == "localhost" or is_loopback(name)
