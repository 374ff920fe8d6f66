"""The knowledge room: search as the agents do, read an article, who cites it; the team's documents."""

from __future__ import annotations

import asyncio
from typing import Any

import gradio as gr

from app.core.exceptions import CallCenterError
from app.core.knowledge import ArticleNotFound
from app.core.models import Article
from app.core.text import checked, language_of
from app.services.citing import Citing
from app.services.workbench import Workbench
from app.ui.knowledge.article import article_page, citations_page
from app.ui.knowledge.found import found_list, shelf_list
from app.ui.knowledge.library import LibraryPart
from app.ui.room import Room
from app.ui.words import LANGUAGES

TOP, LONGEST = 10, 2000
ANY = ""
PRIVATE: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden", "concurrency_limit": None}


class KnowledgeRoom(Room):
    key = "knowledge"

    def __init__(self, bench: Workbench, language: str) -> None:
        super().__init__(bench, language)
        self.citing = Citing(bench.dialogs.store)

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
        self.picked = gr.Textbox(visible=False)
        self.open = gr.Button(elem_id="cc-kb-open", elem_classes="cc-hidden")
        with gr.Row(elem_id="cc-kb-both"):
            with gr.Column(scale=2, min_width=280):
                self.found = gr.HTML(self._loading(), elem_id="cc-kb-found")
            with gr.Column(scale=3, min_width=280, elem_id="cc-kb-right"):
                self.article = gr.HTML(self._hint(), elem_id="cc-kb-article")
                self.cited = gr.HTML(elem_id="cc-kb-cited")
        self.library = LibraryPart(self)
        self.library.build()

    def _choice(self, name: str, choices: list[tuple[str, str]]) -> gr.Dropdown:
        return gr.Dropdown(
            choices, value=ANY, label=self.words[name], scale=1, min_width=150, elem_id=f"cc-kb-{name}",
            filterable=False,
        )  # fmt: skip

    def arrive(self, _page: gr.Blocks, tab: gr.Tab) -> None:
        """Gradio tells of the tab that is open from the start too."""
        searched, read = [self.box, self.lang, self.agent], [self.article, self.cited]
        gr.on(
            [self.box.submit, self.find.click, self.lang.input, self.agent.input],
            self.search, searched, self.found, **PRIVATE,
        )  # fmt: skip
        self.open.click(self.choose, self.picked, read, js="() => [cc.kb.wanted]", **PRIVATE)
        tab.select(self.come, searched, [self.found, *read, *self.library.outputs], **PRIVATE)
        self.library.arrive()

    async def search(self, question: str | None, lang: str, agent: str) -> str:
        """Without a question the shelves."""
        agents, words = self.offered("agents"), self.words
        if not question or not question.strip():
            return shelf_list(self._shelf(lang or self.language, agent), words, agents)
        try:
            asked = checked(question, LONGEST)
        except CallCenterError as error:
            return self.problem(error)
        spoken = lang or language_of(asked)
        passages = await asyncio.to_thread(self.bench.knowledge.search, asked, spoken, agent or None, TOP)
        return found_list(passages, words, agents)

    def _shelf(self, lang: str, agent: str) -> list[Article]:
        kept = [a for a in self.bench.knowledge.articles.values() if a.lang == lang]
        return [a for a in kept if not agent or a.agent == agent]

    async def choose(self, picked: str) -> tuple[str, str]:
        """`picked` is a language and an id, as in ru/trial."""
        lang, _, article_id = str(picked).partition("/")
        return await self.read(article_id[:200], lang)

    async def read(self, article_id: str, lang: str) -> tuple[str, str]:
        """The article and who cites it; a sentence where there is none."""
        try:
            article = self._article(article_id, lang)
            cited = await self.citing.of(article.id)
        except CallCenterError as error:
            return self.problem(error), ""
        words, agents = self.words, self.offered("agents")
        twins = [a for (_, name), a in self.bench.knowledge.articles.items() if name == article.id]
        shown = article_page(article, [a for a in twins if a.lang != article.lang], words, agents)
        return shown, citations_page(cited, words, agents, self.language)

    def _article(self, article_id: str, lang: str) -> Article:
        try:
            return self.bench.knowledge.article(article_id, lang or self.language)
        except ArticleNotFound:
            return self.bench.knowledge.article(article_id)

    async def come(self, question: str, lang: str, agent: str, request: gr.Request) -> tuple[Any, ...]:
        """The lists as they are now, and the article that the address names."""
        article_id = request.query_params.get("article", "")[:200]
        read = await self.read(article_id, "") if article_id else (gr.skip(), gr.skip())
        return await self.search(question, lang, agent), *read, *(await self.library.lists())

    def _languages(self) -> list[tuple[str, str]]:
        known = sorted({lang for lang, _ in self.bench.knowledge.articles} | set(LANGUAGES))
        return [(self.words["languages"].get(code, code), code) for code in known]

    def _agents(self) -> list[tuple[str, str]]:
        named = self.offered("agents")
        return [(named.get(agent, agent), agent) for agent in self.bench.agents]

    def _loading(self) -> str:
        return f'<p class="cc-empty">{self.words["loading"]}</p>'

    def _hint(self) -> str:
        return f'<p class="cc-empty">{self.words["choose"]}</p>'
