"""The index in use, replaceable during searches, and the approved answer that fits a question closely."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, ItemsView, Iterator, KeysView, Mapping, Sequence, ValuesView
from difflib import SequenceMatcher

import numpy as np

from app.core.company import in_use
from app.core.knowledge import Approved, ApprovedAnswer, KnowledgeIndex, Library, Shelves
from app.core.models import Article, Passage
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


class LiveKnowledge:
    """One attribute holds the index: a search sees the old one or the new one, never parts of both.

    Everything blocks. Questions are searched as they stand. Raises LibraryDamaged when it is made.
    """

    def __init__(
        self,
        library: Library,
        approved_answers: bool = True,
        last_resort: str | None = None,
    ) -> None:
        self._last_resort = in_use().last_resort if last_resort is None else last_resort
        self._library = library
        self._approved_answers = approved_answers
        self._building = threading.Lock()
        self._stamp = library.stamp()
        self._index = library.index()

    @property
    def articles(self) -> Mapping[tuple[str, str], Article]:
        """A view of whatever index is searched at the moment of each access."""
        return LiveArticles(lambda: self._index.articles)

    @property
    def approvals(self) -> Sequence[ApprovedAnswer]:
        """In the order in which they were approved."""
        return self._index.approvals

    def search(
        self, question: str, lang: str, agent: str | None = None, top: int = 3, about: str = ""
    ) -> list[Passage]:
        return self._index.base.search(question, lang, agent, top, about)

    def find(self, article_id: str, lang: str) -> Article | None:
        return self._index.base.find(article_id, lang)

    def find_approved(self, question: str, lang: str) -> Approved | None:
        """A person's answer to a typical question, where the match is near certain. CPU-bound."""
        if not (self._approved_answers and self._index.approvals):
            return None
        return find_answer(self._index, question, lang, self._last_resort)

    def needs_person(self, article: Article) -> bool:
        """Its agent, the last resort, decides about disputes: it is never an approved answer."""
        return article.agent == self._last_resort

    def is_current(self) -> bool:
        """False once the library has changed since the index was built. Cheap."""
        return self._library.stamp() == self._stamp

    def refresh(self) -> None:
        """Build a new index and put it in place. CPU-bound, seconds. Raises LibraryDamaged."""
        with self._building:
            stamp = self._library.stamp()
            index = self._library.index()
            self._index, self._stamp = index, stamp


class LiveArticles(Mapping[tuple[str, str], Article]):
    """An iteration runs over the articles of one index, even if another takes its place meanwhile."""

    def __init__(self, now: Callable[[], Shelves]) -> None:
        self._now = now

    def __getitem__(self, key: tuple[str, str]) -> Article:
        return self._now()[key]

    def __iter__(self) -> Iterator[tuple[str, str]]:
        return iter(self._now())

    def __len__(self) -> int:
        return len(self._now())

    def keys(self) -> KeysView[tuple[str, str]]:
        return self._now().keys()

    def values(self) -> ValuesView[Article]:
        return self._now().values()

    def items(self) -> ItemsView[tuple[str, str], Article]:
        return self._now().items()
