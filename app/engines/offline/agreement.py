"""Whether a line is a yes to the question just put. One principle: a yes is a line that holds nothing else.

Every word of it must be known: a yes, a go-ahead, the act itself, a courtesy, or a word of the question. What
only acknowledges ("ok", a thumb) counts where nothing but the question was said. A line that orders the act
itself in a clause of its own may give a reason beside it, but no condition, no question and no other terms.

Slips of the hand in a short line: long-drawn letters, letters of another alphabet, the wrong layout.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from typing import Literal

from app.engines.offline.entities import values_in
from app.engines.offline.lexicon import Stems, acts_of, beginnings, contains, manner, plain, whole

_QWERTY = "`qwertyuiop[]asdfghjkl;'zxcvbnm,."
_JCUKEN = "ёйцукенгшщзхъфывапролджэячсмитьбю"
_TO_RUSSIAN = str.maketrans(_QWERTY, _JCUKEN)
_TO_LATIN = str.maketrans(_JCUKEN, _QWERTY)
_ALIKE = str.maketrans("acekopxyutbhm", "асекорхуитвнм")
_DRAWN = re.compile(r"([^\W\d_])\1{2,}")
_SHADES = re.compile("[\ufe0f\u200d\U0001f3fb-\U0001f3ff]")  # of emoji
_WORD = re.compile(r"[^\W\d_]+")


def readings(said: str) -> Iterator[str]:
    """The line as it stands first, then as it reads in the other layout of the keyboard."""
    line = _mended(said)
    yield line
    lower = said.strip().lower()
    for table in (_TO_RUSSIAN, _TO_LATIN):
        if (other := _mended(lower.translate(table))) != line:
            yield other


def _mended(said: str) -> str:
    composed = _SHADES.sub("", unicodedata.normalize("NFKC", said))
    return _WORD.sub(_of_one_alphabet, _DRAWN.sub(r"\1", plain(composed)))


def _of_one_alphabet(word: re.Match[str]) -> str:
    """A word with letters of both is Russian."""
    text = word[0]
    return text.translate(_ALIKE) if re.search("[а-я]", text) and re.search("[a-z]", text) else text


Answer = Literal["yes", "ack", "no", "later", "unclear", "other"]
Phrases = dict[str, str]
LONGEST = 30  # words of a line that is weighed at all
TERMS = ("item", "period", "delivery")
SHORT = 4  # words of a line that asks back ("yes?")
REPEATED = 3  # letters at least of a word of the question that may be said again
_KINDS = (
    "filler",
    "soon",
    "courtesy",
    "thanks",
    "ask",
    "ack",
    "go",
    "yes",
    "doubt",
)  # a later one has the word
_AGREEING = ("yes", "ack", "doubt", "ask", "plan")
_CLAUSE = re.compile(r"[.!;,\n]+|\s[—–-]+\s|\s(?:и|and|so)\s")
_STOP, _AND = re.compile(r"[.!;,\n]+|\s[—–-]+\s"), re.compile(r"\s(?:и|and)\s")
_TOKEN = re.compile(r"[\w'’]+|[^\w\s.,;:!?()\[\]—–\-…*\"«»“”„]")
_QUOTE = re.compile(r"[«»“”„\"]|^\s*>", re.MULTILINE)
_TRAILS_OFF = re.compile(r"(?:\.\.+|…)\s*$")
_SENTENCE_END = re.compile(r"(?<=[.!?])\s")
_TWICE = re.compile(r"(?<!\w)(\w+)\W+\1(?!\w)")  # "ok ok" is impatience
_EMPTY = ("yes", "ack", "go", "noted", "thanks", "filler")


def answer_to(skill: str, said: str, question: str) -> Answer:
    """`question` is the whole of our message: of its last paragraph words may be said again.

    `skill` names a skill, or the tool of an act that needs consent.
    """
    asked = _one_figure(plain(question.rstrip().rsplit("\n\n", 1)[-1]))
    first, *others = (_one_figure(line) for line in readings(said))
    if answer := _sort(skill, first, asked):
        return answer
    slipped = not _read(skill, first, asked) and any(_sort(skill, line, asked) == "yes" for line in others)
    return "yes" if slipped or _orders(skill, first, asked) else _rest(first)


def names_act(tool: str, said: str, question: str) -> bool:
    """Of a line that is a yes: whether it says what to do."""
    asked = _one_figure(plain(question.rstrip().rsplit("\n\n", 1)[-1]))
    lines = [_one_figure(line) for line in readings(said)]
    return any(
        "act" in _read(tool, part, asked).values() for line in lines for part in (line, *_CLAUSE.split(line))
    )


def refuses(tool: str, said: str) -> bool:
    """Nothing but a no: "no, don't refund it", and no other wish beside it."""
    line = _mended(said)
    if "?" in line or _QUOTE.search(line) or not whole(manner("refusal")).match(line.lstrip(" .,!-—")):
        return False
    sober = {phrase for phrase, kind in _phrases(tool).items() if kind not in _AGREEING}
    things = tuple(stem for words in acts_of(tool) for stem in words.thing)
    return _consists_of({*sober, *manner("no"), *manner("refusal"), *manner("noted")}, line, things)


def acknowledges(said: str) -> bool:
    """Nothing but "ok", "I see", thanks, a half yes."""
    return any(_consists_of({*_phrases(""), *manner("noted")}, line) for line in readings(said))


def _consists_of(known: set[str], line: str, things: Stems = ()) -> bool:
    tokens, at = _TOKEN.findall(line), 0
    while at < len(tokens) <= LONGEST:
        size = next((n for n in _SIZES if " ".join(tokens[at : at + n]) in known), 0)
        if not size and not contains(things, tokens[at]):
            return False
        at += size or 1
    return 0 < len(tokens) <= LONGEST


def is_yes(said: str) -> bool:
    """A yes to whatever was asked."""
    return answer_to("", said, "") in ("yes", "ack")


def opens_with_a_question(message: str) -> bool:
    """Nothing is told before it that "ok" could acknowledge."""
    return _SENTENCE_END.split(message.strip())[0].endswith("?")


def _sort(skill: str, line: str, question: str) -> Answer | Literal[""]:
    """Of a line of which every word is known."""
    read = {} if "?" in line or _QUOTE.search(line) else _read(skill, line, question)
    kinds, acts = set(read.values()), _acts(read)
    if not acts and ("thing" in kinds or ("ask" in kinds and "yes" not in kinds)):
        return ""
    rest = " ".join(phrase for phrase, kind in read.items() if kind not in ("courtesy", "thanks"))
    waits = bool(_TRAILS_OFF.search(line)) or "soon" in kinds
    if read and (rest in manner("abort") or ((waits or "doubt" in kinds) and not acts)):
        return "unclear"
    if acts or "yes" in kinds:
        return "yes"
    if "ack" in kinds:
        return "unclear" if "thanks" in kinds or _TWICE.search(line) else "ack"
    return ""


def _acts(read: Phrases) -> bool:
    kinds = set(read.values())
    return bool(kinds & {"act", "go", "plan"}) or (
        "infinitive" in kinds
        and (bool(kinds & {"ask", "yes"}) or not read.keys().isdisjoint(manner("courtesy")))
    )


def _read(skill: str, line: str, question: str) -> Phrases:
    """The phrases of it and of what kind each is; nothing where a word is of no kind."""
    tokens, known = _TOKEN.findall(line), _phrases(skill)
    things = tuple(stem for words in acts_of(skill) for stem in words.thing)
    read, at = Phrases(), 0
    while at < len(tokens) <= LONGEST:
        size = next((n for n in _SIZES if " ".join(tokens[at : at + n]) in known), 0)
        phrase = " ".join(tokens[at : at + (size or 1)])
        again = not size and _said_again(phrase, question)
        if not (size or again or contains(things, phrase)):
            return {}
        read[phrase] = known.get(phrase, "again" if again else "thing")
        at += size or 1
    return read


def _said_again(word: str, asked: str) -> bool:
    """A word of the question, or another one for what it names."""
    if any(set(values_in(kind, word)) & set(values_in(kind, asked)) for kind in TERMS):
        return True
    figure = word[0].isdigit()
    weighty = figure or (len(word) >= REPEATED and not contains(manner("reserve"), word))
    return weighty and word in _TOKEN.findall(asked)


def _one_figure(text: str) -> str:
    """ "1 290" and "12.90" are one word each."""
    joined = re.sub(r"(?<=\d)[ ,\u00a0\u202f](?=\d{3}(?!\d))", "", text)
    return re.sub(r"(?<=\d)[.,](?=\d{1,2}(?!\d))", "_", joined)


def _figures(text: str) -> set[str]:
    return {word for word in _TOKEN.findall(text) if word[0].isdigit()}


def _orders(skill: str, line: str, question: str) -> bool:
    """One clause orders the act and nothing more, and no other holds anything back.

    "I'll take it" is an order alone, but beside something else it may tell of a day to come.
    """
    if "?" in line or _QUOTE.search(line) or _TRAILS_OFF.search(line) or len(_TOKEN.findall(line)) > LONGEST:
        return False
    figures = _figures(line) - _figures(question)
    clauses = {clause: _read(skill, clause, question) for clause in _CLAUSE.split(line)}
    ordered = any(_acts(read) and "plan" not in read.values() for read in clauses.values())
    return (
        ordered
        and not figures
        and not _wants_more(skill, line, question)
        and not _goes_on(list(clauses.values()))
        and not any(reserves(_beside_reasons(skill, c)) for c, read in clauses.items() if not read)
    )


def _goes_on(clauses: list[Phrases]) -> bool:
    """ "I confirm that I am Ann": what follows a go-ahead that does not name the act says what it is for."""
    ordering = [n for n, read in enumerate(clauses) if _acts(read)]
    unnamed = not any("act" in read.values() for read in clauses)
    return bool(ordering) and unnamed and not all(clauses[ordering[0] + 1 :])


def _wants_more(skill: str, line: str, question: str) -> bool:
    """ "Cancel it and order the hub": what "and" joins to the act is part of what is ordered."""
    for sentence in _STOP.split(line):
        parts = [_read(skill, part, question) for part in _AND.split(sentence)]
        if len(parts) > 1 and any(map(_acts, parts)) and not all(parts):
            return True
    return False


def holds_back(said: str) -> bool:
    """A demand that asks back, or sets a condition."""
    asks = "?" in said and not contains(manner("may_you"), said)
    return asks or contains((*manner("if"), *manner("later"), *manner("but")), said)


def reserves(said: str) -> bool:
    """A condition, a doubt, another wish."""
    held = (*manner("reserve"), *manner("story"), *manner("if"), *manner("jest"), *manner("recall"))
    return "?" in said or contains(held, said)


def _beside_reasons(skill: str, clause: str) -> str:
    """A reason for the act holds nothing back."""
    because = tuple(stem for words in acts_of(skill) for stem in words.because)
    return beginnings(because).sub(" ", clause) if because else clause


def _rest(line: str) -> Answer:
    if whole(manner("no")).match(line.lstrip(" .,!-—")) or contains(manner("recall"), line):
        return "no"
    if contains(manner("later"), line):
        return "later"
    tokens = _TOKEN.findall(line)
    if ("?" in line and len(tokens) > SHORT) or contains(manner("question"), line):
        return "other"
    begun = any(whole(manner(kind)).match(" ".join(tokens[:3])) for kind in _EMPTY)
    return "unclear" if begun or not re.search(r"\w\w", line) else "other"


def _joined(line: str) -> str:
    return " ".join(_TOKEN.findall(line))


@lru_cache
def _phrases(skill: str) -> Phrases:
    known = {phrase: kind for kind in _KINDS for phrase in manner(kind)}
    for words in acts_of(skill):
        known |= dict(_forms(words.act))
    return {_joined(plain(phrase)): kind for phrase, kind in known.items()}


_SIZES = range(7, 0, -1)


def _forms(act: Stems) -> Iterator[tuple[str, str]]:
    for form in act:
        if form.startswith("+"):
            yield form[1:], "infinitive"
        elif form.startswith("="):
            yield form[1:], "plan"
        elif form.endswith("*"):
            yield from ((form[:-1] + end, "plan" if end in manner("we") else "act") for end in manner("ends"))
        else:
            yield form, "act"
