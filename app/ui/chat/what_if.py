"""What if: the open dialog replayed with other settings, beside what is stored."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from time import monotonic
from typing import Any

import gradio as gr

from app.core.exceptions import CallCenterError
from app.services.dialogs.admission import Stopped
from app.services.replay import ReplayedAnswer, Setup, Step
from app.services.workbench import Workbench
from app.ui.chat.panels import describe_failure
from app.ui.room import QUIET, render
from app.ui.words import LANGUAGES, RoomTexts, Words


@dataclass(frozen=True)
class ShownAnswer:
    """`failure` stands in place of a text; `chosen` is the routing decision, empty for a person's line."""

    text: str = ""
    failure: str = ""
    chosen: str = ""
    confidence: str = ""
    agent: str = ""


@dataclass(frozen=True)
class ReplayedLine:
    """`first`: the first that differs; `differs` says how."""

    asked: str
    then: ShownAnswer
    now: ShownAnswer
    differs: str
    first: bool
    marks: list[str]


class WhatIf:
    def __init__(self, bench: Workbench, texts: RoomTexts) -> None:
        self.replay = bench.replay
        self.router = bench.settings.router_name
        self.temperature = bench.settings.temperature
        self.words: Words = texts.words["what_if"]
        self.texts = texts

    def build(self, dialog: gr.Textbox) -> None:
        words, replay = self.words, self.replay
        with gr.Accordion(words["title"], open=False, elem_id="cc-what-if"):
            gr.HTML(render("shared.empty", sentence=words["about"]), elem_classes="cc-lead")
            with gr.Row(elem_classes="cc-knobs"):
                names = [(words["routers"][name], name) for name in replay.routers]
                router = gr.Dropdown(
                    names, value=self.router, label=words["router"], elem_id="cc-replay-router"
                )
                threshold = gr.Slider(
                    0, 1, value=replay.threshold, step=0.01, label=words["threshold"],
                    info=words["threshold_info"], elem_id="cc-replay-threshold",
                )  # fmt: skip
                warmth = gr.Slider(
                    0, 2, value=self.temperature, step=0.1, label=words["temperature"],
                    visible=replay.thoughtful, elem_id="cc-replay-temperature",
                )  # fmt: skip
                spoken = [(words["spoken"], "")]
                spoken += [(self.texts.words["languages"].get(code, code), code) for code in LANGUAGES]
                language = gr.Dropdown(
                    spoken, value="", label=words["language"], elem_id="cc-replay-language"
                )
            with gr.Row():
                start = gr.Button(words["start"], variant="primary", elem_id="cc-replay-start", size="md")
                cancel = gr.Button(words["cancel"], visible=False, elem_id="cc-replay-cancel", size="md")
            self.shown = gr.HTML(elem_id="cc-replay")
        self.start, self.cancel = start, cancel
        start.click(
            self.run, [dialog, router, threshold, warmth, language], [self.shown, start, cancel], **QUIET
        )
        cancel.click(self.end, None, None, **QUIET)

    async def run(
        self, dialog: str, router: str, threshold: float, warmth: float, language: str, request: gr.Request
    ) -> AsyncIterator[dict[Any, Any]]:
        temperature = warmth if self.replay.thoughtful else None
        setup = Setup(router=router, threshold=threshold, temperature=temperature, language=language or None)
        steps: list[Step] = []
        verdict = ""
        try:
            total = await self.replay.length(dialog) if dialog else 0
            if total == 0:
                yield {self.shown: render("chat.verdict", sentence=self.words["nothing"])}
                return
            yield self._progress(setup, steps, total, 0.0)
            began = monotonic()
            async for step in self.replay.run(dialog, setup, _name(request)):
                steps.append(step)
                yield self._progress(setup, steps, total, monotonic() - began)
            verdict = self._verdict(steps)
        except Stopped:
            verdict = self.words["cancelled"]
        except CallCenterError as error:
            verdict = self.texts.describe_problem(error)
        yield {
            self.shown: render("chat.replay", sentence=verdict, **self._table(setup, steps)),
            self.start: gr.Button(interactive=True),
            self.cancel: gr.Button(visible=False),
        }

    async def end(self, request: gr.Request) -> None:
        """On the event loop, as a task is cancelled."""
        self.replay.stop(_name(request))

    def _progress(self, setup: Setup, steps: list[Step], total: int, seconds: float) -> dict[Any, Any]:
        sentence = self.words["progress"].format(done=len(steps), total=total)
        if steps and len(steps) < total:
            sentence += self.words["eta"].format(seconds=round(seconds / len(steps) * (total - len(steps))))
        table = self._table(setup, steps)
        return {
            self.shown: render("chat.replaying", sentence=sentence, total=total, **table),
            self.start: gr.Button(interactive=False),
            self.cancel: gr.Button(visible=True),
        }

    def _verdict(self, steps: list[Step]) -> str:
        at, kind = find_difference(steps)
        if not at:
            return str(self.words["same"].format(total=len(steps)))
        return str(self.words[f"first_{kind}"].format(at=at))

    def _table(self, setup: Setup, steps: list[Step]) -> dict[str, Any]:
        """What both templates of a replay take."""
        first, _ = find_difference(steps)
        rows = [self._row(step, at == first) for at, step in enumerate(steps, 1)]
        return {"rows": rows, "setup": self._describe(setup), "t": self.texts}

    def _describe(self, setup: Setup) -> str:
        words = self.words
        text = words["now"].format(
            router=words["routers"][setup.router], threshold=self.texts.number(setup.threshold, 2)
        )
        if setup.temperature is not None:
            text += words["with_temperature"].format(value=self.texts.number(setup.temperature, 1))
        if setup.language:
            text += words["with_language"].format(value=self.texts.words["languages"][setup.language])
        return str(text)

    def _row(self, step: Step, first: bool) -> ReplayedLine:
        names = self.words["marks"]
        marks = [names["first"]] if first else []
        marks += [names[step.differs]] if step.differs else []
        return ReplayedLine(
            step.asked, self._answer(step.then), self._answer(step.now), step.differs, first, marks
        )

    def _answer(self, answer: ReplayedAnswer) -> ShownAnswer:
        turn = answer.turn
        if turn is None and not answer.text:
            failure = describe_failure(answer.failure, self.texts)
            return ShownAnswer(
                failure=self.words["failed"].format(failure=failure) if failure else self.words["silent"]
            )
        if turn is None:
            return ShownAnswer(answer.text)
        confidence = self.texts.number(turn.decision.confidence, 2)
        return ShownAnswer(answer.text, "", turn.decision.agent, confidence, turn.agent)


def find_difference(steps: list[Step]) -> tuple[int, str]:
    """The number of the first turn that differs, and how; 0 where none does."""
    return next(((at, step.differs) for at, step in enumerate(steps, 1) if step.differs), (0, ""))


def _name(request: gr.Request) -> str:
    """One replay runs in a page."""
    return f"replay {request.session_hash}"
