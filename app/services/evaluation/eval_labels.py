"""Labels that turned out to be wrong: one person proposes, another confirms, and then the set has them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from app.evaluation import corrections
from app.evaluation.corrections import Correction, CorrectionRefused
from app.evaluation.importers import write_set
from app.evaluation.predictions import Prediction
from app.services.evaluation.sets import SetShelf

NAME = "corrections.jsonl"


@dataclass(frozen=True)
class LabelDesk:
    """Blocks: call it in a thread."""

    shelf: SetShelf

    @property
    def path(self) -> Path:
        return self.shelf.root / NAME

    def propose(self, about: Prediction, label: str, why: str, who: str, also: bool) -> Correction:
        """`also`: the label is accepted beside the expected one. Raises CorrectionRefused or SetUnknown."""
        cases, key = self.shelf.original(about.set), f"{about.case}:{about.turn}"
        return corrections.correct(
            self.path, cases, key, label, why.strip(), who.strip(), self.shelf.labels, also
        )

    def confirm(self, correction_id: str, who: str) -> Correction:
        """By somebody else; the corrected set is written anew. Raises CorrectionRefused or SetUnknown."""
        known = {c.id: c for c in self.all()}
        if correction_id not in known:
            raise CorrectionRefused(correction_id, "nobody has corrected it", "gone")
        about = known[correction_id]
        cases = self.shelf.original(about.set)
        done = corrections.confirm(self.path, cases, f"{about.case}:{about.turn}", who.strip())
        mended = corrections.apply(cases, self.all())
        write_set(mended.cases, self.shelf.room_for_corrected(about.set))
        return done

    def all(self) -> Sequence[Correction]:
        """Newest first."""
        return sorted(corrections.read(self.path), key=lambda c: c.when, reverse=True)

    def pending(self) -> Sequence[Correction]:
        return [c for c in self.all() if not c.confirmed_by]
