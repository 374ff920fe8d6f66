"""What if: the open dialog replayed with other settings, beside what is stored."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from itertools import groupby
from time import monotonic
from typing import Any

import gradio as gr

from app.core.exceptions import CallCenterError
from app.services.dialogs.admission import Stopped
from app.services.replay import ReplayedAnswer, Setup, Step
from app.services.workbench import Workbench
from app.ui.chat.panels import describe_failure
from app.ui.room import QUIET, render
from app.ui.why import describe_destination, describe_sureness
from app.ui.words import LANGUAGES, RoomTexts, Words, room_texts


@dataclass(frozen=True)
class ShownAnswer:
    """`failure` stands in place of a text; `chosen` is the routing decision, empty for a person's line."""

    text: str = ""
    failure: str = ""
    chosen: str = ""
    sure: str = ""
    agent: str = ""


@dataclass(frozen=True)
class ReplayedLine:
    """`first`: the one that the headline names; `differs` says how."""

    at: int
    asked: str
    then: ShownAnswer
    now: ShownAnswer
    differs: str
    first: bool
    marks: list[str]


@dataclass(frozen=True)
class ReplayedPart:
    """Equal turns in a row under one `title`, or one that differs, without a title."""

    title: str
    rows: list[ReplayedLine]


class WhatIf:
    def __init__(self, bench: Workbench, texts: RoomTexts) -> None:
        self.replay = bench.replay
        self.router = bench.settings.router_name
        self.temperature = bench.settings.temperature
        self.texts = texts
        self.own = room_texts(texts.language, "what_if")
        self.words: Words = self.own.words

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
                spoken += [(words["languages"].get(code, code), code) for code in LANGUAGES]
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
                yield {self.shown: render("what_if.verdict", sentence=self.words["nothing"])}
                return
            yield self._progress(setup, steps, total, 0.0)
            began = monotonic()
            async for step in self.replay.run(dialog, setup, _name(request)):
                steps.append(step)
                yield self._progress(setup, steps, total, monotonic() - began)
            verdict = self.sum_up(steps)
        except Stopped:
            verdict = self.words["cancelled"]
        except CallCenterError as error:
            verdict = self.texts.describe_problem(error)
        yield {
            self.shown: render("what_if.replay", sentence=verdict, **self.lay_out(setup, steps)),
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
        table = self.lay_out(setup, steps)
        return {
            self.shown: render("what_if.replaying", sentence=sentence, total=total, done=len(steps), **table),
            self.start: gr.Button(interactive=False),
            self.cancel: gr.Button(visible=True),
        }

    def sum_up(self, steps: list[Step]) -> str:
        """The first change of route leads; without one, the first of words."""
        at, kind = find_difference(steps)
        if not at:
            return str(self.words["same"].format(total=len(steps)))
        first = self._route(steps[at - 1], at) if kind == "route" else self.words["words"].format(at=at)
        others = [str(place) for place, step in enumerate(steps, 1) if step.differs and place != at]
        return str(first + (self.words["also"].format(places=", ".join(others)) if others else ""))

    def _route(self, step: Step, at: int) -> str:
        then, now = step.then.turn, step.now.turn
        if now is None:
            return str(self.words["unanswered"].format(at=at))
        if then is None:
            return str(self.words["answered"].format(at=at, agent=self.texts.agent(now.agent)))
        moved = then.decision.agent != now.decision.agent
        desks = (then.decision.agent, now.decision.agent) if moved else (then.agent, now.agent)
        was, to = (describe_destination(desk, self.texts) for desk in desks)
        return str(self.words["route"].format(at=at, to=to, was=was))

    def lay_out(self, setup: Setup, steps: list[Step]) -> dict[str, Any]:
        """What both templates of a replay take."""
        first, _ = find_difference(steps)
        rows = [self._row(step, at, at == first) for at, step in enumerate(steps, 1)]
        parts = [part for same, found in groupby(rows, _is_same) for part in self._parts(same, list(found))]
        return {"parts": parts, "setup": self._describe(setup), "t": self.own}

    def _parts(self, same: bool, rows: list[ReplayedLine]) -> list[ReplayedPart]:
        if not same:
            return [ReplayedPart("", rows)]
        form = self.words["folded"]["one" if len(rows) == 1 else "many"]
        return [ReplayedPart(form.format(first=rows[0].at, last=rows[-1].at), rows)]

    def _describe(self, setup: Setup) -> str:
        words = self.words
        text = words["now"].format(
            router=words["routers"][setup.router], threshold=self.texts.number(setup.threshold, 2)
        )
        if setup.temperature is not None:
            text += words["with_temperature"].format(value=self.texts.number(setup.temperature, 1))
        if setup.language:
            text += words["with_language"].format(value=words["languages"][setup.language])
        return str(text)

    def _row(self, step: Step, at: int, first: bool) -> ReplayedLine:
        names = self.words["marks"]
        marks = [names["first"]] if first else []
        marks += [names[step.differs]] if step.differs else []
        return ReplayedLine(
            at, step.asked, self._answer(step.then), self._answer(step.now), step.differs, first, marks
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
        sure = describe_sureness(turn.decision, self.texts)
        return ShownAnswer(answer.text, "", turn.decision.agent, sure, turn.agent)


def find_difference(steps: list[Step]) -> tuple[int, str]:
    """The number of the first turn that goes elsewhere, else of the first in other words; else 0."""
    for kind in ("route", "words"):
        if at := next((at for at, step in enumerate(steps, 1) if step.differs == kind), 0):
            return at, kind
    return 0, ""


def _is_same(row: ReplayedLine) -> bool:
    return not row.differs


def _name(request: gr.Request) -> str:
    """One replay runs in a page."""
    return f"replay {request.session_hash}"
