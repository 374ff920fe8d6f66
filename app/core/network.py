"""Network addresses, proxy and certificate settings from the environment, and the Retry-After header."""

from __future__ import annotations

import re
import ssl
from collections.abc import Iterator, Mapping, MutableMapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from pathlib import Path
from urllib.parse import urlsplit

from app.core.config_parsing import bare
from app.core.exceptions import SettingInvalid


def seconds_of(header: str | None, now: datetime, longest: float) -> float | None:
    """Seconds from 0 to `longest`; None where it says nothing sensible."""
    if header is None:
        return None
    try:
        seconds = float(header)
    except ValueError:
        seconds = _seconds_until(header, now)
    return min(seconds, longest) if seconds >= 0 else None


def _seconds_until(date: str, now: datetime) -> float:
    try:
        moment = parsedate_to_datetime(date)
    except (ValueError, OverflowError):
        return -1
    return max(0.0, (moment.replace(tzinfo=moment.tzinfo or UTC) - now).total_seconds())


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


PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY")
KINDS = ("http", "https", "socks5", "socks5h")
_NAME = re.compile(r"\*|(?:\*?\.)?[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*\.?(?::\d{1,5})?")
LOCAL = ("localhost", "ip6-localhost")


def check_certificates(environ: Mapping[str, str]) -> None:
    """Every connection over TLS would fail, and some libraries already as they are imported."""
    for name, is_right, what in (
        ("SSL_CERT_FILE", Path.is_file, "file"),
        ("SSL_CERT_DIR", Path.is_dir, "folder"),
    ):
        value = environ.get(name)
        if value and not all(is_right(Path(each)) for each in value.split(":" if what == "folder" else "\0")):
            raise SettingInvalid(name, f"there is no such {what}")
        if value and what == "file":
            _load(name, value)


def _load(name: str, file: str) -> None:
    try:
        ssl.create_default_context(cafile=file)
    except (OSError, ValueError):
        raise SettingInvalid(name, "the file cannot be read as certificates") from None


def check_proxies(environ: Mapping[str, str], host: str) -> None:
    """Raises SettingInvalid for a proxy that cannot be used, where `host` is reached through one."""
    if bypasses_proxy(host):
        return
    for name, value in _proxies(environ):
        if usable_proxy(value) is None:
            kinds = "http://, https:// or socks5://"
            raise SettingInvalid(name, f"it must be the address of a proxy that begins with {kinds}")


def tame_proxies(environ: MutableMapping[str, str]) -> None:
    """Mended, or taken out: libraries fail on them as they are imported, whether they call anybody or not."""
    for name, value in list(_proxies(environ)):
        _put(environ, name, usable_proxy(value))
    for name in [name for name in environ if name.upper() == "NO_PROXY"]:
        _put(environ, name, ",".join(filter(_is_host, bare(environ[name]).replace(" ", "").split(","))))


def _put(environ: MutableMapping[str, str], name: str, value: str | None) -> None:
    if value:
        environ[name] = value
    else:
        del environ[name]


def _is_host(told: str) -> bool:
    """A name, an address or a network; of version 6 only addresses, for networks are not taken everywhere."""
    if _NAME.fullmatch(told):
        return True
    try:
        ip_network(told.strip("[]"), strict=False)
    except ValueError:
        return False
    return ":" not in told or "/" not in told


def usable_proxy(value: str) -> str | None:
    """`socks://`, as desktops write it, means socks5."""
    text = bare(value)
    text = text if "://" in text else f"http://{text}"
    scheme, _, rest = text.partition("://")
    kind = "socks5" if scheme.lower() == "socks" else scheme.lower()
    try:
        parts = urlsplit(f"{kind}://{rest}")
        usable = (
            kind in KINDS
            and bool(parts.hostname)
            and parts.port != 0
            and text.isascii()
            and text.isprintable()
        )
    except ValueError:
        return None
    return f"{kind}://{rest}" if usable and " " not in text else None


def bypasses_proxy(host: str) -> bool:
    return host in LOCAL or host.endswith(".localhost") or host.startswith("127.") or host == "::1"


def _proxies(environ: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for name, value in environ.items():
        if name.upper() in PROXIES and value:
            yield name, value
