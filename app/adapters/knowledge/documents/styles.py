"""Which elements the style sheets of a page itself hide, by the cascade of `display` and `visibility`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import cssselect
import tinycss2
from lxml import etree

_HIDING = {"display": ("none",), "visibility": ("hidden", "collapse")}
_ON_SCREEN = ("", "all", "screen")
_TRANSLATOR = cssselect.HTMLTranslator()


@dataclass(frozen=True, slots=True)
class Rule:
    """One selector with what it declares for one property; the heaviest of an element counts."""

    path: str
    weight: tuple[bool, tuple[int, int, int], int]
    name: str
    hides: bool


def hidden_by_styles(root: etree._Element) -> frozenset[etree._Element]:
    sheet = tinycss2.parse_stylesheet("\n".join(style.text or "" for style in root.iter("style")))
    hidden: dict[tuple[etree._Element, str], bool] = {}
    for rule in sorted(_rules(sheet), key=lambda rule: rule.weight):
        for element in root.xpath(rule.path):
            hidden[element, rule.name] = rule.hides
    return frozenset(element for (element, _), hides in hidden.items() if hides)


def _rules(sheet: Iterable[tinycss2.ast.Node]) -> Iterator[Rule]:
    for place, rule in enumerate(_on_screen(sheet)):
        declared = [
            each
            for each in tinycss2.parse_blocks_contents(rule.content)
            if each.type == "declaration" and each.lower_name in _HIDING
        ]
        for path, specificity in _selectors(tinycss2.serialize(rule.prelude)) if declared else ():
            for each in declared:
                value, name = tinycss2.serialize(each.value).strip().lower(), each.lower_name
                yield Rule(path, (each.important, specificity, place), name, value in _HIDING[name])


def _on_screen(sheet: Iterable[tinycss2.ast.Node]) -> Iterator[tinycss2.ast.QualifiedRule]:
    for rule in sheet:
        if rule.type == "qualified-rule":
            yield rule
        elif rule.type == "at-rule" and rule.lower_at_keyword == "media":
            shown = tinycss2.serialize(rule.prelude).strip().lower() in _ON_SCREEN
            yield from _on_screen(tinycss2.parse_rule_list(rule.content or []) if shown else [])


def _selectors(prelude: str) -> Iterator[tuple[str, tuple[int, int, int]]]:
    """As XPath, with their specificity; none where a selector is not known to cssselect."""
    try:
        for selector in cssselect.parse(prelude):
            if selector.pseudo_element is None:
                yield _TRANSLATOR.selector_to_xpath(selector), selector.specificity()
    except cssselect.SelectorError:
        return
