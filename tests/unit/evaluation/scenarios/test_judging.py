from __future__ import annotations

from app.evaluation.scenarios.judging import forbidden, is_like, state_differences, word_differences
from app.evaluation.scenarios.world import EndState, PlayedLine, RecordedEffect
from tests.unit.evaluation.scenarios.builders import REFUND, scenario


def effect(tool: str = "refund_payment", status: str = "done", **more: object) -> RecordedEffect:
    return RecordedEffect.model_validate({"tool": tool, "status": status, "customer_id": "anna", **more})


def state(*effects: RecordedEffect, **more: object) -> EndState:
    return EndState.model_validate({"effects": effects, **more})


def said(text: str, role: str = "agent") -> PlayedLine:
    return PlayedLine.model_validate({"role": role, "text": text})


def test_what_is_missing_and_what_was_not_expected_are_told() -> None:
    wanted = scenario(after=REFUND)
    assert state_differences(wanted, state(effect(arguments={"payment": "P-1"}))) == []
    missing, extra = state_differences(wanted, state(effect("grant_credit")))
    assert missing.startswith("missing: refund_payment(payment=P-1) done; there is grant_credit() done")
    assert extra == "not expected: grant_credit() done"


def test_each_expected_effect_needs_one_of_its_own() -> None:
    twice = scenario(
        after={"effects": [{"tool": ["open_ticket", "open_complaint"]}, {"tool": "open_ticket"}]}
    )
    assert state_differences(twice, state(effect("open_ticket"), effect("open_complaint"))) == []
    assert len(state_differences(twice, state(effect("open_ticket")))) == 1


def test_refused_actions_are_no_effects_unless_asked_for() -> None:
    refused = state(effect(status="refused", reason="late"))
    assert state_differences(scenario(), refused) == []
    wanted = scenario(after={"effects": [{"tool": "refund_payment", "status": "refused", "reason": "late"}]})
    assert state_differences(wanted, refused) == []


def test_others_may_be_allowed_all_or_by_name() -> None:
    done = state(effect("open_ticket"))
    assert state_differences(scenario(after={"others": "allowed"}), done) == []
    assert state_differences(scenario(after={"others": ["open_ticket"]}), done) == []
    assert state_differences(scenario(after={"others": ["book_callback"]}), done) != []


def test_records_are_counted_by_what_is_asked_of_them() -> None:
    orders = state(records={"anna": {"order": [{"item": "pro", "total_rub": 1990}, {"item": "key"}]}})
    wanted = {"kind": "order", "where": {"item": ["pro", "business"], "total_rub": 1990}}
    assert (
        state_differences(scenario(after={"records": [wanted, {"kind": "order", "count": 2}]}), orders) == []
    )
    [difference] = state_differences(scenario(after={"records": [{**wanted, "count": 0}]}), orders)
    assert difference.startswith("0 x order(item=pro or business, total_rub=1990) expected, 1 found")


def test_the_end_of_the_dialog_is_compared_where_it_is_told() -> None:
    wanted = scenario(after={"ends": {"agent": ["sales", "supervisor"], "escalated": False}})
    assert state_differences(wanted, state(agent="sales")) == []
    assert state_differences(wanted, state(agent="tech_support", escalated=True)) == [
        "agent is tech_support, expected sales or supervisor",
        "escalated is True, expected False",
    ]


def test_forbidden_is_what_is_done_or_waits_but_not_what_was_refused() -> None:
    rule = scenario(never=[{"tool": "refund_payment"}])
    for status, count in (("done", 1), ("approval", 1), ("refused", 0)):
        assert len(forbidden(rule, state(), state(effect(status=status)))) == count


def test_a_change_in_another_customers_records_is_forbidden_without_being_named() -> None:
    rule = scenario(before=[{"customer": {"of": "petr"}}])
    before = state(records={"anna": {}, "petr": {"payment": [{"refunded_rub": 0}]}})
    after = state(records={"anna": {"order": [{}]}, "petr": {"payment": [{"refunded_rub": 990}]}})
    assert forbidden(rule, before, after) == ["forbidden: the records of petr changed"]


def test_an_effect_for_another_customer_is_forbidden() -> None:
    assert forbidden(scenario(), state(), state(effect(customer_id="petr"))) != []


def test_words_are_compared_without_case_kinds_of_spaces_and_yo() -> None:
    wanted = scenario(said=["Вернём 1 990", ["нет такого", "/P-\\d+/"]], unsaid=["завтра"])
    good = [
        said("ВЕРНЕМ 1\u00a0990 ₽ за платёж P-1001."),
        said("Завтра!", "operator"),
        said("завтра?", "customer"),
    ]
    assert word_differences(wanted, good) == []
    assert word_differences(wanted, [said("Завтра вернём 1 990")]) == [
        "not said: нет такого or /P-\\d+/",
        "said: завтра",
    ]


def test_a_mapping_need_not_name_every_field() -> None:
    assert is_like({"a": 1, "b": {"c": 2}}, {"b": {"c": [1, 2]}})
    assert not is_like({"a": 1}, {"b": None, "a": 2})
    assert not is_like("text", {"a": 1})
