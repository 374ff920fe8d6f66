"""The monitor: live dialogs, who waits for a person, what waits for a decision, and taking part."""

from __future__ import annotations

from typing import Any

import gradio as gr

from app.ui.monitor.actions import Acts
from app.ui.monitor.layout import layout
from app.ui.monitor.live import Live
from app.ui.monitor.words import Said
from app.ui.room import Room

Json = dict[str, Any]
START = "cc.monitor.start(element, server);"


class MonitorRoom(Room):
    """The page asks `watch` for what has changed and waits; what a person does goes to `act`."""

    key = "monitor"

    @property
    def said(self) -> Said:
        return Said(self.language, self.words, self.offered("agents"))

    def build(self) -> None:
        live, acts = Live(self.bench, self.said), Acts(self.bench, self.said)

        async def watch(asked: Json) -> Json:
            return await live.watch(asked)

        async def act(asked: Json) -> Json:
            return await acts.act(asked)

        gr.HTML(
            layout(self.bench, self.said),
            elem_id="cc-monitor",
            server_functions=[watch, act],
            js_on_load=START,
            apply_default_css=False,
        )
