"""PDF files as others make them."""

from __future__ import annotations

import io
import textwrap
from collections.abc import Callable

import matplotlib as mpl
import pypdf
import pytest
from PIL import Image
from reportlab.lib.utils import ImageReader  # type: ignore[import-untyped]
from reportlab.pdfbase import pdfmetrics  # type: ignore[import-untyped]
from reportlab.pdfbase.ttfonts import TTFont  # type: ignore[import-untyped]
from reportlab.pdfgen.canvas import Canvas  # type: ignore[import-untyped]

from app.core.documents import DocumentUnusable, Left, LeftOut, Unusable
from app.engines.knowledge.documents.reading import read

FONT = "DejaVu"


@pytest.fixture(scope="module", autouse=True)
def _font() -> None:
    pdfmetrics.registerFont(TTFont(FONT, f"{mpl.get_data_path()}/fonts/ttf/DejaVuSans.ttf"))


def drawn(*pages: Callable[[Canvas], None]) -> bytes:
    made = io.BytesIO()
    canvas = Canvas(made, invariant=True)
    for page in pages:
        canvas.setFont(FONT, 10)
        page(canvas)
        canvas.showPage()
    canvas.save()
    return made.getvalue()


def lines(*texts: str, x: float = 50, y: float = 700) -> Callable[[Canvas], None]:
    def draw(canvas: Canvas) -> None:
        for at, text in enumerate(texts):
            canvas.drawString(x, y - 13 * at, text)

    return draw


def picture(canvas: Canvas) -> None:
    canvas.drawImage(ImageReader(Image.new("RGB", (4, 4), "red")), 0, 0, 595, 842)


def told(data: bytes) -> list[str]:
    return [paragraph for section in read("a.pdf", data).sections for paragraph in section.paragraphs]


def refused(data: bytes) -> Unusable:
    with pytest.raises(DocumentUnusable) as told:
        read("a.pdf", data)
    return told.value.kind


def test_words_that_a_line_cut_are_whole_again_and_hyphens_of_spelling_stay() -> None:
    text = ("Интернет-магазин и кое-", "что ещё, а также интернет-", "магазин, поку-", "патель и окно.")
    assert told(drawn(lines(*text))) == [
        "Интернет-магазин и кое-что ещё, а также интернет-магазин, покупатель и окно."
    ]


def test_letters_that_are_placed_one_by_one_are_words() -> None:
    def page(canvas: Canvas) -> None:
        x = 50.0
        for letter in "Или я 111 il":
            canvas.drawString(x, 700, letter)
            x += canvas.stringWidth(letter, FONT, 10) + 0.7

    assert told(drawn(page)) == ["Или я 111 il"]


def test_letters_that_are_drawn_as_one_are_two() -> None:
    assert told(drawn(lines("Oﬃce, ﬁne"))) == ["Office, fine"]


@pytest.mark.parametrize("by_rows", [False, True])
def test_columns_of_prose_are_read_one_after_the_other(by_rows: bool) -> None:
    left, right = (textwrap.wrap(" ".join(f"{tag}{n:03d}" for n in range(60)), 36) for tag in ("лев", "прав"))

    def page(canvas: Canvas) -> None:
        canvas.drawString(50, 760, "Заголовок стоит над обеими колонками и шире каждой из них.")
        pieces = [(50, at, text) for at, text in enumerate(left)] + [
            (310, at, text) for at, text in enumerate(right)
        ]
        for x, at, text in sorted(pieces, key=lambda piece: piece[1]) if by_rows else pieces:
            canvas.drawString(x, 700 - 13 * at, text)

    words = " ".join(told(drawn(page))).split()[-120:]
    assert words == " ".join([*left, *right]).split()


def test_rows_of_a_table_stay_rows() -> None:
    rows = [("Тариф", "Цена"), ("Базовый", "300"), ("Полный", "900")]

    def page(canvas: Canvas) -> None:
        for at, (name, price) in enumerate(rows):
            canvas.drawString(50, 700 - 20 * at, name)
            canvas.drawString(300, 700 - 20 * at, price)

    assert "\n".join(told(drawn(page))).split("\n") == [" | ".join(row) for row in rows]


def test_text_that_stands_across_the_page_comes_after_it() -> None:
    def page(canvas: Canvas) -> None:
        canvas.saveState()
        canvas.translate(30, 300)
        canvas.rotate(90)
        canvas.drawString(0, 0, "Поперёк")
        canvas.restoreState()
        lines("Первая строка,", "вторая строка.")(canvas)

    assert " ".join(told(drawn(page))) == "Первая строка, вторая строка. Поперёк"


def test_what_is_filled_into_a_form_is_text() -> None:
    def page(canvas: Canvas) -> None:
        lines("Name:")(canvas)
        canvas.acroForm.textfield(name="f", value="Garden Street 41", x=50, y=600, width=200, height=20)

    assert "Garden Street 41" in " ".join(told(drawn(page)))


def test_pages_without_text_are_named_by_their_numbers() -> None:
    def stamped(canvas: Canvas) -> None:
        picture(canvas)
        lines("3")(canvas)

    found = read(
        "a.pdf", drawn(lines("Срок возврата тринадцать дней, нужен чек."), picture, stamped, lines())
    )
    assert found.left_out == [LeftOut(Left.PICTURES, "2, 3")]
    assert refused(drawn(stamped, picture)) is Unusable.PICTURES


def without_maps(data: bytes, *keys: str) -> bytes:
    """The letters are still there to the eye."""
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(data))
    for thing in writer._objects:
        if isinstance(thing, dict) and thing.get("/Type") == "/Font":
            for key in keys:
                thing.pop(key, None)
    written = io.BytesIO()
    writer.write(written)
    return written.getvalue()


@pytest.mark.parametrize("keys", [("/ToUnicode",), ("/ToUnicode", "/Encoding")])
def test_letters_without_a_map_are_refused_as_a_picture_is(keys: tuple[str, ...]) -> None:
    assert refused(without_maps(drawn(lines("Возврат денег занимает дни")), *keys)) is Unusable.LETTERS


def test_russian_under_western_names_of_letters_is_refused() -> None:
    made = io.BytesIO()
    canvas = Canvas(made)
    canvas.drawString(50, 700, "Возврат денег занимает дни".encode("cp1251").decode("cp1252"))
    canvas.save()
    assert refused(made.getvalue()) is Unusable.LETTERS


@pytest.mark.parametrize("western", ["Über die Größe der Brücke, süß", "Où êtes-vous né, à Nîmes l'été ?"])
def test_western_languages_are_not(western: str) -> None:
    assert told(drawn(lines(western))) == [western]
