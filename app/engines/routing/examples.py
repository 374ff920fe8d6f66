"""The labelled training lines that are nearest to a message: by its words, or by its meaning."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from app.core.explanation import LabelledExample
from app.core.kernels import center
from app.core.ngrams import STEM, fold_line, words_of
from app.core.ports import Embedder
from app.engines.routing.artefact import STAY, Artefact, data_hash
from app.engines.routing.features import normalize
from app.engines.routing.gist import gist
from app.engines.routing.model import Floats
from app.engines.routing.training.lines import LabelledLine, read_lines

ALIKE = {"lexical": 0.35, "embedding": 0.4}
"""Likeness from which a line is about the same matter, by eye on the development messages."""


@dataclass(frozen=True)
class Examples:
    """`folder` holds the training lines; where they are not those of the artefact there are no examples.

    Lines of a dialog are left out: alone they do not say why they have their label.
    """

    artefact: Artefact
    embedder: Embedder | None
    folder: Path | None

    @cached_property
    def lines(self) -> list[LabelledLine]:
        """In the order of the landmarks. Reads the files once."""
        if self.folder is None or data_hash(self.folder) != self.artefact.meta.data_hash:
            return []
        return read_lines(self.folder)

    def nearest(self, text: str, language: str, count: int, by_meaning: bool) -> list[LabelledExample]:
        """In that language, the nearest first, none twice. CPU-bound."""
        if not self.lines:
            return []
        ready = gist(normalize(text, self.artefact.keyboard), self.artefact.lexical)
        if by_meaning and self.embedder:
            return self._best(self._by_meaning(ready, self.embedder), ALIKE["embedding"], language, count)
        return self._best(self._words.likeness(ready), ALIKE["lexical"], language, count)

    def _by_meaning(self, ready: str, embedder: Embedder) -> Floats:
        """The router has embedded the same text, so this is mostly remembered."""
        landmarks = self.artefact.landmarks
        row = center(embedder.embed([ready]), landmarks.mean)[0]
        return np.asarray(landmarks.vectors @ row, dtype=np.float32)

    @cached_property
    def _words(self) -> WordIndex:
        return WordIndex.of([fold_line(line.text) for line in self.lines])

    def _best(self, likeness: Floats, least: float, language: str, count: int) -> list[LabelledExample]:
        found: dict[str, LabelledExample] = {}
        for at in np.argsort(-likeness)[: 40 * count]:
            line, share = self.lines[at], float(likeness[at])
            if len(found) == count or share < least:
                break
            if line.past is None and line.label != STAY and line.lang == language:
                near = LabelledExample(text=line.text, agent=line.label, likeness=round(share, 3))
                found.setdefault(" ".join(words_of(line.text.lower())), near)
        return list(found.values())


@dataclass(frozen=True)
class WordIndex:
    """Beginnings of words, and the lines that have them: cosines under inverse document frequency."""

    places: dict[str, NDArray[np.int64]]
    lengths: Floats

    @classmethod
    def of(cls, texts: Sequence[str]) -> WordIndex:
        held: dict[str, list[int]] = {}
        for at, text in enumerate(texts):
            for stem in _stems(text):
                held.setdefault(stem, []).append(at)
        places = {stem: np.array(lines, dtype=np.int64) for stem, lines in held.items()}
        squares = np.zeros(len(texts), dtype=np.float32)
        for lines in places.values():
            squares[lines] += _rarity(len(lines), len(texts)) ** 2
        return cls(places, np.sqrt(np.maximum(squares, 1e-9)))

    def likeness(self, text: str) -> Floats:
        total, own = np.zeros_like(self.lengths), 0.0
        for stem in _stems(text):
            lines = self.places.get(stem)
            weight = _rarity(0 if lines is None else len(lines), len(total)) ** 2
            own += weight
            if lines is not None:
                total[lines] += weight
        return np.asarray(total / (self.lengths * max(own, 1e-9) ** 0.5), dtype=np.float32)


def _stems(text: str) -> Counter[str]:
    return Counter(word[:STEM] for word in words_of(text) if word.isalnum())


def _rarity(lines: int, of: int) -> float:
    return float(np.log((1 + of) / (1 + lines)))
