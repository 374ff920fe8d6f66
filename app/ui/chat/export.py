"""The open dialog as a file."""

from __future__ import annotations

import asyncio
import tempfile
from functools import partial
from pathlib import Path
from typing import Any

import gradio as gr

from app.core.exceptions import CallCenterError
from app.services.transcripts import to_json, to_markdown
from app.services.workbench import Workbench
from app.ui.words import Words

FETCH = "() => cc.fetchFile('cc-export-file')"


class Export:
    def __init__(self, bench: Workbench, words: Words, names: dict[str, str]) -> None:
        self.bench = bench
        self.words = words
        self.names = names

    def build(self, dialog: gr.Textbox) -> None:
        """The button that the browser downloads from is filled only when it is wanted."""
        words = self.words
        with gr.Row(elem_id="cc-export"):
            gr.HTML(f'<span class="cc-label">{words["export"]}</span>')
            buttons = {
                kind: gr.Button(words[f"export_{name}"], size="sm", min_width=80, elem_id=f"cc-export-{kind}")
                for kind, name in (("json", "json"), ("md", "markdown"))
            }
        file = gr.DownloadButton("", visible="hidden", elem_id="cc-export-file")
        for kind, button in buttons.items():
            button.click(
                partial(self.write, kind), dialog, file, api_visibility="private", show_progress="hidden"
            ).success(None, file, None, js=FETCH, api_visibility="private")

    async def write(self, kind: str, name: str) -> Any:
        try:
            view = await self.bench.dialogs.view(name)
        except CallCenterError:
            return gr.DownloadButton(value=None)
        text = to_json(view) if kind == "json" else to_markdown(view, self.names)
        return gr.DownloadButton(value=await asyncio.to_thread(_kept, f"dialog-{name[:8]}.{kind}", text))


def _kept(name: str, text: str) -> str:
    path = Path(tempfile.mkdtemp(prefix="cc-")) / name
    path.write_text(text, encoding="utf-8")
    return str(path)
