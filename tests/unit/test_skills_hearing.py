"""Which tool the embedded model calls for what a customer says, and for what it calls none."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, SystemMessage

from app.adapters.llm.skills.book import all_books
from app.adapters.llm.skills.catalogue import SKILLS
from app.adapters.llm.skills.hearing import demanded
from app.agents.roster import ROSTER
from app.agents.tools.handing import hand_over
from tests.unit.test_embedded_model import answer

TODAY = "2026-11-22"  # a Sunday
DOING = {skill.tool for skill in SKILLS if not skill.reads}
TECH, SALES, BOSS = "tech_support", "sales", "supervisor"
Heard = tuple[str, str, str, dict[str, Any]]


def reply_to(agent: str, *lines: str, lang: str = "") -> AIMessage:
    """Lines of customer and agent in turn; the customer speaks last."""
    one = next(a for a in ROSTER if a.name == agent)
    spoken = lang or ("ru" if any("а" <= c <= "я" for c in lines[-1].lower()) else "en")
    facts: dict[str, Any] = {"agent": agent, "language": spoken, "escalates_to": one.escalates_to,
                             "passages": [], "handed": None, "today": TODAY}  # fmt: skip
    said: list[BaseMessage] = [
        AIMessage(line) if n % 2 else HumanMessage(line) for n, line in enumerate(lines)
    ]
    offered = [*(tool.offer() for tool in one.tools), hand_over(tuple(a.name for a in ROSTER if a != one))]
    return answer([SystemMessage("prompt", additional_kwargs=facts), *said], list(offered))


def call_for(agent: str, *lines: str) -> tuple[str, dict[str, Any]]:
    calls = reply_to(agent, *lines).tool_calls
    return (calls[0]["name"], calls[0]["args"]) if calls else ("", {})


CALLS: list[Heard] = [
    # service status
    (TECH, "у вас сбой?", "service_status", {}),
    (TECH, "звонки не работают у всех?", "service_status", {}),
    (TECH, "когда почините?", "service_status", {}),
    (TECH, "Сервис упал или только у меня?", "service_status", {}),
    (TECH, "is there an outage?", "service_status", {}),
    (TECH, "is your service down?", "service_status", {}),
    (TECH, "when will it be fixed?", "service_status", {}),
    # account
    (TECH, "место кончилось", "diagnose_account", {}),
    (TECH, "проверьте мой аккаунт", "diagnose_account", {}),
    (TECH, "когда продление подписки?", "diagnose_account", {}),
    (TECH, "хранилище переполнено, что делать", "diagnose_account", {}),
    (TECH, "my storage is full", "diagnose_account", {}),
    (TECH, "please check my account", "diagnose_account", {}),
    (TECH, "when does my subscription renew?", "diagnose_account", {}),
    (TECH, "почему у меня только чтение?", "diagnose_account", {}),
    (TECH, "место на диске кончается", "diagnose_account", {}),
    # devices
    (TECH, "на телефоне приложение не обновляется", "diagnose_devices", {}),
    (TECH, "на ноутбуке старая версия, не ставится новая", "diagnose_devices", {}),
    (TECH, "проверьте мои устройства", "diagnose_devices", {}),
    (TECH, "the app on my phone won't update", "diagnose_devices", {}),
    (TECH, "my laptop has an old version", "diagnose_devices", {}),
    (TECH, "check my devices please", "diagnose_devices", {}),
    # tickets
    (TECH, "что с моей заявкой T-1001", "find_tickets", {}),
    (TECH, "Есть новости по обращению?", "find_tickets", {}),
    (TECH, "статус заявки Т-1002", "find_tickets", {}),
    (BOSS, "что с моей жалобой C-1001?", "find_tickets", {}),
    (TECH, "what is the status of my ticket?", "find_tickets", {}),
    (TECH, "any news on T-1001?", "find_tickets", {}),
    (BOSS, "show my tickets", "find_tickets", {}),
    # open a ticket
    (TECH, "заведите заявку: камера не включается в браузере", "open_ticket",
     {"subject": "камера не включается в браузере"}),
    (TECH, "Хочу оставить заявку. Файлы пропали из общей папки", "open_ticket",
     {"subject": "Файлы пропали из общей папки"}),
    (TECH, "создайте тикет, звук хрипит во время звонков", "open_ticket",
     {"subject": "звук хрипит во время звонков"}),
    (TECH, "please open a ticket: the camera stays black", "open_ticket",
     {"subject": "the camera stays black"}),
    (TECH, "I want to raise a ticket. Shared files are gone", "open_ticket",
     {"subject": "Shared files are gone"}),
    (TECH, "can you create a ticket, the sound crackles on calls", "open_ticket",
     {"subject": "the sound crackles on calls"}),
    # add to a ticket
    (TECH, "добавьте к заявке T-1001: ошибка на всех устройствах", "update_ticket",
     {"ticket": "T-1001", "note": "ошибка на всех устройствах"}),
    (TECH, "Допишите в заявку т-1002, что планшет тоже не видит сеть", "update_ticket", {"ticket": "T-1002"}),
    (TECH, "дополните тикет Т-1003: перезагрузка не помогла", "update_ticket",
     {"ticket": "T-1003", "note": "перезагрузка не помогла"}),
    (TECH, "add to ticket T-1001: it fails on the iPad too", "update_ticket",
     {"ticket": "T-1001", "note": "it fails on the iPad too"}),
    (TECH, "please append this to t-1001: restart changed nothing", "update_ticket", {"ticket": "T-1001"}),
    (TECH, "can you update ticket T-1002: the error came back today", "update_ticket",
     {"ticket": "T-1002", "note": "the error came back today"}),
    (TECH, "add to ticket T-1001 that the web version fails too", "update_ticket",
     {"ticket": "T-1001", "note": "the web version fails too"}),
    # developers
    (TECH, "передайте разработчикам: вылетает при открытии календаря", "escalate_to_developers",
     {"subject": "вылетает при открытии календаря"}),
    (TECH, "Сообщите об этом вашим разработчикам. Ошибка 502 при входе каждый день", "escalate_to_developers",
     {"subject": "Ошибка 502 при входе каждый день"}),
    (TECH, "прошу передать инженерам: приложение закрывается само", "escalate_to_developers",
     {"subject": "приложение закрывается само"}),
    (TECH, "pass this on to the developers: the calendar crashes", "escalate_to_developers",
     {"subject": "the calendar crashes"}),
    (TECH, "please escalate to your engineers. Error 502 on every login", "escalate_to_developers",
     {"subject": "Error 502 on every login"}),
    (TECH, "could you report it to the devs: app closes by itself", "escalate_to_developers",
     {"subject": "app closes by itself"}),
    # quote
    (SALES, "сколько выйдет Бизнес на 25 человек на год?", "quote",
     {"item": "business", "people": 25, "period": "year"}),
    (SALES, "посчитайте Профи на год для студента", "quote",
     {"item": "pro", "period": "year", "discount": "student"}),
    (SALES, "сколько стоят два ключа с доставкой курьером", "quote",
     {"item": "key", "quantity": 2, "delivery": "courier"}),
    (SALES, "во сколько обойдется Базовый на месяц", "quote", {"item": "basic", "period": "month"}),
    (SALES, "how much is Business for 25 people for a year?", "quote",
     {"item": "business", "people": 25, "period": "year"}),
    (SALES, "how much is Pro a month for a student", "quote",
     {"item": "pro", "period": "month", "discount": "student"}),
    (SALES, "price of two keys with courier delivery", "quote",
     {"item": "key", "quantity": 2, "delivery": "courier"}),
    # plans and delivery
    (SALES, "какие у вас тарифы?", "list_plans", {}),
    (SALES, "покажите все тарифы", "list_plans", {}),
    (SALES, "пришлите прайс", "list_plans", {}),
    (SALES, "which plans do you have?", "list_plans", {}),
    (SALES, "list all plans", "list_plans", {}),
    (SALES, "show me the plans", "list_plans", {}),
    (SALES, "сколько стоит доставка хаба", "delivery_terms", {"item": "hub"}),
    (SALES, "какие сроки доставки ключа?", "delivery_terms", {"item": "key"}),
    (SALES, "какая доставка у ключа безопасности", "delivery_terms", {"item": "key"}),
    (SALES, "how long does delivery of the hub take?", "delivery_terms", {"item": "hub"}),
    (SALES, "what does delivery of a key cost", "delivery_terms", {"item": "key"}),
    (SALES, "how much is it to deliver a key", "delivery_terms", {"item": "key"}),
    # orders
    (SALES, "где мой заказ O-1001", "find_orders", {"order": "O-1001"}),
    (SALES, "что с заказом о-1002?", "find_orders", {"order": "O-1002"}),
    (SALES, "покажите мои заказы", "find_orders", {}),
    (BOSS, "когда придёт мой заказ", "find_orders", {}),
    (SALES, "where is my order O-1001?", "find_orders", {"order": "O-1001"}),
    (SALES, "track o-1002 please", "find_orders", {"order": "O-1002"}),
    (SALES, "show my orders", "find_orders", {}),
    (SALES, "O-1004", "find_orders", {"order": "O-1004"}),
    # buying
    (SALES, "Оформите Профи на год", "create_order", {"item": "pro", "period": "year"}),
    (SALES, "купить хаб с доставкой курьером", "create_order", {"item": "hub", "delivery": "courier"}),
    (SALES, "хочу заказать два ключа, заберу сам из пункта выдачи", "create_order",
     {"item": "key", "quantity": 2, "delivery": "pickup"}),
    (SALES, "Не могли бы вы оформить мне Базовый помесячно?", "create_order",
     {"item": "basic", "period": "month"}),
    (SALES, "не Базовый, а Профи оформите, на месяц", "create_order", {"item": "pro", "period": "month"}),
    (SALES, "беру Бизнес на год на 30 человек", "create_order",
     {"item": "business", "period": "year", "quantity": 30}),
    (SALES, "подключите ещё 100 ГБ", "create_order", {"item": "storage"}),
    (SALES, "Order Pro for a year", "create_order", {"item": "pro", "period": "year"}),
    (SALES, "I want to buy a hub with courier delivery", "create_order",
     {"item": "hub", "delivery": "courier"}),
    (SALES, "could you order two keys to a pick-up point", "create_order",
     {"item": "key", "quantity": 2, "delivery": "pickup"}),
    (SALES, "please sign me up for Basic monthly", "create_order", {"item": "basic", "period": "month"}),
    (SALES, "get me Business for a team of 30 for a year", "create_order",
     {"item": "business", "period": "year", "quantity": 30}),
    # paying
    (SALES, "дайте ссылку на оплату O-1001", "create_payment_link", {"order": "O-1001"}),
    (SALES, "пришлите ссылку для оплаты заказа 1002", "create_payment_link", {"order": "O-1002"}),
    (SALES, "хочу оплатить заказ О-1003", "create_payment_link", {"order": "O-1003"}),
    (SALES, "скиньте ссылку на оплату", "find_orders", {}),
    (SALES, "send me the payment link for O-1001", "create_payment_link", {"order": "O-1001"}),
    (SALES, "I need a payment link for order 1002", "create_payment_link", {"order": "O-1002"}),
    (SALES, "I want to pay for order O-1003", "create_payment_link", {"order": "O-1003"}),
    # changing
    (SALES, "хочу перейти на Бизнес", "change_subscription", {"plan": "business"}),
    (SALES, "переведите меня с Базового на Профи", "change_subscription", {"plan": "pro"}),
    (SALES, "смените тариф на Профи, на год", "change_subscription", {"plan": "pro", "period": "year"}),
    (SALES, "upgrade me to Business", "change_subscription", {"plan": "business"}),
    (SALES, "I want to switch from Basic to Pro", "change_subscription", {"plan": "pro"}),
    (SALES, "please change my plan to Pro, annual", "change_subscription", {"plan": "pro", "period": "year"}),
    # refunds
    (BOSS, "верните деньги за вчерашний платёж 990 ₽", "find_payments",
     {"amount_rub": 990, "on": "2026-11-21"}),
    (BOSS, "Верните 1 990 руб за 12 ноября", "find_payments", {"amount_rub": 1990, "on": "2026-11-12"}),
    (BOSS, "хочу вернуть деньги, платил позавчера", "find_payments", {"on": "2026-11-20"}),
    (BOSS, "нужен возврат по платежу 12.11 на 990р", "find_payments",
     {"amount_rub": 990, "on": "2026-11-12"}),
    (BOSS, "верните платёж Р-1001", "refund_payment", {"payment": "P-1001"}),
    (BOSS, "прошу вернуть деньги за сегодняшнее списание", "find_payments", {"on": "2026-11-22"}),
    (BOSS, "Я передумал пользоваться, верните деньги", "find_payments", {}),
    (BOSS, "refund yesterday's payment of 990 ₽", "find_payments", {"amount_rub": 990, "on": "2026-11-21"}),
    (BOSS, "I want my money back for November 12", "find_payments", {"on": "2026-11-12"}),
    (BOSS, "please refund P-1001", "refund_payment", {"payment": "P-1001"}),
    (BOSS, "can you refund the 1,990 roubles I paid on Monday", "find_payments",
     {"amount_rub": 1990, "on": "2026-11-16"}),
    (BOSS, "I paid for Pro nine days ago, please give me my money back", "find_payments",
     {"on": "2026-11-13"}),
    (BOSS, "Платил 3 дня назад, верните деньги", "find_payments", {"on": "2026-11-19"}),
    # payments
    (BOSS, "за что списали деньги вчера?", "find_payments", {"on": "2026-11-21"}),
    (BOSS, "покажите мои последние платежи", "find_payments", {}),
    (BOSS, "почему с меня сняли 990 руб", "find_payments", {"amount_rub": 990}),
    (BOSS, "show my recent payments", "find_payments", {}),
    (BOSS, "why was I charged 990 rub?", "find_payments", {"amount_rub": 990}),
    (BOSS, "what was I billed for yesterday", "find_payments", {"on": "2026-11-21"}),
    # outages
    (BOSS, "компенсируйте вчерашний сбой", "service_status", {}),
    (BOSS, "прошу компенсацию за простой", "service_status", {}),
    (BOSS, "продлите подписку, сервис лежал полдня из-за аварии", "service_status", {}),
    (BOSS, "please compensate the outage", "service_status", {}),
    (BOSS, "I want compensation for the downtime", "service_status", {}),
    (BOSS, "extend my subscription, the service was down all day", "service_status", {}),
    # complaints
    (BOSS, "хочу подать жалобу: курьер опоздал на три часа и не извинился", "open_complaint",
     {"subject": "курьер опоздал на три часа и не извинился"}),
    (BOSS, "ваш оператор нахамил мне вчера по телефону", "open_complaint", {}),
    (BOSS, "Примите жалобу. Менеджер обещал скидку и обманул", "open_complaint",
     {"subject": "Менеджер обещал скидку и обманул"}),
    (BOSS, "I want to file a complaint: the courier was three hours late", "open_complaint",
     {"subject": "the courier was three hours late"}),
    (BOSS, "your agent was rude to me on the phone", "open_complaint", {}),
    (BOSS, "please register a complaint. The manager promised a discount and lied", "open_complaint", {}),
    # calls
    (BOSS, "перезвоните мне завтра в 15:00", "book_callback", {"when": "2026-11-23T15:00:00+03:00"}),
    (BOSS, "закажите звонок на 25 ноября в 11 часов", "book_callback", {"when": "2026-11-25T11:00:00+03:00"}),
    (BOSS, "позвоните мне в пятницу в 3 часа дня на +7 999 123-45-67", "book_callback",
     {"when": "2026-11-27T15:00:00+03:00", "phone": "+7 999 123-45-67"}),
    (BOSS, "перезвоните пожалуйста", "book_callback", {}),
    (BOSS, "call me back tomorrow at 3 pm", "book_callback", {"when": "2026-11-23T15:00:00+03:00"}),
    (BOSS, "please book a call on November 25 at 11:00", "book_callback",
     {"when": "2026-11-25T11:00:00+03:00"}),
    (BOSS, "I want a callback", "book_callback", {}),
]  # fmt: skip

SILENT: list[tuple[str, str]] = [
    # questions
    (SALES, "как отменить подписку?"), (SALES, "можно отменить подписку в любой момент?"),
    (SALES, "что будет, если отменить подписку"), (SALES, "Подскажите, как оформить Профи"),
    (SALES, "можно ли купить хаб в рассрочку"), (SALES, "а где оформить Бизнес?"),
    (SALES, "хочу узнать, как перейти на Бизнес"), (SALES, "стоит ли мне перейти на Профи?"),
    (SALES, "как получить ссылку на оплату"), (SALES, "как оплатить заказ"),
    (BOSS, "можно вернуть деньги?"), (BOSS, "как вернуть деньги за подписку"),
    (BOSS, "вы возвращаете деньги за годовую подписку?"), (BOSS, "хочу спросить про возврат денег"),
    (BOSS, "сколько идёт возврат денег"), (BOSS, "как подать жалобу?"), (BOSS, "где мой возврат денег?"),
    (BOSS, "положена ли компенсация за сбой?"), (BOSS, "можно заказать звонок?"),
    (TECH, "как открыть заявку?"), (TECH, "как передать ошибку разработчикам?"),
    (TECH, "разработчики знают о проблеме?"),
    (SALES, "how do I cancel my subscription?"), (SALES, "can I cancel at any time?"),
    (SALES, "what happens if I cancel my plan"), (SALES, "where can I order the hub"),
    (SALES, "should I upgrade to Business?"), (SALES, "is it possible to switch to Pro"),
    (SALES, "how do I pay for my order"), (BOSS, "can I get a refund?"), (BOSS, "how do refunds work"),
    (BOSS, "what is your refund policy"), (BOSS, "how do I file a complaint?"),
    (BOSS, "do you give compensation for an outage?"), (TECH, "how do I open a ticket?"),
    (TECH, "I want to know how to report a bug to the developers"),
    # negations
    (SALES, "не надо отменять подписку"), (SALES, "не отменяйте подписку"),
    (SALES, "я не хочу отменить подписку"), (SALES, "не нужно оформить Профи, просто спросил"),
    (SALES, "пока не оформляйте Бизнес"), (BOSS, "возврат не нужен"), (BOSS, "деньги возвращать не надо"),
    (BOSS, "не хочу подать жалобу, просто рассказываю"), (BOSS, "не перезвоните больше никогда"),
    (TECH, "заявку заводить не надо"), (TECH, "не надо передать разработчикам"),
    (SALES, "Оформите Профи... хотя нет, не надо"), (BOSS, "верните деньги... хотя нет, забудьте"),
    (SALES, "do not cancel my subscription"), (SALES, "I don't want to cancel my plan"),
    (SALES, "please don't order the hub yet"), (BOSS, "I do not need a refund"),
    (BOSS, "no need to call me back"), (TECH, "don't open a ticket"),
    (SALES, "order Pro for a year... actually no, never mind"),
    # stories of others
    (SALES, "мой друг оформил Профи на год и доволен"), (SALES, "сосед сказал, что хочет отменить подписку"),
    (BOSS, "читал в отзывах: «верните деньги за платёж», и им вернули"),
    (BOSS, "в прошлый раз вы вернули деньги за платёж"), (SALES, "жена отменила подписку в прошлом году"),
    (SALES, "my friend wants to cancel his subscription"), (SALES, "a friend of mine bought the hub"),
    (BOSS, "I read that you refund people for outages"), (BOSS, "you refunded my payment last year"),
    # suppositions and sarcasm
    (SALES, "если оформить Профи сейчас, будет скидка?"), (SALES, "допустим, я хочу отменить подписку"),
    (BOSS, "ага щас, верните деньги, разбежались"), (SALES, "шучу, оформите мне сто хабов"),
    (SALES, "suppose I want to cancel my subscription"),
    (SALES, "if I order the hub today, when does it come"),
    (BOSS, "yeah right, refund my money, as if"), (SALES, "order me a hundred hubs, just kidding"),
]  # fmt: skip


@pytest.mark.parametrize(("agent", "said", "tool", "arguments"), CALLS, ids=[c[1] for c in CALLS])
def test_a_demand_calls_its_tool(agent: str, said: str, tool: str, arguments: dict[str, Any]) -> None:
    name, given = call_for(agent, said)
    assert name == tool
    assert {key: given.get(key) for key in arguments} == arguments


@pytest.mark.parametrize("said", SILENT, ids=[s[1] for s in SILENT])
def test_what_demands_nothing_does_nothing(said: tuple[str, str]) -> None:
    assert call_for(*said)[0] not in DOING | {"find_payments"}


LINES = st.sampled_from([c[1] for c in CALLS] + [s[1] for s in SILENT]) | st.text(max_size=30)
NUMBERS = st.sampled_from(["", " 99999 человек", " 5000 ключей", " 31.02", " 25:99", " P-1",
                           " O-999999999999999", " в 99", " +7 " + "1" * 20, " 0 шт", " 99999999999 ₽",
                           " да", " нет?"])  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(
    agent=st.sampled_from([TECH, SALES, BOSS]),
    said=st.lists(st.tuples(LINES, NUMBERS), min_size=1, max_size=3),
    question=st.sampled_from([text for book in all_books().values() for words in book.skills.values()
                              for text in words.asks.values()]),
)  # fmt: skip
def test_any_call_has_arguments_that_its_tool_takes(
    agent: str, said: list[tuple[str, str]], question: str
) -> None:
    lines = [line for words in said for line in (f"{words[0]}{words[1]}" or "?", question)][:-1]
    reply = reply_to(agent, *lines)
    tools = {tool.name: tool.args for tool in next(a for a in ROSTER if a.name == agent).tools}
    assert reply.tool_calls or reply.text.strip()
    for call in reply.tool_calls:
        if call["name"] in tools:
            tools[call["name"]].model_validate_json(json.dumps(call["args"]))


def test_there_are_enough_examples() -> None:
    assert len(CALLS) >= 120
    assert len(SILENT) >= 60


@pytest.mark.parametrize(
    ("line", "demands"),
    [
        ("он сказал «отмените подписку» и ушёл", False),
        ("он сказал «отмените «Профи» сегодня» и ушёл", False),
        ('ответили "отмените подписку" и всё', False),
        ("отмените подписку «Профи»", True),
        ('"Профи" отмените, подписку "Бизнес" тоже', True),
        ("в чате «написано: отмените подписку", True),
        ("прошу:\n\n  отмените подписку", True),
    ],
)
def test_what_stands_in_quotes_is_no_demand_but_a_name_is_no_quotation(line: str, demands: bool) -> None:
    assert demanded("cancel", line) is demands
