"""The chat room: the customer's view, and how each turn was decided."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import gradio as gr

from app.core.exceptions import CallCenterError
from app.core.models import Progress
from app.services.views import MessageView
from app.services.workbench import Workbench
from app.ui.path import decided, finished
from app.ui.texts import EXAMPLES, TEXTS

CUSTOMER = "customer_123"
"""A customer of the demo data, so that orders and refunds can be tried."""
History = list[dict[str, Any]]


@dataclass(frozen=True)
class ChatRoom:
    bench: Workbench

    def build(self) -> None:
        words = TEXTS["ru"]
        dialog = gr.State(None)
        gr.HTML(self._badge(), elem_id="cc-model")
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
                gr.Examples([[e] for e in EXAMPLES], box, label=f"{words['examples']} / Examples")
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
        async for answer, path in _heard(news):
            yield "", [*said, answer], dialog, path
        try:
            dialog, last = await turn
        except CallCenterError as error:
            problem = TEXTS["ru"]["failed"].format(problem=error)
            yield text, [*said, _line(problem, "")], dialog, gr.skip()
            return
        yield "", [*said, _shown(last)], dialog, _path(last, dialog)

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

    def _badge(self) -> str:
        offline = self.bench.health.facts.offline
        lines = (
            TEXTS[lang]["offline" if offline else "online"].format(model=self.bench.model_name)
            for lang in ("ru", "en")
        )
        return f"<div class='cc-model'>● {'<br>'.join(lines)}</div>"


async def _heard(news: asyncio.Queue[Progress | None]) -> AsyncIterator[tuple[dict[str, Any], Any]]:
    """What the running turn says: the line so far and, once it is known, the decision."""
    text, title = "", ""
    while (progress := await news.get()) is not None:
        path: Any = gr.skip()
        if progress.decision:
            title = f"{progress.decision.agent} · {progress.decision.confidence:.2f}"
            path = decided(progress.decision, TEXTS["ru"])
        elif progress.hop:
            title = progress.hop.to
        text = "" if progress.kind in ("reset", "hop") else text + progress.text
        yield _line(text or "…", title), path


def _shown(message: MessageView) -> dict[str, Any]:
    turn = message.path
    if turn is None:
        return _line(message.content, message.role)
    degraded = f" · {TEXTS['ru']['degraded']}" if turn.degraded else ""
    title = f"{turn.agent} · {turn.decision.confidence:.2f} · {turn.decision.source} · {turn.model}{degraded}"
    return _line(message.content, title)


def _path(message: MessageView, dialog: str) -> Any:
    return finished(message.path, dialog, TEXTS["ru"]) if message.path else gr.skip()


def _line(text: str, title: str) -> dict[str, Any]:
    return {"role": "assistant", "content": f"**{title}**\n\n{text}" if title else text}
