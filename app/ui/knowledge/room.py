"""The knowledge room: what agents would answer from, all articles, and the team's part of them.

What is open stands in the address (`article`), as do the question (`ask`) and the filters of the list. The
page's script presses buttons that nobody sees; what is asked for comes with the press.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import gradio as gr

from app.core.access import CredentialMissing
from app.core.exceptions import CallCenterError
from app.core.knowledge import ArticleNotFound, DocumentNotFound
from app.core.models import Article
from app.core.text import checked
from app.services.knowledge.library import KnowledgeService
from app.ui.knowledge.catalogue import ADD, ANSWER, DOCUMENT, INSIDE, render_catalogue
from app.ui.knowledge.library import NAME, TEXT, TITLE, LibraryPanel
from app.ui.knowledge.panels import (
    Probe,
    render_answer,
    render_article,
    render_citations,
    render_document,
    render_probes,
    render_prospect,
)
from app.ui.request import admit
from app.ui.room import QUIET, Room, render

TOP, LONGEST, PROBES = 10, 2000, 5
NEW_ANSWER = f"{ADD}answer"
ASKED, OPEN = "() => cc.kb.asked()", "(_, key) => cc.kb.open(key)"
WANTED = "(_, ask, key) => cc.kb.wanted(key)"
CHOSEN, ANSWERED = "(_, key) => cc.kb.chosen(key)", "(...all) => cc.kb.answered(all.at(-1))"


class KnowledgeRoom(Room):
    key = "knowledge"

    def build(self) -> None:
        words = self.words
        gr.HTML(render("knowledge.head", t=self.texts), elem_id="cc-kb-head")
        self.operator = gr.Textbox(
            label=words["key"], info=words["key_note"], type="password", max_lines=1, elem_id="cc-kb-key",
            visible=self.bench.access.asks_for_key,
        )  # fmt: skip
        with gr.Row(elem_id="cc-kb-both"):
            with gr.Column(scale=2, min_width=280):
                self.found = gr.HTML(self._empty("loading"), elem_id="cc-kb-found")
            with gr.Column(scale=3, min_width=280, elem_id="cc-kb-right"):
                gr.HTML(render("knowledge.back", t=self.texts), elem_id="cc-kb-back")
                self.article = gr.HTML(self._empty("loading"), elem_id="cc-kb-article")
                self.said = gr.HTML(elem_id="cc-kb-said")
                self.cited = gr.HTML(elem_id="cc-kb-cited")
        self.library = LibraryPanel(self.bench, self.texts)
        self._build_carriers()

    def _build_carriers(self) -> None:
        """What the script fills in and presses."""
        lengths = {"picked": 300, "ask": LONGEST, "title": TITLE, "text": TEXT, "by": NAME}
        self.carried = {
            name: gr.Textbox(visible=False, max_length=length) for name, length in lengths.items()
        }
        self.files = gr.File(visible=False, file_count="multiple")
        self.press = {
            name: gr.Button(elem_id=f"cc-kb-{name}", elem_classes="cc-hidden")
            for name in ("find", "open", "check", "put", "stop", "drop", "approve", "withdraw")
        }

    def arrive(self, _page: gr.Blocks, tab: gr.Tab) -> None:
        """Gradio sends `select` for the tab that is open from the start, too."""
        press, carried, read = self.press, self.carried, [self.article, self.cited, self.said]
        asked: dict[str, Any] = {
            "inputs": carried["ask"],
            "outputs": self.found,
            "js": ASKED,
        }
        shown = [carried["picked"], carried["ask"], self.operator]
        wanted: dict[str, Any] = {"inputs": shown, "outputs": read, "js": WANTED}
        gr.on([press["find"].click, tab.select], self.search, **asked, **QUIET, trigger_mode="always_last")
        gr.on(
            [press["open"].click, self.operator.submit, tab.select], self.choose, **wanted, **QUIET,
            trigger_mode="always_last",
        )  # fmt: skip
        tab.select(None, None, None, js="() => cc.kb.watch()", api_visibility="private")
        self._change()

    def _change(self) -> None:
        """After a change the script has the list read again and goes on to what was made."""
        press, said, carried = self.press, self.said, self.carried
        files: dict[str, Any] = {"inputs": [self.files, self.operator], "outputs": said, "js": CHOSEN}
        picked: dict[str, Any] = {"inputs": [carried["picked"], self.operator], "outputs": said, "js": OPEN}
        answer = [carried["ask"], carried["title"], carried["text"], carried["by"], carried["picked"]]
        press["check"].click(self.library.preview, **files, **QUIET)
        adding = press["put"].click(self.library.put, **files, **QUIET)
        press["stop"].click(self.library.stop, None, said, cancels=[adding], **QUIET)
        changed = (
            adding,
            press["drop"].click(self.library.drop, **picked, **QUIET),
            press["withdraw"].click(self.library.withdraw, **picked, **QUIET),
            press["approve"].click(
                self.library.approve_answer, [*answer, self.operator], said,
                js=ANSWERED, **QUIET,
            ),
        )  # fmt: skip
        for change in changed:
            change.then(None, None, None, js="() => cc.kb.after()", api_visibility="private")

    async def search(self, question: str | None) -> str:
        """What an agent would do; without a question everything there is."""
        if not question or not question.strip():
            return await self._catalogue()
        try:
            found = await self.bench.foresight.look(checked(question, LONGEST), TOP)
        except CallCenterError as error:
            return self.render_problem(error)
        return render_prospect(found, self.texts)

    async def _catalogue(self) -> str:
        knowledge = self.bench.knowledge
        try:
            records = await asyncio.to_thread(knowledge.documents)
        except CallCenterError as error:
            return self.render_problem(error) + render_catalogue(
                knowledge.articles.values(), [], knowledge.approvals, self.texts
            )
        return render_catalogue(knowledge.articles.values(), records, knowledge.approvals, self.texts)

    async def choose(
        self, picked: str, asked: str | None, key: str | None
    ) -> AsyncIterator[tuple[Any, Any, Any]]:
        """What is opened, who cites it, and an empty line for what is done next.

        `picked`: an id, with a language before it or without one, as in en/trial; a document or an approved
        answer; a form, which is for what was `asked` just now.
        """
        lang, _, article_id = str(picked).rpartition("/")
        try:
            if article_id.startswith(DOCUMENT):
                async for shown in self._document(article_id.removeprefix(DOCUMENT)):
                    yield shown
                return
            if picked == NEW_ANSWER:
                yield await self._new_answer((asked or "").strip()), "", ""
                return
            if not article_id or article_id.startswith((ANSWER, ADD)):
                yield await asyncio.to_thread(self._open, str(picked)), "", ""
                return
            article = self._article(article_id[:200], lang)
        except CallCenterError as error:
            yield self.render_problem(error), "", ""
            return
        twins = [a for (_, name), a in self.bench.knowledge.articles.items() if name == article.id]
        others = [twin for twin in twins if twin.lang != article.lang]
        yield render_article(article, others, self.texts), self._empty("citing"), ""
        yield gr.skip(), await self.citations(article, key), gr.skip()

    async def _document(self, name: str) -> AsyncIterator[tuple[Any, Any, Any]]:
        """Then what the agent would answer to its own questions. Raises DocumentNotFound."""
        knowledge = self.bench.knowledge
        records = await asyncio.to_thread(knowledge.documents)
        record = next((each for each in records if each.name == name), None)
        if record is None:
            raise DocumentNotFound(name)
        pieces = [article for article in knowledge.articles.values() if article.source == name]
        asked = [_question_of(piece) for piece in pieces[:PROBES]]
        untried = [Probe(each, None) for each in asked]
        yield render_document(record, pieces, self.texts), render_probes(untried, self.texts), ""
        tried = [Probe(each, await self._answers_from(name, each)) for each in asked]
        yield gr.skip(), render_probes(tried, self.texts), gr.skip()

    async def _answers_from(self, name: str, question: str) -> bool:
        found = await self.bench.foresight.look(checked(question, LONGEST), TOP)
        return found.ground == "article" and found.found[0].article.source == name

    def _open(self, place: str) -> str:
        """Raises ApprovedAnswerNotFound."""
        knowledge = self.bench.knowledge
        if place.startswith(ANSWER):
            approval = self.library.find(place)
            article = knowledge.articles.get((approval.lang, approval.article_id))
            return render_answer(approval, article, _titles(knowledge), self.texts)
        if not place.startswith(ADD):
            return render("knowledge.overview", t=self.texts)
        return render("knowledge.add_document", t=self.texts)

    async def _new_answer(self, asked: str) -> str:
        meant = (await self.bench.foresight.look(checked(asked, LONGEST), TOP)).meant if asked else None
        titles = _titles(self.bench.knowledge)
        title = meant.title if meant and meant.title in titles else ""
        return render("knowledge.add_answer", question=asked, title=title, titles=titles, t=self.texts)

    async def citations(self, article: Article, key: str | None) -> str:
        """Customers' questions are shown to whoever has the operator key."""
        try:
            admit(self.bench.access, key)
            found = await self.bench.citations.of(article.id)
        except CredentialMissing:
            return self._empty("cited_locked")
        except CallCenterError as error:
            return self.render_problem(error)
        return render_citations(found, self.texts)

    def _article(self, article_id: str, lang: str) -> Article:
        try:
            return self.bench.knowledge.article(article_id, lang or self.language)
        except ArticleNotFound:
            return self.bench.knowledge.article(article_id)

    def _empty(self, word: str) -> str:
        return render("shared.empty", sentence=self.words[word])


def _question_of(piece: Article) -> str:
    """As a customer might ask for it: by the last of its headings. Without the mark it is no question, and
    desks take it for a wish.
    """
    heading = piece.title.rpartition(INSIDE)[2].rstrip(" .:")
    return next(iter(piece.questions), heading if heading.endswith(("?", "!")) else f"{heading}?")


def _titles(knowledge: KnowledgeService) -> list[str]:
    """Of the articles that may answer: none that a person decides about."""
    articles = knowledge.articles.values()
    return sorted({article.title for article in articles if not knowledge.live.needs_person(article)})
