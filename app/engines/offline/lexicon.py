"""What the embedded model recognises and says, per language. A customer may mix languages: all are heard."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from app.core.locales import read_all
from app.core.text import clean, without_yo
from app.core.wording import spoken, spoken_by_all


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
        return {a for clause in clauses(text) if not self.hears("failing", clause)
                for a in self.actions_in(clause)}  # fmt: skip

    def rest(self, text: str, *cues: str) -> int:
        """How many words of weight are left without those cues."""
        bare = plain(text)
        for cue in cues:
            bare = beginnings(tuple(self.cues[cue])).sub(" ", bare)
        return len([w for w in _WORD.findall(bare) if w not in self.filler])


_WORD = re.compile(r"\w+")
_CLAUSE = re.compile(r"[,.;!?\n]| но | but ")


def clauses(text: str) -> list[str]:
    return _CLAUSE.split(text)


@lru_cache
def phrasebook(lang: str) -> Phrasebook:
    """The phrases of `lang`, or the English ones where that language has none."""
    return Phrasebook(**spoken("phrases", lang))


@lru_cache(maxsize=512)
def plain(text: str) -> str:
    """Every cue of a turn asks for the same few texts."""
    return without_yo(clean(text).lower()).replace("’", "'")


def contains(stems: Sequence[str], text: str) -> bool:
    """Whether a word begins so."""
    return bool(stems) and bool(beginnings(tuple(stems)).search(plain(text)))


@lru_cache(maxsize=1024)
def beginnings(stems: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile(r"(?<!\w)(?:" + "|".join(_stem(s) for s in stems) + ")")


def _stem(stem: str) -> str:
    """Short words stand alone; longer ones may go on."""
    return re.escape(stem) + (r"(?!\w)" if len(stem.split()[-1]) <= 3 else r"\w*")


Stems = tuple[str, ...]


@lru_cache(maxsize=256)
def whole(forms: Stems) -> re.Pattern[str]:
    """Any of the words, as it stands."""
    return re.compile(r"(?<![\w-])(?:" + "|".join(map(re.escape, forms)) + r")(?!\w)")


@dataclass(frozen=True, slots=True)
class Words:
    """Of one skill, or of an act that needs consent. Lists hold beginnings of words.

    `prefer` picks among several; `act` is how a yes names it (`*` any ending of an order, `+` an infinitive,
    `=` a plan, `_` its object, `>` before one), `thing` what it is done to, `given` what the customer gets by
    it, `deed` its noun, `because` a reason for it, which holds nothing back.
    """

    prefer: Stems = ()
    act: Stems = ()
    thing: Stems = ()
    given: Stems = ()
    deed: Stems = ()
    because: Stems = ()
    asks: dict[str, str] = field(default_factory=dict)
    say: dict[str, Stems] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SkillBook:
    """`values` holds the words for the values of slots."""

    values: dict[str, dict[str, Stems]]
    general: dict[str, Stems]
    skills: dict[str, Words]


@lru_cache
def skillbook(language: str) -> SkillBook:
    """The words in `language`, or the English ones where that language has none."""
    return all_books().get(language) or all_books()["en"]


@lru_cache
def all_books() -> dict[str, SkillBook]:
    return {language: _book(raw) for language, raw in spoken_by_all("skills").items()}


@lru_cache
def manner(name: str) -> Stems:
    """What voids or turns a demand, of all languages: yes and no, a question, a story and so on."""
    return tuple(stem for known in read_all("manner").values() for stem in known[name])


@lru_cache
def values(kind: str) -> dict[str, Stems]:
    """The words for each value of a slot, of all languages."""
    known: dict[str, Stems] = {}
    for book in all_books().values():
        for value, stems in book.values[kind].items():
            known[value] = (*known.get(value, ()), *stems)
    return known


def named_by(skill: str) -> Iterable[Words]:
    """The words of a skill in all languages: a customer may mix them."""
    return (book.skills[skill] for book in all_books().values() if skill in book.skills)


@lru_cache
def acts_of(tool: str) -> tuple[Words, ...]:
    """How a yes names an act that needs consent."""
    tools = (known["tools"].get(tool) for known in read_all("proposals").values())
    return tuple(
        Words(
            act=tuple(known["act"]),
            thing=tuple(known["thing"]),
            given=tuple(known.get("given", ())),
            deed=tuple(known["deed"]),
            because=tuple(known.get("because", ())),
        )
        for known in tools
        if known
    )


def _book(raw: dict[str, Any]) -> SkillBook:
    return SkillBook(
        values={kind: _texts(known) for kind, known in raw["values"].items()},
        general=_texts(raw["general"]),
        skills={name: _words(known) for name, known in raw["skills"].items()},
    )


def _words(raw: dict[str, Any]) -> Words:
    lists = {key: tuple(raw[key]) for key in raw if key not in ("asks", "say")}
    return Words(**lists, asks=raw.get("asks", {}), say=_texts(raw.get("say", {})))


def _texts(raw: dict[Any, Any]) -> dict[str, Stems]:
    return {str(key): (value,) if isinstance(value, str) else tuple(value) for key, value in raw.items()}
