"""What belongs to a company stands in its folder: nothing else names its products, prices or agents."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from tests.support.company import COMPANY
from tests.support.paths import ROOT

APP = ROOT / "app"
ELSEWHERE = [  # lines to learn from name what customers own
    path
    for path in sorted(APP.rglob("*"))
    if path.suffix in {".py", ".yaml"}
    and not path.is_relative_to(APP / "companies")
    and path.name not in {"acts.yaml", "claims.yaml"}
]
NAMES = {*COMPANY.catalogue.names, *COMPANY.agents}
TITLES = {title for name in COMPANY.catalogue.names for title in COMPANY.catalogue[name].titles.values()}
TITLE = re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, sorted(TITLES)))})(?!\w)")
PRICES = {
    *(price for plan in COMPANY.catalogue.plans.values() for price in (plan.month_rub, plan.year_rub)),
    *(item.price_rub for item in COMPANY.catalogue.items.values()),
    *(way.price_rub for way in COMPANY.profile.delivery.ways.values()),
}
PRICE = re.compile(r"(\d[\d  ,]*\d|\d)\s?(?:₽|руб|rouble|RUB)", re.IGNORECASE)
EXAMPLES = {"app/api/v1/operator.py", "app/services/dialogs/views.py"}  # in the texts of OpenAPI
WORDS = {
    "app/bootstrap/checks.py": {"storage"},
    "app/cli/main.py": {"key", "storage"},
    "app/core/threads.py": {"storage"},
    "app/engines/backoffice/past.py": {"key"},
    "app/services/access": {"key"},
    "app/services/checks.py": {"storage"},
    "app/ui": {"key", "storage"},
    "app/locales/en/ui": {"key", "storage"},
    "app/locales/ru/ui": {"key", "storage"},
    "app/locales/en/skills.yaml": {"storage"},  # what runs out
    "app/locales/ru/skills.yaml": {"storage"},
    "app/locales/en/person_requests.yaml": {"supervisor"},  # as customers say it
    "app/locales/en/grounding.yaml": {
        "storage",
        "business",
        "supervisor",
    },  # business days; somebody's superior
    "app/locales/en/phrases.yaml": {"supervisor"},
    "app/locales/en/conversations.yaml": {"supervisor"},
    "app/locales/en/quantities.yaml": {"business"},
}
"""Ordinary words that happen to be names, where they mean something else."""


def texts(path: Path) -> Iterator[str]:
    """Whole string constants or scalars, keys included."""
    source = path.read_text("utf-8")
    if path.suffix == ".yaml":
        tokens = yaml.scan(source, yaml.CSafeLoader)
        yield from (str(token.value) for token in tokens if isinstance(token, yaml.ScalarToken))
        return
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def allowed(path: str) -> set[str]:
    return {
        word
        for place, words in WORDS.items()
        if path == place or path.startswith(f"{place}/")
        for word in words
    }


@pytest.mark.parametrize("kind", [".py", ".yaml"])
def test_nothing_else_names_a_plan_a_product_a_price_or_an_agent(kind: str) -> None:
    found = []
    for file in (file for file in ELSEWHERE if file.suffix == kind):
        path = file.relative_to(ROOT).as_posix()
        for text in () if path in EXAMPLES else texts(file):
            if text in NAMES - allowed(path):
                found.append(f"{path}: the name {text}")
            found += [f"{path}: the title {title}" for title in TITLE.findall(text)]
            found += [
                f"{path}: the price {price}" for price in PRICE.findall(text) if number(price) in PRICES
            ]
    assert found == []


def test_scalars_and_constants_are_found() -> None:
    """The check itself sees a word in a list, a key, and a title within a sentence."""
    catalogue = COMPANY.folder / "catalogue.yaml"
    assert {"basic", "plans", "Базовый", "990"} <= set(texts(catalogue))
    assert TITLE.findall("Order Pro for a year; the provider") == ["Pro"]
    assert [number(price) for price in PRICE.findall("1 990 ₽ or 990 roubles")] == [1990, 990]


def number(price: str) -> int:
    return int(re.sub(r"\D", "", price))
