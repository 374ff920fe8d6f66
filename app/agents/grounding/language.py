"""The cues of grounding per language, as templates over the words of a sentence.

All languages are read, since a reply may mix them. Each distinct word is looked up once.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain

from pydantic import BaseModel, ConfigDict

from app.core.quantities import Value
from app.core.wording import spoken, spoken_by_all

_TOKEN = re.compile(r"[^\W_]+(?:['-][^\W_]+)*|[,;:()—–!?|]|(?<= )-(?= )|[«»“”„\"]")
_CLAUSE_END = set(",;:()—–!?|-")
_QUOTES = set('«»“”„"')


@dataclass(frozen=True, slots=True)
class SentenceWord:
    text: str
    start: int
    end: int
    clause: int
    quoted: int  # number of the quotation, 0 outside


def words_of(sentence: str, values: Sequence[Value]) -> list[SentenceWord]:
    """An amount is the word `$amount`, a percentage `$percent`; other values stay as they are written."""
    masks = {v.start: v for v in values if v.kind in ("amount", "percent")}
    found: list[SentenceWord] = []
    clause = quote = at = 0
    inside = False
    for token in _TOKEN.finditer(_masked(sentence, list(masks.values()))):
        text, at = token[0], token.start()
        if text in _CLAUSE_END:
            clause += 1
        elif text in _QUOTES:
            inside = text in "«“„" or (text == '"' and not inside)
            quote += inside
        else:
            value = masks.get(at)
            known = f"${value.kind}" if value else text.lower()
            found.append(SentenceWord(known, at, token.end(), clause, quote if inside else 0))
    return found


def _masked(sentence: str, values: Sequence[Value]) -> str:
    """A value becomes one word of its length."""
    for value in values:
        sentence = sentence[: value.start] + "0" * (value.end - value.start) + sentence[value.end :]
    return sentence


GAPS = {".": 3, "..": 6}
START = "^"
EITHER = "+"
LONGEST = 40  # letters of a word that is worth keeping


@dataclass(frozen=True, slots=True)
class Hit:
    """Words `first` to `last` of the sentence fit a template of the group."""

    group: str
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class _Step:
    """`element`: what the word must fit; `gap`: how many words may stand before it."""

    element: str
    gap: int


@dataclass(frozen=True, slots=True)
class _Template:
    group: str
    steps: tuple[_Step, ...]
    opens: bool
    needs: frozenset[str]  # all its elements: most templates are ruled out by these alone


class CueTemplates:
    """`known`: elements that words are asked for beside those of the templates."""

    def __init__(
        self,
        groups: Mapping[str, Sequence[str]],
        words: Mapping[str, Sequence[str]],
        known: Iterable[str] = (),
    ) -> None:
        self._whole: dict[str, set[str]] = defaultdict(set)
        self._by_head: dict[str, list[tuple[str, str]]] = defaultdict(list)  # (ending, element)
        self._by_tail: dict[str, list[str]] = defaultdict(list)  # elements of cues without a beginning
        self._barred: dict[str, set[str]] = defaultdict(set)
        self._by_first: dict[str, list[_Template]] = defaultdict(list)
        for group, texts in groups.items():
            for template in (t for text in texts for t in _read(group, text.split())):
                self._by_first[template.steps[0].element].append(template)
        named = {s.element for ts in self._by_first.values() for t in ts for s in t.steps}
        for element in named.union(known):
            self._learn(element, words)
        self._longest = max(map(len, [*self._by_head, *self._by_tail]), default=0)
        self._known_words = lru_cache(maxsize=16_384)(self._fits)

    def _learn(self, element: str, words: Mapping[str, Sequence[str]]) -> None:
        named = ((words[part[1:-1]] if part.startswith("<") else [part]) for part in element.split("|"))
        for cue in chain.from_iterable(named):
            head, star, tail = cue.partition("*")
            if cue.startswith("-"):
                self._barred[element].add(cue[1:])
            elif not star:
                self._whole[cue].add(element)
            elif head:
                self._by_head[head].append((tail, element))
            else:
                self._by_tail[tail].append(element)

    def fits(self, word: str) -> frozenset[str]:
        """The elements that the word fits."""
        return self._known_words(word) if len(word) <= LONGEST else self._fits(word)

    def _fits(self, word: str) -> frozenset[str]:
        """ "money's" is money too."""
        own = self._known(word)
        return own | self._known(word[:-2]) if word.endswith("'s") else own

    def _known(self, word: str) -> frozenset[str]:
        size = len(word)
        lengths = range(min(size, self._longest) + 1)
        begun = [(at, cue) for at in lengths for cue in self._by_head.get(word[:at], ())]
        fitting = {element for at, (tail, element) in begun if word.endswith(tail, at)}
        fitting |= {element for at in lengths for element in self._by_tail.get(word[size - at :], ())}
        fitting |= self._whole.get(word, set())
        return frozenset(element for element in fitting if word not in self._barred.get(element, ()))

    def hits(self, words: Sequence[str]) -> Iterator[Hit]:
        fits = [self.fits(word) for word in words]
        present = frozenset().union(*fits)
        for first, elements in enumerate(fits):
            for template in (t for e in elements for t in self._by_first.get(e, ()) if t.needs <= present):
                last = None if template.opens and first else _match(template.steps[1:], fits, first)
                if last is not None:
                    yield Hit(template.group, first, last)


def _match(steps: tuple[_Step, ...], fits: list[frozenset[str]], at: int) -> int | None:
    """The last word of the shortest match that goes on behind word `at`."""
    if not steps:
        return at
    for place in range(at + 1, min(at + 2 + steps[0].gap, len(fits))):
        if steps[0].element in fits[place]:
            last = _match(steps[1:], fits, place)
            if last is not None:
                return last
    return None


def _read(group: str, parts: list[str]) -> Iterator[_Template]:
    """One template, or one for every choice of its optional words and of their order."""
    if parts[0] == EITHER:
        yield from _read(group, parts[1:])
        yield from _read(group, parts[:0:-1])
        return
    optional = next((n for n, part in enumerate(parts) if part.endswith("?")), None)
    if optional is not None:
        yield from _read(group, parts[:optional] + parts[optional + 1 :])
        yield from _read(group, [*parts[:optional], parts[optional][:-1], *parts[optional + 1 :]])
        return
    steps, gap = [], 0
    for part in (p for p in parts if p != START):
        if part in GAPS:
            gap = GAPS[part]
        else:
            steps.append(_Step(part, gap))
            gap = 0
    yield _Template(group, tuple(steps), parts[0] == START, frozenset(s.element for s in steps))


class ActionCues(BaseModel):
    """Templates of what was done (or is being done), and of what will be."""

    done: list[str] = []
    will: list[str] = []


class Net(ActionCues):
    """General rules for deeds that no cue names. `<noun>` is any matter that has consequences."""

    nouns: dict[str, list[str]] = {}  # by kind of action


class ClauseRules(ActionCues):
    """General rules that are read clause by clause: `<matter>` is any noun of `net` or of these.

    `never` holds promises that something will not happen. What stands before a claim or in it may cancel it:
    `denials` all but these, `excuses` all; `trailing` stands anywhere in the clause."""

    nouns: dict[str, list[str]] = {}  # by kind, before those of `net`
    verbs: dict[str, list[str]] = {}  # by kind: words that tell the kind whatever the matter is
    breaks: list[str] = []  # words that begin a clause
    joins: list[str] = []  # words that go on with the clause before
    never: list[str] = []
    excuses: list[str] = []
    denials: list[str] = []
    trailing: list[str] = []


class RecordRule(BaseModel):
    """Where `find`, a regex, fits a tool's result, claims of these kinds are supported in sentences that have
    one of the words `says` and none of `unless`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    kinds: frozenset[str]
    find: str
    says: list[str]
    unless: list[str] = []


class Language(BaseModel):
    """A template is words in a row: `a|b` either, `a*` any ending, `*a` any beginning, `<name>` a list of
    `words` (in a list `-a` takes words out again) or `<verb.form>` the stems of a verb class with the endings
    of a form (at once behind `!`), `a?` may be missing, `.` up to three words between, `..` up to six, `^`
    the first word of the sentence, `+` also in the reverse order."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    words: dict[str, list[str]]
    verbs: dict[str, list[str]] = {}  # stems
    forms: dict[str, list[str]] = {}  # endings
    net: Net = Net()
    clauses: ClauseRules = ClauseRules()
    actions: dict[str, ActionCues]  # in the order of precedence: the first to claim a word has it
    commits: list[str]  # promises of no kind of their own: dates and durations beside them count
    excuses: dict[str, list[str]]
    records: list[RecordRule] = []
    courtesies: list[str]  # nothing useful is left when only these are
    honest: dict[str, str]  # what is said in the place of a claim: `value` or `action`

    def vocabulary(self) -> dict[str, list[str]]:
        """The lists of words, and each class of verbs in each form."""
        conjugated = {
            f"{verb}.{form}": [_form(stem, ending) for stem in stems for ending in endings]
            for verb, stems in self.verbs.items()
            for form, endings in self.forms.items()
        }
        return {
            name: _opened(words, {**self.words, **conjugated}) for name, words in self.words.items()
        } | conjugated


def _form(stem: str, ending: str) -> str:
    return f"{stem[:-1]}{ending}" if stem.endswith("!") else f"{stem}*{ending}"


def _opened(words: Sequence[str], known: Mapping[str, Sequence[str]]) -> list[str]:
    """A list may name others."""
    return [
        word
        for each in words
        for word in (_opened(known[each[1:-1]], known) if each.startswith("<") else [each])
    ]


@lru_cache
def languages() -> list[Language]:
    return [Language(**cues) for cues in spoken_by_all("grounding").values()]


def honest(lang: str) -> dict[str, str]:
    sentences: dict[str, str] = spoken("grounding", lang)["honest"]
    return sentences
