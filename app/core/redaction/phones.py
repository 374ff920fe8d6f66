"""Which numbers are phones of people."""

from __future__ import annotations

import re
from collections.abc import Iterator

from app.core.redaction.window import Found, Window

CHECKS = 2048
"""By the library, for one text, 50 microseconds each. After them whatever has the form of a phone is one."""
REGIONS = ("RU", "KZ", "BY", "UA", "US", "GB", "DE")
_PLUS = re.compile(r"\+\s?\(?\Z")
_NATIONAL = re.compile(r"[78][3489]\d{9}")
_MOBILE = re.compile(r"9\d{9}")
_NANP = re.compile(r"[2-9]\d\d[2-9]\d{6}")
_LOCAL = {
    (3, 3, 2, 2),
    (3, 3, 4),
    (3, 7),
    (3, 5, 2),
    (3, 2, 2, 3),
    (3, 2, 3, 2),
    (4, 2, 2, 2),
    (4, 6),
    (5, 5),
}
_ROUND = re.compile(r"0{5,}\Z")

_SIGN = r"[ .()-]{0,3}"
_DISGUISED = re.compile(rf"(?<![\w+])\+?[78]{_SIGN}9(?:{_SIGN}[\dOoОоIlІ|ЗзЧчбBВS]){{9}}(?!\w)")
REAL = 7  # digits of eleven: fewer could be a word


class PhoneCheck:
    """One for a text."""

    def __init__(self) -> None:
        self._left = CHECKS

    def is_phone(self, window: Window, label: str) -> bool:
        if _PLUS.search(window.text, max(0, window.start - 3), window.start):
            return self._is_international(window.digits)
        if window.is_sum and label != "phone":
            return False
        alone = len(window.lengths) == 1
        if label == "code" and alone:
            return False
        if self._is_national(window) or self._is_abroad(window.digits):
            return True
        if not alone and self._is_local(window):
            return True
        return label == "phone" and not window.has_unit and self._is_said(window)

    def _is_international(self, digits: str) -> bool:
        if digits[0] == "7" and len(digits) != 11:
            return False
        return (
            8 <= len(digits) <= 15
            and not _ROUND.search(digits)
            and (self._is_valid(f"+{digits}") or 11 <= len(digits) <= 12)
        )

    def _is_abroad(self, digits: str) -> bool:
        """Dialled from Europe, 00, or from Russia, 8-10."""
        prefix = 2 if digits.startswith("00") else 3 if digits.startswith("810") else 0
        return bool(prefix) and len(digits) >= 11 and self._is_valid(f"+{digits[prefix:]}")

    def _is_national(self, window: Window) -> bool:
        """Russia's, with 7 or 8 before it."""
        digits = window.digits
        return bool(_NATIONAL.fullmatch(digits)) and self._is_valid(f"+7{digits[1:]}")

    def _is_local(self, window: Window) -> bool:
        """Without a prefix, in the groups that people write."""
        if window.lengths not in _LOCAL or len(window.digits) != 10:
            return False
        digits, signs = window.digits, set(window.signs)
        if window.lengths == (3, 3, 4) and " " not in signs and _NANP.fullmatch(digits):
            return True
        bracketed = window.text[window.start - 1 : window.start] == "("
        plain = bracketed or digits[0] == "9" or window.lengths == (3, 3, 2, 2)
        return plain and digits[0] in "3489" and self._is_valid(f"+7{digits}")

    def _is_said(self, window: Window) -> bool:
        """The words before it say that it is a phone."""
        digits = window.digits
        if not 7 <= len(digits) <= 15:
            return False
        return window.lengths == (3, 2, 2) or any(self._is_valid(digits, region) for region in REGIONS)

    def _is_valid(self, number: str, region: str | None = None) -> bool:
        """In use, and not free of charge for who calls it: such a number is a company's."""
        import phonenumbers  # noqa: PLC0415  (0.1 s)

        if not self._left:
            return True
        self._left -= 1
        try:
            parsed = phonenumbers.parse(number, region)
        except phonenumbers.NumberParseException:
            return False
        kind = phonenumbers.number_type(parsed)
        return kind not in (phonenumbers.PhoneNumberType.UNKNOWN, phonenumbers.PhoneNumberType.TOLL_FREE)


def disguised_in(text: str) -> Iterator[Found]:
    """Russian ones with letters in the place of some digits."""
    for found in _DISGUISED.finditer(text):
        if REAL <= sum(c.isdigit() for c in found[0]) < 11:
            yield *found.span(), "phone"
