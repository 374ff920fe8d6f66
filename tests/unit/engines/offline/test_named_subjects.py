"""A question about a price or a plan that names the subject of an article."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.engines.offline.conversation import Found
from app.engines.offline.named_subjects import subject_of
from app.engines.offline.wishes import Intent
from tests.support.company import load_articles
from tests.support.scenes import scene

LIBRARY = {(a.lang, a.id): a for a in load_articles()}


@pytest.mark.parametrize(
    ("said", "act", "language", "article", "told"),
    [
        ("is there a student discount", "ask_price", "en", "student-discount", True),
        ("есть студенческая скидка?", "ask_plan", "ru", "student-discount", True),
        ("is there a free trial", "ask_plans", "en", "trial", True),
        ("how much do i pay each month", "ask_price", "en", "annual-discount", False),
        ("is my student discount on", "ask_plan", "en", "student-discount", False),
        ("which plan do we have now?", "ask_plan", "en", "plans-compare", False),
        ("order it with a student discount", "order", "en", "student-discount", False),
    ],
)
def test_its_article_comes_before_the_records(
    said: str, act: str, language: str, article: str, told: bool
) -> None:
    here = replace(scene(said), language=language, library=LIBRARY)
    here = replace(here, found=[Found(LIBRARY[language, article], 0.9)])
    named = subject_of(Intent(act, said, said), here)
    assert (named is not None and named.id == article) is told
