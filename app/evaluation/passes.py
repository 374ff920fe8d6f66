"""The passes of a run: one per repeat and one per perturbation of the text.

Perturbations are deterministic and keep the meaning. One that does not apply (ё in English) returns the text
unchanged and is not counted.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass, field
from hashlib import sha256
from random import Random
from typing import Any, cast

from app.core.locales import read
from app.core.models import RouteQuery
from app.core.text import is_blank, language_of
from app.evaluation.cases import Case, CaseSet

Perturbation = Callable[[str, Random], str]
PREFIX_WORDS = 300
_WORD = re.compile(r"[^\W\d_]+")
_DIGIT = re.compile(r"\d")
_QWERTY = "`qwertyuiop[]asdfghjkl;'zxcvbnm,."
_JCUKEN = "ёйцукенгшщзхъфывапролджэячсмитьбю"
_KEYS_EN = str.maketrans(_JCUKEN + _JCUKEN.upper(), _QWERTY + '~QWERTYUIOP{}ASDFGHJKL:"ZXCVBNM<>')
_KEYS_RU = str.maketrans(_QWERTY, _JCUKEN) | {
    ord(key.upper()): letter.upper() for key, letter in zip(_QWERTY, _JCUKEN, strict=True) if key.isalpha()
}
_ROWS = ("йцукенгшщзхъ", "фывапролджэ", "ячсмитьбю", "qwertyuiop", "asdfghjkl", "zxcvbnm")
_LATIN = dict(zip("абвгдезийклмнопрстуфхцыэ", "abvgdeziyklmnoprstufhcye", strict=True)) | {
    "ё": "yo", "ж": "zh", "ч": "ch", "ш": "sh", "щ": "sch", "ъ": "", "ь": "", "ю": "yu", "я": "ya",
}  # fmt: skip
_TRANSLIT = str.maketrans(_LATIN | {k.upper(): v.capitalize() for k, v in _LATIN.items()})


def phrases(lang: str) -> dict[str, Any]:
    return cast(dict[str, Any], read("perturbations", lang))


def yo(text: str, _luck: Random) -> str:
    """ё as е; a text without ё gets it where it belongs."""
    if "ё" in text.lower():
        return text.translate(str.maketrans("ёЁ", "еЕ"))
    return _word_by_word(text, phrases("ru")["yo"])


def case_lower(text: str, _luck: Random) -> str:
    return text.lower()


def case_upper(text: str, _luck: Random) -> str:
    return text.upper()


def typos(text: str, luck: Random) -> str:
    """A slip in about one word of four, never in a short one."""
    long = [found for found in _WORD.finditer(text) if len(found[0]) >= 4]
    for found in sorted(luck.sample(long, -(-len(long) // 4)), key=lambda m: -m.start()):
        text = text[: found.start()] + _slip(found[0], luck) + text[found.end() :]
    return text


def layout(text: str, _luck: Random) -> str:
    """Typed with the keyboard in the other language."""
    return text.translate(_KEYS_EN if language_of(text) == "ru" else _KEYS_RU)


def translit(text: str, _luck: Random) -> str:
    return text.translate(_TRANSLIT)


def no_punctuation(text: str, _luck: Random) -> str:
    marks = (" " if c in "-–—/" else "" if unicodedata.category(c)[0] == "P" else c for c in text)
    return _fold("".join(marks))


def speech(text: str, luck: Random) -> str:
    """As a recogniser writes it: lower case, no marks, figures in words."""
    words = phrases(language_of(text))
    for sign, said in words["signs"].items():
        text = text.replace(sign, f" {said} ")
    spelled = _DIGIT.sub(lambda found: f" {words['digits'][int(found[0])]} ", no_punctuation(text, luck))
    return _fold(spelled.lower())


def fillers(text: str, luck: Random) -> str:
    words, known = text.split(), phrases(language_of(text))["fillers"]
    for _ in range(1 + len(words) // 8):
        words.insert(luck.randint(0, len(words)), luck.choice(known))
    return " ".join(words)


def mixing(text: str, _luck: Random) -> str:
    """Words of the other language where people borrow them; a borrowed remark where none is found."""
    known = phrases(language_of(text))
    mixed = _word_by_word(text, known["mixing"])
    return mixed if mixed != text else f"{text} {known['remark']}"


def polite(text: str, luck: Random) -> str:
    known = phrases(language_of(text))
    return f"{luck.choice(known['greetings'])} {text} {luck.choice(known['thanks'])}"


def prefix(text: str, luck: Random) -> str:
    """300 words, or up to the end of that sentence, about nothing that an agent handles; then the message."""
    sentences = list(phrases(language_of(text))["prefix"])
    luck.shuffle(sentences)
    said = ""
    while sentences and len(said.split()) < PREFIX_WORDS:
        said += sentences.pop() + " "
    return said + text


PERTURBATIONS: dict[str, Perturbation] = {
    each.__name__: each
    for each in (
        yo, case_lower, case_upper, typos, layout, translit, no_punctuation, speech, fillers, mixing, polite,
        prefix,
    )
}  # fmt: skip


def _slip(word: str, luck: Random) -> str:
    at = luck.randrange(1, len(word) - 1)
    kind = luck.choice(("swap", "drop", "double", "neighbour"))
    if kind == "swap" and word[at] != word[at + 1]:
        return word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    if kind == "drop":
        return word[:at] + word[at + 1 :]
    if kind == "neighbour" and (near := _beside(word[at])):
        return word[:at] + luck.choice(near) + word[at + 1 :]
    return word[:at] + word[at] + word[at:]


def _beside(letter: str) -> str:
    """The keys to the left and right."""
    for row in _ROWS:
        if (at := row.find(letter)) >= 0:
            return row[max(0, at - 1) : at] + row[at + 1 : at + 2]
    return ""


def _word_by_word(text: str, other: dict[str, str]) -> str:
    def swap(found: re.Match[str]) -> str:
        said = other.get(found[0].lower())
        if said is None:
            return found[0]
        return said.capitalize() if found[0][0].isupper() else said

    return _WORD.sub(swap, text)


def _fold(text: str) -> str:
    return " ".join(text.split())


Key = tuple[str, str, int, int, str]
SLICES = ("lang", "industry", "tag", "difficulty", "origin")


@dataclass(frozen=True, kw_only=True)
class RunOptions:
    """`limit` draws cases by `seed`; a larger limit holds the cases of a smaller one.

    `slices` keep the cases that fit all of them: lang, industry, tag, difficulty or origin by value.
    `cached` lets paid answers of earlier runs stand.
    """

    repeat: int = 1
    limit: int | None = None
    slices: Mapping[str, str] = field(default_factory=dict)
    concurrency: int = 8
    seed: int = 0
    perturb: bool = False
    teacher_forced: bool = False
    cached: bool = True


@dataclass(frozen=True)
class Trial:
    """One way through one case. `texts` is what the customer says by position, changed or not."""

    set: str
    case: Case
    texts: Mapping[int, str]
    _: KW_ONLY
    repeat: int = 0
    perturbation: str | None = None

    @property
    def counted_turns(self) -> list[int]:
        """Labelled turns; under a perturbation only those it changed."""
        turns = self.case.turns
        return [
            at for at in self.case.labelled if not self.perturbation or self.texts[at] != turns[at].content
        ]

    @property
    def keys(self) -> list[Key]:
        return [
            (self.set, self.case.id, at, self.repeat, self.perturbation or "") for at in self.counted_turns
        ]

    @property
    def group(self) -> str:
        said = (turn.content for turn in self.case.turns if turn.role == "customer")
        return sha256("\0".join(said).encode("utf-8", "surrogatepass")).hexdigest()[:16]

    @property
    def customer_turns(self) -> list[int]:
        """Positions of the customer's turns."""
        return list(self.texts)

    def query(self, at: int, serving: str | None) -> RouteQuery:
        lines = [turn.as_said() for turn in self.case.turns[: at + 1]]
        for position, line in enumerate(lines):
            line.content = self.texts.get(position, line.content)
        return RouteQuery(turns=lines, serving=serving)


def passes_over(sets: Sequence[CaseSet], options: RunOptions) -> list[Trial]:
    return [each for name, case in select_cases(sets, options) for each in _ways(name, case, options)]


def count_variants(passes: Sequence[Trial]) -> int:
    return sum(each.perturbation is not None for each in passes)


def select_cases(sets: Sequence[CaseSet], options: RunOptions) -> list[tuple[str, Case]]:
    """The cases that fit, in the order of the sets; `limit` is over all sets together."""
    fitting = [(s.name, case) for s in sets for case in s.cases if _fits(case, options.slices)]
    if options.limit is None:
        return fitting
    lots = sorted((_lot(options.seed, name, case.id), at) for at, (name, case) in enumerate(fitting))
    return [fitting[at] for at in sorted(at for _, at in lots[: options.limit])]


def _fits(case: Case, slices: Mapping[str, str]) -> bool:
    return all(
        wanted in case.tags if by == "tag" else getattr(case, by) == wanted for by, wanted in slices.items()
    )


def _lot(*parts: object) -> str:
    return sha256("\0".join(map(str, parts)).encode()).hexdigest()


def _ways(name: str, case: Case, options: RunOptions) -> Iterator[Trial]:
    plain = {at: turn.content for at, turn in enumerate(case.turns) if turn.role == "customer"}
    for repeat in range(options.repeat):
        yield Trial(name, case, plain, repeat=repeat)
    for kind in PERTURBATIONS if options.perturb else ():
        way = Trial(name, case, _perturb(plain, kind, options.seed, case.id), perturbation=kind)
        if way.counted_turns:
            yield way


def _perturb(plain: Mapping[int, str], kind: str, seed: int, case: str) -> dict[int, str]:
    """The customer speaks like this in every turn; a text of which nothing would be left stays.

    Same seed, case and kind give the same texts.
    """
    luck = Random(_lot(seed, case, kind))
    changed = {at: PERTURBATIONS[kind](text, luck) for at, text in plain.items()}
    return {at: plain[at] if is_blank(text) else text for at, text in changed.items()}
