"""The knowledge room: search as the agents do, read an article, who cites it; the team's documents."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import gradio as gr

from app.core.exceptions import CallCenterError
from app.core.knowledge import ArticleNotFound
from app.core.models import Article
from app.core.text import checked
from app.core.threads import SEARCHES
from app.services.operators.auth import OperatorKeyMissing
from app.ui.knowledge.library import LibraryPanel
from app.ui.knowledge.panels import render_article, render_citations, render_hits, render_shelves
from app.ui.request import admit
from app.ui.room import QUIET, Room, render
from app.ui.words import LANGUAGES

TOP, LONGEST = 10, 2000
ANY = ""
WANTED = "(_, key) => [cc.kb.wanted || `/${cc.get('article') || ''}`, cc.key || key]"
"""The article that was clicked, else the one that the address names."""


class KnowledgeRoom(Room):
    key = "knowledge"

    def build(self) -> None:
        words = self.words
        with gr.Row(elem_id="cc-kb-ask"):
            self.box = gr.Textbox(
                label=words["question"], placeholder=words["placeholder"], max_length=LONGEST, max_lines=1,
                scale=5, min_width=240, elem_id="cc-kb-question",
            )  # fmt: skip
            self.lang = self._choice("language", [(words["by_letters"], ANY), *self._languages()])
            self.agent = self._choice("agent", [(words["any_agent"], ANY), *self._agents()])
            self.find = gr.Button(
                words["find"], variant="primary", scale=0, min_width=110, elem_id="cc-kb-find"
            )
        self.operator = gr.Textbox(
            label=words["key"], info=words["key_note"], type="password", max_lines=1, elem_id="cc-kb-key",
            visible=self.bench.settings.operator_key is not None,
        )  # fmt: skip
        self.picked = gr.Textbox(visible=False)
        self.open = gr.Button(elem_id="cc-kb-open", elem_classes="cc-hidden")
        with gr.Row(elem_id="cc-kb-both"):
            with gr.Column(scale=2, min_width=280):
                self.found = gr.HTML(self._empty("loading"), elem_id="cc-kb-found")
            with gr.Column(scale=3, min_width=280, elem_id="cc-kb-right"):
                self.article = gr.HTML(self._empty("choose"), elem_id="cc-kb-article")
                self.cited = gr.HTML(elem_id="cc-kb-cited")
        self.library = LibraryPanel(self.bench, self.texts)
        self.library.build()

    def _choice(self, name: str, choices: list[tuple[str, str]]) -> gr.Dropdown:
        return gr.Dropdown(
            choices, value=ANY, label=self.words[name], scale=1, min_width=150, elem_id=f"cc-kb-{name}",
            filterable=False,
        )  # fmt: skip

    def arrive(self, _page: gr.Blocks, tab: gr.Tab) -> None:
        """Gradio sends `select` for the tab that is open from the start, too."""
        searched, read = [self.box, self.lang, self.agent], [self.article, self.cited]
        gr.on(
            [self.box.submit, self.find.click, self.lang.input, self.agent.input],
            self.search, searched, self.found, **QUIET,
        )  # fmt: skip
        wanted: dict[str, Any] = {"inputs": [self.picked, self.operator], "outputs": read, "js": WANTED}
        gr.on([self.open.click, self.operator.submit], self.choose, **wanted, **QUIET)
        tab.select(self.show, searched, [self.found, *self.library.outputs], **QUIET).then(
            None, None, None, js="() => cc.kb.watch()", api_visibility="private"
        )
        tab.select(self.choose, **wanted, **QUIET)
        self.library.wire(self.operator, (self.search, searched, self.found))

    async def search(self, question: str | None, lang: str, agent: str) -> str:
        """Without a question all articles."""
        if not question or not question.strip():
            return render_shelves(self._shelf(lang or self.language, agent), self.texts)
        try:
            asked = checked(question, LONGEST)
            spoken = lang or self.bench.knowledge.language_of(asked)
            passages = await SEARCHES.run(self.bench.knowledge.search, asked, spoken, agent or None, TOP)
        except CallCenterError as error:
            return self.render_problem(error)
        return render_hits(passages, self.texts)

    def _shelf(self, lang: str, agent: str) -> list[Article]:
        kept = [a for a in self.bench.knowledge.articles.values() if a.lang == lang]
        return [a for a in kept if not agent or a.agent == agent]

    async def choose(self, picked: str, key: str | None) -> AsyncIterator[tuple[Any, Any]]:
        """The article, then who cites it. `picked` is a language, or nothing, and an id, as in ru/trial."""
        lang, _, article_id = str(picked).partition("/")
        if not article_id:
            yield gr.skip(), gr.skip()
            return
        try:
            article = self._article(article_id[:200], lang)
        except CallCenterError as error:
            yield self.render_problem(error), ""
            return
        twins = [a for (_, name), a in self.bench.knowledge.articles.items() if name == article.id]
        others = [twin for twin in twins if twin.lang != article.lang]
        yield render_article(article, others, self.texts), self._empty("citing")
        yield gr.skip(), await self.citations(article, key)

    async def citations(self, article: Article, key: str | None) -> str:
        """Customers' questions are shown to whoever has the operator key."""
        try:
            admit(self.bench.settings, key)
            found = await self.bench.citations.of(article.id)
        except OperatorKeyMissing:
            return self._empty("cited_locked")
        except CallCenterError as error:
            return self.render_problem(error)
        return render_citations(found, self.texts)

    def _article(self, article_id: str, lang: str) -> Article:
        try:
            return self.bench.knowledge.article(article_id, lang or self.language)
        except ArticleNotFound:
            return self.bench.knowledge.article(article_id)

    async def show(self, question: str, lang: str, agent: str) -> tuple[Any, ...]:
        """The lists as they are now."""
        return await self.search(question, lang, agent), *(await self.library.lists())

    def _languages(self) -> list[tuple[str, str]]:
        known = sorted({lang for lang, _ in self.bench.knowledge.articles} | set(LANGUAGES))
        return [(self.words["languages"].get(code, code), code) for code in known]

    def _agents(self) -> list[tuple[str, str]]:
        return [(self.texts.agent(agent), agent) for agent in self.bench.agents]

    def _empty(self, word: str) -> str:
        return render("shared.empty", sentence=self.words[word])
