"""Is a question typical, so that anybody may get the same answer? In doubt it is not."""

from __future__ import annotations

import re

from app.core.text import clean

LONGEST = 20  # words: a story is about one person
_IDENTIFIES = re.compile(
    r"@|\d(?:[\s().-]?\d){3}|[№#]\s*\w*\d|\b(?:заказ\w*|order)\s+[\w-]*\d", re.IGNORECASE
)
_PERSONAL = re.compile(
    r"\b(?:мо(?:й|я|ё|е|и|его|ему|ей|ю|их|им|ими|ём|ем)|наш\w*|меня|мне|мной|нас|нам|себя|себе)\b"
    r"|\b(?:my|mine|our|ours|me|us|myself|i['’]?ve|i['’]?m|we['’]?ve|i was|i did|i have|i paid|i got)\b",
    re.IGNORECASE,
)
_DISPUTED = re.compile(
    r"\b(?:возврат|верн[иуёе]|вернут|возвращ|рефанд|жалоб|жалу|пожал|претензи|компенсац|суд\b|суде|судом|иск\b|"
    r"юрист|адвокат|роспотреб|мошен|украл|украд|взлом|списал|сняли|списани|обман|удалит|удали |"
    r"персональн|оператор|человек\b|руководител|начальник)"
    r"|\b(?:refund|money back|complain|claim|compensat|lawsuit|lawyer|court|sue\b|fraud|scam|stolen|hack|"
    r"charged|chargeback|took money|delete|erase|personal data|manager|supervisor|human|operator)",
    re.IGNORECASE,
)


def is_typical(question: str) -> bool:
    """False with an order's number, a phone, an address, one's own matters, disputes, or a whole story."""
    text = clean(question)
    if not text or len(text.split()) > LONGEST:
        return False
    return not (_IDENTIFIES.search(text) or _PERSONAL.search(text) or _DISPUTED.search(text))
