"""How much visitors may upload. Nobody shows a key for it, so bytes are counted: a caller's, and all.

The folder of what visitors upload, and of what is made for them to download.
"""

from __future__ import annotations

import os
import time
from contextlib import suppress
from ipaddress import ip_address, ip_network
from math import ceil
from pathlib import Path

from gradio.utils import get_upload_folder
from limits import RateLimitItem, RateLimitItemPerHour, RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import FixedWindowRateLimiter
from starlette.datastructures import Headers
from starlette.types import Scope

from app.core.documents import LARGEST_FILE
from app.core.exceptions import CallCenterError

KEPT = 3600
"""Seconds until the file of a visitor is removed."""


def sweep(seconds: float) -> None:
    """Removes files of a killed process or a broken upload: Gradio removes only those that it has served."""
    for path in sorted(Path(get_upload_folder()).glob("**/*"), reverse=True):
        with suppress(OSError):
            if path.lstat().st_mtime >= time.time() - seconds:
                continue
            if path.is_file():
                path.unlink()
            elif path.is_dir() and not path.is_symlink():
                path.rmdir()  # refused while something lies in it


class Leftovers:
    """Removes old uploads, at most once in `seconds`; called with each upload."""

    def __init__(self, seconds: float = KEPT) -> None:
        self.seconds = seconds
        self._looked = time.monotonic()

    def look(self) -> None:
        if time.monotonic() - self._looked >= self.seconds:
            self._looked = time.monotonic()
            sweep(self.seconds)


def is_kept(path: str) -> bool:
    """Whether it is a plain file of the folder under its one name there, and no link leads out of it.

    Other places are refused by their name alone: they are not even looked at.
    """
    folder = get_upload_folder()
    if not path.startswith(folder + os.sep) or os.path.normpath(path) != path:
        return False
    try:
        found = Path(path).resolve(strict=True)
        return found.is_relative_to(Path(folder).resolve()) and found.is_file()
    except (OSError, ValueError):  # gone, too long, or with NUL
        return False


LEAST = 2**18
"""Bytes that any file counts for: small ones take room and time too."""
OWN = RateLimitItemPerMinute(5 * LARGEST_FILE, 10)
ALL = RateLimitItemPerHour(25 * LARGEST_FILE)
"""A visitor's file is gone after an hour, so no more than twice this lies here."""


class TooManyUploads(CallCenterError):
    status = 429
    code = "too_many_uploads"

    def __init__(self, seconds: int) -> None:
        super().__init__(f"The upload limit is reached; try again in {ceil(seconds / 60)} min.")
        self.retry_after = seconds


class Uploads:
    """One count for the pages of all languages."""

    def __init__(self, own: RateLimitItem = OWN, together: RateLimitItem = ALL) -> None:
        self.own = own
        self.together = together
        self.leftovers = Leftovers()
        self._limiter = FixedWindowRateLimiter(MemoryStorage())

    def count(self, scope: Scope) -> None:
        """Raises TooManyUploads."""
        length = Headers(scope=scope).get("content-length", "")
        self._charge(scope, max(LEAST, int(length) if length.isdigit() else LARGEST_FILE))

    def count_files(self, scope: Scope, more: int) -> None:
        """Of one upload, after the first. Raises TooManyUploads."""
        if more:
            self._charge(scope, more * LEAST)

    def _charge(self, scope: Scope, cost: int) -> None:
        self._hit(self.own, caller(scope), cost)
        self._hit(self.together, "all", cost)

    def _hit(self, limit: RateLimitItem, who: str, cost: int) -> None:
        if not self._limiter.test(limit, who, cost=cost):
            ends = self._limiter.get_window_stats(limit, who).reset_time
            raise TooManyUploads(max(1, ceil(ends - time.time())))
        self._limiter.hit(limit, who, cost=cost)


def caller(scope: Scope) -> str:
    """The peer; of IPv6 the network, since one household has very many addresses."""
    host = (scope.get("client") or ("", 0))[0]
    try:
        address = ip_address(host)
    except ValueError:
        return host
    return str(ip_network((host.partition("%")[0], 64), strict=False)) if address.version == 6 else host
