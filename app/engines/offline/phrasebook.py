"""What the embedded model recognises and says, one YAML file a language."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import yaml

from app.core.text import clean
from app.core.texts import known

PHRASES = Path(__file__).parent / "phrases"


@dataclass(frozen=True, slots=True)
class Phrasebook:
    """`cues` and `actions` hold beginnings of words, `filler` whole words, `say` whole sentences."""

    cues: dict[str, list[str]]
    actions: dict[str, list[str]]
    filler: list[str]
    say: dict[str, str]

    def hears(self, cue: str, text: str) -> bool:
        return contains(self.cues[cue], text)

    def actions_in(self, text: str) -> set[str]:
        return {name for name, stems in self.actions.items() if contains(stems, text)}

    def tried(self, text: str) -> set[str]:
        """Actions that the customer says were done; "I cannot update" is none."""
        if not self.hears("tried", text):
            return set()
        return {a for clause in _CLAUSE.split(text) if not self.hears("failing", clause)
                for a in self.actions_in(clause)}  # fmt: skip

    def rest(self, text: str, *cues: str) -> int:
        """How many words of weight are left without those cues."""
        bare = plain(text)
        for cue in cues:
            bare = beginnings(tuple(self.cues[cue])).sub(" ", bare)
        return len([w for w in _WORD.findall(bare) if w not in self.filler])

    def plain(self, text: str) -> str:
        """The words alone: two texts are the same question if these are equal."""
        return " ".join(_WORD.findall(plain(text)))

    def shared(self, question: str, line: str) -> int:
        """How many words of weight in the question have a relative in the line."""
        asked = {_root(w) for w in _WORD.findall(plain(question)) if w not in self.filler}
        return len(asked & {_root(w) for w in _WORD.findall(plain(line))})


_WORD = re.compile(r"\w+")
_CLAUSE = re.compile(r"[,.;!?\n]| но | but ")


@lru_cache
def phrasebook(lang: str) -> Phrasebook:
    """The phrases of `lang`, or the English ones where that language has none."""
    return Phrasebook(**yaml.safe_load(known(PHRASES, lang).read_text(encoding="utf-8")))


@lru_cache(maxsize=512)
def plain(text: str) -> str:
    """Every cue of a turn asks for the same few texts."""
    return clean(text).lower().replace("ё", "е").replace("’", "'")


def contains(stems: Sequence[str], text: str) -> bool:
    """Whether a word begins so."""
    return bool(stems) and bool(beginnings(tuple(stems)).search(plain(text)))


def _root(word: str) -> str:
    """Enough of a word to know its relatives: endings are cut, short words kept."""
    return word if len(word) <= 3 else word[: max(3, min(5, len(word) - 2))]


@lru_cache(maxsize=1024)
def beginnings(stems: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile(r"(?<!\w)(?:" + "|".join(_stem(s) for s in stems) + ")")


def _stem(stem: str) -> str:
    """Short words stand alone; longer ones may go on."""
    return re.escape(stem) + (r"(?!\w)" if len(stem.split()[-1]) <= 3 else r"\w*")
