"""The workbench's HTML: every element is written in `templates/<room>.j2`, as a macro."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from app.core.html import Templates

FOLDER = Path(__file__).parent / "templates"
TEMPLATES = Templates(FOLDER, {})


def render(macro: str, /, **values: Any) -> str:
    """`macro` is `<template>.<macro>`, as in `monitor.queue`. The result goes into other macros unescaped."""
    template, _, name = macro.partition(".")
    return TEMPLATES.render_macro(f"{template}.j2", name, **values)
