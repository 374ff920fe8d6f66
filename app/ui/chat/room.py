"""The chat room: the customer's view, and how each turn was decided."""

from __future__ import annotations

from typing import Any

import gradio as gr

from app.ui.chat.dialogs import Export, SavedDialogs
from app.ui.chat.panels import QUICK_REPLIES
from app.ui.chat.screen import NewsFeed, Screen, Update
from app.ui.chat.turns import ChatTurns, index_of
from app.ui.chat.what_if import WhatIf
from app.ui.example import offer_guide, show_guide
from app.ui.room import QUIET, Room, render
from app.ui.why import CLICKS

CUSTOMER = "customer_123"
"""A customer of the demo data, so that orders and refunds can be tried."""


class ChatRoom(Room):
    key = "chat"

    def build(self) -> None:
        words = self.words
        self.saved = SavedDialogs(self.bench, self.texts)
        with gr.Row(equal_height=False, elem_id="cc-chat-room"):
            with gr.Column(scale=2, min_width=220, elem_id="cc-saved-column"):
                self._drawer("cc-saved-drawer", words["saved_drawer"])
                fresh = gr.Button(words["new"], elem_id="cc-new", size="md")
                with gr.Column(elem_classes="cc-drawn"):
                    self.saved.build(CUSTOMER)
            with gr.Column(scale=6, min_width=320, elem_id="cc-talk-column"):
                self.guide = show_guide()
                parts = self._conversation()
            with gr.Column(scale=4, min_width=300, elem_id="cc-path-column"):
                self._drawer("cc-path-drawer", words["drawer"])
                gr.HTML(render("chat.side_title", text=words["path"]), elem_classes="cc-side-box")
                nothing = render("shared.empty", sentence=words["empty"])
                parts["path"] = gr.HTML(
                    nothing, elem_id="cc-path", elem_classes="cc-drawn", js_on_load=CLICKS
                )
                parts["said"] = gr.Textbox(visible=False)
        self.screen = Screen(texts=self.texts, knowledge=self.bench.knowledge, **parts)
        self.talk = ChatTurns(self.bench, self.screen, self.saved, self.texts)
        WhatIf(self.bench, self.texts).build(self.screen.dialog)
        self.export.wire(self.screen)
        self._wire_turns()
        self._wire_dialogs(fresh)
        self._wire_news()

    def arrive(self, page: gr.Blocks, tab: gr.Tab) -> None:
        outputs = [*self.saved.owner, *self.screen.parts, *self.saved.parts]
        page.load(self._open, None, outputs, **QUIET)
        offer_guide(self.bench, self.language, page, self.guide)
        tab.select(None, None, None, js="() => cc.listen()", api_visibility="private")

    def _conversation(self) -> dict[str, Any]:
        words = self.words
        parts: dict[str, Any] = {
            "dialog": gr.Textbox(visible="hidden", elem_id="cc-dialog"),
            "editing": gr.State(None),
            "serving": self._serving(),
            "log": gr.Chatbot(
                height="min(56vh, 620px)", label=words["conversation"], show_label=False, sanitize_html=True,
                allow_tags=False, elem_id="cc-chat", buttons=["copy"], layout="bubble", latex_delimiters=[],
                placeholder=words["welcome"], group_consecutive_messages=False,
                examples=[{"text": line} for line in words["example_lines"]],
            ),
            "notice": gr.HTML(elem_id="cc-notice"),
        }  # fmt: skip
        self._replies(parts)
        with gr.Row(elem_id="cc-say"):
            parts["box"] = gr.Textbox(
                placeholder=words["placeholder"], label=words["message"], show_label=False, scale=6,
                autofocus=True, elem_id="cc-message", max_length=20_000, max_lines=6, min_width=160,
            )  # fmt: skip
            parts["send"] = gr.Button(
                words["send"], variant="primary", scale=1, elem_id="cc-send", min_width=120
            )
            parts["stop"] = gr.Button(
                words["stop"], variant="stop", scale=1, elem_id="cc-stop", min_width=120, visible=False
            )
        with gr.Row(elem_id="cc-turn"):
            parts["turn"] = [
                gr.Button(words[name], size="sm", min_width=90, interactive=False, elem_id=f"cc-{name}")
                for name in ("retry", "undo", "edit")
            ]
            self.export = Export(self.bench, self.texts)
            parts["export"] = self.export.build()
        return parts

    def _replies(self, parts: dict[str, Any]) -> None:
        """Buttons above the box: quick replies, and the two of a proposal."""
        with gr.Row(elem_id="cc-quick"):
            parts["quick"] = [
                gr.Button("", visible=False, size="sm", min_width=60, elem_classes="cc-offer")
                for _ in range(QUICK_REPLIES)
            ]
        parts["proposal"] = gr.Textbox(visible="hidden", elem_id="cc-proposal")
        with gr.Row(elem_id="cc-consent"):
            parts["consent"] = [
                gr.Button("", visible=False, min_width=120, variant="primary", elem_id="cc-confirm"),
                gr.Button("", visible=False, min_width=120, variant="secondary", elem_id="cc-decline"),
            ]

    def _serving(self) -> gr.HTML:
        """Who answers; the page polls for news through it."""
        feed = NewsFeed(self.bench.dialogs, self.bench.monitor.changes)

        async def hear(asked: dict[str, str]) -> dict[str, str]:
            return await feed.poll(asked)

        return gr.HTML(elem_id="cc-serving", server_functions=[hear], js_on_load="cc.chat(server)")

    def _drawer(self, name: str, title: str) -> None:
        gr.HTML(render("chat.drawer", id=name, title=title), elem_classes="cc-drawer-box")

    def _wire_turns(self) -> None:
        screen, saved, talk = self.screen, self.saved, self.talk
        outputs = [*screen.parts, *saved.parts]
        place = [screen.dialog, saved.customer, saved.search]
        said = [*place, screen.editing]
        for trigger in (screen.box.submit, screen.send.click):
            trigger(talk.say, [screen.box, *said], outputs, **QUIET)
        for button in screen.quick:
            button.click(talk.say, [button, *said], outputs, **QUIET)
        for button, decide in zip(screen.consent, (talk.confirm, talk.decline), strict=True):
            button.click(decide, [button, screen.proposal, *place], outputs, **QUIET)
        screen.log.example_select(self._example, said, outputs, **QUIET)
        retry, undo, edit = screen.turn
        retry.click(talk.retry, place, outputs, **QUIET)
        undo.click(talk.undo, place, outputs, **QUIET)
        edit.click(talk.edit, screen.dialog, outputs, **QUIET).then(
            None, None, None, js="() => document.querySelector('#cc-message textarea').focus()",
            api_visibility="private",
        )  # fmt: skip
        screen.stop.click(talk.stop, screen.dialog, None, **QUIET)
        screen.log.like(talk.like, screen.dialog, screen.notice, **QUIET)
        screen.log.select(talk.look, screen.dialog, [screen.path, screen.notice], **QUIET)
        screen.path.click(talk.object, screen.dialog, [screen.path, screen.said], **QUIET).then(
            None, screen.said, None, js="(told) => told && cc.say(told)", api_visibility="private"
        )

    def _wire_dialogs(self, fresh: gr.Button) -> None:
        screen, saved, talk = self.screen, self.saved, self.talk
        outputs = [*screen.parts, *saved.parts]
        begun = [saved.customer, saved.search]
        chosen = [*saved.owner, saved.search]
        saved.list.input(talk.select, [saved.list, *begun], outputs, **QUIET)
        fresh.click(self._clear, begun, outputs, **QUIET)
        saved.customer.input(self._change_customer, chosen, [*saved.owner, *outputs], **QUIET)
        saved.search.change(
            saved.list_dialogs, [saved.customer, saved.search, screen.dialog], saved.parts,
            trigger_mode="always_last", **QUIET,
        )  # fmt: skip
        for box, name in ((screen.dialog, "dialog"), (saved.customer, "customer")):
            box.change(None, box, None, js=f"(id) => cc.opened('{name}', id)", api_visibility="private")

    def _wire_news(self) -> None:
        """The page presses this button when a poll has brought news."""
        screen, saved = self.screen, self.saved
        news = gr.Button("", visible="hidden", elem_id="cc-news")
        news.click(
            self.talk.select, [screen.dialog, saved.customer, saved.search],
            [*screen.parts, *saved.parts], **QUIET,
        )  # fmt: skip

    async def _open(self, request: gr.Request) -> Update:
        """What the address names: a dialog, else a customer.

        Without a dialog the page is left as it was built: somebody may be writing already.
        """
        name = request.query_params.get("dialog", "")
        customer = request.query_params.get("customer", "") or CUSTOMER
        customer = await self.talk.owner(name) or customer
        shown = await self.talk.select(name, customer, "") if name else {}
        return {
            self.saved.customer: await self.saved.offer_customers(customer),
            self.saved.whose: customer,
            **shown,
            **await self.saved.list_dialogs(customer, "", name),
        }

    async def _clear(self, customer: str, search: str) -> Update:
        return {**self.screen.show_nothing(), **await self.saved.list_dialogs(customer, search, "")}

    async def _change_customer(self, customer: str | None, before: str, search: str) -> Update:
        """Without another choice the dialog stays open."""
        if not customer or customer == before:
            return {self.saved.customer: before}
        return {self.saved.whose: customer, **await self._clear(customer, search)}

    async def _example(
        self,
        name: str,
        customer: str,
        search: str,
        editing: int | None,
        event: gr.SelectData,
    ) -> Any:
        """Gradio sends the place of the line."""
        line = self.words["example_lines"][index_of(event) % len(self.words["example_lines"])]
        async for update in self.talk.say(line, name, customer, search, editing):
            yield update
