"""What is wrong with an account or a device: codes that models put into words."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from app.core.backoffice import Account, Device, Subscription

NEARLY_FULL = 0.9
TRIAL_WARNING = timedelta(days=3)
SILENT = timedelta(days=7)
LATEST_APP = (5, 2)
"""Versions below it are too old: the fictional company's current release."""


def account_facts(account: Account, now: datetime) -> dict[str, Any]:
    subscription = account.subscription
    if subscription is None:
        return {"status": "found", "problems": ["no_subscription"]}
    facts = subscription.model_dump(
        include={"plan", "period", "renews", "used_gb", "storage_gb", "next_plan"}
    )
    state = {"subscription_status": subscription.status, "price_rub": subscription.price_rub}
    return {"status": "found", **facts, **state, "problems": [*_account_problems(subscription, now)]}


def device_facts(account: Account, now: datetime) -> dict[str, Any]:
    devices = [
        {
            **d.model_dump(include={"name", "platform", "app_version", "last_seen"}),
            "problems": sorted({*_device(d, now)}),
        }
        for d in account.devices
    ]
    return {"status": "found" if devices else "nothing", "devices": devices}


def _account_problems(subscription: Subscription, now: datetime) -> Iterator[str]:
    share = subscription.used_gb / max(subscription.storage_gb, 1)
    if share >= 1:
        yield "storage_full"
    elif share >= NEARLY_FULL:
        yield "storage_nearly_full"
    if subscription.status == "past_due":
        yield "past_due"
    if subscription.status == "cancelled":
        yield "cancelled"
    if subscription.status == "trial" and subscription.renews - now <= TRIAL_WARNING:
        yield "trial_ends"


def _device(device: Device, now: datetime) -> Iterator[str]:
    if _version(device.app_version) < LATEST_APP:
        yield "outdated_app"
    if now - device.last_seen >= SILENT:
        yield "not_seen_lately"
    if device.problem:
        yield device.problem


def _version(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.split(".")[:2] if part.isdigit())
