"""PDF with a text layer, by PDFium. Lines in larger type are headings; pages without letters are named."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import pypdfium2
from pypdfium2 import raw

from app.core.documents import DocumentUnusable, Left, LeftOut, Unusable
from app.engines.knowledge.documents.pdf_page import FEW, Page, page_of
from app.engines.knowledge.documents.pdf_text import blocks
from app.engines.knowledge.documents.sections import Read, sections

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
