"""HTML pages: the visible text, without scripts, navigation and what style sheets hide."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

import cssselect
import tinycss2
from lxml import etree

from app.core.documents import DocumentUnusable, Left, LeftOut, Unusable
from app.engines.knowledge.documents.flow import BACK, Flow, put_in_place
from app.engines.knowledge.documents.sections import Block, Read, Section, decoded, sections

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


_NEVER = frozenset((
    "script", "style", "head", "title", "template", "noscript", "noembed", "noframes", "iframe",
    "audio", "video", "canvas", "object", "datalist", "desc", "metadata", "defs", "symbol", "link",
    "meta", "param", "source", "track",
))  # fmt: skip
_FRAME = frozenset(("nav", "footer"))
_OWN_FOOTER = ("article", "section", "blockquote", "main", "aside", "details", "figure", "li", "td")
_STYLE = re.compile(r"(?:^|;)\s*(?:display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse))\b", re.IGNORECASE)
_SHOWN = re.compile(r"(?:^|;)\s*display\s*:", re.IGNORECASE)


class Unseen:
    def __init__(self, root: etree._Element) -> None:
        self._by_styles = hidden_by_styles(root)
        self._lines: dict[Left, list[int]] = defaultdict(list)

    def skips(self, element: etree._Element) -> bool:
        """Remembers the line of what somebody may miss."""
        if element.tag in _NEVER or (element.tag == "a" and element.text in BACK):
            return True
        kind = Left.HIDDEN if self._hidden(element) else Left.FRAME if _is_frame(element) else None
        if kind is not None and any(text.strip() for text in element.itertext()):
            self._lines[kind].append(element.sourceline or 0)
        return kind is not None

    def list_left_out(self) -> Iterator[tuple[Left, str]]:
        for kind, lines in self._lines.items():
            yield kind, ", ".join(map(str, dict.fromkeys(lines)))

    def _hidden(self, element: etree._Element) -> bool:
        given = element.attrib
        return (
            given.get("hidden", "until-found").lower() != "until-found"
            or given.get("aria-hidden", "").lower() == "true"
            or (element.tag == "input" and given.get("type", "").lower() == "hidden")
            or (element.tag == "dialog" and "open" not in given)
            or bool(_STYLE.search(given.get("style", "")))
            or (element in self._by_styles and not _SHOWN.search(given.get("style", "")))
        )


def _is_frame(element: etree._Element) -> bool:
    """The menus and the footer of a site; a footer of an article belongs to it."""
    if element.tag not in _FRAME:
        return False
    return element.tag == "nav" or next(element.iterancestors(*_OWN_FOOTER), None) is None


_CLOSED = re.compile(r"</(?:html|body)\s*>", re.IGNORECASE)  # libxml2 drops what a page holds behind it

_ARCHIVE = re.compile(rb"\s*(?:[\w-]+:[^\r\n]*+(?:\r?\n[ \t][^\r\n]*+)*+\r?\n)*?MIME-Version:", re.IGNORECASE)


def read_html(name: str, data: bytes) -> Read:
    return read_page(name, decoded(name, _unpacked(data), declares=True))


def _unpacked(data: bytes) -> bytes:
    """The page of a web archive (MHTML), which browsers and wikis save as one file."""
    if not _ARCHIVE.match(data):
        return data
    archive = message_from_bytes(data.lstrip(), _class=EmailMessage, policy=default)
    page = archive.get_body(("html",))
    packed = page.get_payload(decode=True) if page is not None else None
    return packed if isinstance(packed, bytes) else data


def read_page(name: str, text: str) -> Read:
    """Raises DocumentUnusable for nesting that no page has."""
    parser = etree.HTMLParser(encoding="utf-8", huge_tree=True, remove_comments=True, remove_pis=True)
    root = etree.fromstring(_CLOSED.sub("", text).encode(), parser)
    if root is None:
        return Read([])
    if any(entry.type_name == "ERR_RESOURCE_LIMIT" for entry in parser.error_log):
        raise DocumentUnusable(name, Unusable.NESTED)
    put_in_place(root)
    unseen = Unseen(root)
    found: list[Section] = list(sections(_blocks(root, unseen)))
    return Read(found, [LeftOut(kind, where) for kind, where in unseen.list_left_out()])


def _blocks(root: etree._Element, unseen: Unseen) -> Iterator[Block]:
    """One pass, so that the cost grows with the page and not with its nesting."""
    flow, skipped = Flow(root), None
    walk = etree.iterwalk(root, events=("start", "end"))
    for event, element in walk:
        if event == "start" and unseen.skips(element):
            skipped = element
            walk.skip_subtree()
        elif event == "start":
            flow.start(element)
        elif element is skipped:
            flow.after(element)
        else:
            flow.end(element)
        yield from flow.taken()
    yield from flow.finished()
