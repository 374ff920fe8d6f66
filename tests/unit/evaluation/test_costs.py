"""Prices of mistakes."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.evaluation.costs import CostMatrix, CostsInvalid, load_costs
from tests.unit.evaluation.builders import LABELS, prediction


def written(folder: Path, text: str, name: str = "costs.yaml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_a_missed_escalation_is_the_dearest_mistake_and_right_answers_are_free() -> None:
    costs = CostMatrix()
    prices = {(e, g): costs.price(e, g) for e in LABELS for g in LABELS}
    missed = {prices["supervisor", other] for other in ("sales", "tech_support")}
    assert min(missed) > max(price for (e, _), price in prices.items() if e != "supervisor")
    assert [costs.price(name, name) for name in LABELS] == [0, 0, 0]


def test_yaml_and_json_say_the_same(tmp_path: Path) -> None:
    yaml = written(tmp_path, "supervisor: {sales: 25}\nsales:\n  tech_support: 2.5\n")
    json = written(tmp_path, '{"supervisor": {"sales": 25}, "sales": {"tech_support": 2.5}}', "costs.json")
    assert load_costs(yaml, LABELS) == load_costs(json, LABELS)
    assert load_costs(yaml).price("supervisor", "sales") == 25


def test_what_the_file_does_not_name_keeps_its_default_price(tmp_path: Path) -> None:
    costs = load_costs(written(tmp_path, "supervisor: {sales: 25}"))
    assert costs.price("supervisor", "tech_support") == CostMatrix().price("supervisor", "tech_support")


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("supervisor: {slaes: 25}", "unknown label slaes"),
        ("boss: {sales: 25}", "unknown label boss"),
        ("sales: {supervisor: -1}", "greater than or equal to 0"),
        ("sales: {supervisor: .nan}", "sales.supervisor"),
        ("sales: {supervisor: much}", "valid number"),
        ("sales: {sales: 1}", "a right answer costs nothing"),
        ("- 1", "valid dictionary"),
        ("sales: {", "costs.yaml cannot be used"),
        ("", "valid dictionary"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_with_the_reason(
    tmp_path: Path, text: str, problem: str
) -> None:
    with pytest.raises(CostsInvalid, match=problem):
        load_costs(written(tmp_path, text), LABELS)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CostsInvalid, match=r"none\.yaml"):
        load_costs(tmp_path / "none.yaml")


def test_only_wrong_answers_cost() -> None:
    costs = CostMatrix()
    assert costs.of(prediction("a", "supervisor", "sales")) == costs.price("supervisor", "sales")
    assert costs.of(prediction("a", "supervisor", "sales", acceptable=["sales"])) == 0
    assert costs.of(prediction("a", "supervisor", None)) == 0


@pytest.mark.parametrize("name", ["prices.json", "prices.yaml"])
def test_prices_with_a_byte_order_mark_are_read(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text('\ufeff{"supervisor": {"sales": 7}}', encoding="utf-8")
    assert load_costs(tmp_path / name).price("supervisor", "sales") == 7
