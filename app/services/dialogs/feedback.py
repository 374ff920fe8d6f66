"""Customers' likes and dislikes of single answers."""

from __future__ import annotations

from dataclasses import dataclass

from pydantic import BaseModel

from app.core.exceptions import CallCenterError
from app.services.dialogs.manager import DialogManager


class AnswerNotFound(CallCenterError):
    status = 404
    code = "answer_not_found"

    def __init__(self, dialog_id: str, seq: int) -> None:
        super().__init__(f"Line {seq} of dialog {dialog_id} is not an answer.")


class Liked(BaseModel):
    """`liked` is null once the feedback was withdrawn."""

    dialog_id: str
    seq: int
    liked: bool | None


@dataclass(frozen=True)
class Feedback:
    dialogs: DialogManager

    async def like(self, dialog_id: str, seq: int, liked: bool | None) -> Liked:
        """Works in closed dialogs; a repeat changes nothing. Raises DialogNotFound or AnswerNotFound."""
        async with self.dialogs.access.exclusive(dialog_id) as dialog:
            if not 1 <= seq <= len(dialog.messages) or dialog.message(seq).role != "agent":
                raise AnswerNotFound(dialog_id, seq)
            line = dialog.message(seq)
            if line.liked != liked:
                line.liked = liked
                await self.dialogs.store.write(dialog)
                if liked is not None:
                    self.dialogs.metrics.liked(liked)
        return Liked(dialog_id=dialog_id, seq=seq, liked=liked)
