"""Whether a line is a yes to the question just put. One principle: a yes is a line that holds nothing else.

Every word of it must be known: a yes, a go-ahead, the act itself, a courtesy, or a word of the question. What
only acknowledges ("ok", a thumb) counts where nothing but the question was said. A line that orders the act
itself in a clause of its own may give a reason beside it, but no condition, no question and no other terms.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Literal

from app.adapters.llm.phrasebook import beginnings, contains, plain
from app.adapters.llm.skills.book import Stems, manner, words_of
from app.adapters.llm.skills.hearing import whole
from app.adapters.llm.skills.slips import readings
from app.adapters.llm.skills.slots import values_in

Answer = Literal["yes", "ack", "no", "later", "unclear", "other"]
Phrases = dict[tuple[str, ...], str]
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
_CLAUSE = re.compile(r"[.!;,\n]+|\s[—–-]+\s|\s(?:и|and|so)\s")
_TOKEN = re.compile(r"[\w'’]+|[^\w\s.,;:!?()\[\]—–\-…*\"«»“”„]")
_QUOTE = re.compile(r"[«»“”„\"]|^\s*>", re.MULTILINE)
_TRAILS_OFF = re.compile(r"(?:\.\.+|…)\s*$")
_SENTENCE_END = re.compile(r"(?<=[.!?])\s")
_EMPTY = ("yes", "ack", "go", "noted", "thanks", "filler")


def answer_to(skill: str, said: str, question: str) -> Answer:
    """`question` is the whole of our message: of its last paragraph words may be said again."""
    first, *others = readings(said)
    for line in (first, *others):
        if (answer := _sort(skill, line, question)) and (line == first or answer in ("yes", "ack")):
            return answer
    return "yes" if _orders(skill, first, question) else _rest(first)


def is_yes(said: str) -> bool:
    """A yes to whatever was asked."""
    return answer_to("", said, "") in ("yes", "ack")


def opens_with_a_question(message: str) -> bool:
    """Nothing is told before it that "ok" could acknowledge."""
    return _SENTENCE_END.split(message.strip())[0].endswith("?")


def _sort(skill: str, line: str, question: str) -> Answer | Literal[""]:
    """Of a line of which every word is known."""
    kinds = set() if "?" in line or _QUOTE.search(line) else _kinds(skill, line, question)
    acts = _acts(kinds)
    waits = bool(_TRAILS_OFF.search(line)) or "soon" in kinds
    if kinds and ("doubt" in kinds or _joined(line) in manner("abort") or (waits and not acts)):
        return "unclear"
    if acts or "yes" in kinds:
        return "yes"
    if "ack" in kinds:
        return "unclear" if "thanks" in kinds else "ack"
    return ""


def _acts(kinds: set[str]) -> bool:
    return bool(kinds & {"act", "go"}) or ("infinitive" in kinds and bool(kinds & {"ask", "yes", "ack"}))


def _kinds(skill: str, line: str, question: str) -> set[str]:
    """The kinds of its words; none where one is of no kind."""
    tokens, known = _TOKEN.findall(line), _phrases(skill)
    things = tuple(stem for words in words_of(skill) for stem in words.thing)
    asked = plain(question.rstrip().rsplit("\n\n", 1)[-1])
    kinds, at = set[str](), 0
    while at < len(tokens) <= LONGEST:
        size = next((n for n in _SIZES if tuple(tokens[at : at + n]) in known), 0)
        if size:
            kinds.add(known[tuple(tokens[at : at + size])])
        elif not (contains(things, tokens[at]) or _said_again(tokens[at], asked)):
            return set()
        at += size or 1
    return kinds


def _said_again(word: str, asked: str) -> bool:
    """A word of the question, or another one for what it names."""
    if any(set(values_in(kind, word)) & set(values_in(kind, asked)) for kind in TERMS):
        return True
    weighty = word.isdigit() or (len(word) >= REPEATED and not contains(manner("reserve"), word))
    return weighty and word in _TOKEN.findall(asked)


def _orders(skill: str, line: str, question: str) -> bool:
    """One clause orders the act and nothing more, and no other holds anything back."""
    if "?" in line or _QUOTE.search(line) or _TRAILS_OFF.search(line) or len(_TOKEN.findall(line)) > LONGEST:
        return False
    figures = set(re.findall(r"\d+", line)) - set(re.findall(r"\d+", question))
    clauses = {clause: _kinds(skill, clause, question) for clause in _CLAUSE.split(line)}
    ordered = any(_acts(kinds) for kinds in clauses.values())
    return (
        ordered
        and not figures
        and not any(reserves(_beside_reasons(skill, c)) for c, kinds in clauses.items() if not kinds)
    )


def holds_back(said: str) -> bool:
    """A demand that asks back, or sets a condition."""
    asks = "?" in said and not contains((*manner("polite"), *manner("wish")), said)
    return asks or contains((*manner("if"), *manner("later"), *manner("but")), said)


def reserves(said: str) -> bool:
    """A condition, a doubt, another wish."""
    held = (*manner("reserve"), *manner("story"), *manner("if"), *manner("jest"), *manner("recall"))
    return "?" in said or contains(held, said)


def _beside_reasons(skill: str, clause: str) -> str:
    """A reason for the act holds nothing back."""
    because = tuple(stem for words in words_of(skill) for stem in words.because)
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
    for words in words_of(skill):
        known |= dict(_forms(words.act))
    return {tuple(_TOKEN.findall(plain(phrase))): kind for phrase, kind in known.items()}


_SIZES = range(7, 0, -1)


def _forms(act: Stems) -> Iterator[tuple[str, str]]:
    for form in act:
        if form.startswith("+"):
            yield form[1:], "infinitive"
        elif form.endswith("*"):
            yield from ((form[:-1] + end, "act") for end in manner("ends"))
        else:
            yield form, "act"
