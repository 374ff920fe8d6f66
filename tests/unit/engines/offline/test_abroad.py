"""What is not delivered abroad is not told as if it were."""

from __future__ import annotations

import pytest

from app.engines.offline.abroad import is_beyond
from app.engines.offline.conversation import Say
from app.engines.offline.policy import respond
from tests.support.scenes import SALES, call, say, scene


@pytest.mark.parametrize(
    ("said", "beyond"),
    [
        ("do u ship to oslo", True),
        ("can it come to Portugal?", True),
        ("shipping overseas?", True),
        ("в Казахстан отправите?", True),
        ("а за границу можно", True),
        ("доставите в Прагу?", True),
        ("в Индию и на Кубу довезёте?", True),
        ("пришлите в Польшу, в Грузию", True),
        ("в Вену или в Афины возите? а в Брюссель", True),
        ("я в Дубае, пришлёте?", True),
        ("родня в Англии и в Риге", True),
        ("to the U.S. please", True),
        ("do you ship to Kazan", False),
        ("Варшавское шоссе, 10", False),
        ("на Киевскую улицу, дом 3", False),
        ("с английской вилкой есть?", False),
        ("европейская розетка нужна", False),
        ("Берлинский проезд, дом 2", False),
        ("разделите заказ на два, делили уже", False),
        ("римлянин, минский холодильник и пражский торт", False),
        ("the american plug, please", False),
        ("закажите хаб с самовывозом", False),
        ("пришлите вместо того ключа другой", False),
        ("когда грузите заказ, индивидуально?", False),
        ("маленький подарок Данилу на кубань", False),
        ("чехол и малиновый куб", False),
        ("довезёте до Твери?", False),
        ("how long does shipping take", False),
    ],
)
def test_a_place_abroad_is_heard(said: str, beyond: bool) -> None:
    assert is_beyond(said, "en") is beyond


def test_a_question_and_an_order_of_goods_are_told_so() -> None:
    asked = say("do you deliver to Vienna?", "ask_delivery", agent=SALES, found={"delivery-terms": 0.6})
    assert "do not ship abroad" in asked.text
    assert asked.citations == ["delivery-terms"]
    assert "do not ship abroad" in say("order a hub by courier to Vienna", "order", agent=SALES).text


def test_at_home_and_for_what_is_not_delivered_nothing_changes() -> None:
    assert call("do you deliver to Kazan?", "ask_delivery", agent=SALES).tool == "delivery_terms"
    plan = respond(scene("order Pro for a year, I live in Vienna", "order", agent=SALES))
    assert not (isinstance(plan, Say) and "abroad" in plan.text)
