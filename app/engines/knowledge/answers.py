"""Which approved answer fits a question; near certain, or none."""

from __future__ import annotations

import re
from difflib import SequenceMatcher

import numpy as np

from app.core.knowledge import Approved, ApprovedAnswer, KnowledgeIndex
from app.core.text import fold, is_typical

CERTAIN = 0.8
"""Least centred cosine beside the same words (docs/knowledge.md tells how it was chosen)."""
ALIKE, BEGINNING = 0.8, 3  # two forms of a word, or a typo: this like, and the first letters are the same
_WORD = re.compile(r"\w+")
_RUSSIAN = "а и ли же бы ну вот вы вас у вам ваш ваша ваши ваше это то пожалуйста подскажите скажите привет"
_ENGLISH = "the a an do does is are i you your please hello hi tell can could would it"
_FILLERS = frozenset(f"{_RUSSIAN} здравствуйте добрый день {_ENGLISH}".split())


def find_answer(index: KnowledgeIndex, question: str, lang: str, last_resort: str) -> Approved | None:
    """Synonyms are no match: "turn on" and "turn off" are as near to each other as to any of theirs.

    Articles of the agent who is the last resort answer nothing: their matters are decided case by case.
    """
    if not is_typical(question):
        return None
    asked = _words(question)
    places = [n for n, approval in enumerate(index.approvals) if approval.lang == lang]
    scores = {
        n: _score(index, n, question) for n in places if _alike(_words(index.approvals[n].question), asked)
    }
    best = max(scores, key=lambda n: scores[n], default=None)
    if best is None or scores[best] < CERTAIN:
        return None
    return _answer(index, index.approvals[best], scores[best], last_resort)


def _score(index: KnowledgeIndex, place: int, question: str) -> float:
    """1 for the same words; without an embedder 0 for any other."""
    if _words(index.approvals[place].question) == _words(question):
        return 1.0
    if index.embed is None or index.phrased is None:
        return 0.0
    return float(np.clip(index.phrased[place] @ index.embed(question), 0, 1))


def _answer(
    index: KnowledgeIndex, approval: ApprovedAnswer, score: float, last_resort: str
) -> Approved | None:
    """None where the article has gone, or came to belong to whoever decides about disputes."""
    if approval.text:
        return Approved(article_id=approval.article_id, text=approval.text, lang=approval.lang, score=score)
    article = index.articles.get((approval.lang, approval.article_id))
    if article is None or article.agent == last_resort:
        return None
    return Approved(article_id=article.id, text=article.body, lang=article.lang, score=score)


def _words(text: str) -> list[str]:
    """What is asked, in order; fillers only where there is nothing else."""
    words = _WORD.findall(fold(text))
    return [word for word in words if word not in _FILLERS] or words


def _alike(ours: list[str], theirs: list[str]) -> bool:
    """The same words in the same order, but for endings and typos."""
    return len(ours) == len(theirs) and all(map(_same, ours, theirs))


def _same(one: str, other: str) -> bool:
    if one == other:
        return True
    if one[:BEGINNING] != other[:BEGINNING] or any(c.isdigit() for c in one + other):
        return False
    return SequenceMatcher(None, one, other).ratio() >= ALIKE
