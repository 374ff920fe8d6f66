"""A workbench with a past: every room has something to show, and the operator key is set."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from playwright.sync_api import Page, expect

from app.ui.page import ROOMS

SLOW = 30_000
CANARY = "canary-7f3a91"
SECRETS: dict[str, Any] = {
    "operator_key": CANARY,
    "crm_token": CANARY,
    "webhook_secret": f"whsec_{CANARY}",
    "crm_url": f"http://127.0.0.1:9/{CANARY}",
}
SHOWN = {
    "knowledge": "#cc-kb-cited li",
    "chat": "#cc-chat .message",
    "evaluation": "#cc-eval-matrix button",
    "monitor": ".mon-lines .mon-line",
    "analytics": "#an-dialogs b",
    "settings": "#cc-settings .cc-group",
}
"""By room, what is there only where it has something to show."""
assert SHOWN.keys() == {room.key for room in ROOMS}


def address(language: str, named: dict[str, str]) -> str:
    dialog = named[f"dialog_{language}"]
    return (
        f"/ui/{language}/?tab=knowledge&customer=customer_123&dialog={dialog}&watch={dialog}"
        f"&run={named['run']}&period=30&article=cannot-log-in"
    )


def walk(page: Page, language: str, url: str, named: dict[str, str]) -> Iterator[str]:
    """Each room in turn, with what it has to show. The key is typed in one of them and opens the others."""
    page.goto(f"{url}{address(language, named)}")
    page.locator("#cc-kb-key input").fill(CANARY, timeout=2 * SLOW)
    page.locator("#cc-kb-key input").press("Enter")
    for room, shown in SHOWN.items():
        page.locator(f"#cc-tab-{room}-button").click()
        expect(page.locator(shown).first).to_be_visible(timeout=SLOW)
        yield room
