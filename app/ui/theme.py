"""The look of Gradio's own parts: calm, in the measures of the frame."""

from __future__ import annotations

import gradio as gr


def theme() -> gr.themes.Base:
    """System fonts only: nothing is fetched. Labels are plain words."""
    plain = gr.themes.Soft(
        primary_hue=gr.themes.colors.blue,
        secondary_hue=gr.themes.colors.slate,
        neutral_hue=gr.themes.colors.slate,
        font=["system-ui", "sans-serif"],
        font_mono=["ui-monospace", "monospace"],
        spacing_size=gr.themes.sizes.spacing_sm,
        radius_size=gr.themes.sizes.radius_md,
    )
    return plain.set(
        body_background_fill="#f5f7fa",
        body_text_color_subdued="#5b6472",
        body_text_color_subdued_dark="#a3acb9",
        checkbox_border_color="*neutral_400",
        block_title_background_fill="none",
        block_title_background_fill_dark="none",
        block_title_padding="0",
        block_title_text_color="*body_text_color_subdued",
        block_title_text_color_dark="*body_text_color_subdued",
        block_title_text_weight="500",
        block_title_text_size="13px",
        block_label_background_fill="none",
        block_label_background_fill_dark="none",
        block_label_text_color="*body_text_color_subdued",
        block_label_text_weight="500",
        block_shadow="none",
        block_shadow_dark="none",
        input_shadow="none",
        input_shadow_dark="none",
        input_border_width="1px",
        input_border_color="*border_color_primary",
        button_large_text_weight="600",
        button_large_text_size="15px",
        button_large_padding="8px 16px",
        button_primary_background_fill="#1d5fb4",
        button_primary_background_fill_hover="#174d93",
        button_primary_background_fill_dark="#2a6fc9",
        button_primary_background_fill_hover_dark="#3a80db",
    )  # fmt: skip
