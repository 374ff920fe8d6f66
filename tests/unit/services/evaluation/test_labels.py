"""One person puts a label forward, another confirms it, and then there is a corrected set."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.evaluation.cases import SetInvalid
from app.evaluation.corrections import CorrectionRefused
from app.evaluation.predictions import Prediction, SetFacts
from app.services.evaluation.sets import LabelDesk
from tests.unit.evaluation.builders import prediction
from tests.unit.services.evaluation.desks import desk


@pytest.fixture
def labels(tmp_path: Path) -> LabelDesk:
    return LabelDesk(desk(tmp_path).shelf)


@pytest.fixture
def about() -> Prediction:
    return prediction("c2", "supervisor", "sales", set="some")


def test_a_confirmed_label_stands_in_the_corrected_set(labels: LabelDesk, about: Prediction) -> None:
    put = labels.propose(about, "sales", "a plain question", "Anna", also=False)
    assert [c.id for c in labels.pending()] == [put.id]
    assert "corrected/some" not in labels.shelf.offered()
    labels.confirm(put.id, "Boris")
    assert labels.pending() == []
    (mended,) = labels.shelf.read(["corrected/some"])
    assert mended.cases[2].turns[-1].acceptable == ["sales"]
    assert labels.shelf.original("some").cases[2].turns[-1].expected == "supervisor"


def test_an_alternative_is_accepted_beside_the_label(labels: LabelDesk, about: Prediction) -> None:
    put = labels.propose(about, "sales", "either is fine", "Anna", also=True)
    labels.confirm(put.id, "Boris")
    (mended,) = labels.shelf.read(["corrected/some"])
    turn = mended.cases[2].turns[-1]
    assert (turn.expected, turn.acceptable) == ("supervisor", ["supervisor", "sales"])


@pytest.mark.parametrize("who", ["Anna", " ANNA ", ""])
def test_whoever_corrected_cannot_confirm(labels: LabelDesk, about: Prediction, who: str) -> None:
    put = labels.propose(about, "sales", "a plain question", "Anna", also=False)
    with pytest.raises(CorrectionRefused, match="second person") as caught:
        labels.confirm(put.id, who)
    assert caught.value.kind == "second"


def test_a_set_with_corrections_and_the_set_itself_do_not_run_together(
    labels: LabelDesk, about: Prediction
) -> None:
    labels.confirm(labels.propose(about, "sales", "plain", "Anna", also=False).id, "Boris")
    with pytest.raises(SetInvalid, match="two chosen sets have this name"):
        labels.shelf.read(["some", "corrected/some"])


def test_a_run_names_the_very_sets_it_was_over(labels: LabelDesk, about: Prediction) -> None:
    labels.confirm(labels.propose(about, "sales", "plain", "Anna", also=False).id, "Boris")
    for key in ("some", "corrected/some"):
        (found,) = labels.shelf.read([key])
        facts = SetFacts(name="some", digest=found.digest, cases=3, turns=3)
        assert labels.shelf.keys_of([facts]) == [key]
    gone = facts.model_copy(update={"digest": "of another content"})
    assert labels.shelf.keys_of([gone, facts]) == ["corrected/some"]
