"""The chat room: the customer's view, and how each turn was decided."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import gradio as gr

from app.core.exceptions import CallCenterError
from app.core.models import Progress
from app.services.views import MessageView
from app.ui.chat.path import decided, finished
from app.ui.room import Room
from app.ui.words import Words

CUSTOMER = "customer_123"
"""A customer of the demo data, so that orders and refunds can be tried."""
History = list[dict[str, Any]]


class ChatRoom(Room):
    key = "chat"

    def build(self) -> None:
        words = self.words
        dialog = gr.State(None)
        with gr.Row(equal_height=False):
            with gr.Column(scale=3, min_width=320):
                log = gr.Chatbot(
                    height=520, show_label=False, sanitize_html=True, allow_tags=False, elem_id="cc-chat",
                    buttons=["copy"], layout="bubble",
                )  # fmt: skip
                with gr.Row():
                    box = gr.Textbox(
                        placeholder=words["placeholder"], show_label=False, scale=6, autofocus=True,
                        elem_id="cc-message", max_length=20_000, max_lines=6,
                    )  # fmt: skip
                    send = gr.Button(
                        words["send"], variant="primary", scale=1, elem_id="cc-send", min_width=110
                    )
                fresh = gr.Button(words["new"], size="sm", elem_id="cc-new")
                gr.Examples([[e] for e in words["example_lines"]], box, label=words["examples"])
            with gr.Column(scale=2, min_width=300):
                gr.Markdown(f"### {words['path']}")
                path = gr.HTML(words["empty"], elem_id="cc-path")
        for trigger in (box.submit, send.click):
            trigger(
                self.say, [box, log, dialog], [box, log, dialog, path],
                api_visibility="private", concurrency_limit=None, show_progress="hidden",
            )  # fmt: skip
        for begin in (fresh.click, log.clear):
            begin(
                lambda: ([], None, words["empty"], ""), None, [log, dialog, path, box],
                api_visibility="private",
            )  # fmt: skip

    async def say(
        self, text: str, log: History | None, dialog: str | None
    ) -> AsyncIterator[tuple[Any, History, str | None, Any]]:
        """Stream one turn: (input box, conversation, dialog id, path)."""
        if not text or not text.strip():
            yield text, log or [], dialog, gr.skip()
            return
        said: History = [*(log or []), {"role": "user", "content": text}]
        yield "", said, dialog, gr.skip()
        news: asyncio.Queue[Progress | None] = asyncio.Queue()
        turn = asyncio.create_task(self._turn(text, dialog, news))
        async for answer, path in _heard(news, self.words):
            yield "", [*said, answer], dialog, path
        try:
            dialog, last = await turn
        except CallCenterError as error:
            problem = self.offered("failed").format(problem=error)
            yield text, [*said, _line(problem, "")], dialog, gr.skip()
            return
        yield "", [*said, self._shown(last)], dialog, self._path(last, dialog)

    async def _turn(
        self, text: str, dialog: str | None, news: asyncio.Queue[Progress | None]
    ) -> tuple[str, MessageView]:
        """The dialog's id and the agent's stored line."""
        try:
            if dialog is None:
                outcome = await self.bench.dialogs.create(CUSTOMER, text, emit=news.put_nowait)
            else:
                outcome = await self.bench.dialogs.send(dialog, text, emit=news.put_nowait)
        finally:
            news.put_nowait(None)
        name = str(outcome.body["dialog_id"])
        return name, (await self.bench.dialogs.view(name)).messages[-1]

    def _shown(self, message: MessageView) -> dict[str, Any]:
        turn = message.path
        if turn is None:
            return _line(message.content, message.role)
        degraded = f" · {self.words['degraded']}" if turn.degraded else ""
        title = (
            f"{turn.agent} · {turn.decision.confidence:.2f} · {turn.decision.source} · {turn.model}{degraded}"
        )
        return _line(message.content, title)

    def _path(self, message: MessageView, dialog: str) -> Any:
        return finished(message.path, dialog, self.words) if message.path else gr.skip()


async def _heard(
    news: asyncio.Queue[Progress | None], words: Words
) -> AsyncIterator[tuple[dict[str, Any], Any]]:
    """What the running turn says: the line so far and, once it is known, the decision."""
    text, title = "", ""
    while (progress := await news.get()) is not None:
        path: Any = gr.skip()
        if progress.decision:
            title = f"{progress.decision.agent} · {progress.decision.confidence:.2f}"
            path = decided(progress.decision, words)
        elif progress.hop:
            title = progress.hop.to
        text = "" if progress.kind in ("reset", "hop") else text + progress.text
        yield _line(text or "…", title), path


def _line(text: str, title: str) -> dict[str, Any]:
    return {"role": "assistant", "content": f"**{title}**\n\n{text}" if title else text}
