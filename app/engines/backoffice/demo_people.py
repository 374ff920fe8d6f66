"""The demo customers. Each stands for a situation that agents meet."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from app.engines.backoffice.dates import working_days_after
from app.engines.backoffice.demo_writer import Writer

CURRENT, OUTDATED = "5.8.2", "4.11.0"
OUTDATED_APP = "outdated_app"


def regular(w: Writer) -> None:
    """Paid yesterday; an outdated app; a Hub that is too old to send back."""
    w.customer("customer_123", "Илья Перов", since=260)
    w.goods("hub", ago=150, status="delivered")
    w.subscribed("basic", "month", paid=1, times=5, used_gb=38)
    w.device("Ноутбук Ильи", "Windows 11", OUTDATED, ago=0.1, problem=OUTDATED_APP)
    w.device("Телефон Ильи", "Android 14", CURRENT, ago=0.02)
    w.ticket("Не открывался общий файл", ago=48, status="closed", details="Помог повторный вход.")


def english(w: Writer) -> None:
    """Pro by the month, nine days after payment: the whole sum can be returned."""
    w.customer("demo_en", "Emma Clarkson", since=410, language="en")
    w.subscribed("pro", "month", paid=9, times=3, used_gb=212)
    w.device("Emma's MacBook", "macOS 14", CURRENT, ago=0.05)
    w.device("Emma's iPhone", "iOS 17", OUTDATED, ago=1.5, problem=OUTDATED_APP)
    w.ticket("Calendar does not sync with the phone", ago=2, details="Re-login did not help.")


def student(w: Writer) -> None:
    """Half the price; too late in the month for a refund without a supervisor."""
    w.customer("demo_student", "Алина Сорокина", since=120, discount="student")
    w.subscribed("basic", "month", paid=20, times=3, used_gb=12)
    w.device("Планшет", "Android 12", CURRENT, ago=0.4)


def nonprofit(w: Writer) -> None:
    w.customer("demo_nonprofit", "Фонд «Тёплый двор»", since=500, discount="nonprofit")
    w.subscribed("business", "month", paid=11, times=4, used_gb=640)
    w.device("Компьютер в приёмной", "Windows 10", CURRENT, ago=0.2)


def past_due(w: Writer) -> None:
    w.customer("demo_past_due", "Тимур Галеев", since=300)
    w.subscribed("pro", "month", paid=34, times=2, used_gb=301, status="past_due")
    w.ticket("Не проходит оплата картой", ago=1)


def trial(w: Writer) -> None:
    w.customer("demo_trial", "Вера Лапина", since=5)
    w.subscribed("pro", "month", paid=5, times=0, used_gb=3, status="trial", price_rub=0,
                 started=w.now - timedelta(days=5), renews=w.now + timedelta(days=9))  # fmt: skip
    w.device("Ноутбук", "Windows 11", CURRENT, ago=0.3)


def annual(w: Writer) -> None:
    """Five months into a year: the unused whole months can be returned."""
    w.customer("demo_annual", "Олег Сафронов", since=700)
    w.subscribed("pro", "year", paid=148, used_gb=180)
    w.device("Рабочий ноутбук", "macOS 13", CURRENT, ago=0.1)


def duplicate(w: Writer) -> None:
    """Charged twice for one month."""
    w.customer("demo_duplicate", "Марина Белова", since=95)
    paid = w.subscribed("pro", "month", paid=3, times=2, used_gb=77)
    w.payment(w.now - timedelta(days=3) + timedelta(minutes=2), 1990, plan="pro", period="month",
              duplicate_of=paid)  # fmt: skip


def often_refunded(w: Writer) -> None:
    """Two refunds within the year: the next one asks for a person."""
    w.customer("demo_refunds", "Денис Крылов", since=420)
    for ago in (210, 90):
        w.refunded(w.payment(w.now - timedelta(days=ago), 990, plan="basic", period="month"), 990, ago - 4)
    w.subscribed("basic", "month", paid=4, used_gb=9)


def cancelled(w: Writer) -> None:
    """Renewal is off; the plan works to the end of the paid month."""
    w.customer("demo_cancelled", "Нина Орешкина", since=230)
    w.subscribed("basic", "month", paid=18, times=3, used_gb=31, status="cancelled")
    w.ticket("Обещали перезвонить и не перезвонили", ago=9, status="closed", kind="complaint",
             due=working_days_after(w.now - timedelta(days=9), 2))  # fmt: skip


def valuable(w: Writer) -> None:
    """A company's year, just paid: a refund is above what agents may return."""
    w.customer("demo_vip", "ООО «Северный маяк»", since=1100)
    w.goods("hub", ago=400, status="delivered", quantity=3)
    w.subscribed("business", "year", paid=6, times=3, used_gb=1720)
    w.device("Сервер отдела", "Windows 11", CURRENT, ago=0.01)
    w.ticket("Нужны закрывающие документы за квартал", ago=3, severity="high")


def shopper(w: Writer) -> None:
    """Goods in every state, no plan."""
    w.customer("demo_goods", "Светлана Юдина", since=60)
    w.goods("key", ago=9, status="delivered", delivery="pickup")
    w.goods("hub", ago=2, status="shipped")
    w.goods("key", ago=0.2, status="awaiting_payment", quantity=2)


def english_annual(w: Writer) -> None:
    w.customer("demo_en_annual", "Oliver Bennet", since=365, language="en")
    w.subscribed("basic", "year", paid=12, times=2, used_gb=44)
    w.device("Oliver's PC", "Windows 11", CURRENT, ago=0.6)


PEOPLE: tuple[Callable[[Writer], None], ...] = (
    regular, english, student, nonprofit, past_due, trial, annual, duplicate, often_refunded, cancelled,
    valuable, shopper, english_annual,
)  # fmt: skip
