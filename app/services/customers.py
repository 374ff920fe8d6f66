"""On whose behalf one may try the assistant: the demo customers, as far as the records have them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import structlog
from pydantic import BaseModel

from app.core.company import in_use
from app.core.demo_customers import DemoPerson
from app.core.exceptions import BackOfficeUnavailable
from app.core.ports import BackOffice
from app.core.threads import in_office

log = structlog.get_logger()

REMEMBERED = 5000


@dataclass(frozen=True)
class CustomerNames:
    """Names by customer id, each read once; a customer who is not in the records, or not now, has none."""

    office: BackOffice | None
    _known: dict[str, str] = field(default_factory=dict)

    async def of(self, customer_ids: Iterable[str]) -> dict[str, str]:
        wanted = set(customer_ids)
        await self._learn(wanted - self._known.keys())
        return {each: name for each in wanted if (name := self._known.get(each))}

    async def _learn(self, unknown: set[str]) -> None:
        if not unknown or self.office is None:
            return
        if len(self._known) > REMEMBERED:
            self._known.clear()
        try:
            self._known.update(await in_office(_read_names, self.office, unknown))
        except BackOfficeUnavailable as error:
            log.warning("names_unavailable", code=error.code)


def _read_names(office: BackOffice, customer_ids: set[str]) -> dict[str, str]:
    """Empty for somebody whom the records do not have."""
    found = ((each, office.account(each)) for each in customer_ids)
    return {each: account.customer.name if account else "" for each, account in found}


class DemoCustomer(BaseModel):
    """`language` is what they speak. docs/backoffice.md tells what each of them is there to show."""

    customer_id: str
    name: str
    language: str
    plan: str | None


def first_customer(language: str) -> str:
    """Who speaks the language, else the first of all."""
    people = in_use().demo.customers
    return next((person.id for person in people if person.language == language), people[0].id)


def written_customers() -> list[DemoCustomer]:
    """As the company's folder describes them, whatever became of them in the records."""
    return [_customer(person, _plan(person)) for person in in_use().demo.customers]


def _plan(person: DemoPerson) -> str | None:
    bought = person.subscription or person.trial
    return bought.plan if bought else None


def _customer(person: DemoPerson, plan: str | None) -> DemoCustomer:
    return DemoCustomer(customer_id=person.id, name=person.name, language=person.language, plan=plan)


@dataclass(frozen=True)
class Customers:
    office: BackOffice | None

    async def demo(self) -> list[DemoCustomer]:
        """Raises BackOfficeUnavailable."""
        return await in_office(self._demo) if self.office else []

    def _demo(self) -> list[DemoCustomer]:
        assert self.office is not None
        pairs = [(person, self.office.account(person.id)) for person in in_use().demo.customers]
        return [
            _customer(person, account.subscription.plan if account.subscription else None)
            for person, account in pairs
            if account
        ]
