"""The figures as tables, for the page and the report. What has no data has no row, no column and no dash."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from urllib.parse import urlencode

from app.core.stats import Interval
from app.services.analytics.gaps import Gap
from app.services.analytics.period import zone_of
from app.services.analytics.views import Called, CalledDialog, Figures, Part, Share, TopicCount
from app.ui.analytics.asked import hour_of
from app.ui.words import RoomTexts, fitting, language_name, long_day, moment

Titles = Mapping[str, str]
SHORT = 7
"""Rows of an answer; the rest is a table of its own."""


@dataclass(frozen=True)
class CellLink:
    address: str
    text: str
    at: str


@dataclass(frozen=True)
class TableCell:
    """`value` is what a column is sorted by, `share` the length of a bar, `dot` the agent of its colour.

    A press on it shows the `links`.
    """

    text: str
    value: float | str | None = None
    share: float | None = None
    note: str = ""
    dot: str = ""
    links: tuple[CellLink, ...] = ()


EMPTY = TableCell("", -1)
Row = list[TableCell]


@dataclass(frozen=True)
class FigureTable:
    """The first column names the row; the others are figures unless they stand in `texts`."""

    key: str
    title: str
    columns: list[str]
    rows: list[Row]
    note: str = ""
    texts: frozenset[int] = field(default=frozenset({0}))


@dataclass(frozen=True)
class Tables:
    """`titles` of articles, by id."""

    figures: Figures
    texts: RoomTexts
    titles: Titles = field(default_factory=dict)

    def main(self) -> list[FigureTable]:
        """What answers a question of its own."""
        gaps, about = (replace(each, rows=each.rows[:SHORT]) for each in (self.gaps(), self.about()))
        return [each for each in (self.why(), about, self.topics(), self.desks(), gaps) if each.rows]

    def details(self) -> list[FigureTable]:
        every = (
            self.days(), self.agents(), self.languages(), self.hours(), self.sources(), self.tools(),
            self.feelings(), self.unread(),
        )  # fmt: skip
        whole = replace(self.about(), key="abouts"), replace(self.gaps(), key="gaps")
        return [each for each in every if each.rows] + [each for each in whole if len(each.rows) > SHORT]

    def days(self) -> FigureTable:
        named = [
            (TableCell(self._day(p.name), p.name, note=self._today(p.name)), p) for p in self.figures.by_day
        ]
        return self._parts("day", [pair for pair in reversed(named) if pair[1].dialogs or pair[1].turns])

    def _day(self, name: str) -> str:
        return long_day(date.fromisoformat(name), self.texts.language)

    def _today(self, name: str) -> str:
        today: str = self.texts.words["charts"]["today"]
        return today.format(time=hour_of(self.figures.period)) if name == self.figures.today else ""

    def agents(self) -> FigureTable:
        table = self._parts("agent", [(self._agent(part.name), part) for part in self.figures.by_agent])
        return replace(table, note=self.texts.words["agent_note"])

    def languages(self) -> FigureTable:
        return self._parts(
            "language", [(TableCell(self._language(part.name)), part) for part in self.figures.by_language]
        )

    def hours(self) -> FigureTable:
        rows = [
            [TableCell(f"{h.hour:02}:00–{h.hour:02}:59"), self._n(h.dialogs), self._n(h.escalations)]
            for h in self.figures.by_hour
            if h.dialogs or h.escalations
        ]
        return self._table("hour", rows)

    def desks(self) -> FigureTable:
        """One alone is compared with nobody."""
        rows = [self._share(self._agent(share.name), share) for share in self.figures.agents]
        return self._table("answered", rows if len(rows) > 1 else [])

    def topics(self) -> FigureTable:
        """An article by its title."""
        of = self.figures.volumes.dialogs.value or 1
        rows = [
            [
                TableCell(self._topic(topic), dot=topic.agent),
                self._n(topic.dialogs),
                self._bar(topic.dialogs / of),
            ]
            for topic in self.figures.topics[:SHORT]
        ]
        return self._table("topic", rows)

    def why(self) -> FigureTable:
        names = self.texts.words["reasons"]
        return self._table("why", [self._called(names[row.name], row) for row in self.figures.called])

    def about(self) -> FigureTable:
        """A dialog may have several topics: their shares need not sum to one."""
        rows = [self._called(self._topic(row), row) for row in self.figures.called_topics]
        return self._table("about", rows)

    def _called(self, name: str, row: Called) -> Row:
        links = (
            CellLink(f"?{urlencode({'tab': 'monitor', 'watch': of.dialog_id})}", of.subject, self._at(of))
            for of in row.latest
        )
        return [TableCell(name, links=tuple(links)), self._n(row.dialogs), self._interval(row.share)]

    def _at(self, dialog: CalledDialog) -> str:
        return moment(dialog.opened, self.texts.language, zone_of(self.figures.period.zone))

    def sources(self) -> FigureTable:
        names = self.texts.words["sources"]
        return self._table(
            "source", [self._share(TableCell(names.get(s.name, s.name)), s) for s in self.figures.sources]
        )

    def tools(self) -> FigureTable:
        names = self.texts.words["tools"]
        rows = [
            [TableCell(names.get(t.name, t.name)), *map(self._n, (t.used, t.done, t.approval, t.refused))]
            for t in self.figures.tools
        ]
        return self._table("tool", rows)

    def gaps(self) -> FigureTable:
        """Whole sentences of customers: the first column is wide."""
        return self._lines("gap", self.figures.gaps, self.figures.gap_turns)

    def unread(self) -> FigureTable:
        return self._lines("unread", self.figures.unread, self.figures.unread_turns)

    def _lines(self, key: str, gaps: Sequence[Gap], count: int) -> FigureTable:
        rows = [
            [TableCell(gap.question, note=" · ".join(gap.examples)), self._n(gap.count),
             TableCell(self._language(gap.language)), TableCell(", ".join(map(self.texts.agent, gap.agents)))]
            for gap in gaps
        ]  # fmt: skip
        note = self.texts.words[f"{key}_note"].format(n=self.texts.number(count))
        return self._table(key, rows, frozenset({0, 2, 3}), note)

    def feelings(self) -> FigureTable:
        told, names = self.figures.satisfaction, self.texts.words["feelings"]
        rows = [[TableCell("★" * score), self._n(told.ratings[score])] for score in range(5, 0, -1)]
        rows += [
            [TableCell(names[name]), self._n(getattr(told, name))]
            for name in ("content", "discontent", "unknown")
        ]
        share = f"{fitting(told.agrees.value, self.texts.language)} {self._range(told.agrees)}"
        note = self.texts.words["agrees"].format(share=share) if told.agrees.n else ""
        return self._table("feeling", [row for row in rows if row[1].value], note=note)

    def _parts(self, key: str, parts: Sequence[tuple[TableCell, Part]]) -> FigureTable:
        """Only the columns in which some row has a figure."""
        names = self.texts.words["columns"]
        columns: dict[str, Callable[[Part], TableCell]] = {
            "dialogs": lambda p: self._n(p.dialogs),
            "turns": lambda p: self._n(p.turns),
            "resolved": lambda p: self._interval(p.resolved),
            "escalated": lambda p: self._interval(p.escalated),
            "answer": lambda p: self._seconds(p.answer.p50),
            "rating": lambda p: self._number(p.rating.value, 1),
            "tokens": lambda p: self._n(p.tokens),
            "cost": lambda p: TableCell(self.texts.dollars(p.cost_usd), p.cost_usd),
            "degraded": lambda p: self._n(p.degraded),
            "failed": lambda p: self._n(p.failed or 0),
            "withheld": lambda p: self._n(p.withheld),
        }
        shown = {name: [make(part) for _, part in parts] for name, make in columns.items()}
        kept = [name for name, cells in shown.items() if any(cell.value not in (0, -1) for cell in cells)]
        rows = [[name, *(shown[column][at] for column in kept)] for at, (name, _) in enumerate(parts)]
        told = self.texts.words["tables"][key]
        return FigureTable(key, told["title"], [told["name"], *(names[column] for column in kept)], rows)

    def _table(
        self, key: str, rows: list[Row], texts: frozenset[int] = frozenset({0}), note: str = ""
    ) -> FigureTable:
        """A column without one word or figure is left out."""
        told = self.texts.words["tables"][key]
        kept = [at for at in range(len(told["columns"])) if any(row[at].text for row in rows)]
        return FigureTable(
            key,
            told["title"],
            [told["columns"][at] for at in kept],
            [[row[at] for at in kept] for row in rows],
            note,
            frozenset(new for new, at in enumerate(kept) if at in texts),
        )

    def _share(self, name: TableCell, share: Share) -> Row:
        before = share.share.before
        return [
            name,
            self._n(share.turns),
            self._interval(share.share.value),
            TableCell(fitting(before.value, self.texts.language), before.value) if before.n else EMPTY,
        ]

    def _interval(self, share: Interval) -> TableCell:
        return self._bar(share.value, self._range(share)) if share.n else EMPTY

    def _bar(self, share: float, note: str = "") -> TableCell:
        return TableCell(fitting(share, self.texts.language), share, share, note)

    def _range(self, share: Interval) -> str:
        low, high = (self.texts.number(100 * bound, 0) for bound in (share.low, share.high))
        return f"({low}–{high})"

    def _seconds(self, value: float | None) -> TableCell:
        return EMPTY if value is None else TableCell(self.texts.seconds(value), value)

    def _number(self, value: float | None, digits: int) -> TableCell:
        return EMPTY if value is None else TableCell(self.texts.number(value, digits), value)

    def _n(self, value: float) -> TableCell:
        return TableCell(self.texts.number(value, 0), value)

    def _agent(self, name: str) -> TableCell:
        return TableCell(self.texts.agent(name), dot=name)

    def _language(self, code: str) -> str:
        return language_name(code, self.texts.language)

    def _topic(self, topic: TopicCount | Called) -> str:
        if topic.kind == "none":
            return str(self.texts.words["no_topic"])
        names = self.texts.words["tools"] if topic.kind == "action" else self.titles
        return str(names.get(topic.name, topic.name))
