"""HTML pages: what a visitor reads, without scripts, menus and what the page hides."""

from __future__ import annotations

import re
from collections.abc import Iterator
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

from lxml import etree

from app.core.documents import DocumentUnusable, LeftOut, Unusable
from app.engines.knowledge.documents.flow import Flow
from app.engines.knowledge.documents.notes import put_in_place
from app.engines.knowledge.documents.sections import Block, Read, Section, sections
from app.engines.knowledge.documents.text import decoded
from app.engines.knowledge.documents.unseen import Unseen

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
    return Read(found, [LeftOut(kind, where) for kind, where in unseen.told()])


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
