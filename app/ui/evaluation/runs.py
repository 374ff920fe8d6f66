"""The upper part of the room: the order of a run, its progress, and the last runs."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from itertools import islice
from typing import Any

import gradio as gr

from app.core.exceptions import CallCenterError
from app.evaluation.passes import PERTURBATIONS, RunOptions, count_variants, passes_over
from app.evaluation.predictions import Provenance
from app.services.evaluation.runs import RunOrder
from app.ui.evaluation.panel import EvaluationPanel
from app.ui.evaluation.rows import render_halted, render_progress
from app.ui.room import render

RUNS = 50
MOST_CASES, MOST_AT_ONCE = 1_000_000, 64
COUNTED = 2000  # cases whose variants are counted
QUICK, RATE = "local", 12  # messages a second of that router, on two cores
Choices = list[tuple[str, str]]


class RunPanel(EvaluationPanel):
    def build(self) -> None:
        words = self.words
        with gr.Row(equal_height=False, elem_classes="ev-order"):
            self.sets = gr.Dropdown(
                [], label=words["sets"], multiselect=True, scale=3, min_width=260, elem_id="cc-eval-sets"
            )
            self.router = gr.Dropdown(
                [], label=words["router"], scale=2, min_width=200, elem_id="cc-eval-router"
            )
            self.runs = gr.Dropdown([], label=words["runs"], scale=3, min_width=260, elem_id="cc-eval-runs")
        self._options()
        with gr.Row(elem_classes="ev-going"):
            self.start = gr.Button(
                words["start"], variant="primary", scale=0, min_width=140, elem_id="cc-eval-start"
            )
            self.status = gr.HTML("", elem_id="cc-eval-status")
            self.cancel = gr.Button(
                words["cancel"], size="sm", visible=False, scale=0, min_width=120, elem_id="cc-eval-cancel"
            )
            self.resume = gr.Button(
                words["resume"], size="sm", visible=False, scale=0, min_width=120, elem_id="cc-eval-resume"
            )
        self.run = gr.Textbox(visible="hidden", elem_id="cc-eval-run")
        self.again = gr.State(0)

    def _options(self) -> None:
        words = self.words
        with gr.Accordion(words["options"], open=False, elem_id="cc-eval-options"):
            gr.HTML(render("evaluation.help", sentence=words["router_help"]))
            with gr.Row():
                self._numbers()

    def _numbers(self) -> None:
        words = self.words
        self.limit = gr.Number(
            0, label=words["limit"], info=words["limit_help"], precision=0, minimum=0,
            maximum=MOST_CASES, elem_id="cc-eval-limit", min_width=180,
        )  # fmt: skip
        self.seed = gr.Number(0, label=words["seed"], precision=0, minimum=0, min_width=120)
        self.at_once = gr.Slider(1, MOST_AT_ONCE, 8, step=1, label=words["concurrency"], min_width=180)
        self.perturb = gr.Checkbox(False, label=words["perturb"], min_width=180)

    @property
    def order(self) -> list[gr.components.Component]:
        return [self.sets, self.router, self.limit, self.seed, self.at_once, self.perturb]

    async def begin(
        self,
        key: str,
        sets: list[str] | None,
        router: str | None,
        limit: float | None,
        seed: float | None,
        at_once: float,
        perturb: bool,
    ) -> str:
        """The id of the new run."""
        self.admit(key)
        if not sets or not router:
            raise self.refuse(self.words["choose"])
        options = RunOptions(
            limit=int(limit) if limit and limit > 0 else None,
            seed=int(seed or 0),
            concurrency=max(1, min(MOST_AT_ONCE, int(at_once))),
            perturb=bool(perturb),
        )
        try:
            return await self.desk.start(RunOrder(sets, router, options))
        except CallCenterError as error:
            raise self.refuse(error) from None

    async def go_on(self, key: str, run_id: str, times: int) -> int:
        """The number of resumptions, so that the page follows again."""
        self.admit(key)
        try:
            await self.desk.resume(run_id)
        except CallCenterError as error:
            raise self.refuse(error) from None
        return times + 1

    async def pick(self, key: str | None, run_id: str | None) -> tuple[str, Any, Any]:
        """(run, sets, router) of a run on the list: what it was over is chosen, to be run once more."""
        keys, router = await asyncio.to_thread(self.find_order, key, run_id or "")
        return run_id or "", keys or gr.skip(), router or gr.skip()

    def find_order(self, key: str | None, run_id: str) -> tuple[list[str], str]:
        """Keys of the sets and the router of a run, where they still are on offer. Blocks."""
        p = self._provenance(run_id)
        if p is None or not self._may_see(key, p):
            return [], ""
        return self.desk.shelf.keys_of(p.sets), p.router if p.router in self.desk.routers() else ""

    def find_pair(self, key: str | None, run_id: str) -> tuple[str, str]:
        """(A, B): this run after the last one before it over the same sets, else before the next. Blocks."""
        ended = [p for p in self._runs(key) if p.finished]
        shown = next((p for p in ended if p.run_id == run_id), None)
        if shown is None:
            return "", ""
        alike = [p for p in ended if p.sets == shown.sets and p is not shown]
        before = next((p for p in alike if p.started < shown.started), None)
        after = next((p for p in reversed(alike) if p.started > shown.started), None)
        if before:
            return before.run_id, run_id
        return (run_id, after.run_id) if after else ("", "")

    def _may_see(self, key: str | None, p: Provenance) -> bool:
        """Blocks."""
        return self.may_enter(key) or self.desk.shelf.shipped(p.sets)

    def _provenance(self, run_id: str) -> Provenance | None:
        return next((p for p in self.desk.service.registry.list() if p.run_id == run_id), None)

    async def halt(self, key: str, run_id: str) -> None:
        self.admit(key)
        await self.desk.cancel(run_id)

    async def watch(self, key: str | None, run_id: str) -> AsyncIterator[tuple[str, bool, bool]]:
        """(status, is it running, can it be resumed) until the run has ended."""
        p = await asyncio.to_thread(self._provenance, run_id)
        if p and not await asyncio.to_thread(self._may_see, key, p):
            yield "", False, False
            return
        if self.desk.progress(run_id) is None:
            stands = p is not None and p.finished is None  # of a process before this one
            yield render_halted(self.texts) if stands else "", False, stands
            return
        async for now in self.desk.follow(run_id):
            again = now.state in ("interrupted", "failed")
            yield render_progress(now, self.texts), now.state == "running", again

    async def resolve(self, name: str) -> str:
        """The id of `latest`, or of the beginning of an id; an unknown one stays as it is."""
        try:
            return await asyncio.to_thread(self.desk.service.registry.resolve, name) if name else ""
        except CallCenterError:
            return name

    async def choices(self, key: str | None) -> tuple[Any, Any, Any]:
        """Of sets, routers and runs, as things are now."""
        offered = await asyncio.to_thread(self.desk.shelf.offered)
        sizes = await asyncio.to_thread(self.desk.shelf.sizes)
        sets = [
            (self._name(name, sizes.get(name, 0)), name) for name in offered if self._may_choose(key, name)
        ]
        routers = [(self.texts.router(name), name) for name in await asyncio.to_thread(self.desk.routers)]
        return gr.update(choices=sets), gr.update(choices=routers), await self.last(key)

    async def last(self, key: str | None, chosen: str | None = None) -> Any:
        """An update for a list of runs."""
        found = await self.run_choices(key)
        extra: dict[str, Any] = {"value": chosen} if chosen in [run_id for _, run_id in found] else {}
        return gr.update(choices=found, **extra)

    async def run_choices(self, key: str | None) -> Choices:
        return [(self._describe(p), p.run_id) for p in await asyncio.to_thread(self._runs, key)]

    def _runs(self, key: str | None) -> list[Provenance]:
        return list(islice((p for p in self.desk.service.registry.list() if self._may_see(key, p)), RUNS))

    def _may_choose(self, key: str | None, name: str) -> bool:
        """A set of the house may be chosen by everybody."""
        return "/" not in name or self.may_enter(key)

    def _name(self, key: str, size: int) -> str:
        kind, _, name = key.rpartition("/")
        about = [self.words["groups"][kind]] if kind else []
        return f"{self.texts.set_name(name)} ({', '.join([*about, self.texts.number(size)])})"

    def shipped(self, sets: Any) -> list[str]:
        """The set to begin with, where it is on offer."""
        wanted = f"routing_{self.language}"
        return [key for _, key in sets["choices"] if key == wanted]

    async def latest(self, key: str | None) -> str:
        """The last run that has ended; empty where there is none."""
        runs = await asyncio.to_thread(self._runs, key)
        return next((p.run_id for p in runs if p.finished), "")

    async def name_start(
        self, key: str | None, sets: list[str] | None, router: str | None, limit: float | None, perturb: bool
    ) -> Any:
        """What the button does: which messages, how many, for how long; of sets that this visitor sees."""
        seen = sets if sets and all(self._may_choose(key, name) for name in sets) else []
        options = RunOptions(limit=int(limit) if limit and limit > 0 else None, perturb=bool(perturb))
        label = await asyncio.to_thread(self._describe_start, seen, router or "", options)
        return gr.update(value=label)

    def _describe_start(self, sets: list[str], router: str, options: RunOptions) -> str:
        words, sizes = self.words, self.desk.shelf.sizes()
        if not sets or not all(key in sizes for key in sets):
            return str(words["start"])
        n = min(sum(sizes[key] for key in sets), options.limit or MOST_CASES)
        variants = self._count_variants(sets, n, options)
        whole = self.texts.set_name(sets[0].rpartition("/")[2])
        one = words["one_named"].format(name=whole)
        name = one if len(sets) == 1 else words["several"].format(n=len(sets))
        counted = words["with_variants"] if variants else "{n}"
        about = [counted.format(n=self.texts.number(n), variants=self.texts.number(variants))]
        about += [self._describe_wait(n + variants)] if router == QUICK else []
        return str(words["start_with"].format(name=name, about=", ".join(about)))

    def _count_variants(self, sets: list[str], n: int, options: RunOptions) -> int:
        """Of large sets so many as there can be: to count them takes longer than a label may."""
        if not options.perturb or n > COUNTED:
            return n * len(PERTURBATIONS) * options.perturb
        try:
            return count_variants(passes_over(self.desk.shelf.read(sets), options))
        except CallCenterError:
            return 0  # the start says why

    def _describe_wait(self, n: int) -> str:
        minutes = round(n / RATE / 60)
        return str(self.words["about"].format(n=minutes) if minutes else self.words["moment"])

    def _describe(self, p: Provenance) -> str:
        """As short as tells it from the others: a list cuts what is long."""
        words, number = self.words, self.texts.number
        going = self.desk.progress(p.run_id)
        state = "" if p.finished else words["interrupted"]
        state = words["running"] if going and going.state == "running" else state
        name = words["baselines"].get(p.router.removeprefix("baseline:"), self.texts.router(p.router))
        whole = sum(each.turns for each in p.sets)
        size = words["of"].format(k=number(p.limit), n=number(whole)) if p.limit else number(whole)
        sets = [self.texts.set_name(p.sets[0].name)] if len(p.sets) == 1 else []
        return " · ".join(part for part in (self.texts.moment(p.started), name, *sets, size, state) if part)
