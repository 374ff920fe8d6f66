"""The analytics room: a period, its figures, few charts that each answer one question, staffing."""

from __future__ import annotations

from contextlib import suppress
from datetime import date, datetime, timedelta
from html import escape
from typing import Any

import gradio as gr
from pydantic import ValidationError

from app.core.exceptions import CallCenterError
from app.services.analytics.period import PeriodInvalid, zone_of
from app.services.analytics.staffing import Wanted
from app.services.analytics.table import to_csv
from app.services.analytics.views import Figures
from app.ui.analytics import cards, charts, staffing, tables
from app.ui.analytics.report import render, title
from app.ui.request import admit
from app.ui.room import QUIET, Room

PERIODS = ("today", "7", "30", "custom")
USUAL = "7"
ZONE = "Intl.DateTimeFormat().resolvedOptions().timeZone || 'UTC'"
ASKED = (
    "(p, a, b, z, k) => { const own = p === 'custom'; cc.put('period', p); cc.put('from', own ? a : null); "
    f"cc.put('to', own ? b : null); return [p, a, b, {ZONE}, cc.key || k]; }}"
)
NAMED = (
    f"(p, a, b, z, k) => [cc.get('period') || p, cc.get('from') || a, cc.get('to') || b, {ZONE}, cc.key || k]"
)
"""The address is read before the page has heard of it."""
DRAWN = (charts.by_day, charts.by_hour, charts.resolved, charts.ratings)
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
        page.load(self._named, None, named, **QUIET).then(
            self._if_open, self.asked, self.outputs,
            js=f"(p, a, b, z, k) => [p, a, b, {ZONE}, cc.key || k]", **QUIET,
        )  # fmt: skip

    def _choice(self) -> None:
        words = self.words
        with gr.Row(elem_classes="an-tools"):
            self.period = gr.Radio(
                [(words["periods"][p], p) for p in PERIODS], value=USUAL, label=words["period"],
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
                        gr.HTML(f'<h2 class="an-title">{escape(self.words["charts"][name])}</h2>')
                        if name in ("day", "hour", "resolved", "feeling"):
                            self.plots[name] = gr.Plot(
                                show_label=False,
                                container=False,
                                elem_classes="an-plot",
                                elem_id=f"an-plot-{name}",
                            )
                        self.tables[name] = gr.HTML(elem_id=f"an-{name}-table")

    def _staffing(self) -> None:
        words, usual = self.words, staffing.USUAL
        gr.HTML(f'<h2 class="an-title">{escape(words["staffing"])}</h2>')
        self.load = gr.HTML()
        with gr.Row():
            self.wanted = [
                gr.Number(value, label=words[name], minimum=0, elem_id=f"an-{name}", min_width=150)
                for name, value in (
                    ("per_hour", 1), ("handling", usual.handling / 60), ("level", usual.level * 100),
                    ("within", usual.within), ("shrinkage", usual.shrinkage * 100),
                )
            ]  # fmt: skip
        self.needed = gr.HTML(elem_id="an-crew")
        gr.HTML(f'<p class="an-note">{escape(words["assumed"])}</p>')

    def _events(self) -> None:
        self.outputs = [
            self.said, self.whole, self.figures, *self.plots.values(), *self.tables.values(), self.load,
            *self.wanted[:2], self.needed,
        ]  # fmt: skip
        self.period.change(lambda p: gr.Row(visible=p == "custom"), self.period, self.dates, **QUIET)
        self.period.input(self._unless_custom, self.asked, self.outputs, js=ASKED, **QUIET)
        for trigger in (self.again.click, self.first.submit, self.last.submit, self.operator.submit):
            trigger(self.show, self.asked, self.outputs, js=ASKED, **QUIET)
        typed = [number.change for number in self.wanted]  # one event: of several, an older could end last
        gr.on(typed, self.staff, self.wanted, self.needed, trigger_mode="always_last", **QUIET)
        for button, make, more in (
            (self.csv, self.export, []),
            (self.paper, self.printed, self.wanted),
        ):
            button.click(
                make, [*self.asked, *more], [*self.file, self.said],
                js=f"(p, a, b, z, k, ...w) => [p, a, b, {ZONE}, cc.key || k, ...w]", **QUIET,
            ).success(None, self.file, None, js=SAVE, api_visibility="private")  # fmt: skip

    async def show(self, period: str, first: str, last: str, zone: str, key: str) -> Shown:
        try:
            figures = await self._figures(period, first, last, zone, key)
        except CallCenterError as error:
            return self._only(self.problem(error))
        if figures.empty:
            return self._only(self._note(self.words["empty"]))
        return self._shown(figures)

    def staff(self, *wanted: float | None) -> str:
        try:
            return staffing.html(self.bench.analytics.staffing(_wanted(wanted)), self.words, self.language)
        except ValidationError:
            return self._note(self.words["problems"]["wanted_invalid"])

    async def export(self, *asked: str) -> Shown:
        """(name, type, text) for the browser to save, and what is said of it."""
        try:
            figures = await self._figures(*asked)
        except CallCenterError as error:
            raise gr.Error(self.told(error), print_exception=False) from error
        return self._saved(f"{_name(figures)}.csv", "text/csv", to_csv(figures))

    async def printed(self, *asked: Any) -> Shown:
        try:
            figures = await self._figures(*asked[:5])
            staffing = self.bench.analytics.staffing(_wanted(asked[5:]))
        except CallCenterError as error:
            raise gr.Error(self.told(error), print_exception=False) from error
        except ValidationError as error:
            told = self.words["problems"]["wanted_invalid"]
            raise gr.Error(told, print_exception=False) from error
        return self._saved(f"{_name(figures)}.html", "text/html", render(figures, staffing, self.language))

    async def _figures(self, period: str, first: str, last: str, zone: str, key: str) -> Figures:
        """The same key and the same limits as over REST."""
        admit(self.bench.settings, key or None)
        begin, end = self._span(period, first, last, zone)
        return await self.bench.analytics.figures(begin, end, zone)

    def _span(self, period: str, first: str, last: str, zone: str) -> tuple[date | None, date | None]:
        if period == "custom":
            return written_day(first), written_day(last)
        today = self.bench.analytics.clock().astimezone(zone_of(zone)).date()
        days = 1 if period == "today" else int(period if period in PERIODS else USUAL)
        return today - timedelta(days=days - 1), today

    def _shown(self, figures: Figures) -> Shown:
        words, language = self.words, self.language
        told = tables.Tables(figures, words, language)
        per_hour, minutes = staffing.suggested(figures.load)
        usual = staffing.USUAL
        start = (per_hour, minutes, usual.level * 100, usual.within, usual.shrinkage * 100)
        return [
            self._note(self._about(figures)), gr.Column(visible=True),
            cards.html(cards.Cards(figures, words, language).all()),
            *(draw(figures, words["charts"], language) for draw in DRAWN),
            *self._under(told, figures),
            staffing.source(figures.load, words, language), per_hour, minutes, self.staff(*start),
        ]  # fmt: skip

    def _under(self, told: tables.Tables, figures: Figures) -> list[str]:
        empty = self.words["nothing_here"]
        settled = any(part.resolved.n for part in figures.by_agent)
        waiting = "" if settled else self._note(self.words["charts"]["none_resolved"])
        gaps = self._note(self.words["gap_note"].format(n=figures.gap_turns))
        return [
            tables.folded(told.days(), empty),
            tables.folded(told.hours(), empty),
            waiting + tables.folded(told.agents(), empty) + tables.folded(told.languages(), empty),
            tables.folded(told.feelings(), empty),
            tables.html(told.routed(), empty)
            + tables.folded(told.sources(), empty)
            + tables.folded(told.tools(), empty),
            gaps + tables.html(told.gaps(), empty),
        ]

    def _about(self, figures: Figures) -> str:
        return str(
            self.words["span"].format(
                span=title(figures, self.language),
                zone=figures.period.zone,
                before=title(figures, self.language, before=True),
            )
        )

    def _only(self, sentence: str) -> Shown:
        rest = [gr.skip() for _ in self.outputs[2:]]
        return [sentence, gr.Column(visible=False), *rest]

    def _saved(self, name: str, kind: str, text: str) -> Shown:
        return [name, kind, text, self._note(self.words["saved"].format(name=name))]

    def _note(self, sentence: str) -> str:
        return f'<p class="an-note">{escape(sentence)}</p>'

    def _named(self, request: gr.Request) -> Shown:
        asked = request.query_params
        period = asked.get("period", USUAL)
        period = period if period in PERIODS else USUAL
        own = period == "custom"
        return [period, asked.get("from", "")[:10], asked.get("to", "")[:10], gr.Row(visible=own)]

    async def _if_open(
        self, period: str, first: str, last: str, zone: str, key: str, request: gr.Request
    ) -> Shown:
        if request.query_params.get("tab") != self.key:
            return [gr.skip() for _ in self.outputs]
        return await self.show(period, first, last, zone, key)

    async def _unless_custom(self, period: str, first: str, last: str, zone: str, key: str) -> Shown:
        """Own dates are shown once they are typed."""
        if period == "custom" and not (first or last):
            return [gr.skip() for _ in self.outputs]
        return await self.show(period, first, last, zone, key)


def written_day(text: str) -> date | None:
    """Raises PeriodInvalid for what is no date."""
    if not text or not text.strip():
        return None
    for form in WRITTEN:
        with suppress(ValueError):
            return datetime.strptime(text.strip(), form).date()  # noqa: DTZ007  (a day has no zone)
    raise PeriodInvalid("Dates are written as 2026-11-22.")


def _wanted(given: tuple[float | None, ...]) -> Wanted:
    """From minutes and per cents. Raises ValidationError."""
    per_hour, minutes, level, within, shrinkage = (value or 0 for value in given)
    return Wanted(
        per_hour=per_hour, handling=minutes * 60, level=level / 100, within=within, shrinkage=shrinkage / 100
    )


def _name(figures: Figures) -> str:
    return f"analytics-{figures.period.first}-{figures.period.last}"
