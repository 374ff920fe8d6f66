"""Pure helpers over customer text. They return copies; stored text is never changed."""

from __future__ import annotations

import re
import unicodedata

from app.core.exceptions import TextUnacceptable

_CYRILLIC = re.compile(r"[а-яё]", re.IGNORECASE)
_LATIN = re.compile(r"[a-z]", re.IGNORECASE)
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_WORDS = re.compile(r"\w+")
_SPACES = re.compile(r"\s+")
_SLICE = re.compile(r"\S{1,1000}\s*|\s+")  # normalisation is quadratic in a row of combining marks
FORMULA = re.compile(
    r"^([\x00-\x09\x0b-\x20\x85\xa0\u1680\u2000-\u200f\u2028\u2029\u202f\u205f\u2060\u3000\ufeff]*)"
    r"([=+\-@＝＋－＠])",
    re.MULTILINE,
)
"""A line that spreadsheets run, also behind blanks that they trim (OWASP, CSV injection): blanks, sign."""


def clean(text: str) -> str:
    """NFC copy without invisible characters (zero-width, direction marks, tags); spaces folded."""
    plain = composed(text)
    if not plain.isprintable():
        invisible = [c for c in set(plain) if not (c.isprintable() or c.isspace())]
        plain = plain.translate(str.maketrans("", "", "".join(invisible)))
    return _SPACES.sub(" ", plain).strip()


def composed(text: str) -> str:
    """NFC, in time that grows with the length alone."""
    if text.isascii():
        return text
    return "".join([unicodedata.normalize("NFC", part) for part in _SLICE.findall(text)])


def without_yo(text: str) -> str:
    """ё as е: most people write so, and a search for either must find both."""
    return text.replace("ё", "е").replace("Ё", "Е")


def fold(text: str) -> str:
    """For comparisons: clean, without case, ё as е."""
    return without_yo(clean(text).casefold())


RUN = 8
"""Words in a row that two texts do not share by chance."""


def word_runs(text: str) -> frozenset[tuple[str, ...]]:
    """Every `RUN` words in a row, folded; none of a text with fewer."""
    words = _WORDS.findall(fold(text))
    return frozenset(tuple(words[at : at + RUN]) for at in range(len(words) - RUN + 1))


def shorten(text: str, letters: int) -> str:
    """The beginning and an ellipsis where a text has more letters, as one of so many."""
    return text if len(text) <= letters else f"{text[: letters - 1].rstrip()}…"


def is_blank(text: str) -> bool:
    return not clean(text)


def is_storable(text: str) -> bool:
    """False with NUL or half of a surrogate pair: no store and no JSON reader takes them."""
    return not _UNSTORABLE.search(text)


def language_of(text: str, default: str = "ru") -> str:
    """`ru` or `en` by the letters; `default` where there is none."""
    cyrillic, latin = len(_CYRILLIC.findall(text)), len(_LATIN.findall(text))
    if cyrillic == latin == 0:
        return default
    return "ru" if cyrillic * 2 >= latin else "en"


def ends(text: str, letters: int) -> str:
    """Head and tail of a text that has more letters, as one of so many."""
    if len(text) <= letters:
        return text
    head = letters // 2
    tail = letters - head - 1
    return f"{text[:head]} {text[-tail:]}" if tail > 0 else text[:letters]


def excerpt(text: str, words: int = 60) -> str:
    """Head and tail of a long text, `words` each: a request often comes last."""
    parts = text.split()
    if len(parts) <= 2 * words:
        return text
    return " ".join([*parts[:words], *parts[-words:]])


def checked(text: str, limit: int = 20_000) -> str:
    """The text itself, unaltered. Raises TextUnacceptable for what cannot be kept or answered."""
    if len(text) > limit:
        raise TextUnacceptable(f"The text is longer than {limit} characters.")
    if is_blank(text):
        raise TextUnacceptable("The text is empty.")
    if not is_storable(text):
        raise TextUnacceptable("The text contains a character that cannot be stored.")
    return text


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
