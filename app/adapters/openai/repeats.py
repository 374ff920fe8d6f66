"""What is new in a piece of a stream: some servers send all text so far in each, or once more at the end."""

from __future__ import annotations

LONG = 20  # letters from which the same text twice is taken for a repetition


class Fresh:
    """A second piece that begins with the first one waits: the third tells whether each holds all so far."""

    def __init__(self) -> None:
        self._heard, self._waiting = "", ""
        self._pieces = 0
        self._grows = False

    def of(self, piece: str) -> str:
        self._pieces += 1
        if self._waiting:
            waiting, self._waiting = self._waiting, ""
            self._grows = piece.startswith(waiting)
            return self._grown(piece) if self._grows else self._added(waiting + piece)
        if self._grows and piece.startswith(self._heard):
            return self._grown(piece)
        if self._pieces == 2 and piece.startswith(self._heard) and len(piece) > len(self._heard):
            self._waiting = piece
            return ""
        again = self._pieces > 2 and len(piece) >= LONG and piece.strip() == self._heard.strip()
        return "" if again else self._added(piece)

    def end(self) -> str:
        """What was still waiting."""
        waiting, self._waiting = self._waiting, ""
        return self._grown(waiting) if waiting and len(self._heard) >= LONG else self._added(waiting)

    def _grown(self, piece: str) -> str:
        new, self._heard = piece[len(self._heard) :], piece
        return new

    def _added(self, piece: str) -> str:
        self._heard += piece
        return piece
