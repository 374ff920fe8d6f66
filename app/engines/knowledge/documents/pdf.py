"""PDF with a text layer, by PDFium: larger type makes headings; pages without text are reported."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing

import pypdfium2
from pypdfium2 import raw

from app.core.documents import DocumentUnusable, Left, LeftOut, Unusable
from app.engines.knowledge.documents.pdf_columns import CELL, PdfLine
from app.engines.knowledge.documents.pdf_page import FEW, HYPHEN, Page, page_of
from app.engines.knowledge.documents.sections import Block, Heading, Read, sections

LARGER = 1.15  # times the usual size
LONGEST_HEADING = 120  # characters
FULL = 0.75  # share of the widest line
_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
_HYPHENED = re.compile(
    r"(?:кто|кого|кому|кем|что|чего|чему|чем|чей|где|куда|откуда|когда|почему|зачем|сколько|как\w*)-(?:то|либо|нибудь)"
    r"|кое-\w+|из-(?:за|под)|(?:все|всё|так)-таки"
)


def blocks(pages: Sequence[Sequence[PdfLine]]) -> Iterator[Block]:
    """A paragraph ends with a page, with room below it, or where a sentence ends before the line is full."""
    every = [line for page in pages for line in page]
    sizes = Counter[float]()
    for line in every:
        sizes[line.size] += len(line.text)
    usual = sizes.most_common(1)[0][0]
    larger = sorted({size for size in sizes if size > usual * LARGER}, reverse=True)
    widest = max(len(line.text) for line in every)
    joined = Joined(every)
    paragraph: list[str] = []
    for page in pages:
        for line in page:
            heading = line.size in larger and len(line.text) <= LONGEST_HEADING
            if paragraph and (heading or line.begins) and not paragraph[-1].endswith(HYPHEN):
                yield joined(paragraph)
                paragraph = []
            if heading:
                yield Heading(larger.index(line.size) + 1, line.text.replace(HYPHEN, "-"))
                continue
            paragraph.append(line.text)
            if line.text.endswith((".", "!", "?", ":")) and len(line.text) < widest * FULL:
                yield joined(paragraph)
                paragraph = []
        if paragraph and not paragraph[-1].endswith(HYPHEN):
            yield joined(paragraph)
            paragraph = []
    if paragraph:
        yield joined(paragraph)


class Joined:
    """Lines as one paragraph; a word that was cut at the end of a line is whole again."""

    def __init__(self, lines: Sequence[PdfLine]) -> None:
        self._words = {word.casefold() for line in lines for word in _WORD.findall(line.text)}

    def __call__(self, lines: Sequence[str]) -> str:
        text = ""
        for line in lines:
            if text.endswith(HYPHEN):
                text = self._whole(text[:-1], line)
            else:
                text += f"{self._between(text, line)}{line}" if text else line
        return text.replace(HYPHEN, "-") if text.endswith(HYPHEN) else text

    def _between(self, text: str, line: str) -> str:
        """Rows of a table stay lines."""
        return "\n" if CELL in line or CELL in text.rsplit("\n", 1)[-1] else " "

    def _whole(self, text: str, line: str) -> str:
        """With its hyphen where the document writes it so elsewhere, or Russian spelling has it."""
        begun, rest = _WORD.findall(text)[-1:], _WORD.match(line)
        if not begun or not rest:
            return f"{text}-{line}"
        one, two = f"{begun[0]}{rest[0]}".casefold(), f"{begun[0]}-{rest[0]}".casefold()
        keeps = two in self._words or _HYPHENED.fullmatch(two)
        return f"{text}-{line}" if keeps and one not in self._words else f"{text}{line}"


PAGES = 2000


def read_pdf(name: str, data: bytes) -> Read:
    if b"%PDF-" not in data[:1024]:
        raise DocumentUnusable(name, Unusable.NOT_PDF)
    pages = list(_pages(name, data))
    kept = sum(len(line.text) for page in pages for line in page.lines)
    if not kept or (kept < FEW and any(page.lacks for page in pages)):
        raise DocumentUnusable(name, _reason(pages))
    left_out = [
        LeftOut(kind, ", ".join(str(number) for number, page in enumerate(pages, 1) if page.lacks is kind))
        for kind in (Left.PICTURES, Left.LETTERS)
    ]
    found = list(sections(blocks([page.lines for page in pages])))
    return Read(found, [each for each in left_out if each.where])


def _pages(name: str, data: bytes) -> Iterator[Page]:
    try:
        document = pypdfium2.PdfDocument(data)
        if len(document) > PAGES:
            raise DocumentUnusable(name, Unusable.PAGES, limit=PAGES)
        for number in range(len(document)):
            with closing(document[number]) as page:  # what is filled into a form becomes text of the page
                raw.FPDFPage_Flatten(page, raw.FLAT_NORMALDISPLAY)
            with closing(document[number]) as page:
                yield page_of(page)
    except pypdfium2.PdfiumError as error:
        locked = getattr(error, "err_code", None) == raw.FPDF_ERR_PASSWORD
        raise DocumentUnusable(name, Unusable.LOCKED if locked else Unusable.PDF_DAMAGED) from error


def _reason(pages: list[Page]) -> Unusable:
    return Unusable.LETTERS if any(page.lacks is Left.LETTERS for page in pages) else Unusable.PICTURES
