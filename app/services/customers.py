"""On whose behalf one may try the assistant: the demo customers, as far as the records have them."""

from __future__ import annotations

from dataclasses import dataclass

from pydantic import BaseModel

from app.core.ports import BackOffice
from app.core.threads import in_office

DEMO = (
    "customer_123", "demo_en", "demo_student", "demo_nonprofit", "demo_past_due", "demo_trial", "demo_annual",
    "demo_duplicate", "demo_refunds", "demo_cancelled", "demo_vip", "demo_goods", "demo_en_annual",
)  # fmt: skip
"""docs/backoffice.md tells what each of them is there to show."""


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
