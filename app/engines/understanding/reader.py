"""What a customer's line does: one act of many, or none of them."""

from __future__ import annotations

from dataclasses import dataclass

from app.core.courtesies import strip_courtesies
from app.core.models import Reading
from app.core.ngrams import fold_line
from app.core.ports import Embedder
from app.core.text import ends
from app.engines.understanding.model import ActModel
from app.engines.understanding.parts import join_parts, may_divide, split_parts

HEARD = 2_000
"""Letters of a line that are read: of a longer one its beginning and its end."""


@dataclass(frozen=True)
class LineReader:
    """The `Understanding` over a fitted model. Without an embedder n-grams decide alone. Thread-safe."""

    model: ActModel
    embedder: Embedder | None = None

    def read(self, line: str) -> Reading:
        """`line` is cleaned: what was meant, whatever it was typed on. CPU-bound.

        The vector is that of the text which the router embeds, so that a line is embedded once.
        """
        return self._read(line, self.embedder)

    def read_parts(self, line: str) -> list[tuple[str, Reading]]:
        """The wishes of a line in their order, each with its reading; a line of one wish is one part.

        Parts are embedded only where that can change something: it doubles the time.
        """
        whole, parts = self.read(line), split_parts(line)
        if len(parts) == 1 or not may_divide(whole, [self._read(part, None) for part in parts]):
            return [(line, whole)]
        return join_parts(line, whole, [(part, self.read(part)) for part in parts])

    def _read(self, line: str, embedder: Embedder | None) -> Reading:
        folded = fold_line(ends(line, HEARD))
        if not folded:
            return Reading(())
        text = strip_courtesies(folded)
        shares = self.model.shares(text, embedder.embed([text])[0] if embedder else None)
        order = (-shares).argsort(kind="stable")
        return Reading(tuple((self.model.acts[at], float(shares[at])) for at in order))
