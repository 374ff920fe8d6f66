"""What the company sells, and for how much."""

from __future__ import annotations

from app.core.backoffice import Item, Plan, PlanName

PLANS: dict[str, Plan] = {
    plan.name: plan
    for plan in (
        Plan(name="basic", title="Базовый", month_rub=990, year_rub=9504, storage_gb=50, devices=2, people=1),
        Plan(name="pro", title="Профи", month_rub=1990, year_rub=19_104, storage_gb=500, devices=5, people=3),
        Plan(name="business", title="Бизнес", month_rub=3990, year_rub=38_304, storage_gb=2000, people=20),
    )
}
ITEMS: dict[str, Item] = {
    item.name: item
    for item in (
        Item(name="hub", title="Orbita Hub", price_rub=12_900, delivered=True),
        Item(name="key", title="Orbita Key", price_rub=2490, delivered=True),
        Item(name="storage", title="Хранилище, 100 ГБ на месяц", price_rub=190, delivered=False),
    )
}
RANK: dict[PlanName, int] = {"basic": 0, "pro": 1, "business": 2}
SEAT_RUB = 290
DELIVERY_RUB = {"courier": 350, "pickup": 190}
DELIVERY_DAYS = {"courier": (2, 5), "pickup": (3, 6)}
DELIVERY_FREE_FROM_RUB = 5000

_ENGLISH = {
    "basic": "Basic", "pro": "Pro", "business": "Business", "storage": "Storage, 100 GB for a month",
}  # fmt: skip


def title(item: str, language: str) -> str:
    known: dict[str, Plan | Item] = {**PLANS, **ITEMS}
    return known[item].title if language == "ru" else _ENGLISH.get(item, known[item].title)
