"""Whether a proposal has been told before, in memory and as it is stored."""

from __future__ import annotations

from app.agents.proposing import questions_of
from app.core.proposals import Proposal
from tests.support.consents import LATER, NOW, TERMS


def proposal(asked: int = 0, **terms: object) -> Proposal:
    facts = {**TERMS["cancel_subscription"], **terms}
    return Proposal(
        tool="cancel_subscription",
        arguments={},
        agent="sales",
        language="en",
        questions=questions_of("cancel_subscription", facts, NOW, "en"),  # type: ignore[arg-type]
        facts=facts,
        seq=1,
        at=NOW,
        asked=asked,
    )


def stored(one: Proposal) -> Proposal:
    return Proposal.model_validate_json(one.model_dump_json())


def test_the_same_terms_are_told_once_also_after_they_were_stored() -> None:
    assert proposal().repeats(stored(proposal(asked=2)))
    assert not proposal().repeats(stored(proposal()))
    assert not proposal().repeats(None)


def test_another_day_is_told_again() -> None:
    assert not proposal(until=NOW).repeats(stored(proposal(asked=2, until=LATER)))
