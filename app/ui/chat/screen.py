"""The components of the chat room, what they show of a dialog, and polls for news of it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Any

import gradio as gr
from pydantic import BaseModel, ConfigDict, Field

from app.core.exceptions import CallCenterError
from app.core.models import OPERATOR, Article
from app.core.text import shorten
from app.services.dialogs.branching import SUPERSEDED
from app.services.dialogs.change_feed import ChangeFeed
from app.services.dialogs.manager import DialogManager
from app.services.dialogs.views import DialogView, ProposalView
from app.services.knowledge.library import KnowledgeService
from app.ui.chat.bubbles import Entry, History, build_history
from app.ui.chat.panels import APPROVED, QUICK_REPLIES, describe_model, quick_replies, render_path
from app.ui.chat.path import answer_at
from app.ui.room import render
from app.ui.words import NOTHING, RoomTexts

Update = dict[Any, Any]
SUBJECT = 80  # characters of a line above its path
WAIT = 25.0
"""Seconds until a poll is answered even without news."""
BRANCHING = 3.0
"""Seconds that the page which has branched a dialog needs to be led to the branch."""


@dataclass
class Screen:
    """`dialog` holds the id of the open dialog, `proposal` that of what waits for the customer's word.

    `editing` holds a `seq`, `serving` the mark of what is shown, `said` a sentence for the page to announce.
    """

    texts: RoomTexts
    knowledge: KnowledgeService
    dialog: gr.Textbox
    editing: gr.State
    serving: gr.HTML
    log: gr.Chatbot
    notice: gr.HTML
    quick: list[gr.Button]
    proposal: gr.Textbox
    consent: list[gr.Button]
    box: gr.Textbox
    send: gr.Button
    stop: gr.Button
    turn: list[gr.Button]
    export: list[gr.Button]
    path: gr.HTML
    said: gr.Textbox

    @property
    def parts(self) -> list[Any]:
        return [
            self.dialog, self.editing, self.serving, self.log, self.notice, *self.quick,
            self.proposal, *self.consent, self.box, self.send, self.stop, *self.turn, *self.export, self.path,
        ]  # fmt: skip

    def show_nothing(self, notice: str = "") -> Update:
        return {
            self.dialog: "", self.editing: None,
            self.log: gr.Chatbot(value=[], feedback_value=[]), self.serving: "", self.box: "",
            self.path: self._empty("empty"),
            **self._idle([], False), **self._offer(None), **self.show_notice(notice),
        }  # fmt: skip

    def show_dialog(self, view: DialogView, running: bool, notice: str = "", why: str = "") -> Update:
        """The dialog as it is stored; the path is that of the last line, and `why` its explanation."""
        history = build_history(view, self.texts)
        last = view.messages[-1] if view.messages else None
        path = self.render_path_of(view, len(view.messages), why)
        waits = running and last is not None and last.role == "customer"
        failed = last is not None and last.role == "customer" and last.state != "done" and not running
        problem = self._word("gave_up") if failed and view.status == "active" else ""
        offers = [] if view.proposal else quick_replies(view)
        return {
            self.dialog: view.dialog_id,
            self.editing: None,
            self.log: gr.Chatbot(value=_entries([*history, *_dots(waits)]), feedback_value=_likes(view)),
            self.serving: self._serving(view),
            self.path: self._empty("answering") if waits else path,
            **self.show_notice(notice or problem),
            **self._offer(None if running else view.proposal),
            **(self.show_busy() if running else self._idle(offers, bool(view.messages))),
        }

    def show_running(self, name: str, said: History) -> Update:
        """A turn has begun: `said` ends with the customer's line."""
        begun = {self.dialog: name, self.editing: None, self.log: [*said, *_dots(True)], self.box: ""}
        return {**begun, **self.show_notice(""), **self.show_busy()}

    def show_notice(self, notice: str) -> Update:
        return {self.notice: render("chat.notice", sentence=notice) if notice else ""}

    def render_path_of(self, view: DialogView, seq: int, why: str = "") -> str:
        """The path of a line, or of the answer to a customer's line."""
        message = answer_at(view, seq)
        if message is None:
            return self._empty("unanswered" if 1 <= seq <= len(view.messages) else "empty")
        number = self.texts.words["line_number"].format(n=message.seq)
        about = render("chat.about", number=number, text=_shorten(message.content))
        if message.path is None:
            return about + render("chat.by_person", t=self.texts)
        return about + render_path(message.path, self.texts, self.find_article, why)

    def find_article(self, name: str, language: str) -> Article | None:
        try:
            return self.knowledge.article(name, language)
        except CallCenterError:
            return None

    def show_busy(self) -> Update:
        return {
            **{button: gr.Button(visible=False) for button in (*self.quick, *self.consent)},
            **{button: gr.Button(interactive=False) for button in self.turn},
            **{button: gr.Button(interactive=True) for button in self.export},
            self.send: gr.Button(visible=False),
            self.stop: gr.Button(visible=True),
        }

    def _idle(self, offers: list[str], begun: bool) -> Update:
        places = [*offers, *[""] * QUICK_REPLIES][:QUICK_REPLIES]
        return {
            **{b: gr.Button(offer, visible=bool(offer)) for b, offer in zip(self.quick, places, strict=True)},
            **{button: gr.Button(interactive=begun) for button in [*self.turn, *self.export]},
            self.send: gr.Button(visible=True),
            self.stop: gr.Button(visible=False),
        }

    def _offer(self, proposal: ProposalView | None) -> Update:
        """The two buttons of what waits for the customer's word; they carry its id."""
        words = (proposal.confirm, proposal.decline) if proposal else ("", "")
        buttons = {b: gr.Button(w, visible=bool(w)) for b, w in zip(self.consent, words, strict=True)}
        return {self.proposal: proposal.id if proposal else "", **buttons}

    def _serving(self, view: DialogView) -> str:
        words, kind = self.texts.words["serving"], _kind(view)
        turn = next((m.path for m in reversed(view.messages) if m.path), None)
        agent = view.assigned_agent or NOTHING
        model = describe_model(turn, self.texts) if turn else ""
        text = words[kind].format(agent=self.texts.agent(agent), model=model)
        state = {
            "kind": kind,
            "by": OPERATOR if kind in ("person", "waiting") else agent,
            "mark": mark_of(view),
            "text": f"{text[:1].upper()}{text[1:]}" if turn or kind != "bot" else "",
            "branch": words["branch"].format(seq=view.forked_from.seq) if view.forked_from else "",
        }
        return render("chat.serving", state=state)

    def _word(self, key: str) -> str:
        return str(self.texts.words[key])

    def _empty(self, key: str) -> str:
        return render("shared.empty", sentence=self._word(key))


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
    return "approved" if turn.model == APPROVED else "bot"


def _likes(view: DialogView) -> list[str | None]:
    """In Gradio's words, one for each entry that is not the customer's."""
    names = {True: "Like", False: "Dislike", None: None}
    return [names[m.liked] for m in view.messages if m.role != "customer"]


def _dots(there: bool) -> History:
    return [{"role": "assistant", "content": render("bubbles.typing", word="…")}] if there else []


def _entries(history: list[Entry]) -> Any:
    """Gradio's types are narrower than what it takes."""
    return history


def _shorten(text: str) -> str:
    line = " ".join(text.split())
    return shorten(line, SUBJECT)


class NewsPoll(BaseModel):
    """What an open page sends: `mark` is that of the state it shows."""

    model_config = ConfigDict(extra="forbid")

    page: str = Field("", max_length=64)
    dialog: str = Field("", max_length=200)
    mark: str = Field("", max_length=200)


@dataclass
class NewsFeed:
    dialogs: DialogManager
    changes: ChangeFeed
    branching: float = BRANCHING
    _waiting: dict[str, asyncio.Task[str]] = field(default_factory=dict)

    async def poll(self, given: dict[str, Any]) -> dict[str, str]:
        """The mark of the current state; without news, that of the page.

        A later poll of the same page ends the wait of the one before.
        """
        asked = NewsPoll.model_validate(given)
        page, name, mark = asked.page, asked.dialog, asked.mark
        if before := self._waiting.pop(page, None):
            before.cancel()
        wait = self._waiting[page] = asyncio.create_task(self._next_mark(name, mark))
        try:
            await asyncio.wait([wait])
        finally:
            wait.cancel()
            if self._waiting.get(page) is wait:
                del self._waiting[page]
        return {"mark": mark if wait.cancelled() else wait.result()}

    async def _next_mark(self, name: str, mark: str) -> str:
        loop = asyncio.get_running_loop()
        until, version = loop.time() + WAIT, self.changes.version
        try:
            while not has_news(view := await self.dialogs.view(name), mark):
                newer = await self.changes.after(version, until - loop.time(), name)
                if newer == version:
                    return mark
                version = newer
            if view.closed_because == SUPERSEDED:
                await asyncio.sleep(self.branching)
        except CallCenterError as error:
            return error.code  # the page then asks for the dialog and shows the problem
        return mark_of(view)


def mark_of(view: DialogView) -> str:
    """Changes with the state that a page shows."""
    asked = f"{view.proposal.id} {view.proposal.state}" if view.proposal else ""
    return f"{view.updated_at.isoformat()} {view.message_count} {view.handler} {view.status} {asked}".strip()


def has_news(view: DialogView, mark: str) -> bool:
    """A line that is being answered is shown on the page that sent it; others show it with its answer."""
    return bool(view.messages) and view.messages[-1].state != "pending" and mark_of(view) != mark
