"""The index that is searched now; a new one takes its place while searches run."""

from __future__ import annotations

import threading
from collections.abc import Callable, ItemsView, Iterator, KeysView, Mapping, Sequence, ValuesView

from app.core.company import in_use
from app.core.knowledge import Approved, ApprovedAnswer, Library, Shelves
from app.core.models import Article, Passage
from app.engines.knowledge import answers


class LiveKnowledge:
    """One attribute holds the index: a search sees the old one or the new one, never parts of both.

    Everything blocks. `meant` gives back what a question says that was typed in another keyboard layout.
    Raises LibraryDamaged when it is made.
    """

    def __init__(
        self,
        library: Library,
        meant: Callable[[str], str] = str,
        approved_answers: bool = True,
        last_resort: str | None = None,
    ) -> None:
        self._last_resort = in_use().last_resort if last_resort is None else last_resort
        self._library = library
        self._meant = meant
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

    def search(self, question: str, lang: str, agent: str | None = None, top: int = 3) -> list[Passage]:
        return self._index.base.search(self._meant(question), lang, agent, top)

    def find(self, article_id: str, lang: str) -> Article | None:
        return self._index.base.find(article_id, lang)

    def find_approved(self, question: str, lang: str) -> Approved | None:
        """A person's answer to a typical question, where the match is near certain. CPU-bound."""
        if not (self._approved_answers and self._index.approvals):
            return None
        return answers.find_answer(self._index, self._meant(question), lang, self._last_resort)

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
