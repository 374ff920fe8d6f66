"""How far the embedding of documents is, and how long it still takes."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from html import escape

from app.services.knowledge.ingest import Embedded
from app.ui.words import Words


@dataclass
class Watch:
    timer: Callable[[], float] = time.monotonic
    began: float = field(init=False)

    def __post_init__(self) -> None:
        self.began = self.timer()

    def left(self, step: Embedded) -> int | None:
        """Seconds, rounded up; None while nothing can be told."""
        if not 0 < step.done < step.total:
            return None
        return int((self.timer() - self.began) / step.done * (step.total - step.done)) + 1


def progress_bar(step: Embedded | None, watch: Watch, words: Words) -> str:
    if step is None or not step.total:
        return f'<p role="status">{escape(words["reading"])}</p>'
    left = watch.left(step)
    rest = f" · {words['left'].format(seconds=left)}" if left else ""
    told = words["embedding"].format(done=step.done, total=step.total) + rest
    return (
        f'<div class="cc-progress" role="status"><progress value="{step.done}" max="{step.total}" '
        f'aria-label="{escape(words["reading"])}"></progress><span>{escape(told)}</span></div>'
    )
