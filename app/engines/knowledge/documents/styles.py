"""Which elements the style sheets of a page itself hide, by the cascade of `display` and `visibility`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import cssselect
import tinycss2
from lxml import etree

_HIDING = {"display": ("none",), "visibility": ("hidden", "collapse")}
_NAME = re.compile(r"[.#][\w-]+")
_ON_SCREEN = re.compile(  # of a desk
    r"(?:only\s+)?(?:screen|all)?(?:\s*(?:and)?\s*\(\s*(?:min-width\s*:[^()]*|width\s*>=?[^()]*)\))*"
)
_TRANSLATOR = cssselect.HTMLTranslator()


@dataclass(frozen=True, slots=True)
class Rule:
    """One selector with what it declares for one property; the heaviest of an element counts."""

    path: str
    weight: tuple[bool, tuple[int, int, int], int]
    name: str
    hides: bool
    needs: frozenset[str]


def hidden_by_styles(root: etree._Element) -> frozenset[etree._Element]:
    """A whole theme in a page has thousands of rules, and few are about anything that stands there."""
    sheet = tinycss2.parse_stylesheet("\n".join(style.text or "" for style in root.iter("style")))
    there = _names_in(root)
    rules = [rule for rule in _rules(sheet) if rule.needs <= there]
    if not any(rule.hides for rule in rules):
        return frozenset()
    hidden: dict[tuple[etree._Element, str], bool] = {}
    for rule in sorted(rules, key=lambda rule: rule.weight):
        for element in root.xpath(rule.path):
            hidden[element, rule.name] = rule.hides
    return frozenset(element for (element, _), hides in hidden.items() if hides)


def _names_in(root: etree._Element) -> frozenset[str]:
    """As selectors write them."""
    classes = {f".{name}" for given in root.xpath("//@class") for name in given.split()}
    return frozenset(classes | {f"#{name}" for name in root.xpath("//@id")})


def _rules(sheet: Iterable[tinycss2.ast.Node]) -> Iterator[Rule]:
    for place, rule in enumerate(_on_screen(sheet)):
        declared = [
            each
            for each in tinycss2.parse_blocks_contents(rule.content)
            if each.type == "declaration" and each.lower_name in _HIDING
        ]
        for path, specificity, needs in _selectors(tinycss2.serialize(rule.prelude)) if declared else ():
            for each in declared:
                value, name = tinycss2.serialize(each.value).strip().lower(), each.lower_name
                weight = (each.important, specificity, place)
                yield Rule(path, weight, name, value in _HIDING[name], needs)


def _on_screen(sheet: Iterable[tinycss2.ast.Node]) -> Iterator[tinycss2.ast.QualifiedRule]:
    for rule in sheet:
        if rule.type == "qualified-rule":
            yield rule
        elif rule.type == "at-rule" and _applies(rule):
            yield from _on_screen(tinycss2.parse_rule_list(rule.content or []))


def _applies(rule: tinycss2.ast.AtRule) -> bool:
    if rule.lower_at_keyword == "media":
        return bool(_ON_SCREEN.fullmatch(tinycss2.serialize(rule.prelude).strip().lower()))
    return rule.lower_at_keyword in ("layer", "supports")


def _selectors(prelude: str) -> Iterator[tuple[str, tuple[int, int, int], frozenset[str]]]:
    """As XPath, with their specificity and the names without which nothing is meant.

    None where a selector is not known to cssselect.
    """
    try:
        for selector in cssselect.parse(prelude):
            if selector.pseudo_element is None:
                text = selector.canonical()
                needs = frozenset(_NAME.findall("" if "(" in text else text))
                yield _TRANSLATOR.selector_to_xpath(selector), selector.specificity(), needs
    except cssselect.SelectorError:
        return
