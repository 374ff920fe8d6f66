"""What the panels of the room share: texts, the desk, the operator key, sentences for problems."""

from __future__ import annotations

import asyncio

import gradio as gr

from app.core.exceptions import CallCenterError
from app.evaluation.cases import CaseSet
from app.evaluation.predictions import Prediction, Run
from app.services.evaluation.reading import Opened
from app.services.workbench import Workbench
from app.ui.evaluation.rows import evaluation_texts
from app.ui.request import admit
from app.ui.room import render
from app.ui.words import describe_error

TOGGLES = """
element.addEventListener('click', (event) => {
  const found = event.target.closest('[data-pick]');
  if (!found) return;
  const stays = found.getAttribute('aria-pressed') === 'false';
  element.querySelectorAll('[aria-pressed]').forEach((one) =>
    one.setAttribute('aria-pressed', one === found && stays));
  trigger('click', {pick: found.dataset.pick});
});
"""
"""As `CLICKS`, where what was picked stays pressed."""


class EvaluationPanel:
    """`key` is the box with the operator key, which an action checks first."""

    def __init__(self, bench: Workbench, language: str, key: gr.Textbox) -> None:
        self.bench = bench
        self.desk = bench.eval_desk
        self.language = language
        self.texts = evaluation_texts(language)
        self.words = self.texts.words
        self.key = key

    @property
    def named_agents(self) -> list[tuple[str, str]]:
        """(shown, name) of each, for a list to choose from."""
        return [(self.texts.agent(name), name) for name in self.bench.agents]

    def cases_of(self, run: Run, about: Prediction) -> CaseSet | None:
        """The set of a turn; None where it has changed since then, or is gone. Blocks."""
        try:
            return self.desk.shelf.same(next(s for s in run.provenance.sets if s.name == about.set))
        except CallCenterError:
            return None

    async def open(self, key: str | None, run_id: str) -> Opened:
        """As `desk.open` and `admit`: a run over sets that are not shipped holds customers' messages."""
        known = await self.desk.open(run_id)
        if not await asyncio.to_thread(self.desk.shelf.shipped, known.run.provenance.sets):
            admit(self.bench.access, key)
        return known

    def admit(self, given: str | None) -> None:
        """Raises gr.Error, which the page shows."""
        try:
            admit(self.bench.access, given)
        except CallCenterError as error:
            raise self.refuse(error) from None

    def may_enter(self, given: str | None) -> bool:
        try:
            admit(self.bench.access, given)
        except CallCenterError:
            return False
        return True

    def refuse(self, error: CallCenterError | str) -> gr.Error:
        sentence = error if isinstance(error, str) else self.describe_problem(error)
        text = render("evaluation.refusal", sentence=sentence)
        return gr.Error(text, duration=10, print_exception=False, title=self.words["refused"])

    def describe_problem(self, error: CallCenterError) -> str:
        """In the page's language; some errors are of several kinds."""
        kinds = self.words["kinds"].get(error.code, {})
        own = kinds.get(getattr(error, "kind", "")) or self.words["problems"].get(error.code)
        return describe_error(error, self.language, {error.code: own.format(**vars(error))} if own else None)

    def empty(self, word: str) -> str:
        return render("shared.empty", sentence=self.words[word])
