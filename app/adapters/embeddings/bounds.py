"""What of a text an encoder is given: normalised, and of a bounded number of letters and bytes."""

from __future__ import annotations

import unicodedata

from app.core.text import clean, ends, excerpt

WORDS = 60
LETTERS, BYTES = 1_200, 2_400
SEEN = 4 * LETTERS  # letters that are normalised: the rest of a long text costs nothing


def bounded(text: str) -> str:
    """NFKC without invisible characters, NUL or lone surrogates; head and tail of what is long.

    One letter may stand for eighteen (U+FDFA), so letters and bytes are counted after normalisation.
    """
    normal = unicodedata.normalize("NFKC", clean(ends(text, SEEN)))
    short = ends(excerpt(" ".join(normal.split()), WORDS), LETTERS)
    data = short.encode()
    if len(data) <= BYTES:
        return short
    half = BYTES // 2 - 1
    return f"{data[:half].decode(errors='ignore')} {data[-half:].decode(errors='ignore')}"
