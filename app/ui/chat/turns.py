"""What happens in the chat room: turns that are streamed, stopped, and taken again."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from functools import partial
from time import monotonic
from typing import Any

import gradio as gr

from app.core.exceptions import CallCenterError
from app.core.models import TurnProgress
from app.core.text import checked
from app.services.dialogs.views import DialogView
from app.services.workbench import Workbench
from app.ui.chat import lines
from app.ui.chat.dialogs import Saved
from app.ui.chat.lines import name_of
from app.ui.chat.path import decided
from app.ui.chat.screen import Screen, Update
from app.ui.request import host
from app.ui.words import Words

Emit = Callable[[TurnProgress], None]
PAUSE = 5.0
LATE = TurnProgress(kind="text")
"""In the place of news where there are none for a while."""
Work = Callable[[Emit], Awaitable[DialogView]]


class ChatTurns:
    """`problem` words an error for the page."""

    def __init__(
        self,
        bench: Workbench,
        screen: Screen,
        saved: Saved,
        words: Words,
        problem: Callable[[CallCenterError], str],
    ) -> None:
        self.bench = bench
        self.screen = screen
        self.saved = saved
        self.words = words
        self.problem = problem

    async def say(
        self, text: str, name: str, customer: str, search: str, editing: int | None
    ) -> AsyncIterator[Update]:
        """The customer's next line, or their last one in other words."""
        if not text or not text.strip():
            yield self.screen.told("")
            return
        try:
            name, said, work = await self._begun(text, name, customer, editing)
        except CallCenterError as error:
            yield {self.screen.box: text, **self.screen.told(self.problem(error))}
            return
        async for update in self._run(name, said, work, customer, search):
            yield update

    async def retry(self, name: str, customer: str, search: str) -> AsyncIterator[Update]:
        branching = self.bench.branching
        try:
            seq = await self._last(name)
            name = await branching.retry(name, seq)
            said = await self._said(name)
        except CallCenterError as error:
            yield self.screen.told(self.problem(error))
            return
        work: Work = partial(branching.answer, name, seq)
        async for update in self._run(name, said[:seq], work, customer, search):
            yield update

    async def undo(self, name: str, customer: str, search: str) -> Update:
        """The line comes back into the box."""
        try:
            seq = await self._last(name)
            text = (await self.bench.dialogs.view(name)).messages[seq - 1].content
            name = await self.bench.branching.undo(name, seq)
        except CallCenterError as error:
            return self.screen.told(self.problem(error))
        return {**await self.opened(name, customer, search), self.screen.box: text}

    async def edit(self, name: str) -> Update:
        """The last line into the box; it changes when it is sent."""
        try:
            seq = await self._last(name)
            await self.bench.branching.check(name, seq)
            text = (await self.bench.dialogs.view(name)).messages[seq - 1].content
        except CallCenterError as error:
            return self.screen.told(self.problem(error))
        told = self.screen.told(self.words["editing"])
        return {self.screen.box: text, self.screen.editing: seq, **told}

    async def stop(self, name: str) -> None:
        """Whoever runs the turn shows how it ended. On the event loop, as a task is cancelled."""
        self.bench.dialogs.stop(name)

    async def opened(
        self, name: str, customer: str, search: str, notice: str = "", view: DialogView | None = None
    ) -> Update:
        """The dialog as it stands, and the list with it chosen."""
        view = view or await self.bench.dialogs.view(name)
        shown = self.screen.shown(view, self.bench.dialogs.is_running(name), notice)
        return {**shown, **await self.saved.listed(customer, search, name)}

    async def select(self, name: str | None, customer: str, search: str) -> Update:
        """A dialog from the list, or from the address."""
        told = ""
        try:
            if name:
                return await self.opened(name, customer, search)
        except CallCenterError as error:
            told = self.problem(error)
        return {**self.screen.fresh(told), **await self.saved.listed(customer, search, "")}

    async def owner(self, name: str) -> str:
        """Whose dialog it is; empty where there is none."""
        try:
            return (await self.bench.dialogs.view(name)).customer_id if name else ""
        except CallCenterError:
            return ""

    async def look(self, name: str, event: gr.SelectData) -> Update:
        """The path of the answer that was clicked."""
        if not name:
            return self.screen.told("")
        try:
            view = await self.bench.dialogs.view(name)
        except CallCenterError as error:
            return self.screen.told(self.problem(error))
        return {self.screen.path: self.screen.path_of(view, index_of(event) + 1)}

    async def like(self, name: str, event: gr.LikeData) -> Update:
        liked = {True: True, "Like": True, False: False, "Dislike": False}.get(event.liked)
        try:
            await self.bench.feedback.like(name, index_of(event) + 1, liked)
        except CallCenterError as error:
            return self.screen.told(self.problem(error))
        return self.screen.told("")

    async def _begun(
        self, text: str, name: str, customer: str, editing: int | None
    ) -> tuple[str, lines.History, Work]:
        """The dialog, what is said in it with the new line, and what answers it."""
        dialogs, branching = self.bench.dialogs, self.bench.branching
        checked(text)
        if name and editing:
            name = await branching.edit(name, editing, text)
            return name, await self._said(name), partial(branching.answer, name, editing)
        if not name:
            self.bench.pace.step(host())
            name = str((await dialogs.create(customer, None)).body["dialog_id"])
        said = [*await self._said(name), lines.customer(text)]
        return name, said, partial(dialogs.converse, name, text)

    async def _run(
        self, name: str, said: lines.History, work: Work, customer: str, search: str
    ) -> AsyncIterator[Update]:
        """The buttons are told twice: of two updates at once a browser may lose the first."""
        screen, notice = self.screen, ""
        after: DialogView | None = None

        async def answer(emit: Emit) -> None:
            nonlocal after
            after = await work(emit)

        yield screen.running(name, said)
        try:
            async for line, path in heard(answer, self.words, self.bench.settings.model_timeout):
                yield {screen.log: [*said, line], **({screen.path: path, **screen.busy()} if path else {})}
        except CallCenterError as error:
            notice = self.problem(error)
        yield await self.opened(name, customer, search, notice, after)

    async def _said(self, name: str) -> lines.History:
        return lines.history(await self.bench.dialogs.view(name), self.words)

    async def _last(self, name: str) -> int:
        """The customer's last line. Raises NotRepeatable where there is none."""
        view = await self.bench.dialogs.view(name) if name else None
        return next((m.seq for m in reversed(view.messages) if m.role == "customer"), 0) if view else 0


async def heard(
    work: Callable[[Emit], Awaitable[object]], words: Words, limit: float, pause: float = PAUSE
) -> AsyncIterator[tuple[dict[str, Any], str]]:
    """What the running turn says: the line so far and, once it is known, the decision.

    After `pause` seconds without a word, how long it has taken, of `limit` seconds for one call of a model.
    The turn goes on when nobody listens any more: a closed window does not lose the answer.
    """
    news: asyncio.Queue[TurnProgress | None] = asyncio.Queue()
    turn = asyncio.ensure_future(work(news.put_nowait))

    def ended(done: asyncio.Future[object]) -> None:
        """An error that nobody waits for any more was logged where it happened."""
        if not done.cancelled():
            done.exception()
        news.put_nowait(None)

    turn.add_done_callback(ended)
    text, title, who, began = "", "", "", monotonic()
    while (progress := await _within(news, pause)) is not None:
        path = ""
        if progress is LATE:
            if not text:
                waited = {"seconds": round(monotonic() - began), "limit": round(limit)}
                yield lines.agent(words["waiting"].format(**waited), title, who), path
            continue
        if progress.decision:
            title, who = lines.routed(progress.decision, words), progress.decision.agent
            path = decided(progress.decision, words)
        elif progress.hop:
            title, who = name_of(progress.hop.to, words), progress.hop.to
        text = "" if progress.kind in ("reset", "hop") else text + progress.text
        if news.empty() or path:
            yield lines.agent(text or "…", title, who), path
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
