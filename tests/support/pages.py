"""Pages with a word of its own in every kind of place; who writes them knows which a visitor sees."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random

INLINE = (
    "b",
    "i",
    "span",
    "a",
    "em",
    "strong",
    "u",
    "small",
    "code",
    "font",
    "label",
    "button",
    "mark",
    "sub",
    "q",
)
BLOCKS = (
    "div", "p", "section", "article", "main", "aside", "header", "form", "blockquote", "address", "center",
    "pre", "figure", "fieldset", "x-card", "details", "search", "hgroup", "nav-item", "summary",
)  # fmt: skip
HEADINGS = ("h1", "h2", "h3", "h6")
HIDING = (
    "<{tag} hidden>{inside}</{tag}>",
    '<{tag} style="color: red; DISPLAY : none !important">{inside}</{tag}>',
    "<{tag} style='visibility:hidden'>{inside}</{tag}>",
    '<{tag} aria-hidden="true">{inside}</{tag}>',
    '<{tag} class="a gone b">{inside}</{tag}>',
    '<{tag} id="away">{inside}</{tag}>',
    "<template>{inside}</template>",
    "<noscript>{inside}</noscript>",
    "<!-- {inside} -->",
    "<script>{inside}</script>",
    "<style>{inside}</style>",
    "<dialog>{inside}</dialog>",
    '<input type="hidden" value="{inside}">',
    "<iframe>{inside}</iframe>",
)
SHEET = ".gone{display:none} @media print{p,li,td{display:none}} #away{visibility:hidden} .b:hover{}"


@dataclass
class Writer:
    """`seen` in the order of the page."""

    chance: Random
    seen: list[str] = field(default_factory=list)
    hidden: list[str] = field(default_factory=list)
    made: int = 0

    def page(self) -> str:
        inside = self.word() + "".join(self.part(4) for _ in range(self.chance.randint(2, 6)))
        head = f"<head><title>{self.away()}</title><style>{SHEET}</style></head>"
        page = f"<!DOCTYPE html><html>{head}<body>{inside}</body></html>"
        self.seen.sort(key=page.index)
        return page

    def part(self, depth: int) -> str:
        kinds: list[Callable[[int], str]] = [self.text, self.inline, self.hiding, self.broken, self.control]
        if depth:
            kinds += [self.block, self.block, self.list, self.table, self.terms, self.folded]
        return self.chance.choice(kinds)(depth - 1)

    def parts(self, depth: int) -> str:
        return (
            "".join(self.part(depth) for _ in range(self.chance.randint(1, 3))) if depth > 0 else self.word()
        )

    def word(self) -> str:
        self.seen.append(self._new())
        return f" {self.seen[-1]} "

    def away(self) -> str:
        self.hidden.append(self._new())
        return self.hidden[-1]

    def text(self, _: int) -> str:
        return self.word()

    def inline(self, _: int) -> str:
        tag = self.chance.choice(INLINE)
        return f"<{tag}>{self.word()}</{tag}>"

    def block(self, depth: int) -> str:
        if self.chance.random() < 0.2:
            tag = self.chance.choice(HEADINGS)
            return f"<{tag}>{self.inline(0)}<span>{self.word()}</span></{tag}>"
        tag = self.chance.choice(BLOCKS)
        return f"{self.word()}<{tag}>{self.parts(depth)}</{tag}>{self.word()}"

    def hiding(self, _: int) -> str:
        tag = self.chance.choice(("div", "p", "span", "li", "td", "ul", "table"))
        return self.chance.choice(HIDING).format(tag=tag, inside=self.away())

    def broken(self, _: int) -> str:
        return f"{self.word()}<br>{self.word()}<wbr>{self.word()}<hr>"

    def control(self, _: int) -> str:
        kind = self.chance.randint(0, 4)
        if kind == 0:
            options = "".join(f"<option>{self.word()}</option>" for _ in range(2))
            return f"<select><optgroup label='{self.word()}'>{options}</optgroup></select>"
        if kind == 1:
            return f"<input type=submit value='{self.word()}'><textarea>{self.word()}</textarea>"
        if kind == 2:
            return f"<img src=x alt='{self.word()}'>"
        if kind == 3:
            return f"<svg><title>{self.away()}</title><text>{self.word()}</text></svg>"
        return f"<button><span>{self.word()}</span></button>"

    def list(self, depth: int) -> str:
        tag = self.chance.choice(("ul", "ol", "menu"))
        items = "".join(f"<li>{self.parts(depth)}</li>" for _ in range(self.chance.randint(1, 3)))
        return f"{self.word()}<{tag}>{items}</{tag}>{self.word()}"

    def table(self, depth: int) -> str:
        caption = f"<caption>{self.word()}</caption>" if self.chance.random() < 0.3 else ""
        rows = "".join(f"<tr><th>{self.parts(depth)}</th><td>{self.parts(depth)}</td></tr>" for _ in range(2))
        return f"{self.word()}<table>{caption}<tbody>{rows}</tbody></table>{self.word()}"

    def terms(self, depth: int) -> str:
        return f"<dl><dt>{self.word()}</dt><dd>{self.parts(depth)}</dd></dl>"

    def folded(self, depth: int) -> str:
        return f"<details><summary>{self.word()}</summary>{self.parts(depth)}</details>"

    def _new(self) -> str:
        self.made += 1
        return f"слово{self.made:04d}"
