"""The promise ledger: what a reply states or commits us to, and whether anything supports it."""

from app.agents.grounding.gate import Redacted, SentenceGate, redact
from app.agents.grounding.ledger import claims, unsupported
from app.agents.grounding.reading import ActionKind
from app.agents.grounding.sources import Claim, Evidence, Kind

__all__ = [
    "ActionKind", "Claim", "Evidence", "Kind", "Redacted", "SentenceGate", "claims", "redact",
    "unsupported",
]  # fmt: skip
