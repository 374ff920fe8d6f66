"""What the parts of the room share: words, the desk, sentences for what went wrong."""

from __future__ import annotations

from html import escape
from typing import Any

import gradio as gr

from app.core.exceptions import CallCenterError
from app.services.operators import admit
from app.services.workbench import Workbench
from app.ui.words import words

QUIET: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden", "concurrency_limit": None}


class Part:
    """`key` is the box with the operator key; an act of a part asks for it first."""

    def __init__(self, bench: Workbench, language: str, key: gr.Textbox) -> None:
        self.bench = bench
        self.desk = bench.eval_desk
        self.language = language
        self.words = words(language, "evaluation")
        self.key = key

    def admit(self, given: str | None) -> None:
        """Raises gr.Error, which the page shows."""
        try:
            admit(self.bench.settings, given)
        except CallCenterError as error:
            raise self.refused(error) from None

    def refused(self, error: CallCenterError | str) -> gr.Error:
        said = error if isinstance(error, str) else self.sentence(error)
        return gr.Error(escape(said), duration=10, print_exception=False, title=self.words["refused"])

    def sentence(self, error: CallCenterError) -> str:
        """In the page's language where we have it."""
        problem = self.problem(error)
        return problem[:1].upper() + problem[1:]

    def problem(self, error: CallCenterError) -> str:
        for part, said in self.words["problems"].items():
            if part in str(error):
                return str(said)
        return str(error)
