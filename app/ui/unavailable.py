"""The pages in place of the workbench: an address that leads nowhere, a service with several workers."""

from __future__ import annotations

from base64 import b64encode
from html import escape

from fastapi.responses import HTMLResponse

from app.ui.shell import icon
from app.ui.words import LANGUAGES, words

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
