"""The workbench's HTML: every element stands in a macro of `templates`, one file per room."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from app.core.html import Templates

FOLDER = Path(__file__).parent / "templates"
TEMPLATES = Templates(FOLDER, {})


def render(macro: str, /, **values: Any) -> str:
    """`macro` names template and macro, as in `monitor.queue`. Other macros take the result unescaped."""
    template, _, name = macro.partition(".")
    return TEMPLATES.render_macro(f"{template}.j2", name, **values)
