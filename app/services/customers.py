"""On whose behalf one may try the assistant: the demo customers, as far as the records have them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import structlog
from pydantic import BaseModel

from app.core.exceptions import BackOfficeUnavailable
from app.core.ports import BackOffice
from app.core.threads import in_office

log = structlog.get_logger()
DEMO = (
    "customer_123", "demo_en", "demo_student", "demo_nonprofit", "demo_past_due", "demo_trial", "demo_annual",
    "demo_duplicate", "demo_refunds", "demo_cancelled", "demo_vip", "demo_goods", "demo_en_annual",
)  # fmt: skip
"""docs/backoffice.md tells what each of them is there to show."""


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
    customer_id: str
    name: str
    plan: str | None


@dataclass(frozen=True)
class Customers:
    office: BackOffice | None

    async def demo(self) -> list[DemoCustomer]:
        """Raises BackOfficeUnavailable."""
        return await in_office(self._demo) if self.office else []

    def _demo(self) -> list[DemoCustomer]:
        assert self.office is not None
        accounts = [self.office.account(name) for name in DEMO]
        return [
            DemoCustomer(
                customer_id=known.customer.customer_id,
                name=known.customer.name,
                plan=known.subscription.plan if known.subscription else None,
            )
            for known in accounts
            if known
        ]
