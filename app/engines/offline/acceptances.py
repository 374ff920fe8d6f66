"""What of a line only tells that the terms of a question are known or suit: no yes, and nothing held back."""

from __future__ import annotations

import re
from functools import lru_cache

from app.engines.offline.lexicon import manner, plain
from app.engines.offline.question_words import TOKEN, is_of_question, joined, longest

CLAUSE = re.compile(r"[.!;,\n]+|\s[—–-]+\s|\s(?:и|and|so)\s")
_THAT = re.compile(r",\s*(?:что|that)\b")


def beside_terms(skill: str, line: str, question: str) -> tuple[str, set[str]]:
    """The line without the clauses that only tell that the terms are known (`informed`) or suit (`suits`)."""
    kept, told = list[str](), set[str]()
    for clause in CLAUSE.split(_THAT.sub(" ", line)):
        kind, rest = _of_terms(skill, clause, question)
        told |= {kind} - {""}
        kept.append((rest if kind else clause).strip())
    return (", ".join(filter(None, kept)) if told else line), told


def _of_terms(skill: str, clause: str, question: str) -> tuple[str, str]:
    """What a clause tells of the terms, and the yes in it; nothing where it tells anything else."""
    tokens, known, kinds, agreed, at = TOKEN.findall(clause), _term_phrases(), set[str](), list[str](), 0
    while at < len(tokens):
        size = longest(tokens, at, known)
        phrase = " ".join(tokens[at : at + (size or 1)])
        if not size and not is_of_question(skill, tokens, at, question):
            return "", clause
        kind = known[phrase] if size else "figure" if phrase[0].isdigit() else "again"
        kinds.add(kind)
        agreed += _agreed_in(phrase, kind)
        at += size or 1
    if "suits" in kinds and kinds & {"figure", "terms"}:
        return "suits", " ".join(agreed)
    let = "let" in kinds and kinds & {"figure", "again"}
    return ("informed" if let or "informed" in kinds else ""), " ".join(agreed)


def _agreed_in(phrase: str, kind: str) -> list[str]:
    """ "I agree to 12 900" agrees, "12 900 is fine" does not yet."""
    if kind in ("yes", "consent"):
        return [phrase]
    return [one for one in manner("consent") if kind == "suits" and phrase.startswith(f"{one} ")][:1]


@lru_cache
def _term_phrases() -> dict[str, str]:
    kinds = ("filler", "courtesy", "thanks", "consent", "yes", "subject", "terms", "let", "informed", "suits")
    return {joined(plain(phrase)): kind for kind in kinds for phrase in manner(kind)}
