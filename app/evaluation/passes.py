"""What a run consists of: ways through cases, one a repeat and one a perturbation."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass, field
from hashlib import sha256
from random import Random

from app.core.models import RouteQuery
from app.core.text import is_blank
from app.evaluation.cases import Case, CaseSet
from app.evaluation.perturbations import PERTURBATIONS

Key = tuple[str, str, int, int, str]
SLICES = ("lang", "industry", "tag", "difficulty", "origin")


@dataclass(frozen=True, kw_only=True)
class RunOptions:
    """`limit` draws cases by `seed`; a larger limit holds the cases of a smaller one.

    `slices` keep the cases that fit all of them: lang, industry, tag, difficulty or origin by value.
    `cached` lets paid answers of earlier runs stand.
    """

    repeat: int = 1
    limit: int | None = None
    slices: Mapping[str, str] = field(default_factory=dict)
    concurrency: int = 8
    seed: int = 0
    perturb: bool = False
    teacher_forced: bool = False
    cached: bool = True


@dataclass(frozen=True)
class Trial:
    """One way through one case. `texts` is what the customer says by position, changed or not."""

    set: str
    case: Case
    texts: Mapping[int, str]
    _: KW_ONLY
    repeat: int = 0
    perturbation: str | None = None

    @property
    def counted(self) -> list[int]:
        """Labelled turns; under a perturbation only those it changed."""
        turns = self.case.turns
        return [
            at for at in self.case.labelled if not self.perturbation or self.texts[at] != turns[at].content
        ]

    @property
    def keys(self) -> list[Key]:
        return [(self.set, self.case.id, at, self.repeat, self.perturbation or "") for at in self.counted]

    @property
    def group(self) -> str:
        said = (turn.content for turn in self.case.turns if turn.role == "customer")
        return sha256("\0".join(said).encode("utf-8", "surrogatepass")).hexdigest()[:16]

    @property
    def asked(self) -> list[int]:
        """Positions of the customer's turns."""
        return list(self.texts)

    def query(self, at: int, serving: str | None) -> RouteQuery:
        lines = [turn.as_said() for turn in self.case.turns[: at + 1]]
        for position, line in enumerate(lines):
            line.content = self.texts.get(position, line.content)
        return RouteQuery(turns=lines, serving=serving)


def passes_over(sets: Sequence[CaseSet], options: RunOptions) -> list[Trial]:
    return [each for name, case in select_cases(sets, options) for each in _ways(name, case, options)]


def select_cases(sets: Sequence[CaseSet], options: RunOptions) -> list[tuple[str, Case]]:
    """The cases that fit, in the order of the sets; `limit` is over all sets together."""
    fitting = [(s.name, case) for s in sets for case in s.cases if _fits(case, options.slices)]
    if options.limit is None:
        return fitting
    lots = sorted((_lot(options.seed, name, case.id), at) for at, (name, case) in enumerate(fitting))
    return [fitting[at] for at in sorted(at for _, at in lots[: options.limit])]


def _fits(case: Case, slices: Mapping[str, str]) -> bool:
    return all(
        wanted in case.tags if by == "tag" else getattr(case, by) == wanted for by, wanted in slices.items()
    )


def _lot(*parts: object) -> str:
    return sha256("\0".join(map(str, parts)).encode()).hexdigest()


def _ways(name: str, case: Case, options: RunOptions) -> Iterator[Trial]:
    plain = {at: turn.content for at, turn in enumerate(case.turns) if turn.role == "customer"}
    for repeat in range(options.repeat):
        yield Trial(name, case, plain, repeat=repeat)
    for kind in PERTURBATIONS if options.perturb else ():
        way = Trial(name, case, _perturb(plain, kind, options.seed, case.id), perturbation=kind)
        if way.counted:
            yield way


def _perturb(plain: Mapping[int, str], kind: str, seed: int, case: str) -> dict[int, str]:
    """The customer speaks like this in every turn; a text of which nothing would be left stays.

    Same seed, case and kind give the same texts.
    """
    luck = Random(_lot(seed, case, kind))
    changed = {at: PERTURBATIONS[kind](text, luck) for at, text in plain.items()}
    return {at: plain[at] if is_blank(text) else text for at, text in changed.items()}
