from __future__ import annotations

import pytest

from app.adapters.mocks.llm.replies import fill, route, tokens_in

AGENTS = ["sales", "tech_support", "supervisor"]


@pytest.mark.parametrize(
    ("said", "agent"),
    [
        ("Сколько стоит тариф Про?", "sales"),
        ("How do I buy a plan?", "sales"),
        ("Верните деньги за подписку!", "supervisor"),
        ("I want to complain to your manager", "supervisor"),
        ("Приложение не открывается", "tech_support"),
    ],
)
def test_the_mock_routes_by_plain_key_words(said: str, agent: str) -> None:
    assert route(said, AGENTS) == agent


def test_an_agent_outside_the_menu_is_never_chosen() -> None:
    assert route("refund", ["billing", "sales"]) == "billing"


def test_a_schema_is_filled_through_references_and_unions() -> None:
    schema = {
        "$defs": {"Inner": {"type": "object", "properties": {"n": {"type": "integer", "minimum": 3}}}},
        "type": "object",
        "properties": {
            "agent": {"enum": AGENTS},
            "inner": {"$ref": "#/$defs/Inner"},
            "note": {"anyOf": [{"type": "null"}, {"type": "string"}]},
            "kind": {"const": "x"},
            "confidence": {"type": "number"},
            "tags": {"type": "array"},
            "flag": {"type": "boolean"},
        },
    }
    assert fill(schema, "price?") == {
        "agent": "sales",
        "inner": {"n": 3},
        "note": "mock note",
        "kind": "x",
        "confidence": 0.9,
        "tags": [],
        "flag": False,
    }


def test_content_in_parts_is_counted() -> None:
    assert tokens_in({"messages": [{"content": [{"type": "text", "text": "x" * 40}]}]}) == 11
