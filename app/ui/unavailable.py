"""The pages in place of the workbench: an address that leads nowhere, a service with several workers.

Several workers behind one address: what one of them is asked, a page that another made never hears.
"""

from __future__ import annotations

import multiprocessing
import os
from base64 import b64encode
from contextlib import suppress
from html import escape
from pathlib import Path
from tempfile import gettempdir

from fastapi.responses import HTMLResponse
from filelock import FileLock, Timeout

from app.core.exceptions import CallCenterError
from app.ui.shell import icon
from app.ui.words import LANGUAGES, words


class OneWorkerNeeded(CallCenterError):
    status = 503
    code = "one_worker_needed"

    def __init__(self) -> None:
        super().__init__(
            "The workbench needs one worker: start the service with --workers 1, "
            "or with UI=false where the REST API alone is wanted."
        )


class Workers:
    """The processes of one supervisor. Two places are enough to know: who has the second is not alone."""

    def __init__(self, supervisor: int | None) -> None:
        """Takes a place as long as this process lives; without a supervisor it is alone."""
        self._places: list[FileLock] = []
        self._mine: FileLock | None = None
        if supervisor is None:
            return
        names = (Path(gettempdir()) / f"call-center-{supervisor}-{n}.lock" for n in (1, 2))
        self._places = [FileLock(name, timeout=0, thread_local=False) for name in names]
        self._mine = next((place for place in self._places if _taken(place)), None)

    @property
    def several(self) -> bool:
        if not self._places:
            return False
        first, second = self._places
        if self._mine is not first:
            return True
        if free := _taken(second):
            second.release()
        return not free

    @property
    def second(self) -> bool:
        """The one of them that tells it."""
        return bool(self._places) and self._mine is self._places[1]


def supervisor() -> int | None:
    """The process that started this one as one of its workers, if that is so."""
    if parent := multiprocessing.parent_process():
        return parent.pid
    with suppress(OSError):
        if b"gunicorn" in Path(f"/proc/{os.getppid()}/cmdline").read_bytes():
            return os.getppid()
    return None


def _taken(place: FileLock) -> bool:
    try:
        place.acquire()
    except Timeout:
        return False
    return True


STYLE = """
:root{color-scheme:light dark}
body{font:16px/1.5 system-ui,sans-serif;display:grid;place-content:center;min-height:90vh;margin:0 20px;
 background:light-dark(#f8fafc,#0f172a);color:light-dark(#1f2937,#e5e7eb)}
main{max-width:34em}h1{font-size:22px;margin:0 0 8px}a{color:light-dark(#0063a0,#7cc4f2);margin-right:14px}
"""


def lost(language: str, root: str = "") -> HTMLResponse:
    """`root` is where the service is mounted."""
    frame = words(language, "frame")
    return _page(language, frame["lost_title"], frame["lost_text"], _ways(language, root), 404)


def crowded(language: str) -> HTMLResponse:
    frame = words(language, "frame")
    return _page(language, frame["crowded_title"], frame["crowded_text"], "", 503)


def _ways(language: str, root: str) -> str:
    return "".join(
        f'<a href="{escape(root)}/ui/{code}/" lang="{code}">{escape(words(code, "frame")["lost_way"])}</a>'
        for code in sorted(LANGUAGES, key=lambda code: code != language)
    )


def _page(language: str, title: str, text: str, ways: str, status: int) -> HTMLResponse:
    page = (
        f'<!doctype html><html lang="{language}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title>"
        f'<link rel="icon" href="data:image/svg+xml;base64,{b64encode(icon().encode()).decode()}">'
        f"<style>{STYLE}</style></head><body><main><h1>{escape(title)}</h1>"
        f"<p>{escape(text)}</p><p>{ways}</p></main></body></html>"
    )
    return HTMLResponse(page, status_code=status)
