"""Figures of played conversations: right, half and bad answers, and the kinds of failure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence

from pydantic import BaseModel, Field

from app.core.stats import Interval, clustered, wilson
from app.core.text import shorten
from app.evaluation.conversations.checks import GRADES, FailureKind, Grade
from app.evaluation.conversations.model import Split
from app.evaluation.conversations.play import JudgedTurn
from app.evaluation.conversations.readings import Agreement, Readings

EXAMPLES = 3
SHOWN = 90
MACHINE, READ = "machine-checked part", "joint mark of the readers"


class GradeShare(BaseModel):
    """Both intervals have the same share; `clustered` is over conversations."""

    wilson: Interval
    clustered: Interval


class GradeSlice(BaseModel):
    by: str
    value: str
    conversations: int
    shares: dict[Grade, GradeShare]


class FailureCount(BaseModel):
    """`share` is of all turns. `bad` are those of the turns that are bad."""

    kind: FailureKind
    turns: int
    bad: int
    share: float
    examples: list[str]


class ConversationReport(BaseModel):
    """`of` is what the grades are: of the machine, or of readers. The first slice is of all turns."""

    of: str
    split: Split
    model: str
    conversations: int
    turns: int
    slices: list[GradeSlice]
    failures: list[FailureCount] = Field(default_factory=list)
    skipped: int = 0
    read: list[GradeSlice] = Field(default_factory=list)
    readings: Readings | None = None


Graded = tuple[JudgedTurn, Grade]


def report_of(
    turns: Sequence[JudgedTurn], split: Split, model: str, readings: Readings | None = None
) -> ConversationReport:
    machine = [(turn, turn.verdict.grade) for turn in turns]
    return ConversationReport(
        of=MACHINE,
        split=split,
        model=model,
        conversations=len({turn.conversation for turn in turns}),
        turns=len(turns),
        slices=list(_slices(machine)),
        failures=_failures(turns),
        skipped=sum(len(turn.verdict.skipped) for turn in turns),
        read=list(_slices(_marked(turns, readings))) if readings and readings.joint else [],
        readings=readings,
    )


def _marked(turns: Sequence[JudgedTurn], readings: Readings) -> list[Graded]:
    played = {(turn.conversation, turn.turn): turn for turn in turns}
    return [(played[name, turn], mark) for name, turn, mark in readings.joint]


def _slices(graded: Sequence[Graded]) -> Iterator[GradeSlice]:
    yield _slice("all", "turns", graded)
    for by, value_of in _CUTS.items():
        groups: dict[str, list[Graded]] = defaultdict(list)
        for turn, grade in graded:
            groups[value_of(turn)].append((turn, grade))
        yield from (_slice(by, value, groups[value]) for value in sorted(groups))


_CUTS: dict[str, Callable[[JudgedTurn], str]] = {
    "language": lambda turn: turn.language,
    "kind": lambda turn: turn.kind,
    "language and kind": lambda turn: f"{turn.language} {turn.kind}",
    "place": lambda turn: "first turn" if turn.turn == 1 else "later turn",
    "customer": lambda turn: turn.customer,
}


def _slice(by: str, value: str, graded: Sequence[Graded]) -> GradeSlice:
    return GradeSlice(
        by=by,
        value=value,
        conversations=len({turn.conversation for turn, _ in graded}),
        shares={wanted: _share(graded, wanted) for wanted in GRADES},
    )


def _share(graded: Sequence[Graded], wanted: Grade) -> GradeShare:
    hits = [(turn.conversation, grade == wanted) for turn, grade in graded]
    return GradeShare(wilson=wilson(sum(hit for _, hit in hits), len(hits)), clustered=clustered(hits))


def _failures(turns: Sequence[JudgedTurn]) -> list[FailureCount]:
    """By how many turns they stand in, the most frequent first."""
    found: dict[FailureKind, list[JudgedTurn]] = defaultdict(list)
    for turn in turns:
        for kind in {failure.kind for failure in turn.verdict.failures}:
            found[kind].append(turn)
    counts = [
        FailureCount(
            kind=kind,
            turns=len(those),
            bad=sum(turn.verdict.grade == "bad" for turn in those),
            share=len(those) / len(turns),
            examples=[_example(turn, kind) for turn in those[:EXAMPLES]],
        )
        for kind, those in found.items()
    ]
    return sorted(counts, key=lambda count: (-count.turns, count.kind))


def _example(turn: JudgedTurn, kind: FailureKind) -> str:
    details = [f.detail for f in turn.verdict.failures if f.kind == kind and f.detail]
    told = f" ({shorten('; '.join(details), SHOWN)})" if details else ""
    answer = shorten(" ".join(turn.answer.text.split()), SHOWN) or turn.answer.trouble
    return f"{turn.conversation} {turn.turn}{told}: {shorten(turn.say, SHOWN)} → {answer}"


def summarize(report: ConversationReport) -> str:
    return "\n".join(_lines(report))


def _lines(report: ConversationReport) -> Iterator[str]:
    yield f"{report.of}, {report.split} half: {report.conversations} conversations on {report.model}"
    yield from _table(report.slices)
    if report.skipped:
        yield f"facts that the records do not have, counted as missing: {report.skipped}"
    if report.readings and report.read:
        yield from _reading_lines(report.readings)
        yield from _table(report.read)
    elif report.readings is None:
        yield "Nobody has read these answers: what is not written as a check was not judged."
    yield "kinds of failure (turns, of them bad)"
    for count in report.failures:
        yield f"  {count.kind:<22}{count.turns:>4}  {count.share:.3f}  bad {count.bad}"
        yield from (f"      {example}" for example in count.examples)


def _table(slices: Sequence[GradeSlice]) -> Iterator[str]:
    whole, *parts = slices
    for grade, share in whole.shares.items():
        spread = share.clustered
        yield (
            f"  {grade:<6}{share.wilson.text}  clustered by conversation {spread.low:.3f}–{spread.high:.3f}"
        )
    for part in parts:
        told = " · ".join(_short(grade, share) for grade, share in part.shares.items())
        yield f"  {part.by} {part.value}: {told}, n = {part.shares['right'].wilson.n}"


def _short(grade: Grade, share: GradeShare) -> str:
    spread = share.clustered
    return f"{grade} {spread.value:.3f} ({spread.low:.3f}–{spread.high:.3f})"


def _reading_lines(readings: Readings) -> Iterator[str]:
    yield f"{READ}: {', '.join(readings.readers)}; turns not marked by all: {readings.unread}"
    told = [*readings.agreements, *([readings.with_machine] if readings.with_machine else [])]
    yield from map(_agreement_line, told)


def _agreement_line(found: Agreement) -> str:
    return (
        f"  {found.first} and {found.second} agree on {found.observed:.3f} of {found.turns} turns, "
        f"Cohen's kappa {found.kappa:.3f}"
    )


def headline(report: ConversationReport) -> dict[str, float]:
    """Shares by slice, for the log of openings."""
    told: Iterable[GradeSlice] = report.read or report.slices
    return {
        f"{part.value} {grade}": round(share.wilson.value, 4)
        for part in told
        if part.by in ("all", "language", "kind", "language and kind")
        for grade, share in part.shares.items()
    }
