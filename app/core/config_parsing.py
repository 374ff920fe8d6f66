"""What shells, secrets from files, docker's env files and copying leave around a setting: mended or told."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from urllib.parse import urlsplit

from app.core.exceptions import SettingInvalid

INVISIBLE = " \t\r\n\v\f\0\ufeff\u00a0\u2007\u202f\u200b\u2060"
PAIRS = ('""', "''", "``", "“”", "„“", "«»", "‘’")
_QUOTES = set("".join(PAIRS))
_SQLITE = re.compile(r"sqlite(?:\+\w+)?:(?://)?/?", re.IGNORECASE)
_ENDINGS = re.compile(r"(?:/chat)?/(?:completions|responses|models|embeddings)/*\Z|/+\Z")
_NO_ADDRESS = re.compile(r"[\s\"'<>`{}|\\^\x00-\x20]")


def bare(value: str) -> str:
    """Without what cannot be seen at the ends, and without quotation marks around the whole."""
    text = value.strip(INVISIBLE)
    while len(text) > 1 and text[0] + text[-1] in PAIRS:
        text = text[1:-1].strip(INVISIBLE)
    return text


def secret(value: str) -> str:
    """What can stand in a header. Raises ValueError without the value."""
    if not all("!" <= c <= "~" for c in value):
        raise ValueError("it must be visible ASCII characters, for it is sent in a header")
    if _QUOTES & set(value):
        raise ValueError("it must not hold quotation marks")
    return value


def from_files(names: Iterable[str], environ: Mapping[str, str]) -> dict[str, str]:
    """Values of settings whose `NAME_FILE` names a file, as Docker mounts secrets. Raises SettingInvalid."""
    found = {}
    for name in names:
        variable = f"{name.upper()}_FILE"
        if not (file := bare(environ.get(variable, ""))):
            continue
        if bare(environ.get(name.upper(), "")):
            raise SettingInvalid(variable, f"{name.upper()} is set too; keep one of them")
        try:
            found[name] = Path(file).expanduser().read_text("utf-8")
        except (OSError, UnicodeDecodeError) as error:
            why = getattr(error, "strerror", None) or "it is not UTF-8"
            raise SettingInvalid(variable, f"the file cannot be read: {why}") from None
    return found


def path(value: str) -> str:
    """With the home folder in place of ~. Raises ValueError for an address or a lone quotation mark."""
    text = value.removeprefix("file://")
    if "://" in text:
        raise ValueError("it must be a path")
    if _QUOTES & {text[:1], text[-1:]}:
        raise ValueError("it must not begin or end with a quotation mark")
    home = Path(text).expanduser() if text.startswith("~") else Path(text)
    return str(home)


def database(value: str) -> str:
    """The path of an SQLite file, also from SQLAlchemy's form of it; the address of a server as it is."""
    form = _SQLITE.match(value)
    if form is None:
        return value if "://" in value and not value.startswith("file://") else path(value)
    file = value[form.end() :]
    if file in ("", "/", ":memory:") or "?" in file:
        raise ValueError("it must name a file, as in sqlite:///storage/backoffice.sqlite")
    return path(file)


def base_url(value: str) -> str:
    """Without the ending of a single call; with /v1 where there is no path, for there most servers are."""
    address, mark, query = value.partition("?")
    text = _ENDINGS.sub("", address)
    return f"{text}/v1{mark}{query}" if text.count("/") == 2 else f"{text}{mark}{query}"


def is_address(value: str) -> bool:
    try:
        parts = urlsplit(value)
        return (
            parts.scheme in ("http", "https")
            and bool(parts.hostname)
            and parts.port != 0
            and not _NO_ADDRESS.search(value)
            and bool((parts.hostname or "").encode("idna"))
        )
    except ValueError:
        return False


def has_port(value: str) -> bool:
    """Where an address names one, it is one."""
    try:
        return urlsplit(value).port != 0
    except ValueError:
        return False


def names_nobody(address: str) -> bool:
    return "@" not in urlsplit(address).netloc
