"""A question that names no product of another company is not told to be about one."""

from __future__ import annotations

import pytest

from app.core.models import Reading
from app.engines.offline.foreign import FOREIGN, names_foreign, without_foreign
from tests.support.scenes import TECH, say

READ = Reading(((FOREIGN, 0.6), ("ask_rules", 0.2), ("refund", 0.1)))


@pytest.mark.parametrize(
    "line",
    [
        "how do i cancel my subscription and get a refund",
        "how do i cancel my sub n get a refund",
        "how do i cancle my subscrption and get a refund",
        "can you refund my order",
        "как отменить подписку и вернуть деньги",
        "как отменить тариф и вернуть остаток",
    ],
)
def test_without_a_foreign_name_it_is_the_next_likely_act(line: str) -> None:
    rest = without_foreign(line, READ)
    assert rest.best == "ask_rules"
    assert (rest.p(FOREIGN), round(rest.p("ask_rules"), 3)) == (0, 0.5)


@pytest.mark.parametrize(
    "line",
    ["how do i cancel my netflix", "dropzilla took my money", "ozon не вернул деньги", "мой айфон греется"],
)
def test_a_name_that_is_not_ours_leaves_it(line: str) -> None:
    assert without_foreign(line, READ) is READ


@pytest.mark.parametrize(
    ("line", "foreign"),
    [("my netflix is frozen", True), ("ozon не вернул деньги", True), ("it frzzes on wlan all day", False)],
)
def test_a_product_of_another_company_is_known_by_its_name(line: str, foreign: bool) -> None:
    assert names_foreign(line) is foreign


def test_where_an_article_is_clear_only_a_name_refuses_it() -> None:
    found = {"no-sound-in-calls": 0.7}
    assert say("grmbl has no sound", FOREIGN, agent=TECH, found=found).citations == ["no-sound-in-calls"]
    assert say("netflix has no sound", FOREIGN, agent=TECH, found=found).citations == []
    assert say("grmbl has no sound", FOREIGN, agent=TECH).citations == []
