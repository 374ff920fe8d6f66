"""What a company sells, and for how much: the models of catalogue.yaml."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, field_validator

from app.core.backoffice import Discount, Period

FALLBACK = "en"
Rub = Annotated[int, Field(ge=0)]


class CompanyPart(BaseModel):
    """A part of a company's folder: nothing unknown, nothing converted, nothing changed later."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


def _with_english(titles: dict[str, str]) -> dict[str, str]:
    if FALLBACK not in titles:
        raise ValueError(f"there is no title in the language {FALLBACK}")
    return titles


Titles = Annotated[dict[str, str], AfterValidator(_with_english)]
"""By language; English is what other languages read."""


def title_in(titles: dict[str, str], language: str) -> str:
    return titles.get(language, titles[FALLBACK])


class Reduction(CompanyPart):
    percent: int = Field(ge=1, le=100)
    periods: list[Period]


class Product(CompanyPart):
    """`titles` name it alone, `named` within a sentence; without `named` as alone."""

    name: str
    titles: Titles
    named: Titles | None = None

    def title(self, language: str) -> str:
        return title_in(self.titles, language)

    def named_in(self, language: str) -> str:
        return title_in(self.named or self.titles, language)


class Plan(Product):
    """`seat_rub` is one more person a month, where that can be bought.

    `value`, 0 to 1, is the weight of a customer who has it in the operators' queue.
    """

    month_rub: Rub
    year_rub: Rub
    storage_gb: int
    devices: int | None = None
    people: int = Field(ge=1)
    seat_rub: Rub | None = None
    value: float = Field(ge=0, le=1)
    discounts: dict[Discount, Reduction] = Field(default_factory=dict)

    def percent_off(self, period: Period, discount: Discount) -> int:
        known = self.discounts.get(discount)
        return known.percent if known and period in known.periods else 0


class Item(Product):
    """Goods that are delivered, or what is added to a subscription for a month."""

    price_rub: Rub
    delivered: bool


class Catalogue(CompanyPart):
    """Plans stand from the lowest to the highest."""

    plans: dict[str, Plan] = Field(min_length=1)
    items: dict[str, Item] = Field(default_factory=dict)

    @field_validator("plans", "items", mode="before")
    @classmethod
    def _named(cls, products: Any) -> Any:
        """The key is the name."""
        return {name: {**known, "name": name} for name, known in dict(products).items()}

    def __contains__(self, name: str) -> bool:
        return name in self.plans or name in self.items

    def __getitem__(self, name: str) -> Product:
        return self.plans.get(name) or self.items[name]

    @property
    def names(self) -> tuple[str, ...]:
        return (*self.plans, *self.items)

    @property
    def goods(self) -> tuple[str, ...]:
        """What is delivered."""
        return tuple(name for name, item in self.items.items() if item.delivered)

    def is_goods(self, name: str) -> bool:
        return name in self.items and self.items[name].delivered

    def is_extra(self, name: str) -> bool:
        """It is added to a subscription."""
        return name in self.items and not self.items[name].delivered

    @property
    def lowest(self) -> str:
        return next(iter(self.plans))

    def rank(self, plan: str) -> int:
        """0 for the lowest plan."""
        return list(self.plans).index(plan)
