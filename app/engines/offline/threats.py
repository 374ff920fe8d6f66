"""Whoever speaks of a court, a lawyer or an authority is heard by a person."""

from __future__ import annotations

from app.engines.offline import acts
from app.engines.offline.articles import find_article
from app.engines.offline.conversation import Call, Move, Say, Scene
from app.engines.offline.lexicon import contains, manner
from app.engines.offline.talk import CALL, REASON, is_called, pick, words
from app.engines.offline.wishes import Intent

LEGAL = "legal"


def answer_threat(wish: Intent, scene: Scene) -> Move | None:
    """None for a question, and for what answers one of ours; how a claim is written stands in an article."""
    asks = wish.said.rstrip().endswith("?") or wish.answers
    if asks or wish.act in acts.FIXED or not contains(manner(LEGAL), wish.said):
        return None
    if not is_called(scene):
        return Call(CALL, {"reason": wish.said[:REASON]})
    text = pick(words(scene.language)[LEGAL], scene)
    article = find_article(wish, scene)
    about = article is not None and any(contains(manner(LEGAL), asked) for asked in article.questions)
    if article is None or not about or scene.has_told(article):
        return Say(text, matter=wish.matter())
    return Say(f"{text}\n\n{article.body}", [article.id], wish.matter())
