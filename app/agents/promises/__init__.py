"""The promise ledger: what a reply states or commits us to, and whether anything supports it."""

from app.agents.promises.evidence import ActionKind, Claim, Evidence, Kind, ValueKind
from app.agents.promises.gate import SentenceGate
from app.agents.promises.ledger import claims, unsupported
from app.agents.promises.mending import Mended, mend

__all__ = [
    "ActionKind", "Claim", "Evidence", "Kind", "Mended", "SentenceGate", "ValueKind", "claims", "mend",
    "unsupported",
]  # fmt: skip
