"""REST endpoints of the knowledge base: articles and search."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query
from pydantic import BaseModel, Field

from app.api.deps import Bench, chatting, count_call
from app.api.errors import documented
from app.core.models import RELEVANT, Article, Passage
from app.core.text import checked
from app.core.threads import SEARCHES

router = APIRouter(
    prefix="/knowledge",
    tags=["knowledge"],
    dependencies=[Depends(chatting)],
    responses=documented(401, 403),
)
LONGEST = 2000
Lang = Annotated[
    str | None,
    Query(pattern="^[a-z]{2}$", description="Two-letter language code; by default detected from `q`."),
]


class ArticleView(BaseModel):
    """`source` and `version` identify the uploaded document; shipped articles have none."""

    id: str
    lang: str
    agent: str
    title: str
    body: str
    questions: list[str]
    source: str | None
    version: int | None

    @classmethod
    def of(cls, article: Article) -> ArticleView:
        return cls(
            id=article.id,
            lang=article.lang,
            agent=article.agent,
            title=article.title,
            body=article.body,
            questions=article.questions,
            source=article.source or None,
            version=article.version or None,
        )


class FoundView(BaseModel):
    """`relevant`: scored high enough for an agent to answer from it."""

    score: float = Field(ge=0, le=1)
    relevant: bool
    article: ArticleView

    @classmethod
    def of(cls, passage: Passage) -> FoundView:
        relevant = passage.score >= RELEVANT
        return cls(score=passage.score, relevant=relevant, article=ArticleView.of(passage.article))


class Findings(BaseModel):
    """Search results, best match first."""

    lang: str
    found: list[FoundView]


@router.get("/articles/{article_id}", summary="Get an article", responses=documented(404, 422))
async def article(
    article_id: Annotated[str, Path(min_length=1, max_length=200, examples=["trial"])],
    bench: Bench,
    lang: Annotated[str | None, Query(pattern="^[a-z]{2}$", description="Two-letter language code.")] = None,
) -> ArticleView:
    """Returns the current version of the article that a citation refers to."""
    return ArticleView.of(bench.knowledge.article(article_id, lang))


@router.get(
    "/search", summary="Search articles", responses=documented(422, 429), dependencies=[Depends(count_call)]
)
async def search(
    bench: Bench,
    q: Annotated[str, Query(min_length=1, max_length=LONGEST, description="A customer's question.")],
    lang: Lang = None,
    top: Annotated[int, Query(ge=1, le=50)] = 5,
) -> Findings:
    """Returns the articles that best match a question."""
    question = checked(q, LONGEST)
    spoken = lang or bench.knowledge.language_of(question)
    found = await SEARCHES.run(bench.knowledge.search, question, spoken, None, top)
    return Findings(lang=spoken, found=[FoundView.of(passage) for passage in found])
