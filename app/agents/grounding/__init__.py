"""The promise ledger: what a reply states or commits us to, and whether anything supports it."""

from app.agents.grounding.evidence import ActionKind, Claim, Evidence, Kind
from app.agents.grounding.gate import Redacted, SentenceGate, redact
from app.agents.grounding.ledger import claims, unsupported

__all__ = [
    "ActionKind", "Claim", "Evidence", "Kind", "Redacted", "SentenceGate", "claims", "redact",
    "unsupported",
]  # fmt: skip
