"""How well two blind labellings agree, and what becomes of the lines they dispute."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from pydantic import BaseModel

from app.evaluation.cases import Case, SetInvalid

DISPUTED = "disputed"


class Dispute(BaseModel):
    case: str
    turn: int
    first: str
    second: str


class Agreement(BaseModel):
    """`compared` counts turns labelled twice, `alone` those labelled once; `strange` ids fit no turn."""

    compared: int
    agreed: int
    alone: int
    kappa: float
    disputes: list[Dispute]
    strange: list[str]


def kappa(first: Sequence[str], second: Sequence[str]) -> float:
    """Cohen 1960. 1 where both use one and the same label only, 0 for nothing to compare."""
    from sklearn.metrics import cohen_kappa_score  # noqa: PLC0415

    if len(first) != len(second):
        raise ValueError("both labellings must be equally long")
    if len({*first, *second}) < 2:
        return float(bool(first))
    return float(cohen_kappa_score(list(first), list(second)))


def read_second(path: Path, legal: Iterable[str]) -> dict[str, str]:
    """`id<TAB>label` lines; `id#position` names a turn of a dialog. Raises SetInvalid."""
    names, found = frozenset(legal), dict[str, str]()
    for number, line in enumerate(path.read_text(encoding="utf-8-sig").splitlines(), 1):
        if not line.strip():
            continue
        key, _, label = (part.strip() for part in line.partition("\t"))
        if label not in names:
            raise SetInvalid(path.name, number, f"unknown label {label or '(none)'}")
        if key in found:
            raise SetInvalid(path.name, number, f"{key} stands twice")
        found[key] = label
    return found


def merge(cases: Iterable[Case], second: Mapping[str, str]) -> tuple[list[Case], Agreement]:
    """Copies in which a disputed turn accepts both labels; the first stays `expected`."""
    merged, pairs, disputes, used, turns = [], [], [], set(), 0
    for case in (each.model_copy(deep=True) for each in cases):
        turns += len(case.labelled)
        for at in case.labelled:
            key = _key(case, at, second)
            if key is None:
                continue
            used.add(key)
            dispute = Dispute(case=case.id, turn=at, first=str(case.turns[at].expected), second=second[key])
            pairs.append((dispute.first, dispute.second))
            if dispute.first != dispute.second:
                disputes.append(dispute)
                _accept(case, dispute)
        merged.append(case)
    return merged, Agreement(
        compared=len(pairs),
        agreed=len(pairs) - len(disputes),
        alone=turns - len(pairs),
        kappa=kappa([first for first, _ in pairs], [other for _, other in pairs]),
        disputes=disputes,
        strange=sorted(set(second) - used),
    )


def _key(case: Case, at: int, second: Mapping[str, str]) -> str | None:
    """A bare id means the last turn."""
    names = [f"{case.id}#{at}", *([case.id] if at == len(case.turns) - 1 else [])]
    return next((name for name in names if name in second), None)


def _accept(case: Case, dispute: Dispute) -> None:
    turn = case.turns[dispute.turn]
    if dispute.second not in turn.acceptable:
        turn.acceptable.append(dispute.second)
    if DISPUTED not in case.tags:
        case.tags.append(DISPUTED)
