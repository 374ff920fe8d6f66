"""The words of skills, one YAML file a language. A customer may mix languages, so all are heard."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

FILES = Path(__file__).parent
Stems = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Words:
    """Of one skill. `do`, `to` and `noun` are whole words: what is demanded, what needs a wish before it.

    The others hold beginnings of words: `of` is what it must be about, a line of `ask` is heard where each of
    its words (alternatives divided by a stroke) stands in one sentence, `never` forbids, `careful` asks for
    a yes first, `prefer` picks among several, `because` is a reason for it and takes nothing back. `act` is
    how a yes names it (`*` any ending of an order, `+` an infinitive), `thing` what it is done to.
    """

    do: Stems = ()
    to: Stems = ()
    noun: Stems = ()
    of: Stems = ()
    ask: tuple[tuple[Stems, ...], ...] = ()
    never: Stems = ()
    careful: Stems = ()
    prefer: Stems = ()
    because: Stems = ()
    act: Stems = ()
    thing: Stems = ()
    asks: dict[str, str] = field(default_factory=dict)
    say: dict[str, Stems] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SkillBook:
    """`manner` holds what voids or turns a demand, `values` the words for the values of slots."""

    manner: dict[str, Stems]
    values: dict[str, dict[str, Stems]]
    general: dict[str, Stems]
    skills: dict[str, Words]


@lru_cache
def skillbook(language: str) -> SkillBook:
    """The words in `language`, or the English ones where that language has none."""
    return all_books().get(language) or all_books()["en"]


@lru_cache
def all_books() -> dict[str, SkillBook]:
    return {path.stem: _read(path) for path in sorted(FILES.glob("*.yaml"))}


@lru_cache
def manner(name: str) -> Stems:
    return tuple(s for book in all_books().values() for s in book.manner[name])


@lru_cache
def values(kind: str) -> dict[str, Stems]:
    """The words for each value of a slot, of all languages."""
    known: dict[str, Stems] = {}
    for book in all_books().values():
        for value, stems in book.values[kind].items():
            known[value] = (*known.get(value, ()), *stems)
    return known


def words_of(skill: str) -> Iterable[Words]:
    return (book.skills[skill] for book in all_books().values() if skill in book.skills)


def _read(path: Path) -> SkillBook:
    raw = yaml.safe_load(path.read_text(encoding="utf-8"))
    return SkillBook(
        manner={name: tuple(stems) for name, stems in raw["manner"].items()},
        values={kind: _texts(known) for kind, known in raw["values"].items()},
        general=_texts(raw["general"]),
        skills={name: _words(known) for name, known in raw["skills"].items()},
    )


def _words(raw: dict[str, Any]) -> Words:
    lists = {key: tuple(raw[key]) for key in raw if key not in ("ask", "asks", "say")}
    ask = tuple(_cue(line) for line in raw.get("ask", []))
    return Words(**lists, ask=ask, asks=raw.get("asks", {}), say=_texts(raw.get("say", {})))


def _cue(line: str) -> tuple[Stems, ...]:
    """`где|статус мой_заказ`: one word of each group; an underscore joins the words of a phrase."""
    return tuple(tuple(one.replace("_", " ") for one in group.split("|")) for group in line.split())


def _texts(raw: dict[Any, Any]) -> dict[str, Stems]:
    return {str(key): (value,) if isinstance(value, str) else tuple(value) for key, value in raw.items()}
