"""The page of components, in development: what every room is built from, in both themes."""

from __future__ import annotations

from fastapi import FastAPI
from fastapi.responses import HTMLResponse

from app.core.html import mark_styles, read_asset
from app.services.workbench import Workbench
from app.ui.room import render, sparkline
from app.ui.shell import FIRST, encode_icon
from app.ui.theme import ASSETS, ICONS, read_styles
from app.ui.words import room_texts, words

ROWS = 9  # more than a table without a filter has


def add_kit(app: FastAPI, bench: Workbench, language: str) -> None:
    page = HTMLResponse(render_kit(bench, language))
    app.add_api_route(f"/ui/{language}/kit", lambda: page, include_in_schema=False)


def render_kit(bench: Workbench, language: str) -> str:
    w = words(language, "kit")
    table = words(language, "frame")["table"]
    kit = {
        "language": language,
        "icon": encode_icon(),
        "styles": mark_styles(read_styles(bench.agents)),
        "layout": read_asset(FIRST / "kit.css"),
        "scripts": [read_asset(path) for path in sorted((ASSETS / "base").glob("*.js"))],
        "facts": {"language": language, "largest": 0, **table},
        "agents": list(bench.agents),
        "t": room_texts(language, "kit"),
        "rows": [(w["lines"][i % len(w["lines"])], (i * 7) % 11) for i in range(ROWS)],
        "points": sparkline([3, 5, 4, 8, 7, 9]),
        "icons": sorted(path.stem for path in ICONS.glob("*.svg")),
    }
    return render("kit.page", kit=kit, w=w)
