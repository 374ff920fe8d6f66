"""Word documents (.docx): their XML is normalised, then mammoth converts it to HTML.

What Word shows and mammoth would drop (text boxes, content controls, tracked changes) is rewritten first.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterable, Mapping
from xml.parsers.expat import ExpatError

import mammoth
from lxml import etree

from app.core.documents import DocumentUnusable, Left, LeftOut, Unusable
from app.engines.knowledge.documents.html import read_page
from app.engines.knowledge.documents.sections import Read
from app.engines.knowledge.documents.word_markup import (
    LEVELS,
    TITLE,
    Numbers,
    Styles,
    W,
    is_on,
    linear,
    with_numbers,
)

V = "{urn:schemas-microsoft-com:vml}"
_OPEN = b"http://schemas.openxmlformats.org/"
_STRICT = (
    (b"http://purl.oclc.org/ooxml/wordprocessingml/main", _OPEN + b"wordprocessingml/2006/main"),
    (b"http://purl.oclc.org/ooxml/drawingml/", _OPEN + b"drawingml/2006/"),
    (b"http://purl.oclc.org/ooxml/officeDocument/", _OPEN + b"officeDocument/2006/"),
)
_BODIES, _MARGINS = ("document", "footnotes", "endnotes"), ("hdr", "ftr")
_READ = (*_BODIES, *_MARGINS, "comments", "styles", "numbering", "Types", "Relationships")
_WRAPPERS = ("fldSimple", "dir", "bdo", "ruby", "rubyBase", "rt", "smartTag", "customXml", "oMathPara")
_BOX, _TEXT, _RUN, _PARAGRAPH = f"{W}txbxContent", f"{W}t", f"{W}r", f"{W}p"
_SHOWN = (_TEXT, f"{W}sym", f"{W}tab", f"{W}noBreakHyphen")
_BEARING = (*_SHOWN, *(f"{W}{name}" for name in ("pict", "footnoteReference", "endnoteReference")))
_OBJECTS = ("{*}chart", "{*}relIds", "{*}OLEObject", f"{W}altChunk")
_MADE_BY_WORD = re.compile(r"автоматически созданное|automatically generated|generated with", re.IGNORECASE)


class DocxMarkup:
    """`parts` by their names in small letters. Raises ValueError and SyntaxError."""

    def __init__(self, parts: Mapping[str, bytes]) -> None:
        roots = {name: _parsed(data) for name, data in parts.items()}
        self._roots = {name: root for name, root in roots.items() if _local(root) in _READ}
        self._styles = Styles(next(iter(self._of("styles")), None))
        self._hidden = self._objects = 0
        for root in self._of("Relationships"):
            _in_small_letters(root)
        for root in self._of(*_BODIES, *_MARGINS):
            self._prepare(root)
        numbers = Numbers(next(iter(self._of("numbering")), None))
        for root in self._of("document"):
            numbers.mark(root.iter(_PARAGRAPH))

    def packed(self) -> bytes:
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w") as parts:
            for name, root in self._roots.items():
                parts.writestr(
                    "[Content_Types].xml" if _local(root) == "Types" else name, etree.tostring(root)
                )
        return packed.getvalue()

    def left_out(self) -> list[LeftOut]:
        margins = dict.fromkeys(" ".join(_words(root).split()) for root in self._of(*_MARGINS))
        said = "; ".join(text for text in margins if any(c.isalpha() for c in text))
        comments = sum(1 for root in self._of("comments") for each in root if _words(each).strip())
        told = (
            (Left.HIDDEN_WORDS, str(self._hidden or "")),
            (Left.MARGINS, said[:300]),
            (Left.OBJECTS, str(self._objects or "")),
            (Left.COMMENTS, str(comments or "")),
        )
        return [LeftOut(kind, where) for kind, where in told if where]

    def _of(self, *kinds: str) -> list[etree._Element]:
        return [root for root in self._roots.values() if _local(root) in kinds]

    def _prepare(self, root: etree._Element) -> None:
        _choose(root)
        self._objects += sum(1 for _ in root.iter(*_OBJECTS))
        for math in list(root.iter("{*}oMath")):
            _replace(math, [_run(linear(math))])
        etree.strip_tags(root, *(f"{{*}}{name}" for name in _WRAPPERS))
        for holder in list(root.iter(f"{W}drawing", f"{W}pict", f"{W}object")):
            _boxes(holder)
        self._hide(root)
        _letters(root)
        _without_blank(root)

    def _hide(self, root: etree._Element) -> None:
        for run in root.iter(_RUN):
            shown = [child for child in run if child.tag in _SHOWN]
            if shown and self._is_hidden(run):
                self._hidden += 1
                for child in shown:
                    run.remove(child)

    def _is_hidden(self, run: etree._Element) -> bool:
        paragraph = next(run.iterancestors(_PARAGRAPH), None)
        direct = is_on(run.find(f"{W}rPr/{W}vanish"))
        said = direct if direct is not None else self._styles.hides(_style(run, "rPr", "rStyle"))
        if said is None and paragraph is not None:
            said = self._styles.hides(_style(paragraph, "pPr", "pStyle"))
        return bool(said)


def _parsed(data: bytes) -> etree._Element:
    for strict, usual in _STRICT:
        data = data.replace(strict, usual)
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, huge_tree=True, remove_comments=True, remove_pis=True
    )
    root = etree.fromstring(data, parser)
    if root.getroottree().docinfo.doctype:
        raise ValueError("a part of a Word document has no document type")
    return root


def _in_small_letters(relationships: etree._Element) -> None:
    for each in relationships:
        if each.get("TargetMode") != "External":
            each.set("Target", each.get("Target", "").replace("\\", "/").lower())


def _choose(root: etree._Element) -> None:
    """One content is written for several programs: the first that holds text."""
    for several in reversed(list(root.iter("{*}AlternateContent"))):
        branches = list(several)
        with_text = (branch for branch in branches if _words(branch).strip())
        _replace(several, list(next(with_text, branches[0] if branches else several)))


def _boxes(holder: etree._Element) -> None:
    """The text of shapes, in the one form that mammoth knows; of a picture its description."""
    around = next(holder.iterancestors(_BOX), None)
    boxes = [box for box in holder.iter(_BOX) if next(box.iterancestors(_BOX), None) is around]
    paths = [path.get("string", "") for path in holder.iter(f"{V}textpath")]
    described = [each.get("descr", "") for each in holder.iter("{*}docPr")]
    own = " ".join(text for text in paths + described if text and not _MADE_BY_WORD.search(text))
    holder.clear()
    holder.tag = f"{W}pict"
    if own and not boxes:
        boxes.append(etree.Element(_BOX))
        etree.SubElement(boxes[0], _PARAGRAPH).append(_run(own))
    for box in boxes:
        etree.SubElement(holder, f"{V}textbox").append(box)


def _letters(root: etree._Element) -> None:
    """Breaks and symbols that mammoth does not read."""
    for element in list(root.iter(f"{W}cr", f"{W}ptab", f"{W}sym")):
        code = int(element.get(f"{W}char", "F000"), 16)
        if element.tag != f"{W}sym":
            element.tag = f"{W}br" if element.tag == f"{W}cr" else f"{W}tab"
            element.attrib.clear()
        elif not 0xF000 <= code <= 0xF0FF:  # not a place of a font of pictures
            element.tag, element.text = _TEXT, chr(code)


def _without_blank(root: etree._Element) -> None:
    """Blank paragraphs and deleted cells."""
    body = root.find(f"{W}body")
    for paragraph in body.findall(_PARAGRAPH) if body is not None else ():
        if next(paragraph.iter(*_BEARING), None) is None:
            body.remove(paragraph)
    for cell in list(root.iter(f"{W}tc")):
        if cell.find(f"{W}tcPr/{W}cellDel") is not None:
            cell.getparent().remove(cell)


def _replace(element: etree._Element, by: Iterable[etree._Element]) -> None:
    for each in by:
        element.addprevious(each)
    element.getparent().remove(element)


def _run(text: str) -> etree._Element:
    run = etree.Element(_RUN)
    etree.SubElement(run, _TEXT).text = text
    return run


def _style(element: etree._Element, properties: str, kind: str) -> str:
    found = element.find(f"{W}{properties}/{W}{kind}")
    return "" if found is None else str(found.get(f"{W}val", ""))


def _words(root: etree._Element) -> str:
    return "".join(text.text or "" for text in root.iter("{*}t")) + "".join(
        path.get("string", "") for path in root.iter(f"{V}textpath")
    )


def _local(element: etree._Element) -> str:
    return str(etree.QName(element).localname)


UNPACKED = 100 * 2**20  # bytes of all parts together
PARTS = 5000
_OLE = b"\xd0\xcf\x11\xe0"  # what a password, or the old .doc, makes of the file
_XML = (".xml", ".rels")
_STYLES = "\n".join(
    [f"p[style-name='{TITLE}'] => h1:fresh"]
    + [f"p[style-name='{name}'] => h{min(at, 6)}:fresh" for at, name in enumerate(LEVELS, 2)]
)
_BROKEN = (
    AttributeError, EOFError, ExpatError, LookupError, NotImplementedError, OSError, RuntimeError,
    SyntaxError, TypeError, ValueError, zipfile.BadZipFile, zlib.error,
)  # fmt: skip


def read_docx(name: str, data: bytes) -> Read:
    if data.startswith(_OLE):
        raise DocumentUnusable(name, Unusable.WORD_LOCKED)
    try:
        word = DocxMarkup(_parts(name, data))
        page = mammoth.convert_to_html(io.BytesIO(word.packed()), style_map=_STYLES).value
    except RecursionError:
        raise
    except _BROKEN as error:
        raise DocumentUnusable(name, Unusable.WORD_DAMAGED) from error
    return Read(read_page(name, with_numbers(page)).sections, word.left_out())


def _parts(name: str, data: bytes) -> dict[str, bytes]:
    """Those of XML. Names of parts know no case, and some programs write them with a backslash."""
    try:
        packed = zipfile.ZipFile(io.BytesIO(data))
    except (zipfile.BadZipFile, ValueError, NotImplementedError):
        raise DocumentUnusable(name, Unusable.NOT_WORD) from None
    with packed:
        parts = {part.filename.replace("\\", "/").lower(): part for part in packed.infolist()}
        if len(parts) > PARTS or sum(part.file_size for part in parts.values()) > UNPACKED:
            raise DocumentUnusable(name, Unusable.UNPACKS, limit=UNPACKED // 2**20)
        if not any(known.startswith("word/") for known in parts):
            raise DocumentUnusable(name, Unusable.NOT_WORD)
        return {known: packed.read(part) for known, part in parts.items() if known.endswith(_XML)}
