"""A question that names the subject of an article gets it, though it sounds like one about a price."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import lru_cache

from app.core.company import in_use
from app.core.models import Article
from app.engines.offline import acts
from app.engines.offline.conversation import Scene
from app.engines.offline.foreign import is_new, stems_in
from app.engines.offline.lexicon import contains, manner
from app.engines.offline.question_words import subject_words
from app.engines.offline.wishes import Intent

CLEARLY = 0.7  # score of the article
OWN = 2  # of its title and questions, that have the word
OTHERS = 3  # articles at most that have it
ABOVE = " › "  # between the headings of a document's title
SHELF, SHELVES = 4096, 8  # articles, and collections of them, whose stems are kept


def subject_of(wish: Intent, scene: Scene) -> Article | None:
    """None where the records know better: of an item, of what is the customer's own."""
    if wish.act not in acts.READS or "item" in wish.slots or contains(manner("own"), wish.said):
        return None
    known = in_use().profile.records
    near = [f.article for f in scene.found if f.score >= CLEARLY and f.article.id not in known]
    return next((a for a in near if not scene.has_told(a) and _is_named(a, wish.said, scene)), None)


def document_named(said: str, scene: Scene) -> str:
    """The title of a team's document whose subject the line names, in a word that the company does not use;
    empty where it names none."""
    shelf = [a for (language, _), a in scene.library.items() if language == scene.language]
    common = _uses(tuple(_texts(a) for a in shelf if not a.source))
    new = {stem for stem in stems_in(said) if not common[stem] and is_new(stem)}
    titles = dict.fromkeys(a.title.split(ABOVE)[0] for a in shelf if a.source)
    return next((title for title in titles if new & stems_in(title)), "")


def _is_named(article: Article, said: str, scene: Scene) -> bool:
    """By a word that is often said of it and seldom of others."""
    own = _stems(_texts(article))
    common = _uses(
        tuple(_texts(a) for (language, _), a in scene.library.items() if language == scene.language)
    )
    return any(own[stem] >= OWN and common[stem] <= OTHERS for stem in stems_in(said))


def shared_words(article: Article, said: str, shelf: Sequence[Article]) -> float:
    """How much of the line is said of the article, a stem the less the more articles have it."""
    common = _uses(tuple(_texts(a) for a in shelf))
    return sum(1 / common[stem] for stem in stems_in(subject_words(said)) & _stems(_texts(article)).keys())


Texts = tuple[str, ...]


def _texts(article: Article) -> Texts:
    return (article.title, *article.questions)


@lru_cache(SHELF)
def _stems(texts: Texts) -> Counter[str]:
    return Counter(stem for text in texts for stem in stems_in(text))


@lru_cache(SHELVES)
def _uses(shelf: tuple[Texts, ...]) -> Counter[str]:
    """In how many articles a stem is said."""
    return Counter(stem for texts in shelf for stem in _stems(texts))
