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

from app.engines.offline.acceptances import CLAUSE, beside_terms
from app.engines.offline.lexicon import Stems, Words, acts_of, beginnings, contains, manner, plain, whole
from app.engines.offline.question_words import (
    TOKEN,
    figures_as_words,
    figures_in,
    joined,
    kind_of,
    longest,
    stems_of,
)  # fmt: skip
from app.engines.offline.slips import mend, readings

Answer = Literal["yes", "ack", "no", "later", "unclear", "other"]
Phrases = dict[str, str]
LONGEST = 30  # words of a line that is weighed at all
SHORT = 4  # words of a line that asks back ("yes?")
_KINDS = ("filler", "soon", "courtesy", "thanks", "ask", "ack", "go", "consent", "yes", "doubt")
"""A later one has the word."""
_AGREEING = ("yes", "consent", "ack", "doubt", "ask", "plan")
_OF_ACT = ("given", "thing")
_SOBER, _ORDERING = ("filler", "courtesy", "thanks"), ("act", "plan", "infinitive", "open")
_MENDED = ("yes", "consent", "courtesy")
_STOP, _AND = re.compile(r"[.!;,\n]+|\s[—–-]+\s"), re.compile(r"\s(?:и|and)\s")
_QUOTE = re.compile(r"[«»“”„\"]|^\s*>", re.MULTILINE)
_TRAILS_OFF = re.compile(r"(?:\.\.+|…)\s*$")
_SENTENCE_END = re.compile(r"(?<=[.!?])\s")
_TWICE = re.compile(r"(?<!\w)(\w+)\W+\1(?!\w)")  # "ok ok" is impatience
_EMPTY = ("yes", "consent", "ack", "go", "noted", "thanks", "filler")


def answer_to(skill: str, said: str, question: str) -> Answer:
    """`question` is the whole of our message: of its last paragraph words may be said again.

    `skill` names a skill, or the tool of an act that needs consent.
    """
    asked = figures_as_words(plain(question.rstrip().rsplit("\n\n", 1)[-1]))
    first, *others = (figures_as_words(line) for line in readings(said, _words_of(skill)))
    if answer := _sort(skill, first, asked):
        return answer
    slipped = not _read(skill, first, asked) and any(_sort(skill, line, asked) == "yes" for line in others)
    return "yes" if slipped or _orders(skill, first, asked) else _rest(first)


def names_act(tool: str, said: str, question: str) -> bool:
    """Of a line that is a yes: whether it says what to do."""
    asked = figures_as_words(plain(question.rstrip().rsplit("\n\n", 1)[-1]))
    lines = [figures_as_words(line) for line in readings(said, _words_of(tool))]
    return any(
        "act" in _read(tool, part, asked).values() for line in lines for part in (line, *CLAUSE.split(line))
    )


def refuses(tool: str, said: str) -> bool:
    """Nothing but a no: "no, don't refund it", "hmm, scrap that", and no other wish beside it.

    Before the no stands nothing but what says nothing: "cancel it, no need to ask" is none.
    """
    line = mend(said)
    if "?" in line or _QUOTE.search(line):
        return False
    tokens, roles, at = TOKEN.findall(line), _roles_of(tool), 0
    read: list[str] = []
    while at < len(tokens) <= LONGEST:
        size = longest(tokens, at, roles)
        thing = not size and "no" in read and contains(stems_of(tool), tokens[at])
        read.append("act" if thing else roles.get(" ".join(tokens[at : at + size]), ""))
        at += size or 1
    return "" not in read and next((role for role in read if role != "beside"), "") == "no"


@lru_cache
def _roles_of(tool: str) -> dict[str, str]:
    """The phrases of a line that refuses: the no, the act after it, and what may stand beside it."""
    kinds = phrases_of(tool)
    orders = {p for p, kind in kinds.items() if kind in _ORDERING}
    nos = {*manner("no"), *manner("refusal")}
    if not orders.isdisjoint(manner("call_off")):  # "scrap it" may mean what is to be cancelled
        nos, orders = nos - {*manner("call_off")}, orders | (nos & {*manner("call_off")})
    sober = {
        p for p, kind in kinds.items() if kind not in _AGREEING and p.split()[0] not in manner("refusal")
    }
    beside = {*manner("noted"), *manner("beside_refusal")} | {p for p in sober if kinds[p] in _SOBER}
    roles = dict.fromkeys(sober, "act") | dict.fromkeys(beside, "beside") | dict.fromkeys(nos, "no")
    roles |= dict.fromkeys(orders - set(manner("no")), "act")
    return {joined(plain(p)): role for p, role in roles.items()} | dict.fromkeys(manner("unread"), "")


def acknowledges(said: str) -> bool:
    """Nothing but "ok", "I see", thanks, a half yes."""
    return any(_consists_of({*phrases_of(""), *manner("noted")}, line) for line in readings(said))


def _consists_of(known: set[str], line: str) -> bool:
    tokens, at = TOKEN.findall(line), 0
    while at < len(tokens) <= LONGEST:
        size = longest(tokens, at, known)
        if not size:
            return False
        at += size
    return 0 < len(tokens) <= LONGEST


def is_yes(said: str) -> bool:
    """A yes to whatever was asked."""
    return answer_to("", said, "") in ("yes", "ack")


def opens_with_a_question(message: str) -> bool:
    """Nothing is told before it that "ok" could acknowledge."""
    return _SENTENCE_END.split(message.strip())[0].endswith("?")


def _sort(skill: str, line: str, question: str) -> Answer | Literal[""]:
    """Of a line of which every word is known."""
    bare, told = beside_terms(skill, line, question)
    read = {} if "?" in line or _QUOTE.search(line) else _read(skill, bare, question)
    kinds, acts = set(read.values()), _acts(read)
    if not acts and (
        ("ask" in kinds and "yes" not in kinds) or ("informed" in told and "consent" not in kinds)
    ):
        return ""
    rest = " ".join(phrase for phrase, kind in read.items() if kind not in ("courtesy", "thanks"))
    waits = bool(_TRAILS_OFF.search(line)) or "soon" in kinds
    if read and (
        rest in manner("abort") or _is_cut_off(line, read) or ((waits or "doubt" in kinds) and not acts)
    ):
        return "unclear"
    if acts or kinds & {"yes", "consent"}:
        return "yes"
    if "ack" in kinds:
        return "unclear" if "thanks" in kinds or _TWICE.search(line) else "ack"
    return ""


def _is_cut_off(line: str, read: Phrases) -> bool:
    """ "Yes, well": what would come next is not said."""
    last = TOKEN.findall(line)[-1]
    return last in manner("dangling") and not any(phrase.endswith(f" {last}") for phrase in read)


def _acts(read: Phrases) -> bool:
    return _names(read) or "go" in read.values()


def _names(read: Phrases) -> bool:
    """A bare infinitive needs a word that wants it."""
    kinds = set(read.values())
    wanted = bool(kinds & {"ask", "yes", "consent"}) or not read.keys().isdisjoint(manner("courtesy"))
    return bool(kinds & {"act", "plan"}) or ("infinitive" in kinds and wanted)


def _read(skill: str, line: str, question: str) -> Phrases:
    """The phrases of it and of what kind each is; nothing where a word is of no kind, or where words of the
    question are said again beside no act."""
    tokens, known = TOKEN.findall(line), phrases_of(skill)
    read, at, opened = Phrases(), 0, False
    while at < len(tokens) <= LONGEST:
        size = longest(tokens, at, known)
        phrase = " ".join(tokens[at : at + (size or 1)])
        kind = known[phrase] if size else kind_of(skill, tokens, at, question)
        if not kind or (opened and kind not in _OF_ACT):
            return {}
        opened = kind == "open"
        read[phrase] = "act" if opened else kind
        at += size or 1
    beside = not {"again", "thing", "own"}.isdisjoint(read.values())
    return {} if opened or (beside and not _names(read)) or _counts_otherwise(tokens, question) else read


def _counts_otherwise(tokens: list[str], question: str) -> bool:
    """ "One" where several are asked about."""
    return contains(manner("several"), question) and not set(tokens).isdisjoint(manner("single"))


def _orders(skill: str, line: str, question: str) -> bool:
    """One clause orders the act and nothing more, and no other holds anything back.

    "I'll take it" is an order alone, but beside something else it may tell of a day to come.
    """
    if "?" in line or _QUOTE.search(line) or _TRAILS_OFF.search(line) or len(TOKEN.findall(line)) > LONGEST:
        return False
    figures = figures_in(line) - figures_in(question)
    clauses = {clause: _read(skill, clause, question) for clause in CLAUSE.split(line)}
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
    tokens = TOKEN.findall(line)
    if ("?" in line and len(tokens) > SHORT) or contains(manner("question"), line):
        return "other"
    begun = any(whole(manner(kind)).match(" ".join(tokens[:3])) for kind in _EMPTY)
    return "unclear" if begun or not re.search(r"\w\w", line) else "other"


@lru_cache
def _words_of(skill: str) -> frozenset[str]:
    """In which slips are mended. Not in verbs: "включите" undoes "выключите", "проехали" drops "поехали"."""
    kinds = phrases_of(skill).items()
    words = (phrase for phrase, kind in kinds if kind in _MENDED and " " not in phrase)
    return frozenset({*words, *manner("confirming")})


@lru_cache
def phrases_of(skill: str) -> Phrases:
    known = {phrase: kind for kind in (*_KINDS, "own") for phrase in manner(kind)}
    for words in acts_of(skill):
        known |= dict(_forms(words))
    return {joined(plain(phrase)): kind for phrase, kind in known.items()}


def _forms(words: Words) -> Iterator[tuple[str, str]]:
    for form in words.act:
        if form.startswith("+"):
            yield form[1:], "infinitive"
        elif form.startswith("="):
            yield form[1:], "plan"
        elif form.endswith(">"):
            yield form[:-1], "open"
        elif "*" in form:
            yield from (
                (form.replace("*", end), "plan" if end in manner("we") else "act") for end in manner("ends")
            )
        elif "_" in form:
            yield from _with_objects(form, words.thing)
        else:
            yield form, "act"


def _with_objects(form: str, things: Stems) -> Iterator[tuple[str, str]]:
    """ "cancel _" is "cancel it", "cancel my plan", and "cancel the" before a word of the question."""
    determiners = manner("determiner")
    named = (f"{which} {thing}" for which in determiners for thing in things)
    yield from ((form.replace("_", one), "act") for one in (*manner("object"), *things, *named))
    if form.endswith("_"):
        yield from ((form.replace("_", which), "open") for which in determiners)
