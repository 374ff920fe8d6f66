"""Whether a customer asks for something to be done. Questions, stories and negations ask for nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import islice

from app.engines.offline.lexicon import Stems, Words, beginnings, contains, manner, plain, words_of

_QUOTED, _CLOSING = re.compile(r"[«“\"][^»”\"]*[»”\"]"), '»”"'
_HIDDEN = re.compile(r"<!--(?:[^-]|-(?!->))*+(?:-->|$)")
_LINE_END = re.compile(r"(?<!\s)\s*\n\s*")  # tried once in a run of blanks
_SENTENCE = re.compile(r"(?<=[!?\n])\s*|(?<=\.)\s+|\n")
_CLAUSE = re.compile(r"[,;:()!?\n]+|\.(?:\s|$)|\s[—–-]\s|\s(?:но|потому что|поэтому|but|because|so)\s")
_WORD = re.compile(r"[\w'-]+")
NEAR = 3  # words before a verb in which a negation belongs to it
OPENING = 8  # words in which a demand is over
WISHED = 4  # words before a noun in which the wish for it stands
LEAD = 4  # words at most that may stand before a bare verb
VERBS = 20  # of one clause that are looked at: each looks back to its beginning


def demanded(skill: str, text: str, around: str = "") -> bool:
    """`around` is what a short demand refers to ("cancel it")."""
    said = _bare(text)
    about = f"{said} {around}"
    return not contains(manner("jest"), said) and any(
        _fits(words, said, about) and _found(_forms(words), said) and _demands(words, said)
        for words in words_of(skill)
    )


def asked_at_a_time(skill: str, text: str) -> bool:
    """Beside a time that is named less is a demand: "tomorrow after six, call me"."""
    said = _bare(text)
    if contains((*manner("story"), *manner("if"), *manner("jest"), *manner("recall")), said):
        return False
    return any(
        not contains(words.never, said) and not _negated(said[: hit.start()])
        for words in words_of(skill)
        for hit in islice(beginnings(words.thing).finditer(said), VERBS)
    )


def inquired(skill: str, text: str) -> bool:
    """A question about doing it: "how do I cancel?"."""
    said = _bare(text)
    return any(
        _fits(words, said, said) and _found((*words.to, *words.noun), said) for words in words_of(skill)
    ) and ("?" in said or contains(manner("question"), said))


def mentioned(skill: str, text: str) -> bool:
    """A question that records can answer."""
    said = _bare(text)
    return any(
        _all_in(cue, sentence)
        for words in words_of(skill)
        if words.ask and not contains(words.never, said)
        for cue in words.ask
        if _all_in(cue, said)
        for sentence in _SENTENCE.split(said)
        if not contains((*manner("story"), *manner("if")), sentence)
    )


def declines(text: str) -> bool:
    said = plain(text)
    return _starts(manner("no"), said) or contains(manner("recall"), said)


def without(skill: str, text: str) -> str:
    """What is said besides the demand: "open a ticket: no sound" is "no sound"."""
    parts = re.split(r"(?<=[,;:.!?\n])\s*", text)
    kept = [p for p in parts if not any(_demands(w, plain(p), strict=False) for w in words_of(skill))]
    return " ".join(kept).strip(" ,;:.-—")


def beyond(skill: str, text: str) -> str:
    """What follows the words of the demand: "add to my ticket that it fails" is "it fails"."""
    forms = [form for words in words_of(skill) for form in _forms(words)]
    about = tuple(stem for words in words_of(skill) for stem in words.of)
    words = [plain(word).strip(" ,;:.!?") for word in text.split()]
    ends = [n for n, word in enumerate(words[:OPENING], 1) if word in forms or contains(about, word)]
    start = max(ends, default=0)
    return " ".join(text.split()[start + (words[start : start + 1] in [[w] for w in manner("that")]) :])


def remainder(skill: str, text: str) -> str:
    """The line without the words that make it a demand."""
    said = plain(text)
    for words in words_of(skill):
        for pattern in (whole((*_forms(words), "\0")), beginnings((*words.of, "\0"))):
            said = pattern.sub(" ", said)
    return beginnings(manner("wish")).sub(" ", said)


def _fits(words: Words, said: str, about: str) -> bool:
    return (not words.of or contains(words.of, about)) and not contains(words.never, said)


def _demands(words: Words, said: str, strict: bool = True) -> bool:
    for sentence in _SENTENCE.split(said):
        asks = "?" in sentence
        for clause in _CLAUSE.split(sentence):
            if not _found(_forms(words), clause):
                continue
            if not strict or (_demand_in(words, clause, asks) and not _taken_back(words, clause, said)):
                return True
    return False


def _demand_in(words: Words, clause: str, asks: bool) -> bool:
    if contains((*manner("if"), *manner("story")), clause):
        return False
    return any(_holds(words, verb, kind, clause, asks) for kind, verb in islice(_verbs(words, clause), VERBS))


def _holds(words: Words, verb: re.Match[str], kind: str, clause: str, asks: bool) -> bool:
    before = clause[: verb.start()]
    if _negated(before) or (kind == "noun" and contains(_but(words, manner("negation")), clause)):
        return False
    if kind == "do":
        return True
    if contains(manner("question"), before):
        return False
    if kind == "noun":
        return contains(manner("wish"), _last(before, WISHED)) or contains(
            manner("wish"), clause[verb.end() :]
        )
    if contains(manner("wish"), before):
        return True
    led = _WORD.findall(before)
    bare = len(led) <= LEAD and all(w in manner("lead") for w in led)
    beside = f"{before} {clause[verb.end() :]}"  # "stop the renewal" is no negation
    return bare and not asks and not contains(manner("negation"), beside)


def _verbs(words: Words, clause: str) -> Iterator[tuple[str, re.Match[str]]]:
    for kind, forms in (("do", words.do), ("to", words.to), ("noun", words.noun)):
        if forms:
            yield from ((kind, verb) for verb in whole(forms).finditer(clause))


def _negated(before: str) -> bool:
    asked = beginnings(manner("polite")).sub(" ", before)
    return contains(manner("negation"), _last(asked, NEAR))


def _last(text: str, words: int) -> str:
    return " ".join(_WORD.findall(text)[-words:])


def _taken_back(words: Words, clause: str, said: str) -> bool:
    """ "I changed my mind" after a demand for one's money is the reason for it, unless more takes it back."""
    after = said[said.find(clause) + len(clause) :]
    recall = manner("recall")
    return contains(recall if contains(manner("keep"), after) else _but(words, recall), after)


def _but(words: Words, stems: Stems) -> Stems:
    """Without those that are reasons for it."""
    return tuple(stem for stem in stems if stem not in words.because)


def _forms(words: Words) -> Stems:
    return (*words.do, *words.to, *words.noun)


def _found(forms: Stems, text: str) -> re.Match[str] | None:
    return whole(forms).search(text) if forms else None


@lru_cache(maxsize=256)
def whole(forms: Stems) -> re.Pattern[str]:
    """Any of the words, as it stands."""
    return re.compile(r"(?<![\w-])(?:" + "|".join(map(re.escape, forms)) + r")(?!\w)")


def _starts(forms: Stems, said: str) -> bool:
    found = _found(forms, said)
    return found is not None and not _WORD.search(said[: found.start()])


def _all_in(cue: tuple[Stems, ...], sentence: str) -> bool:
    return all(contains(group, sentence) for group in cue)


def _bare(text: str) -> str:
    """Without quotations and reports: what others said is no demand. A name in quotes stays.

    What a page would not show ("<!-- … -->") was not said at all.
    """
    said = plain(_LINE_END.sub(". ", _HIDDEN.sub(" ", text)))
    said = _reported().sub(" ", said)
    end = max(map(said.rfind, _CLOSING)) + 1  # no quotation is looked for where none can end
    return (_QUOTED.sub(_name_alone, said[:end]) + said[end:]).replace("₽", " ₽ ")


@lru_cache
def _reported() -> re.Pattern[str]:
    """ "My neighbour says: order the hub"."""
    return re.compile(beginnings(manner("story")).pattern + r"[^.!?\n:]{0,80}:[^.!?\n]*")


def _name_alone(quotation: re.Match[str]) -> str:
    return " " if len(quotation[0].split()) > 1 else quotation[0]
