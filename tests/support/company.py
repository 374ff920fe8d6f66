"""The shipped company, as tests of its parts use it."""

from __future__ import annotations

from app.agents.roster import roster_of
from app.core.company import in_use
from app.core.models import Article
from app.engines.knowledge import files

COMPANY = in_use()
ROSTER = roster_of(COMPANY)
AGENTS = tuple(COMPANY.agents)
LAST_RESORT = COMPANY.last_resort


def load_articles() -> list[Article]:
    return files.load_articles(COMPANY.articles)
