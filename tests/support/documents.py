"""Real files of every format, made when a test asks for them."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from pathlib import Path

import docx
import pypdf
from reportlab.lib.pagesizes import A4  # type: ignore[import-untyped]
from reportlab.pdfgen.canvas import Canvas  # type: ignore[import-untyped]

Line = tuple[int, str]
MARKDOWN = """# Parking

Visitors park behind the house, by the blue gate.

## Price

The first hour is free, each further one costs little.

1. Take a ticket at the gate.
2. Pay at the machine.

## Hours

Open day and night, also on *holidays*.
"""


def pdf(
    lines: Sequence[Line] = ((24, "Parking"), (11, "Visitors park behind the house.")), password: str = ""
) -> bytes:
    """`lines` are (size of the type, words)."""
    drawn = io.BytesIO()
    canvas = Canvas(drawn, pagesize=A4, invariant=True)
    height = 780
    for size, text in lines:
        canvas.setFont("Helvetica", size)
        canvas.drawString(60, height, text)
        height -= size * 2
    canvas.showPage()
    canvas.save()
    if not password:
        return drawn.getvalue()
    writer = pypdf.PdfWriter(io.BytesIO(drawn.getvalue()))
    writer.encrypt(password, algorithm="RC4-128")
    locked = io.BytesIO()
    writer.write(locked)
    return locked.getvalue()


def word() -> bytes:
    document = docx.Document()
    document.add_heading("Парковка", 1)
    document.add_paragraph("Гости ставят машину за домом, у синих ворот.")
    document.add_heading("Цена", 2)
    document.add_paragraph("Возьмите талон у ворот", style="List Number")
    document.add_paragraph("Оплатите у автомата", style="List Number")
    table = document.add_table(rows=1, cols=2)
    table.rows[0].cells[0].text, table.rows[0].cells[1].text = "Первый час", "бесплатно"
    packed = io.BytesIO()
    document.save(packed)
    return packed.getvalue()


def bomb(size: int = 101 * 2**20) -> bytes:
    """A small .docx that unpacks to `size` bytes."""
    packed = io.BytesIO()
    with (
        zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as parts,
        parts.open("word/document.xml", "w") as part,
    ):
        for _ in range(size // 2**20):
            part.write(bytes(2**20))
    return packed.getvalue()


def written(folder: Path, name: str, data: bytes | str) -> Path:
    path = folder / name
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return path
