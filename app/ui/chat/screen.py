"""The components of the chat room, and what they show of a dialog."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import Any

import gradio as gr

from app.core.exceptions import CallCenterError
from app.core.models import OPERATOR, Article
from app.services.dialogs.branching import SUPERSEDED
from app.services.dialogs.views import DialogView, MessageView
from app.services.knowledge.library import KnowledgeService
from app.ui.chat import lines, path
from app.ui.chat.lines import name_of
from app.ui.chat.news import mark_of
from app.ui.room import empty
from app.ui.words import Words

Update = dict[Any, Any]


@dataclass
class Screen:
    """`dialog` holds the id of the open dialog, `editing` a `seq`; `serving` tells which state is shown."""

    words: Words
    knowledge: KnowledgeService
    dialog: gr.Textbox
    editing: gr.State
    serving: gr.HTML
    log: gr.Chatbot
    notice: gr.HTML
    quick: list[gr.Button]
    box: gr.Textbox
    send: gr.Button
    stop: gr.Button
    turn: list[gr.Button]
    export: list[gr.Button]
    path: gr.HTML

    @property
    def parts(self) -> list[Any]:
        return [
            self.dialog, self.editing, self.serving, self.log, self.notice, *self.quick, self.box,
            self.send, self.stop, *self.turn, *self.export, self.path,
        ]  # fmt: skip

    def fresh(self, notice: str = "") -> Update:
        return {
            self.dialog: "", self.editing: None,
            self.log: gr.Chatbot(value=[], feedback_value=[]), self.serving: "", self.box: "",
            self.path: empty(self.words["empty"]),
            **self._idle([], False), **self.told(notice),
        }  # fmt: skip

    def shown(self, view: DialogView, running: bool, notice: str = "") -> Update:
        """The dialog as it is stored; the path is that of the last line."""
        history = lines.history(view, self.words)
        last = view.messages[-1] if view.messages else None
        waits = running and last is not None and last.role == "customer"
        failed = last is not None and last.role == "customer" and last.state != "done" and not running
        return {
            self.dialog: view.dialog_id,
            self.editing: None,
            self.log: gr.Chatbot(value=_entries([*history, *_dots(waits)]), feedback_value=_liked(view)),
            self.serving: self._serving(view),
            self.path: empty(self.words["answering"]) if waits else self.path_of(view, len(view.messages)),
            **self.told(notice or (self.words["gave_up"] if failed and view.status == "active" else "")),
            **(self.busy() if running else self._idle(lines.replies(view), bool(view.messages))),
        }

    def running(self, name: str, said: lines.History) -> Update:
        """A turn has begun: `said` ends with the customer's line."""
        begun = {self.dialog: name, self.editing: None, self.log: [*said, *_dots(True)], self.box: ""}
        return {**begun, **self.told(""), **self.busy()}

    def told(self, notice: str) -> Update:
        inside = f'<p role="status" class="cc-notice">{escape(notice)}</p>' if notice else ""
        return {self.notice: inside}

    def path_of(self, view: DialogView, seq: int) -> str:
        """Of the answer to a customer's line as well."""
        message = view.messages[seq - 1] if 1 <= seq <= len(view.messages) else None
        if message and message.role == "customer":
            after = view.messages[seq:]
            message = after[0] if after and after[0].role != "customer" else None
            if message is None:
                return empty(self.words["unanswered"])
        if message is None:
            return empty(self.words["empty"])
        head = f'<p class="cc-about">{seq_of(message)} {escape(_short(message.content))}</p>'
        if message.path is None:
            return head + path.by_person(self.words)
        return head + path.finished(message.path, self.words, self.article)

    def article(self, name: str, language: str) -> Article | None:
        try:
            return self.knowledge.article(name, language)
        except CallCenterError:
            return None

    def busy(self) -> Update:
        return {
            **{button: gr.Button(visible=False) for button in self.quick},
            **{button: gr.Button(interactive=False) for button in self.turn},
            **{button: gr.Button(interactive=True) for button in self.export},
            self.send: gr.Button(visible=False),
            self.stop: gr.Button(visible=True),
        }

    def _idle(self, offers: list[str], begun: bool) -> Update:
        places = [*offers, *[""] * lines.PLACES][: lines.PLACES]
        return {
            **{b: gr.Button(offer, visible=bool(offer)) for b, offer in zip(self.quick, places, strict=True)},
            **{button: gr.Button(interactive=begun) for button in [*self.turn, *self.export]},
            self.send: gr.Button(visible=True),
            self.stop: gr.Button(visible=False),
        }

    def _serving(self, view: DialogView) -> str:
        words = self.words["serving"]
        kind = _kind(view)
        turn = next((m.path for m in reversed(view.messages) if m.path), None)
        agent = view.assigned_agent or "—"
        model = lines.model(turn, self.words) if turn else ""
        sign, _, told = words[kind].format(agent=name_of(agent, self.words), model=model).partition(" ")
        told = f"{told[:1].upper()}{told[1:]}"
        said = f"<i>{escape(sign)}</i><span>{escape(told)}</span>" if turn or kind != "bot" else ""
        branch = ""
        if view.forked_from:
            branch = (
                f'<span class="cc-branch">⑂ {escape(words["branch"].format(seq=view.forked_from.seq))}</span>'
            )
        by = OPERATOR if kind in ("person", "waiting") else agent
        return (
            f'<div class="cc-serving cc-is-{kind} cc-by-{escape(by)}" role="status" '
            f'data-mark="{escape(mark_of(view))}">{said}{branch}</div>'
        )


def seq_of(message: MessageView) -> str:
    return f'<b class="cc-seq">№ {message.seq}</b>'


def _kind(view: DialogView) -> str:
    if view.closed_because == SUPERSEDED:
        return "superseded"
    if view.status == "closed":
        return "closed"
    if view.handler == "person":
        return "person"
    if view.escalated:
        return "waiting"
    turn = next((m.path for m in reversed(view.messages) if m.path), None)
    if turn is None:
        return "bot"
    if turn.degraded:
        return "degraded"
    return "approved" if turn.model == lines.APPROVED else "bot"


def _liked(view: DialogView) -> list[str | None]:
    """In Gradio's words, one an entry that is not the customer's."""
    names = {True: "Like", False: "Dislike", None: None}
    return [names[m.liked] for m in view.messages if m.role != "customer"]


def _dots(there: bool) -> lines.History:
    return [{"role": "assistant", "content": "…"}] if there else []


def _entries(history: lines.History) -> Any:
    """Gradio's types are narrower than what it takes."""
    return history


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 80 else f"{line[:79]}…"
