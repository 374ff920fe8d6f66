"""The open dialog as a file, which the browser makes of the text: nothing of it stays on the server."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from html import escape
from typing import Any

import gradio as gr

from app.core.exceptions import CallCenterError
from app.services.dialogs.export import to_json, to_markdown
from app.services.workbench import Workbench
from app.ui.chat.screen import Screen
from app.ui.parts import QUIET
from app.ui.words import Words

TYPES = {"json": "application/json", "md": "text/markdown"}
SAVE = "(name, type, text) => { if (name) anSave(name, type, text); }"


class Export:
    def __init__(self, bench: Workbench, words: Words, problem: Callable[[CallCenterError], str]) -> None:
        self.bench = bench
        self.words = words
        self.problem = problem

    def build(self) -> list[gr.Button]:
        """In the order of TYPES; there is nothing to save before there is a dialog."""
        words = self.words
        with gr.Row(elem_id="cc-export"):
            gr.HTML(f'<span class="cc-label">{escape(words["export"])}</span>')
            self.buttons = [
                gr.Button(
                    words[f"export_{kind}"],
                    size="sm",
                    min_width=80,
                    interactive=False,
                    elem_id=f"cc-export-{kind}",
                )
                for kind in TYPES
            ]
        self.file = [gr.Textbox(visible=False) for _ in range(3)]
        return self.buttons

    def wire(self, screen: Screen) -> None:
        for kind, button in zip(TYPES, self.buttons, strict=True):
            write = partial(self.write, kind, screen)
            button.click(write, screen.dialog, [*self.file, screen.notice], **QUIET).success(
                None, self.file, None, js=SAVE, api_visibility="private"
            )

    async def write(self, kind: str, screen: Screen, name: str) -> dict[Any, Any]:
        """Its name, its kind and its text; no name where it cannot be read."""
        try:
            view = await self.bench.dialogs.view(name)
        except CallCenterError as error:
            return {self.file[0]: "", **screen.told(self.problem(error))}
        text = to_json(view) if kind == "json" else to_markdown(view, self.words["agents"])
        told = (f"dialog-{name[:8]}.{kind}", TYPES[kind], text)
        return dict(zip(self.file, told, strict=True))
