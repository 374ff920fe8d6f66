"""What the words before a number say that it is."""

from __future__ import annotations

import re
from bisect import bisect_right

REACH = 48  # characters before a number
_CODE = (
    r"заказ|артикул|трек|сч[её]т|договор|тикет|обращени|заявк|накладн|серийн|верси|"
    r"чек|код|транзакци|плат[её]ж|"
    r"order|article|tracking|invoice|contract|ticket|case|serial|version|receipt|code|transaction|parcel|"
    r"reference|imei|iccid|sku|id\b"
)
_PHONE = (
    r"тел(?:ефон|\b|\.)|моб(?:ил|\b|\.)|сотов|мо(?:й|его|ему|ём) номер|звон|"
    r"набери|набрать|наберите|ватсап|вотсап|вайбер|телеграм|\bсмс|"
    r"phone|mobile|\bcell|\bcall|my number|whatsapp|viber|telegram|\bsms|\btext me|\breach me|\bdial\b"
)
_LABEL = re.compile(
    rf"(?P<inn>\bинн\b|\binn\b|taxpayer)|(?P<snils>снилс|snils|пенсионн)"
    rf"|(?P<card>\bкарт(?!ин|он|ир)|\bкредитк|\bcard\b|\bvisa\b|mastercard)"
    rf"|(?P<code>\b(?:{_CODE})|[№#])|(?P<phone>{_PHONE})",
    re.IGNORECASE,
)
_ADJACENT = re.compile(
    r"\w{0,6}[^\w\n]{0,4}(?:(?:номер\w{0,2}|number|no|n|id|is|это|под|от)\b[^\w\n]{0,3}){0,3}[A-ZА-Я]{0,4}-?\Z",
    re.IGNORECASE,
)
_GLUED = re.compile(r"[^\W\d_][-_]?\Z|[_&=]\Z")


class Labels:
    """Of one text."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._all = [(found.end(), found.lastgroup or "") for found in _LABEL.finditer(text)]
        self._ends = [end for end, _ in self._all]

    def before(self, at: int) -> str:
        """What the last label says; a number that is glued to other letters is a part of an identifier."""
        end, kind = self._all[last] if (last := bisect_right(self._ends, at) - 1) >= 0 else (-REACH, "")
        if end < at and _GLUED.search(self._text, max(0, at - 2), at):
            return "identifier"
        if at - end >= REACH:
            return ""
        if kind == "code":
            return kind if _ADJACENT.match(self._text[end:at]) else ""
        return kind
