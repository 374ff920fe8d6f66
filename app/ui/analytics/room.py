"""The analytics room: a period, its figures, few charts that each answer one question, staffing."""

from __future__ import annotations

from contextlib import suppress
from datetime import date, datetime, timedelta
from typing import Any

import gradio as gr
from pydantic import ValidationError

from app.core.exceptions import CallCenterError
from app.services.analytics.period import PeriodInvalid, zone_of
from app.services.analytics.staffing import Wanted
from app.services.analytics.views import Figures, to_csv
from app.ui.analytics import charts
from app.ui.analytics.panels import (
    USUAL,
    name_period,
    render_load,
    render_report,
    render_staffing,
    suggest_load,
)
from app.ui.analytics.rows import SIGNS, Cards, Tables
from app.ui.request import admit
from app.ui.room import QUIET, Room, render

PERIODS = ("today", "7", "30", "custom")
CHOSEN = "7"
ZONE = "Intl.DateTimeFormat().resolvedOptions().timeZone || 'UTC'"
ASKED = (
    "(p, a, b, z, k) => { const own = p === 'custom'; cc.put('period', p); cc.put('from', own ? a : null); "
    f"cc.put('to', own ? b : null); return [p, a, b, {ZONE}, cc.key || k]; }}"
)
NAMED = (
    f"(p, a, b, z, k) => [cc.get('period') || p, cc.get('from') || a, cc.get('to') || b, {ZONE}, cc.key || k]"
)
"""The address overrides the components, which do not show it yet."""
PLOTS = (charts.plot_days, charts.plot_hours, charts.plot_resolution, charts.plot_ratings)
"""In the order of the plots."""
SAVE = "(name, type, text) => { anSave(name, type, text); }"
WRITTEN = ("%Y-%m-%d", "%d.%m.%Y", "%d %b %Y")
"""As the page shows a day in any language, and as the address does."""
Shown = list[Any]


class AnalyticsRoom(Room):
    key = "analytics"

    def build(self) -> None:
        with gr.Column(elem_classes="an-room", elem_id="an-room"):
            self._choice()
            self.said = gr.HTML(self._note(self.words["loading"]), elem_id="an-said")
            with gr.Column(visible=False) as self.whole:
                self.figures = gr.HTML(elem_id="an-figures")
                self._charts()
                self._staffing()
        self.file = [gr.Textbox(visible=False) for _ in range(3)]
        self._events()

    def arrive(self, page: gr.Blocks, tab: gr.Tab) -> None:
        """The address may name a period; figures are counted only where the room is open."""
        tab.select(self.show, self.asked, self.outputs, js=NAMED, **QUIET)
        named = [*self.asked[:3], self.dates]
        page.load(self._read_address, None, named, **QUIET).then(
            self._show_if_open, self.asked, self.outputs,
            js=f"(p, a, b, z, k) => [p, a, b, {ZONE}, cc.key || k]", **QUIET,
        )  # fmt: skip

    def _choice(self) -> None:
        words = self.words
        with gr.Row(elem_classes="an-tools"):
            self.period = gr.Radio(
                [(words["periods"][p], p) for p in PERIODS], value=CHOSEN, label=words["period"],
                elem_id="an-period", scale=3, min_width=300,
            )  # fmt: skip
            with gr.Row(visible=False, elem_id="an-dates") as self.dates:
                self.first = gr.Textbox(
                    label=words["first"], elem_id="an-first", max_length=10, min_width=130
                )
                self.last = gr.Textbox(label=words["last"], elem_id="an-last", max_length=10, min_width=130)
            self.operator = gr.Textbox(
                label=words["key"], info=words["key_help"], type="password", elem_id="an-key",
                visible=self.bench.settings.operator_key is not None, scale=2,
            )  # fmt: skip
            self.again = gr.Button(
                words["show"], variant="primary", elem_id="an-show", min_width=110, scale=0
            )
            self.csv = gr.Button(words["csv"], elem_id="an-csv", min_width=170, scale=0)
            self.paper = gr.Button(words["report_button"], elem_id="an-report", min_width=200, scale=0)
        self.zone = gr.Textbox("UTC", visible=False)
        self.asked = [self.period, self.first, self.last, self.zone, self.operator]

    def _charts(self) -> None:
        self.plots, self.tables = {}, {}
        for pair in (("day", "hour"), ("resolved", "feeling"), ("routed", "gap")):
            with gr.Row(equal_height=False):
                for name in pair:
                    with gr.Column(min_width=320):
                        gr.HTML(render("analytics.title", text=self.words["charts"][name]))
                        if name in ("day", "hour", "resolved", "feeling"):
                            self.plots[name] = gr.Plot(
                                show_label=False,
                                container=False,
                                elem_classes="an-plot",
                                elem_id=f"an-plot-{name}",
                            )
                        self.tables[name] = gr.HTML(elem_id=f"an-{name}-table")

    def _staffing(self) -> None:
        words = self.words
        gr.HTML(render("analytics.title", text=words["staffing"]))
        self.load = gr.HTML()
        with gr.Row():
            self.wanted = [
                gr.Number(value, label=words[name], minimum=0, elem_id=f"an-{name}", min_width=150)
                for name, value in (
                    ("per_hour", 1), ("handling", USUAL.handling / 60), ("level", USUAL.level * 100),
                    ("within", USUAL.within), ("shrinkage", USUAL.shrinkage * 100),
                )
            ]  # fmt: skip
        self.needed = gr.HTML(elem_id="an-crew")
        gr.HTML(self._note(words["assumed"]))

    def _events(self) -> None:
        self.outputs = [
            self.said, self.whole, self.figures, *self.plots.values(), *self.tables.values(), self.load,
            *self.wanted[:2], self.needed,
        ]  # fmt: skip
        self.period.change(lambda p: gr.Row(visible=p == "custom"), self.period, self.dates, **QUIET)
        self.period.input(self._show_unless_custom, self.asked, self.outputs, js=ASKED, **QUIET)
        for trigger in (self.again.click, self.first.submit, self.last.submit, self.operator.submit):
            trigger(self.show, self.asked, self.outputs, js=ASKED, **QUIET)
        typed = [number.change for number in self.wanted]  # one event: of several, an older could end last
        gr.on(typed, self.staff, self.wanted, self.needed, trigger_mode="always_last", **QUIET)
        for button, make, more in (
            (self.csv, self.export, []),
            (self.paper, self.print_report, self.wanted),
        ):
            button.click(
                make, [*self.asked, *more], [*self.file, self.said],
                js=f"(p, a, b, z, k, ...w) => [p, a, b, {ZONE}, cc.key || k, ...w]", **QUIET,
            ).success(None, self.file, None, js=SAVE, api_visibility="private")  # fmt: skip

    async def show(self, period: str, first: str, last: str, zone: str, key: str) -> Shown:
        try:
            figures = await self._figures(period, first, last, zone, key)
        except CallCenterError as error:
            return self._say(self.render_problem(error))
        if figures.empty:
            return self._say(self._note(self.words["empty"]))
        return self._fill(figures)

    def staff(self, *wanted: float | None) -> str:
        try:
            return render_staffing(self.bench.analytics.staffing(_read_wanted(wanted)), self.texts)
        except ValidationError:
            return self._note(self.words["problems"]["wanted_invalid"])

    async def export(self, *asked: str) -> Shown:
        """(name, type, text) for the browser to save, and what is said of it."""
        try:
            figures = await self._figures(*asked)
        except CallCenterError as error:
            raise gr.Error(self.describe_problem(error), print_exception=False) from error
        return self._save(f"{_name(figures)}.csv", "text/csv", to_csv(figures))

    async def print_report(self, *asked: Any) -> Shown:
        try:
            figures = await self._figures(*asked[:5])
            staffing = self.bench.analytics.staffing(_read_wanted(asked[5:]))
        except CallCenterError as error:
            raise gr.Error(self.describe_problem(error), print_exception=False) from error
        except ValidationError as error:
            told = self.words["problems"]["wanted_invalid"]
            raise gr.Error(told, print_exception=False) from error
        return self._save(
            f"{_name(figures)}.html", "text/html", render_report(figures, staffing, self.language)
        )

    async def _figures(self, period: str, first: str, last: str, zone: str, key: str) -> Figures:
        """The same key and the same limits as over REST."""
        admit(self.bench.settings, key or None)
        begin, end = self._span(period, first, last, zone)
        return await self.bench.analytics.figures(begin, end, zone)

    def _span(self, period: str, first: str, last: str, zone: str) -> tuple[date | None, date | None]:
        if period == "custom":
            return parse_day(first), parse_day(last)
        today = self.bench.analytics.clock().astimezone(zone_of(zone)).date()
        days = 1 if period == "today" else int(period if period in PERIODS else CHOSEN)
        return today - timedelta(days=days - 1), today

    def _fill(self, figures: Figures) -> Shown:
        words, language = self.words, self.language
        per_hour, minutes = suggest_load(figures.load)
        start = (per_hour, minutes, USUAL.level * 100, USUAL.within, USUAL.shrinkage * 100)
        return [
            self._note(self._about(figures)), gr.Column(visible=True),
            render("analytics.cards", cards=Cards(figures, self.texts).list_all(), signs=SIGNS),
            *(plot(figures, words["charts"], language) for plot in PLOTS),
            *self._tables(figures),
            render_load(figures.load, self.texts), per_hour, minutes, self.staff(*start),
        ]  # fmt: skip

    def _tables(self, figures: Figures) -> list[str]:
        """Under the plots, in their order."""
        of, t = Tables(figures, self.texts), self.texts
        settled = any(part.resolved.n for part in figures.by_agent)
        parts = [of.agents(), of.languages()]
        return [
            render("analytics.folded", tables=[of.days()], t=t),
            render("analytics.folded", tables=[of.hours()], t=t),
            render("analytics.resolution", tables=parts, settled=settled, t=t),
            render("analytics.folded", tables=[of.feelings()], t=t),
            render("analytics.routing", routed=of.routing(), tables=[of.sources(), of.tools()], t=t),
            render("analytics.gaps", gaps=of.gaps(), turns=figures.gap_turns, t=t),
        ]

    def _about(self, figures: Figures) -> str:
        return str(
            self.words["span"].format(
                span=name_period(figures, self.language),
                zone=figures.period.zone,
                before=name_period(figures, self.language, before=True),
            )
        )

    def _say(self, sentence: str) -> Shown:
        rest = [gr.skip() for _ in self.outputs[2:]]
        return [sentence, gr.Column(visible=False), *rest]

    def _save(self, name: str, kind: str, text: str) -> Shown:
        return [name, kind, text, self._note(self.words["saved"].format(name=name))]

    def _note(self, sentence: str) -> str:
        return render("analytics.note", sentence=sentence)

    def _read_address(self, request: gr.Request) -> Shown:
        asked = request.query_params
        period = asked.get("period", CHOSEN)
        period = period if period in PERIODS else CHOSEN
        own = period == "custom"
        return [period, asked.get("from", "")[:10], asked.get("to", "")[:10], gr.Row(visible=own)]

    async def _show_if_open(
        self, period: str, first: str, last: str, zone: str, key: str, request: gr.Request
    ) -> Shown:
        if request.query_params.get("tab") != self.key:
            return [gr.skip() for _ in self.outputs]
        return await self.show(period, first, last, zone, key)

    async def _show_unless_custom(self, period: str, first: str, last: str, zone: str, key: str) -> Shown:
        """Own dates are shown once they are typed."""
        if period == "custom" and not (first or last):
            return [gr.skip() for _ in self.outputs]
        return await self.show(period, first, last, zone, key)


def parse_day(text: str) -> date | None:
    """Raises PeriodInvalid for what is no date."""
    if not text or not text.strip():
        return None
    for form in WRITTEN:
        with suppress(ValueError):
            return datetime.strptime(text.strip(), form).date()  # noqa: DTZ007  (a day has no zone)
    raise PeriodInvalid("Dates are written as 2026-11-22.")


def _read_wanted(given: tuple[float | None, ...]) -> Wanted:
    """From minutes and per cents. Raises ValidationError."""
    per_hour, minutes, level, within, shrinkage = (value or 0 for value in given)
    return Wanted(
        per_hour=per_hour, handling=minutes * 60, level=level / 100, within=within, shrinkage=shrinkage / 100
    )


def _name(figures: Figures) -> str:
    return f"analytics-{figures.period.first}-{figures.period.last}"
