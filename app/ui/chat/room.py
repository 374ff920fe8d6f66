"""The chat room: the customer's view, and how each turn was decided."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import gradio as gr

from app.ui.chat.customers import CustomerPicker, Welcome
from app.ui.chat.dialogs import Export, SavedDialogs
from app.ui.chat.panels import QUICK_REPLIES
from app.ui.chat.screen import NewsFeed, Screen, Update
from app.ui.chat.turns import ChatTurns
from app.ui.chat.what_if import WhatIf
from app.ui.example import offer_guide
from app.ui.room import CLICKS, QUIET, Room, render

ADDRESSED = "(text, name, customer, ...rest) => [text, name, cc.get('customer') || customer, ...rest]"
"""Somebody may write before the page has been told of the customer whom its address names."""


class ChatRoom(Room):
    key = "chat"

    def build(self) -> None:
        words = self.words
        self.saved = SavedDialogs(self.bench, self.texts)
        self.picker = CustomerPicker(self.bench, self.texts)
        self.welcome = Welcome(self.picker, self.texts)
        with gr.Row(equal_height=False, elem_id="cc-chat-room"):
            fresh = self._head()
            with gr.Column(min_width=200, elem_id="cc-saved-column"):
                self._drawer_head(words["saved"])
                self.saved.build()
            with gr.Column(min_width=300, elem_id="cc-talk-column"):
                offer_guide(self.bench, self.language)
                parts = self._conversation()
            with gr.Column(min_width=280, elem_id="cc-path-column"):
                self._drawer_head(words["path"])
                gr.HTML(render("chat.side_title", text=words["path"]), elem_classes="cc-side-box")
                nothing = render("shared.empty", sentence=words["empty"])
                parts["path"] = gr.HTML(nothing, elem_id="cc-path", js_on_load=CLICKS)
                parts["said"] = gr.Textbox(visible=False)
        self.screen = Screen(texts=self.texts, knowledge=self.bench.knowledge, **parts)
        self.talk = ChatTurns(self.bench, self.screen, self.saved, self.texts)
        WhatIf(self.bench, self.texts).build(self.screen.dialog)
        self.export.wire(self.screen)
        self._wire_turns()
        self._wire_dialogs(fresh)
        self._wire_news()

    def arrive(self, page: gr.Blocks, tab: gr.Tab) -> None:
        page.load(self._open, None, [self.welcome.card, *self.outputs], **QUIET)
        tab.select(None, None, None, js="() => cc.listen()", api_visibility="private")

    @property
    def outputs(self) -> list[Any]:
        return [self.picker.chosen, self.picker.card, *self.screen.parts, *self.saved.parts]

    def _head(self) -> gr.Button:
        words = self.words
        with gr.Row(elem_id="cc-head"):
            gr.HTML(render("chat.menu", t=self.texts), elem_id="cc-menu")
            self.picker.build()
            fresh = gr.Button(words["new"], elem_id="cc-new", size="md")
            view = render("chat.view", names=words["gradio_names"], t=self.texts)
            self.view = gr.HTML(view, elem_id="cc-view", js_on_load=CLICKS)
        return fresh

    def _drawer_head(self, title: str) -> None:
        gr.HTML(render("chat.drawer_head", title=title, t=self.texts), elem_classes="cc-drawer-box")

    def _conversation(self) -> dict[str, Any]:
        words = self.words
        dialog = gr.Textbox(visible="hidden", elem_id="cc-dialog")
        serving = self._serving()
        self.welcome.build()
        parts: dict[str, Any] = {
            "dialog": dialog,
            "editing": gr.State(None),
            "serving": serving,
            "log": gr.Chatbot(
                height="100%", label=words["conversation"], show_label=False, sanitize_html=True,
                allow_tags=False, elem_id="cc-chat", buttons=["copy"], layout="bubble", latex_delimiters=[],
                autoscroll=False, group_consecutive_messages=False,
            ),
            "notice": gr.HTML(elem_id="cc-notice"),
        }  # fmt: skip
        self._replies(parts)
        with gr.Row(elem_id="cc-say"):
            parts["box"] = gr.Textbox(
                placeholder=words["placeholder"], label=words["message"], show_label=False, scale=6,
                autofocus=True, elem_id="cc-message", max_length=20_000, max_lines=6, min_width=160,
            )  # fmt: skip
            parts["send"] = gr.Button(words["send"], variant="primary", elem_id="cc-send", min_width=44)
            parts["stop"] = gr.Button(
                words["stop"], variant="stop", elem_id="cc-stop", min_width=44, visible=False
            )
        self._tools(parts)
        return parts

    def _tools(self, parts: dict[str, Any]) -> None:
        """What can be done with the last turn and the dialog: a row, on narrow screens a menu."""
        with gr.Row(elem_id="cc-turn"):
            gr.HTML(render("chat.tools", t=self.texts), elem_id="cc-tools")
            parts["turn"] = [
                gr.Button(self.words[name], size="sm", min_width=44, interactive=False, elem_id=f"cc-{name}")
                for name in ("retry", "undo", "edit")
            ]
            self.export = Export(self.bench, self.texts)
            parts["export"] = self.export.build()

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

    def _wire_turns(self) -> None:
        screen, saved, talk = self.screen, self.saved, self.talk
        outputs = [*screen.parts, *saved.parts]
        place = [screen.dialog, self.picker.chosen, saved.search]
        said = [*place, screen.editing]
        for trigger in (screen.box.submit, screen.send.click):
            trigger(talk.say, [screen.box, *said], outputs, js=ADDRESSED, **QUIET)
        for button in screen.quick:
            button.click(talk.say, [button, *said], outputs, **QUIET)
        for button, decide in zip(screen.consent, (talk.confirm, talk.decline), strict=True):
            button.click(decide, [button, screen.proposal, *place], outputs, **QUIET)
        self.welcome.card.click(self._example, [self.picker.chosen, saved.search], self.outputs, **QUIET)
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
        screen, saved = self.screen, self.saved
        begun = [self.picker.chosen, saved.search]
        saved.list.click(self._pick_dialog, begun, [*screen.parts, *saved.parts], **QUIET)
        fresh.click(self._clear, begun, [*screen.parts, *saved.parts], **QUIET)
        self.picker.card.click(self._change_customer, begun, self.outputs, **QUIET)
        saved.search.change(
            saved.list_dialogs, [self.picker.chosen, saved.search, screen.dialog], saved.parts,
            trigger_mode="always_last", **QUIET,
        )  # fmt: skip
        for box, name in ((screen.dialog, "dialog"), (self.picker.chosen, "customer")):
            box.change(None, box, None, js=f"(id) => cc.opened('{name}', id)", api_visibility="private")

    def _wire_news(self) -> None:
        """The page presses the buttons: when a poll has brought news, and on Back and Forward."""
        screen, saved = self.screen, self.saved
        news = gr.Button("", visible="hidden", elem_id="cc-news")
        news.click(
            self.talk.select, [screen.dialog, self.picker.chosen, saved.search],
            [*screen.parts, *saved.parts], **QUIET,
        )  # fmt: skip
        self.view.click(self._follow, [self.picker.chosen, saved.search], self.outputs, **QUIET).then(
            None, None, None, js="() => cc.walked()", api_visibility="private"
        )

    async def _open(self, request: gr.Request) -> Update:
        """What the address names: a dialog, else a customer.

        What it does not name is left as it was built: somebody may have chosen or be writing already.
        """
        name = request.query_params.get("dialog", "")
        customer = request.query_params.get("customer", "")
        as_built = not (name or customer) and await self.picker.find()
        customer = await self.talk.owner(name) or customer or self.picker.first
        shown = await self.talk.select(name, customer, "") if name else {}
        return {
            **({} if as_built else await self.picker.offer(customer)),
            **await self.welcome.offer(),
            **shown,
            **await self.saved.list_dialogs(customer, "", name),
        }

    async def _follow(self, customer: str, search: str, event: gr.EventData) -> Update:
        """The dialog of another step of the history, or none."""
        customer = await self.talk.owner(event.pick) or customer
        return {**await self.picker.offer(customer), **await self.talk.select(event.pick, customer, search)}

    async def _pick_dialog(self, customer: str, search: str, event: gr.EventData) -> Update:
        return await self.talk.select(event.pick, customer, search)

    async def _clear(self, customer: str, search: str) -> Update:
        return {**self.screen.show_nothing(), **await self.saved.list_dialogs(customer, search, "")}

    async def _change_customer(self, before: str, search: str, event: gr.EventData) -> Update:
        """Without another choice the dialog stays open."""
        customer = event.pick.strip() or before
        offered = await self.picker.offer(customer)
        return offered if customer == before else {**offered, **await self._clear(customer, search)}

    async def _example(self, customer: str, search: str, event: gr.EventData) -> AsyncIterator[Update]:
        """One click: the customer of the example, and the line said."""
        example = self.welcome.find(event.pick)
        if example is None:
            return
        known = {each.id for each in await self.picker.find()}
        customer = example.customer if example.customer in known else customer
        yield await self.picker.offer(customer)
        async for update in self.talk.say(example.text, "", customer, search, None):
            yield update
