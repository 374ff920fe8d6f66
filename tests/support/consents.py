"""What customers answer to an offer: lines that agree to it, and lines that agree to nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

_READ: dict[str, Any] = yaml.load(
    Path(__file__).with_suffix(".yaml").read_text(encoding="utf-8"), yaml.CSafeLoader
)
OFFERS: dict[str, str] = _READ["offers"]


def said_to(offer: str, kind: str) -> list[str]:
    """What is said to any offer of that language, and to this one; `kind` is agree or other."""
    return [*_READ[kind][f"any-{offer.split('-')[1]}"], *_READ[kind][offer]]
