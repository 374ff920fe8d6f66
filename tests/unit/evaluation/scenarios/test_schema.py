from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest

from app.evaluation.scenarios.model import ScenarioInvalid, read_scenarios, select_scenarios
from tests.support.company import ROSTER
from tests.support.paths import ROOT
from tests.unit.evaluation.scenarios.builders import scenario

SHIPPED = ROOT / "eval_sets" / "scenarios"
GOOD = "{id: a, language: ru, tags: [quote], customer: anna, turns: [Сколько стоит]}"
NOW = datetime(2026, 9, 15, 9, tzinfo=UTC)


def told(tmp_path: Path, text: str) -> str:
    path = tmp_path / "some.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ScenarioInvalid) as refused:
        read_scenarios([path])
    return str(refused.value)


BAD = [
    ("- {id: a", "some.yaml: this is not YAML"),
    ("- just words", "some.yaml: entry 1 is not a mapping"),
    (f"- {GOOD}\n- {GOOD}", "some.yaml: the id a stands in some.yaml too"),
    ("- {id: a, language: ru, tags: [x], customer: anna}", "some.yaml, a: give turns"),
    (f"- {GOOD[:-1]}, nverr: []}}", "some.yaml, a: nverr: Extra inputs are not permitted"),
    (f"- {GOOD[:-1]}, never: [{{tool: refund}}]}}", "never.0.tool.0: refund is no consequential tool"),
    (f"- {GOOD[:-1]}, unsaid: ['/(/']}}", "unsaid.0: /(/ is no regular expression"),
    (f"- {GOOD[:-1]}, before: [{{}}]}}", "before.0: give one of customer, subscription"),
    (f"- {GOOD[:-1]}, before: [{{payment: {{number: P}}}}]}}", "before.0.payment.amount_rub: Field required"),
    (f"- {GOOD[:-1]}, after: {{effects: [{{tool: quote}}]}}}}", "quote is no consequential tool"),
    (f"- {GOOD.replace('id: a', 'id: A b')}", "some.yaml, A b: id: String should match"),
    (f"- {GOOD.replace('[Ск', '[{do: approve}, Ск')}", "the first turn must be a line"),
    (f"- {GOOD.replace('[Ск', '[{do: dance}, Ск')}", "turns.0"),
]


@pytest.mark.parametrize(("text", "problem"), BAD)
def test_a_bad_file_is_told_by_file_scenario_and_field(tmp_path: Path, text: str, problem: str) -> None:
    assert problem in told(tmp_path, text)


def test_a_file_that_is_no_text_and_an_empty_folder_are_told(tmp_path: Path) -> None:
    (tmp_path / "bad.yaml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ScenarioInvalid, match=r"bad\.yaml: the file cannot be read"):
        read_scenarios([tmp_path / "bad.yaml"])
    (tmp_path / "none").mkdir()
    with pytest.raises(ScenarioInvalid, match="holds no"):
        read_scenarios([tmp_path / "none"])


def test_scenarios_are_chosen_by_id_tag_or_language() -> None:
    some = [scenario(id="a"), scenario(id="b", tags=["adversarial"]), scenario(id="c", language="ru")]
    assert [s.id for s in select_scenarios(some, ["adversarial", "ru"])] == ["b", "c"]
    assert [s.id for s in select_scenarios(some, [])] == ["a", "b", "c"]
    with pytest.raises(ScenarioInvalid, match="nobody"):
        select_scenarios(some, ["nobody"])


def test_fixtures_become_rows_with_times_counted_back_from_now() -> None:
    some = scenario(
        before=[
            {"customer": {"of": "petr"}},
            {"subscription": {"plan": "pro", "days_ago": 1, "renews_in_days": 2}},
            {"incident": {"number": "I-9", "service": "x", "title": {"en": "x"}, "hours_ago": 5, "hours": 4}},
        ]
    )
    rows = [before.only.row(some.customer, NOW) for before in some.before]
    assert [table for table, _ in rows] == ["customers", "subscriptions", "incidents"]
    assert rows[0][1]["customer_id"] == "petr"
    assert rows[1][1] | {"customer_id": "anna"} == rows[1][1]
    assert (rows[1][1]["started"], rows[1][1]["renews"]) == (NOW.replace(day=14), NOW.replace(day=17))
    assert (rows[2][1]["since"], rows[2][1]["until"]) == (NOW.replace(hour=4), NOW.replace(hour=8))
    assert "customer_id" not in rows[2][1]
    assert some.watched == ["anna", "petr"]


def test_every_tool_stands_in_two_shipped_scenarios_and_both_languages_are_heard() -> None:
    shipped = read_scenarios([SHIPPED])
    tags = Counter(tag for s in shipped for tag in s.tags)
    tools = {tool.name for agent in ROSTER for tool in agent.tools}
    assert {tool: tags[tool] for tool in tools if tags[tool] < 2} == {}
    assert sum(s.language == "en" for s in shipped) >= 16
    assert tags["adversarial"] >= 12
    assert len(shipped) >= 44


def test_every_shipped_file_is_named_in_the_datasheet() -> None:
    sheet = SHIPPED.with_name("scenarios.md").read_text(encoding="utf-8")
    assert [p.name for p in SHIPPED.glob("*.yaml") if f"`{p.name}`" not in sheet] == []
    for path in SHIPPED.glob("*.yaml"):
        assert f"| `{path.name}` | {len(read_scenarios([path]))} |" in sheet
