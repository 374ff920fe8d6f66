"""A question that names the subject of an article gets it, though it sounds like one about a price."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from app.core.company import in_use
from app.core.models import Article
from app.engines.offline import acts
from app.engines.offline.conversation import Scene
from app.engines.offline.foreign import stems_in
from app.engines.offline.lexicon import contains, manner
from app.engines.offline.wishes import Intent

CLEARLY = 0.7  # score of the article
OWN = 2  # of its title and questions, that have the word
OTHERS = 3  # articles at most that have it


def subject_of(wish: Intent, scene: Scene) -> Article | None:
    """None where the records know better: of an item, of what is the customer's own."""
    if wish.act not in acts.READS or "item" in wish.slots or contains(manner("own"), wish.said):
        return None
    known = in_use().profile.records
    near = [f.article for f in scene.found if f.score >= CLEARLY and f.article.id not in known]
    return next((a for a in near if not scene.has_told(a) and _is_named(a, wish.said, scene)), None)


def _is_named(article: Article, said: str, scene: Scene) -> bool:
    """By a word that is often said of it and seldom of others."""
    own = Counter(stem for text in _texts(article) for stem in stems_in(text))
    common = Counter(
        stem
        for (language, _), other in scene.library.items()
        if language == scene.language
        for stem in {stem for text in _texts(other) for stem in stems_in(text)}
    )
    return any(own[stem] >= OWN and common[stem] <= OTHERS for stem in stems_in(said))


def _texts(article: Article) -> Iterable[str]:
    return (article.title, *article.questions)
