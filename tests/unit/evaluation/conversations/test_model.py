"""Files are read strictly: what is wrong is named with file, line and field."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from app.evaluation.cases import SetInvalid
from app.evaluation.conversations.model import (
    ConsentLine,
    Conversation,
    DemandLine,
    files_of,
    read_conversations,
    read_lines,
)
from tests.unit.evaluation.conversations.builders import conversation

GOOD: dict[str, Any] = conversation({"must": {"facts": ["price"]}}).model_dump(exclude_unset=True)


def written(folder: Path, *rows: object, name: str = "dev_en.jsonl") -> Path:
    path = folder / name
    path.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows), encoding="utf-8")
    return path


def with_turn(**turn: Any) -> dict[str, Any]:
    return {**GOOD, "turns": [{"say": "a", "right": "b", **turn}, *GOOD["turns"][1:]]}


def test_a_good_file_is_read(tmp_path: Path) -> None:
    [read] = read_conversations([written(tmp_path, GOOD)])
    assert read.turns[0].must.facts == ["price"]


def test_no_proposal_is_told_from_any() -> None:
    assert conversation({"must": {"proposal": None}}).turns[0].must.no_proposal
    assert not conversation({"must": {}}).turns[0].must.no_proposal


WRONG: list[tuple[dict[str, Any], str]] = [
    (with_turn(must={"fact": ["plan"]}), "turns.0.must.fact: Extra inputs are not permitted"),
    (with_turn(must={"facts": ["plans"]}), "turns.0.must.facts.0: Input should be 'plan'"),
    (with_turn(must={"acts": ["refund"]}), "turns.0.must.acts.0: refund is no act"),
    (with_turn(must={"says": [["("]]}), "turns.0.must.says.0.0: ( is no regular expression"),
    (with_turn(must={"agent": "nobody"}), "turns.0.must.agent: nobody is no agent"),
    (with_turn(say=""), "turns.0.say: String should have at least 1 character"),
    ({**GOOD, "customer": "nobody"}, "customer: nobody is no customer of the demo data"),
    ({**GOOD, "turns": GOOD["turns"][:3]}, "turns: List should have at least 4 items"),
    ({**GOOD, "kind": "rude"}, "kind: Input should be 'messy' or 'cooperative'"),
]


@pytest.mark.parametrize(("row", "problem"), WRONG)
def test_a_fault_is_named_with_file_line_and_field(row: dict[str, Any], problem: str, tmp_path: Path) -> None:
    with pytest.raises(SetInvalid) as caught:
        read_lines(written(tmp_path, GOOD, row), Conversation)
    assert str(caught.value).startswith(f"dev_en.jsonl, line 2: {problem}")


def test_an_id_stands_once(tmp_path: Path) -> None:
    with pytest.raises(SetInvalid, match="the id c-1 stands twice"):
        read_conversations([written(tmp_path, GOOD, GOOD)])


def test_only_what_needs_a_yes_is_offered(tmp_path: Path) -> None:
    path = written(tmp_path, {"offer": "open_ticket", "say": "yes", "yes": True})
    with pytest.raises(SetInvalid, match="open_ticket is done without a yes"):
        read_lines(path, ConsentLine)


def test_demands_are_acts_or_reads(tmp_path: Path) -> None:
    rows = [{"act": act, "customer": "demo_en", "say": "x"} for act in ("quote", "open_ticket", "dance")]
    with pytest.raises(SetInvalid, match="line 3: act: dance is neither"):
        read_lines(written(tmp_path, *rows), DemandLine)


def test_files_are_found_by_split_and_language(tmp_path: Path) -> None:
    for name in ("dev_ru", "dev_en", "test_ru", "dev_consent_ru", "consent_ru", "offers_ru"):
        written(tmp_path, name=f"{name}.jsonl")

    def found(name: str, split: Any, *languages: str) -> list[str]:
        return [path.stem for path in files_of(tmp_path, name, split, languages)]

    assert found("", "dev") == ["dev_en", "dev_ru"]
    assert found("", "dev", "ru") == ["dev_ru"]
    assert found("", "test") == ["test_ru"]
    assert found("consent", "dev") == ["dev_consent_ru"]
    assert found("consent", "test") == ["consent_ru"]
    with pytest.raises(SetInvalid, match="there is no test set of demands in any language"):
        files_of(tmp_path, "demands", "test")
