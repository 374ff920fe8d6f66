"""News of the open dialog: a page asks, and waits until there is something else to show."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from app.core.exceptions import CallCenterError
from app.services.dialogs.branching import SUPERSEDED
from app.services.dialogs.change_feed import ChangeFeed
from app.services.dialogs.manager import DialogManager
from app.services.dialogs.views import DialogView

WAIT = 25.0
"""Seconds until a page is answered even without news."""
BRANCHING = 3.0
"""Seconds that the page which has branched a dialog needs to be led to the branch."""


class Heard(BaseModel):
    """What an open page asks: `mark` is of what it shows."""

    model_config = ConfigDict(extra="forbid")

    page: str = Field("", max_length=64)
    dialog: str = Field("", max_length=200)
    mark: str = Field("", max_length=200)


@dataclass
class Hearing:
    dialogs: DialogManager
    changes: ChangeFeed
    branching: float = BRANCHING
    _waiting: dict[str, asyncio.Task[str]] = field(default_factory=dict)

    async def hear(self, given: dict[str, Any]) -> dict[str, str]:
        """The mark of what there is to show: that which the page has where there is no news.

        A later question of the same page ends the wait of the one before.
        """
        asked = Heard.model_validate(given)
        page, name, mark = asked.page, asked.dialog, asked.mark
        if before := self._waiting.pop(page, None):
            before.cancel()
        wait = self._waiting[page] = asyncio.create_task(self._mark(name, mark))
        try:
            await asyncio.wait([wait])
        finally:
            wait.cancel()
            if self._waiting.get(page) is wait:
                del self._waiting[page]
        return {"mark": mark if wait.cancelled() else wait.result()}

    async def _mark(self, name: str, mark: str) -> str:
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
            return error.code  # what is wrong is told where the page then asks for the dialog
        return mark_of(view)


def mark_of(seen: DialogView) -> str:
    """Another one when there is something else to show."""
    return f"{seen.updated_at.isoformat()} {seen.message_count} {seen.handler} {seen.status}"


def has_news(view: DialogView, mark: str) -> bool:
    """A line that is being answered is shown by whoever sent it; others see it with its answer."""
    return bool(view.messages) and view.messages[-1].state != "pending" and mark_of(view) != mark
