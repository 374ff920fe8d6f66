"""The settings room: how the house is, and with which settings it runs. Nothing is changed here."""

from __future__ import annotations

import gradio as gr

from app.core.exceptions import CallCenterError
from app.services.system import condition
from app.ui.parts import QUIET, empty
from app.ui.room import Room
from app.ui.settings.panels import cards, components, routers, settings_table


class SettingsRoom(Room):
    key = "settings"

    def build(self) -> None:
        words = self.words
        with gr.Row(elem_id="cc-settings-head"):
            gr.HTML(f"<p class='cc-lead'>{words['lead']}</p>", elem_classes="cc-grow")
            self.again = gr.Button(words["refresh"], size="sm", elem_id="cc-settings-refresh", min_width=120)
        self.page = gr.HTML(empty(words["loading"]), elem_id="cc-settings")

    def arrive(self, _page: gr.Blocks, tab: gr.Tab) -> None:
        gr.on([tab.select, self.again.click], self.look, None, self.page, **QUIET)

    async def look(self) -> str:
        try:
            found = await condition(self.bench)
        except CallCenterError as error:
            return self.problem(error)
        parts = (cards(found, self.words, self.language), components(found, self.words, self.language))
        return "".join((*parts, routers(found, self.words, self.language), settings_table(found, self.words)))
