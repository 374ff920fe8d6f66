"""Turns of the chat room: streamed, stopped, repeated, edited."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from functools import partial
from time import monotonic

import gradio as gr

from app.core.exceptions import CallCenterError
from app.core.models import Decision, TurnProgress
from app.core.text import checked
from app.services.access.limits import drawing_on
from app.services.dialogs.deciding import Word
from app.services.dialogs.views import DialogView
from app.services.workbench import Workbench
from app.ui.chat.bubbles import (
    Entry,
    History,
    agent_entry,
    build_history,
    customer_entry,
    describe_decision,
)
from app.ui.chat.dialogs import SavedDialogs
from app.ui.chat.panels import render_decision
from app.ui.chat.path import TurnReasons
from app.ui.chat.screen import Screen, Update
from app.ui.request import allowance_of
from app.ui.words import RoomTexts

Emit = Callable[[TurnProgress], None]
PAUSE = 5.0
LATE = TurnProgress(kind="text")
"""Stands for news when there was none for a while."""
Work = Callable[[Emit], Awaitable[DialogView]]


class ChatTurns:
    def __init__(self, bench: Workbench, screen: Screen, saved: SavedDialogs, texts: RoomTexts) -> None:
        self.bench = bench
        self.screen = screen
        self.saved = saved
        self.texts = texts
        self.reasons = TurnReasons(bench, texts)

    async def say(
        self, text: str, name: str, customer: str, search: str, editing: int | None
    ) -> AsyncIterator[Update]:
        """The customer's next line, or their last one in other words."""
        if not text or not text.strip():
            yield self.screen.show_notice("")
            return
        try:
            name, said, work = await self._begin(text, name, customer, editing)
        except CallCenterError as error:
            yield {self.screen.box: text, **self.screen.show_notice(self.texts.describe_problem(error))}
            return
        async for update in self._run(name, text, said, work, customer, search):
            yield update

    async def confirm(
        self, text: str, proposal: str, name: str, customer: str, search: str
    ) -> AsyncIterator[Update]:
        async for update in self._decide("confirm", text, proposal, name, customer, search):
            yield update

    async def decline(
        self, text: str, proposal: str, name: str, customer: str, search: str
    ) -> AsyncIterator[Update]:
        async for update in self._decide("decline", text, proposal, name, customer, search):
            yield update

    async def _decide(
        self, word: Word, text: str, proposal: str, name: str, customer: str, search: str
    ) -> AsyncIterator[Update]:
        """A button of a proposal: its words are the customer's line."""
        try:
            await self._expect_allowed(name, customer)
            said = [*await self._history(name), customer_entry(text)]
        except CallCenterError as error:
            yield self.screen.show_notice(self.texts.describe_problem(error))
            return
        work: Work = partial(self.bench.proposals.converse, name, proposal, word)
        async for update in self._run(name, text, said, work, customer, search):
            yield update

    async def retry(self, name: str, customer: str, search: str) -> AsyncIterator[Update]:
        branching = self.bench.branching
        try:
            await self._expect_allowed(name, customer)
            seq = await self._last(name)
            name = await branching.retry(name, seq)
            view = await self.bench.dialogs.view(name)
        except CallCenterError as error:
            yield self.screen.show_notice(self.texts.describe_problem(error))
            return
        asked, said = view.messages[seq - 1].content, build_history(view, self.texts)[:seq]
        work: Work = partial(branching.answer, name, seq)
        async for update in self._run(name, asked, said, work, customer, search):
            yield update

    async def undo(self, name: str, customer: str, search: str) -> Update:
        """The line comes back into the box."""
        try:
            seq = await self._last(name)
            text = (await self.bench.dialogs.view(name)).messages[seq - 1].content
            name = await self.bench.branching.undo(name, seq)
        except CallCenterError as error:
            return self.screen.show_notice(self.texts.describe_problem(error))
        return {**await self.show(name, customer, search), self.screen.box: text}

    async def edit(self, name: str) -> Update:
        """The last line into the box; it changes when it is sent."""
        try:
            seq = await self._last(name)
            await self.bench.branching.check(name, seq)
            text = (await self.bench.dialogs.view(name)).messages[seq - 1].content
        except CallCenterError as error:
            return self.screen.show_notice(self.texts.describe_problem(error))
        notice = self.screen.show_notice(self.texts.words["editing"])
        return {self.screen.box: text, self.screen.editing: seq, **notice}

    async def stop(self, name: str) -> None:
        """Cancels the turn; its own event shows how it ended. On the event loop, as a task is cancelled."""
        self.bench.dialogs.stop(name)

    async def show(
        self, name: str, customer: str, search: str, notice: str = "", view: DialogView | None = None
    ) -> Update:
        """The dialog as it stands, and the list with it chosen."""
        view = view or await self.bench.dialogs.view(name)
        why = await self.reasons.render(view, len(view.messages))
        shown = self.screen.show_dialog(view, self.bench.dialogs.is_running(name), notice, why)
        return {**shown, **await self.saved.list_dialogs(customer, search, name)}

    async def select(self, name: str | None, customer: str, search: str) -> Update:
        """A dialog from the list, or from the address."""
        notice = ""
        try:
            if name:
                return await self.show(name, customer, search)
        except CallCenterError as error:
            notice = self.texts.describe_problem(error)
        return {**self.screen.show_nothing(notice), **await self.saved.list_dialogs(customer, search, "")}

    async def owner(self, name: str) -> str:
        """Whose dialog it is; empty where there is none."""
        try:
            return (await self.bench.dialogs.view(name)).customer_id if name else ""
        except CallCenterError:
            return ""

    async def look(self, name: str, event: gr.SelectData) -> Update:
        """The path of the answer that was clicked."""
        if not name:
            return self.screen.show_notice("")
        try:
            view = await self.bench.dialogs.view(name)
        except CallCenterError as error:
            return self.screen.show_notice(self.texts.describe_problem(error))
        return await self._path(view, index_of(event) + 1)

    async def object(self, name: str, event: gr.EventData) -> Update:
        """The desk that somebody says is the right one, or that it is taken back."""
        try:
            seq, told = await self.reasons.object(name, str(event.pick))
            view = await self.bench.dialogs.view(name)
        except CallCenterError as error:
            return {self.screen.said: self.texts.describe_problem(error)}
        return {**await self._path(view, seq), self.screen.said: told}

    async def _path(self, view: DialogView, seq: int) -> Update:
        why = await self.reasons.render(view, seq)
        return {self.screen.path: self.screen.render_path_of(view, seq, why)}

    async def like(self, name: str, event: gr.LikeData) -> Update:
        liked = {True: True, "Like": True, False: False, "Dislike": False}.get(event.liked)
        try:
            await self.bench.feedback.like(name, index_of(event) + 1, liked)
        except CallCenterError as error:
            return self.screen.show_notice(self.texts.describe_problem(error))
        return self.screen.show_notice("")

    async def _begin(
        self, text: str, name: str, customer: str, editing: int | None
    ) -> tuple[str, History, Work]:
        """The dialog, what is said in it with the new line, and what answers it."""
        dialogs, branching = self.bench.dialogs, self.bench.branching
        checked(text)
        view = await dialogs.view(name) if name else None
        allowance_of(self.bench.limits).expect(view.customer_id if view else customer, name)
        if name and editing:
            name = await branching.edit(name, editing, text)
            return name, await self._history(name), partial(branching.answer, name, editing)
        if view is None:
            with drawing_on(allowance_of(self.bench.limits)):
                name = str((await dialogs.create(customer, None)).body["dialog_id"])
            view = await dialogs.view(name)
        said = [*build_history(view, self.texts), customer_entry(text)]
        return name, said, partial(dialogs.converse, name, text)

    async def _expect_allowed(self, name: str, customer: str) -> None:
        """Raises TooManyTurns or TooManyRequests before anything changes; the turn itself is charged."""
        allowance_of(self.bench.limits).expect(await self.owner(name) or customer, name)

    async def _run(
        self, name: str, asked: str, said: History, work: Work, customer: str, search: str
    ) -> AsyncIterator[Update]:
        """The buttons are updated twice: of two updates at once a browser may lose the first."""
        screen, notice, allowance = self.screen, "", allowance_of(self.bench.limits)
        after: DialogView | None = None

        async def answer(emit: Emit) -> None:
            nonlocal after
            with drawing_on(allowance):
                after = await work(emit)

        yield screen.show_running(name, said)
        try:
            async for line, decision in stream_turn(answer, self.texts, self.bench.settings.model_timeout):
                decided = await self._decided(asked, decision) if decision else {}
                yield {screen.log: [*said, line], **decided}
        except CallCenterError as error:
            notice = self.texts.describe_problem(error)
        yield await self.show(name, customer, search, notice, after)

    async def _decided(self, asked: str, decision: Decision) -> Update:
        """While the answer is being written."""
        why = await self.reasons.of_running(asked, decision)
        return {self.screen.path: render_decision(decision, self.texts, why), **self.screen.show_busy()}

    async def _history(self, name: str) -> History:
        return build_history(await self.bench.dialogs.view(name), self.texts)

    async def _last(self, name: str) -> int:
        """The customer's last line. Raises NotRepeatable where there is none."""
        view = await self.bench.dialogs.view(name) if name else None
        return next((m.seq for m in reversed(view.messages) if m.role == "customer"), 0) if view else 0


async def stream_turn(
    work: Callable[[Emit], Awaitable[object]], texts: RoomTexts, limit: float, pause: float = PAUSE
) -> AsyncIterator[tuple[Entry, Decision | None]]:
    """What the running turn says: the line so far and, when it is taken, the decision.

    After `pause` seconds without a word, how long it has taken, of `limit` seconds for one call of a model.
    The turn goes on when nobody listens any more: a closed window does not lose the answer.
    """
    news: asyncio.Queue[TurnProgress | None] = asyncio.Queue()
    turn = asyncio.ensure_future(work(news.put_nowait))

    def end(done: asyncio.Future[object]) -> None:
        """An error that nobody waits for any more was logged where it happened."""
        if not done.cancelled():
            done.exception()
        news.put_nowait(None)

    turn.add_done_callback(end)
    text, figures, who, began = "", "", "", monotonic()

    def line(said: str) -> Entry:
        return agent_entry(said, texts.agent(who) if who else "", who, figures=figures)

    while (progress := await _within(news, pause)) is not None:
        decision = progress.decision
        if progress is LATE:
            if not text:
                waited = {"seconds": round(monotonic() - began), "limit": round(limit)}
                yield line(texts.words["waiting"].format(**waited)), None
            continue
        if decision:
            figures, who = describe_decision(decision, texts), decision.agent
        elif progress.handoff:
            figures, who = "", progress.handoff.to
        text = "" if progress.kind in ("reset", "handoff") else text + progress.text
        if news.empty() or decision:
            yield line(text or "…"), decision
    await turn


async def _within(news: asyncio.Queue[TurnProgress | None], pause: float) -> TurnProgress | None:
    """The next piece of news, or LATE."""
    try:
        async with asyncio.timeout(pause):
            return await news.get()
    except TimeoutError:
        return LATE


def index_of(event: gr.SelectData | gr.LikeData) -> int:
    return int(event.index[0] if isinstance(event.index, list | tuple) else event.index)
