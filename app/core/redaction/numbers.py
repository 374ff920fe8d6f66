"""Phones, payment cards, SNILS and INN among the numbers of a text.

A number is read as groups of digits with a few signs between them; it begins and ends with a whole group.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from itertools import accumulate

from app.core.redaction.labels import Labels
from app.core.redaction.phones import PhoneCheck
from app.core.redaction.window import Found, Window

LONGEST, SHORTEST = 19, 7  # digits
_DATE = re.compile(
    r"(?<!\d)(?:\d{1,2}([./-])\d{1,2}\1(?:19|20)\d\d|(?:19|20)\d\d([./-])[01]?\d\2[0-3]?\d)(?=\D|\Z)"
)
_CHAIN = re.compile(r"\(?\d(?:[ \t.()/_-]{0,4}\d)*+")
_GROUP = re.compile(r"\d++")
_OPENING = re.compile(r"(?:\+\s?)?\(?\Z")
_BEGUN = re.compile(r"[0-9a-f]-|\d[.,:]")
_GOES_ON = re.compile(r"[^\W\d_]|-(?=[0-9a-f]*\d)[0-9a-f]{3}")
"""An identifier, such as a UUID."""
_LABELLED = {"phone": range(7, 16), "card": range(13, 20), "inn": (10, 12), "snils": (11,)}
_ISSUER = re.compile(
    r"4\d{15}|(?:5[1-5]|2[2-7])\d{14}|220[0-4]\d{15}|3[47]\d{13}|3(?:0[0-5]|[68]\d)\d{11}|35\d{14}|(?:6\d|5[06-8])\d{14,17}"
)
_CARD_GROUPS = {(4, 6, 5), (4, 6, 4)}


def numbers_in(text: str) -> Iterator[Found]:
    """In their order, none over another."""
    undated = _DATE.sub(lambda date: "\0" * len(date[0]), text)
    phones, labels = PhoneCheck(), Labels(undated)
    for chain in _CHAIN.finditer(undated):
        if chain.end() - chain.start() < SHORTEST:
            continue
        groups = [group.span() for group in _GROUP.finditer(undated, *chain.span())]
        at = 0
        while at < len(groups):
            kind, taken = _number_at(undated, groups[at : at + LONGEST], labels, phones)
            if taken:
                start, end = groups[at][0], groups[at + taken - 1][1]
                yield _OPENING.search(undated, max(0, start - 3), start).start(), end, kind  # type: ignore[union-attr]
            at += taken or 1


def _number_at(
    text: str, groups: Sequence[tuple[int, int]], labels: Labels, phones: PhoneCheck
) -> tuple[str, int]:
    """The kind of the longest number that begins here, and of how many groups it is."""
    start = groups[0][0]
    if _BEGUN.match(text, max(0, start - 2)):
        return "", 0
    if (label := labels.before(start)) == "identifier":
        return "", 0
    wanted = _lengths(text, groups, label)
    sums = accumulate(end - start for start, end in groups)
    for taken, digits in reversed([*enumerate(sums, 1)]):
        if digits not in wanted:
            continue
        window = Window(text, groups[:taken])
        if not _GOES_ON.match(text, window.end) and (kind := _kind(window, label, phones)):
            return kind, taken
    return "", 0


def _lengths(text: str, groups: Sequence[tuple[int, int]], label: str) -> set[int]:
    """Of the numbers that may begin here: to look at every other one would take long."""
    start, end = groups[0]
    wanted = set(_LABELLED.get(label, ()))
    if text[start - 1 : start] == "+" or text[max(0, start - 2) : start] in ("+(", "+ "):
        wanted |= {*range(8, 16)}
    if text[start] in "78" or end - start == 3:
        wanted.add(11)
    if text[start] in "08":
        wanted |= {*range(11, 18)}
    if 3 <= end - start <= 5:
        wanted.add(10)
    if text[start] in "23456" and end - start >= 4:
        wanted |= {*range(14, LONGEST + 1)}
    return wanted


def _kind(window: Window, label: str, phones: PhoneCheck) -> str:
    if _is_card(window, label):
        return "card"
    if _is_snils(window, label):
        return "snils"
    if label == "inn" and len(window.digits) in (10, 12) and _inn()(window.digits):
        return "inn"
    if window.is_address_of_machine or label in ("inn", "snils", "card"):
        return ""
    return "phone" if phones.is_phone(window, label) else ""


def _is_card(window: Window, label: str) -> bool:
    digits, lengths = window.digits, window.lengths
    if len(digits) < 13 or label == "code":
        return False
    by_four = set(lengths[:-1]) <= {4, 8, 12} and lengths[-1] <= 8
    layout = len(lengths) == 1 or by_four or lengths in _CARD_GROUPS
    issued = bool(_ISSUER.fullmatch(digits))
    if not layout or not (issued or label == "card"):
        return False
    return (issued and label == "card") or _luhn()(digits)  # a mistyped card tells nearly all of it


def _is_snils(window: Window, label: str) -> bool:
    digits = window.digits
    written = window.lengths == (3, 3, 3, 2) and label != "code"
    if len(digits) != 11 or not (written or label == "snils"):
        return False
    total = sum(int(d) * n for d, n in zip(digits, range(9, 0, -1), strict=False))
    return total % 101 % 100 == int(digits[9:])


@cache
def _luhn() -> Callable[[str], bool]:
    from stdnum import luhn  # noqa: PLC0415  (0.1 s)

    return luhn.is_valid


@cache
def _inn() -> Callable[[str], bool]:
    from stdnum.ru import inn  # noqa: PLC0415  (0.1 s)

    return inn.is_valid
