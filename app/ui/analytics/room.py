"""The analytics room: a period, its figures, charts that each answer one question, staffing.

What is asked for stands in the address alone: the toolbar shows it and changes it (analytics.js).
"""

from __future__ import annotations

from typing import Any

import gradio as gr
from pydantic import ValidationError

from app.core.access import CredentialMissing, CredentialWrong
from app.core.exceptions import CallCenterError
from app.services.analytics.views import Figures
from app.ui.analytics import charts
from app.ui.analytics.asked import PERIODS, WIDEST, Asked, describe_choice
from app.ui.analytics.crew import USUAL, read_wanted, render_load, render_staffing, suggest_load
from app.ui.analytics.report import render_report
from app.ui.analytics.sheet import to_sheet
from app.ui.analytics.tables import Tables, Titles
from app.ui.analytics.tiles import SIGNS, Tiles
from app.ui.example import ways as example_ways
from app.ui.request import admit
from app.ui.room import QUIET, Room, render
from app.ui.words import LANGUAGES, language_name

ASK = "(...given) => anAsk(given)"
GIVEN = "(...given) => anGiven(given)"
SHOWN = "() => anShown()"
SAVE = "(name, type, text) => { anSave(name, type, text); }"
PLOTS = {
    "day": charts.plot_days,
    "written": charts.plot_written,
    "hour": charts.plot_escalated,
    "why": None,
    "about": None,
    "topic": None,
    "answered": None,
    "resolved": charts.plot_resolution,
    "feeling": charts.plot_ratings,
    "gap": None,
}
"""Questions in the order of the page; those without a chart are answered by a table with bars."""
Shown = list[Any]


class AnalyticsRoom(Room):
    key = "analytics"

    def build(self) -> None:
        with gr.Column(elem_classes="an-room", elem_id="an-room"):
            gr.HTML(self._toolbar(), elem_id="an-bar")
            self.operator = gr.Textbox(
                label=self.words["key"], info=self.words["key_help"], type="password", elem_id="an-key",
                visible=False, max_length=1000,
            )  # fmt: skip
            self.said = gr.HTML(render("analytics.busy", sentence=self.words["loading"]), elem_id="an-said")
            with gr.Column(visible=False) as self.whole:
                self.figures = gr.HTML(elem_id="an-figures")
                self._questions()
                self.details = gr.HTML(elem_id="an-details")
                self._staffing()
        self._hidden()
        self._events()

    def arrive(self, page: gr.Blocks, tab: gr.Tab) -> None:
        """Figures are counted only where the room is open."""
        tab.select(self.show, self.asked, self.outputs, js=ASK, **QUIET).then(None, None, None, js=SHOWN)
        page.load(self._show_if_open, self.asked, self.outputs, js=ASK, **QUIET).then(
            None, None, None, js=SHOWN, api_visibility="private"
        )

    def _toolbar(self) -> str:
        languages = [(code, language_name(code, self.language)) for code in LANGUAGES]
        agents = [(name, self.texts.agent(name)) for name in self.bench.agents]
        return render("analytics.toolbar", periods=PERIODS, languages=languages, agents=agents, t=self.texts)

    def _questions(self) -> None:
        """Each in a card of its own, which is not there while there is no answer."""
        self.cards, self.plots, self.tables = {}, {}, {}
        with gr.Column(elem_classes="an-grid"):
            for name, plot in PLOTS.items():
                with gr.Column(elem_classes="an-question", elem_id=f"an-ask-{name}") as self.cards[name]:
                    gr.HTML(render("analytics.title", text=self.words["charts"][name]))
                    if plot:
                        self.plots[name] = gr.Plot(
                            show_label=False, container=False, elem_classes="an-plot",
                            elem_id=f"an-plot-{name}",
                        )  # fmt: skip
                    else:
                        self.tables[name] = gr.HTML()

    def _staffing(self) -> None:
        words = self.words
        with gr.Accordion(words["staffing"], open=False, elem_id="an-staffing"):
            self.needed = gr.HTML(elem_id="an-crew")
            with gr.Row(elem_classes="an-wanted"):
                self.wanted = [
                    gr.Number(value, label=words[name], minimum=0, elem_id=f"an-{name}", min_width=130)
                    for name, value in (
                        ("per_hour", 1), ("handling", USUAL.handling / 60), ("level", USUAL.level * 100),
                        ("within", USUAL.within), ("shrinkage", USUAL.shrinkage * 100),
                    )
                ]  # fmt: skip
            self.load = gr.HTML()
            self.crews = gr.HTML(elem_id="an-crews")
            gr.HTML(render("shared.note", sentence=words["assumed"]))

    def _hidden(self) -> None:
        """What the toolbar presses, and what an event is given: the address fills it in."""
        self.asked = [*(gr.Textbox(visible=False, max_length=64) for _ in range(6)), self.operator]
        self.file = [gr.Textbox(visible=False) for _ in range(3)]
        self.again, self.sheet, self.paper = (
            gr.Button(elem_id=f"an-{name}", elem_classes="cc-hidden") for name in ("show", "sheet", "paper")
        )

    def _events(self) -> None:
        self.outputs = [
            self.said, self.whole, self.operator, self.figures, *self.cards.values(), *self.plots.values(),
            *self.tables.values(), self.details, self.load, *self.wanted[:2], self.needed,
            self.crews,
        ]  # fmt: skip
        for trigger in (self.again.click, self.operator.submit):
            trigger(
                self.show, self.asked, self.outputs, js=ASK, trigger_mode="always_last", **QUIET
            ).then(None, None, None, js=SHOWN, api_visibility="private")  # fmt: skip
        typed = [number.change for number in self.wanted]  # one event: of several, an older could end last
        gr.on(typed, self.staff, self.wanted, [self.needed, self.crews], trigger_mode="always_last", **QUIET)
        for button, make, more in (
            (self.sheet, self.export, []),
            (self.paper, self.print_report, self.wanted),
        ):
            button.click(make, [*self.asked, *more], self.file, js=GIVEN, **QUIET).success(
                None, self.file, None, js=SAVE, api_visibility="private"
            )

    async def show(self, *asked: str) -> Shown:
        try:
            figures = await self._figures(asked)
            if figures.empty:
                return self._say(await self._describe_nothing(Asked(*asked)))
        except (CredentialMissing, CredentialWrong) as error:
            return self._say(self.render_problem(error), locked=True)
        except CallCenterError as error:
            return self._say(self.render_problem(error))
        return self._fill(figures)

    def staff(self, *wanted: float | None) -> tuple[str, str]:
        try:
            return render_staffing(self.bench.analytics.staffing(read_wanted(wanted)), self.texts)
        except ValidationError:
            return render("shared.problem", sentence=self.words["problems"]["wanted_invalid"]), ""

    async def export(self, *asked: str) -> Shown:
        """(name, type, text) for the browser to save."""
        try:
            figures = await self._figures(asked)
            await self.bench.record("analytics.exported", f"{_name(figures)}.csv")
        except CallCenterError as error:
            raise gr.Error(self.describe_problem(error), print_exception=False) from error
        return [f"{_name(figures)}.csv", "text/csv", to_sheet(figures, self.texts, self._titles())]

    async def print_report(self, *asked: Any) -> Shown:
        given, wanted = asked[: len(self.asked)], asked[len(self.asked) :]
        try:
            figures = await self._figures(given)
            staffing = self.bench.analytics.staffing(read_wanted(wanted))
            await self.bench.record("analytics.exported", f"{_name(figures)}.html")
        except CallCenterError as error:
            raise gr.Error(self.describe_problem(error), print_exception=False) from error
        except ValidationError as error:
            told = self.words["problems"]["wanted_invalid"]
            raise gr.Error(told, print_exception=False) from error
        page = render_report(figures, staffing, self.language, self._titles())
        return [f"{_name(figures)}.html", "text/html", page]

    async def _figures(self, given: tuple[str, ...]) -> Figures:
        """The same key and the same limits as over REST."""
        asked = Asked(*given)
        admit(self.bench.access, asked.key, "analyst")
        return await asked.figures(self.bench.analytics)

    def _titles(self) -> Titles:
        """Of articles, in the language of the page where they are written in it."""
        known = self.bench.knowledge.articles
        titles = {name: article.title for (_, name), article in known.items()}
        return titles | {name: a.title for (language, name), a in known.items() if language == self.language}

    def _fill(self, figures: Figures) -> Shown:
        per_hour, minutes = suggest_load(figures.load)
        start = (per_hour, minutes, USUAL.level * 100, USUAL.within, USUAL.shrinkage * 100)
        tables = Tables(figures, self.texts, self._titles())
        main = {table.key: table for table in tables.main()}
        drawn = {
            name: plot(figures, self.words["charts"], self.language) for name, plot in PLOTS.items() if plot
        }
        known = {name for name, plot in drawn.items() if plot} | main.keys()
        answers = [
            render("analytics.table", given=main[n], t=self.texts) if n in main else "" for n in self.tables
        ]
        return [
            render("analytics.span", figures=figures, sentence=describe_choice(figures, self.texts)),
            gr.Column(visible=True), gr.Textbox(visible=False),
            render("analytics.figures", tiles=Tiles(figures, self.texts), signs=SIGNS, t=self.texts),
            *(gr.Column(visible=name in known) for name in self.cards), *drawn.values(), *answers,
            render("analytics.details", tables=tables.details(), t=self.texts),
            render_load(figures.load, self.texts), per_hour, minutes, *self.staff(*start),
        ]  # fmt: skip

    async def _describe_nothing(self, asked: Asked) -> str:
        """Fresh, or without dialogs of this choice: each with ways out."""
        chat = {"text": self.words["to_chat"], "address": "?tab=chat"}
        wider = {"text": self.words["wider"], "address": f"?tab={self.key}&period={WIDEST}"}
        if not await self.bench.analytics.has_any():
            sentence, ways = "fresh", [*example_ways(self.bench, self.language, self.key), chat]
        else:
            widest = asked.whole and asked.period == WIDEST
            sentence, ways = "empty", [chat] if widest else [wider, chat]
        return render("shared.empty", sentence=self.words[sentence], icon="chart-column", ways=ways)

    def _say(self, sentence: str, locked: bool = False) -> Shown:
        rest = [gr.skip() for _ in self.outputs[3:]]
        return [sentence, gr.Column(visible=False), gr.Textbox(visible=locked), *rest]

    async def _show_if_open(
        self, period: str, first: str, last: str, zone: str, agent: str, language: str, key: str,
        request: gr.Request,
    ) -> Shown:  # fmt: skip
        """Gradio gives a request only to a function that names what comes before it."""
        if request.query_params.get("tab") != self.key:
            return [gr.skip() for _ in self.outputs]
        return await self.show(period, first, last, zone, agent, language, key)


def _name(figures: Figures) -> str:
    return f"analytics-{figures.period.first}-{figures.period.last}"
