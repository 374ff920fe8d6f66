"""What if: the dialog once more with other settings, beside what was."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from html import escape
from time import monotonic
from typing import Any

import gradio as gr

from app.core.exceptions import CallCenterError
from app.services.dialogs.admission import Stopped
from app.services.replay import ReplayedAnswer, Setup, Step
from app.services.workbench import Workbench
from app.ui.chat.lines import failed, sure
from app.ui.format import number
from app.ui.room import QUIET, badge, empty
from app.ui.words import LANGUAGES, Words


class WhatIf:
    def __init__(self, bench: Workbench, words: Words, problem: Callable[[CallCenterError], str]) -> None:
        self.replay = bench.replay
        self.router = bench.settings.router_name
        self.temperature = bench.settings.temperature
        self.words: Words = words["what_if"]
        self.all_words = words
        self.problem = problem

    def build(self, dialog: gr.Textbox) -> None:
        words, replay = self.words, self.replay
        with gr.Accordion(words["title"], open=False, elem_id="cc-what-if"):
            gr.HTML(empty(words["about"]), elem_classes="cc-lead")
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
                spoken += [(self.all_words["languages"].get(code, code), code) for code in LANGUAGES]
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
        told = ""
        try:
            total = await self.replay.length(dialog) if dialog else 0
            if total == 0:
                yield {self.shown: self._said(self.words["nothing"])}
                return
            yield self._going(setup, steps, total, 0.0)
            began = monotonic()
            async for step in self.replay.run(dialog, setup, _name(request)):
                steps.append(step)
                yield self._going(setup, steps, total, monotonic() - began)
            told = self._verdict(steps)
        except Stopped:
            told = self.words["cancelled"]
        except CallCenterError as error:
            told = self.problem(error)
        yield {
            self.shown: self._said(told) + (self._table(setup, steps) if steps else ""),
            self.start: gr.Button(interactive=True),
            self.cancel: gr.Button(visible=False),
        }

    async def end(self, request: gr.Request) -> None:
        """On the event loop, as a task is cancelled."""
        self.replay.stop(_name(request))

    def _going(self, setup: Setup, steps: list[Step], total: int, seconds: float) -> dict[Any, Any]:
        told = self.words["progress"].format(done=len(steps), total=total)
        if steps and len(steps) < total:
            told += self.words["eta"].format(seconds=round(seconds / len(steps) * (total - len(steps))))
        bar = f'<progress class="cc-doing" max="{total}" value="{len(steps)}"></progress>'
        return {
            self.shown: self._said(told) + bar + self._table(setup, steps),
            self.start: gr.Button(interactive=False),
            self.cancel: gr.Button(visible=True),
        }

    def _verdict(self, steps: list[Step]) -> str:
        at, kind = first_of(steps)
        if not at:
            return str(self.words["same"].format(total=len(steps)))
        return str(self.words[f"first_{kind}"].format(at=at))

    def _said(self, told: str) -> str:
        return f'<p role="status" class="cc-verdict">{escape(told)}</p>'

    def _table(self, setup: Setup, steps: list[Step]) -> str:
        first, _ = first_of(steps)
        rows = "".join(self._row(at, step, at == first) for at, step in enumerate(steps, 1))
        then, now = escape(self.words["then"]), escape(self._now(setup))
        return (
            f'<div class="cc-replayed" role="table"><div class="cc-two cc-top" role="row">'
            f'<b role="columnheader">{then}</b><b role="columnheader">{now}</b></div>{rows}</div>'
        )

    def _now(self, setup: Setup) -> str:
        words = self.words
        told = words["now"].format(
            router=words["routers"][setup.router], threshold=sure(setup.threshold, self.all_words)
        )
        if setup.temperature is not None:
            value = number(setup.temperature, self.all_words["language"], 1)
            told += words["with_temperature"].format(value=value)
        if setup.language:
            told += words["with_language"].format(value=self.all_words["languages"][setup.language])
        return str(told)

    def _row(self, at: int, step: Step, first: bool) -> str:
        marks = self.words["marks"]
        named = [marks["first"]] if first else []
        named += [marks[step.differs]] if step.differs else []
        chips = "".join(f'<span class="cc-mark">{escape(name)}</span>' for name in named)
        kind = f" cc-{step.differs}" if step.differs else ""
        return (
            f'<div class="cc-pair{kind}{" cc-first" if first else ""}"><p class="cc-asked"><b>{at}</b> '
            f"{escape(step.asked)} {chips}</p>"
            f'<div class="cc-two" role="row">{self._cell(step.then)}{self._cell(step.now)}</div></div>'
        )

    def _cell(self, answer: ReplayedAnswer) -> str:
        if answer.turn is None and not answer.text:
            failure = failed(answer.failure, self.all_words)
            told = self.words["failed"].format(failure=failure) if failure else self.words["silent"]
            return f'<div role="cell">{empty(told)}</div>'
        head, agents = escape(self.all_words["person"]), self.all_words["agents"]
        if answer.turn:
            decision, agent = answer.turn.decision, answer.turn.agent
            head = f"{badge(decision.agent, agents)} {sure(decision.confidence, self.all_words)}"
            head += f" → {badge(agent, agents)}" if agent != decision.agent else ""
        return f'<div role="cell">{head}<p class="cc-words-of">{escape(answer.text)}</p></div>'


def first_of(steps: list[Step]) -> tuple[int, str]:
    """The number of the first turn that differs, and how; 0 where none does."""
    return next(((at, step.differs) for at, step in enumerate(steps, 1) if step.differs), (0, ""))


def _name(request: gr.Request) -> str:
    """One replay runs in a page."""
    return f"replay {request.session_hash}"
