"""Gradio's theme and the style sheets: both say nothing but the tokens of `assets/base/tokens.css`."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from urllib.parse import quote

import gradio as gr

from app.core.palette import colour_of

ASSETS = Path(__file__).parent / "assets"
ICONS = Path(__file__).parent / "static" / "icons"
BASE = ("tokens", "gradio", "components", "frame")
"""The sheets that come before those of the rooms, in this order."""

_TOKENS = {
    "body_background_fill": "page",
    "body_text_color": "ink",
    "body_text_color_subdued": "muted",
    "background_fill_primary": "surface",
    "background_fill_secondary": "sunken",
    "border_color_primary": "line",
    "border_color_accent": "accent",
    "border_color_accent_subdued": "line",
    "color_accent_soft": "accent-soft",
    "block_background_fill": "surface",
    "block_border_color": "line",
    "block_label_text_color": "muted",
    "block_title_text_color": "muted",
    "block_info_text_color": "muted",
    "panel_background_fill": "surface",
    "link_text_color": "link",
    "link_text_color_hover": "link",
    "link_text_color_visited": "link",
    "input_background_fill": "surface",
    "input_background_fill_focus": "surface",
    "input_border_color": "line-strong",
    "input_border_color_focus": "focus",
    "input_placeholder_color": "muted",
    "checkbox_border_color": "line-strong",
    "checkbox_background_color": "surface",
    "checkbox_background_color_selected": "accent",
    "checkbox_border_color_selected": "accent",
    "checkbox_label_background_fill": "surface",
    "checkbox_label_background_fill_selected": "accent-soft",
    "checkbox_label_text_color": "ink",
    "checkbox_label_text_color_selected": "ink",
    "checkbox_label_border_color": "line",
    "checkbox_label_border_color_selected": "accent",
    "table_border_color": "line",
    "table_even_background_fill": "surface",
    "table_odd_background_fill": "surface",
    "table_text_color": "ink",
    "stat_background_fill": "accent",
    "slider_color": "accent",
    "loader_color": "accent",
}


def theme() -> gr.themes.Base:
    """System fonts only: nothing is fetched."""
    plain = gr.themes.Base(
        font=["system-ui", "sans-serif"],
        font_mono=["ui-monospace", "monospace"],
        spacing_size=gr.themes.sizes.spacing_sm,
        radius_size=gr.themes.sizes.radius_md,
    )
    coloured = {
        f"{name}{mode}": f"var(--cc-{token})" for name, token in _TOKENS.items() for mode in ("", "_dark")
    }
    flat = {
        f"{name}{mode}": value
        for name, value in {
            "block_title_background_fill": "none",
            "block_label_background_fill": "none",
            "block_shadow": "none",
            "input_shadow": "none",
            "input_shadow_focus": "none",
            "checkbox_label_shadow": "none",
            "button_primary_shadow": "none",
            "button_secondary_shadow": "none",
        }.items()
        for mode in ("", "_dark")
    }
    return plain.set(
        **coloured, **flat, block_title_padding="0", block_title_text_size="13px", input_border_width="1px"
    )


def read_styles(agents: Iterable[str]) -> str:
    """Icons as masks, the sheets, and a rule for each agent's colour."""
    base = [ASSETS / "base" / f"{name}.css" for name in BASE]
    sheets = [path.read_text(encoding="utf-8") for path in [*base, *sorted(ASSETS.glob("*.css"))]]
    return "\n".join([_icon_rules(), *sheets, *map(_colour_rule, agents)])


def _icon_rules() -> str:
    """`--cc-i-` and a name, for CSS masks: the same drawings as the filter `icon` of the templates."""
    named = (
        f'--cc-i-{path.stem}:url("data:image/svg+xml,{quote(path.read_text(encoding="utf-8").strip())}")'
        for path in sorted(ICONS.glob("*.svg"))
    )
    return f":root{{{';'.join(named)}}}"


def _colour_rule(agent: str) -> str:
    by, colour = f".cc-by-{agent}", colour_of(agent)
    return f".cc-serving{by} > i, #cc-chat {by}::before {{background:{colour}}}"
