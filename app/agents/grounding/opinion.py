"""A second opinion by the meaning of a whole sentence, where rules know no word of it or too many."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import cast

from app.agents.grounding.language import words_of
from app.agents.grounding.reading import OUTSIDE, SentenceReading, has_word, is_question
from app.agents.grounding.sentences import plain, split
from app.agents.grounding.sources import BY_DESK, VALUES, Claim, Evidence, is_ours, is_today, states, stems
from app.agents.grounding.telling import special

CLAIM = "claim"
"""What the fitted model calls a sentence that states or promises something of this customer's."""
CERTAIN, DOUBTED, TRUSTED = 0.9, 0.8, 0.5
"""Probability of a claim from which a sentence needs support after an act and without one, and up to which
rules are not believed."""
ALIKE = 0.5  # of the longer words of a sentence: an article says it
SHORTEST = 3  # words that can claim something
_PARTS, _FIGURE = re.compile(r"[,;:—]"), re.compile(r"(?<![\w-])\d+(?![\w-])")


def review(found: list[Claim], reading: SentenceReading, evidence: Evidence, lang: str) -> list[Claim]:
    """`found` are the claims by the rules that nothing supports; figures are theirs alone."""
    if any(claim.kind in VALUES for claim in found):
        return found
    if found:
        parts = (_p(part, evidence) >= DOUBTED for part in _parts(found, reading))
        trusted = _p(reading.sentence, evidence) > TRUSTED or any(parts)
        return found if trusted else list(_firm(found, reading))
    sentence = reading.sentence
    if len(reading.words) < SHORTEST or is_question(sentence):
        return []
    rests, extras = _rests(reading, evidence, lang), list(_extras(reading, evidence, lang))
    least = CERTAIN if evidence.done - BY_DESK else DOUBTED
    if (rests and not extras) or _p(sentence, evidence) < least:
        return []
    return extras or [Claim("outcome", sentence, sentence)]


def _firm(found: list[Claim], reading: SentenceReading) -> Iterator[Claim]:
    """What a cue of an act has found, and no general rule: "the compensation is credited"."""
    cued = {deed.text for deed in reading.deeds if not deed.general}
    return (claim for claim in found if claim.text in cued)


def _extras(reading: SentenceReading, evidence: Evidence, lang: str) -> Iterator[Claim]:
    """What a supported sentence tells beside the act: other spans and hours, a gift, somebody of rank."""
    for value in reading.values:
        if not states(value, reading, evidence, lang):
            yield Claim(value.kind, value.text, reading.sentence)
    for word in sorted(set(special(reading.words)) - set(special(_known_words(evidence)))):
        yield Claim("outcome", word, reading.sentence)


def _known_words(evidence: Evidence) -> frozenset[str]:
    if _known_words not in evidence.memo:
        evidence.memo[_known_words] = frozenset(
            w.text for t in evidence.texts for w in words_of(plain(t), ())
        )
    return cast(frozenset[str], evidence.memo[_known_words])


def _parts(found: list[Claim], reading: SentenceReading) -> Iterator[str]:
    """Of the sentence, those that hold a claim: a rule of the house may stand before it."""
    for part in _PARTS.split(plain(reading.sentence)):
        if len(part.split()) >= SHORTEST and any(claim.text in part for claim in found):
            yield part.strip()


def _p(sentence: str, evidence: Evidence) -> float:
    """Kept for the turn: a sentence of a stream comes again when the reply is checked as a whole."""
    assert evidence.reader is not None
    key = (sentence, CLAIM)
    if key not in evidence.memo:
        evidence.memo[key] = evidence.reader.read(plain(sentence)).p(CLAIM)
    return float(evidence.memo[key])


def _rests(reading: SentenceReading, evidence: Evidence, lang: str) -> bool:
    """Rules found all deeds supported, a figure is one of ours and nobody else is said to act, or an article
    says it."""
    ours = any(is_ours(v, evidence, lang) or (v.relative and is_today(v, evidence)) for v in reading.values)
    return bool(
        reading.deeds
        or ((ours or _counted(reading.sentence, evidence)) and not has_word(OUTSIDE, reading.words))
        or _is_article(reading.sentence, evidence)
    )


def _counted(sentence: str, evidence: Evidence) -> bool:
    """Bare figures that all stand in results: "38 of 50 GB"."""
    told = _FIGURE.findall(sentence)
    results = {n for text in evidence.texts if text.startswith("{") for n in _FIGURE.findall(text)}
    return len(told) > 1 and results.issuperset(told)


def _is_article(sentence: str, evidence: Evidence) -> bool:
    mine = stems(sentence)
    articles = (text for text in evidence.texts if not text.startswith("{"))
    told = (stems(known) for text in articles for known in split(text))
    return any(len(mine & other) >= ALIKE * len(mine) for other in told)
