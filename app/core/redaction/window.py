"""Some neighbouring groups of digits, as one number."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

Found = tuple[int, int, str]
"""Start, end, kind."""
_UNIT = re.compile(
    r"\s?(?:руб|р\b|р\.|₽|коп|usd|eur|rub|dollar|euro|[$€£%]|тыс|млн|гб|мб|gb\b|mb\b|bytes|шт|"
    r"мин|сек|min\b|sec\b|ms\b|мс\b)",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Window:
    """Some groups of a chain, and what is said about them."""

    text: str
    groups: Sequence[tuple[int, int]]

    @cached_property
    def lengths(self) -> tuple[int, ...]:
        return tuple(end - start for start, end in self.groups)

    @cached_property
    def digits(self) -> str:
        return "".join([self.text[start:end] for start, end in self.groups])

    @cached_property
    def signs(self) -> list[str]:
        """Between the groups."""
        pairs = zip(self.groups, self.groups[1:], strict=False)
        return [self.text[one[1] : other[0]] for one, other in pairs]

    @property
    def start(self) -> int:
        return self.groups[0][0]

    @property
    def end(self) -> int:
        return self.groups[-1][1]

    @property
    def has_unit(self) -> bool:
        return bool(_UNIT.match(self.text, self.end))

    @property
    def is_sum(self) -> bool:
        """Thousands, or a unit behind it."""
        grouped = len(self.lengths) > 1 and self.lengths[0] <= 3 and set(self.lengths[1:]) == {3}
        return (grouped and set(self.signs) == {" "}) or self.has_unit

    @property
    def is_address_of_machine(self) -> bool:
        return len(self.lengths) == 4 and set(self.signs) == {"."} and max(self.lengths) <= 3
