"""Word documents as Word, its online edition and other programs write them."""

from __future__ import annotations

import pytest

from app.core.documents import DocumentUnusable, Left, LeftOut, Unusable
from app.engines.knowledge.documents.reading import read
from tests.support.word_files import NAMESPACES, docx, paragraph, run


def told(data: bytes) -> list[str]:
    return [paragraph for section in read("a.docx", data).sections for paragraph in section.paragraphs]


def note(kind: str, text: str) -> str:
    inside = f'<w:{kind} w:id="2">{paragraph(run(text))}</w:{kind}>'
    return f"<w:{kind}s {NAMESPACES}>{inside}</w:{kind}s>"


@pytest.mark.parametrize("main", ["word/document.xml", "word/document2.xml", "Word/Document.xml"])
@pytest.mark.parametrize("strict", [False, True])
def test_the_main_part_is_the_one_that_the_relations_name(main: str, strict: bool) -> None:
    body = paragraph(run("Возврат"), '<w:pStyle w:val="2"/>') + paragraph(run("Срок 13 дней."))
    [section] = read("a.docx", docx(body, main=main, strict=strict)).sections
    assert (section.path, section.paragraphs) == (("Возврат",), ["Срок 13 дней."])


def test_notes_stand_where_they_belong_to() -> None:
    references = "".join(f'<w:r><w:{kind}Reference w:id="2"/></w:r>' for kind in ("footnote", "endnote"))
    more = {f"{kind}s": note(kind, f"{kind}!") for kind in ("footnote", "endnote")}
    assert told(docx(paragraph(f"{run('Цена')}{references}{run(', срок')}"), more)) == [
        "Цена (footnote!) (endnote!), срок"
    ]


def test_numbered_and_nested_lists_keep_their_marks() -> None:
    levels = "".join(
        f'<w:lvl w:ilvl="{level}"><w:numFmt w:val="{kind}"/></w:lvl>'
        for level, kind in enumerate(("decimal", "bullet"))
    )
    numbering = (
        f'<w:numbering {NAMESPACES}><w:abstractNum w:abstractNumId="0">{levels}</w:abstractNum>'
        '<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num></w:numbering>'
    )
    items = "".join(
        paragraph(run(text), f'<w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="1"/></w:numPr>')
        for text, level in (("один", 0), ("внутри", 1), ("два", 0))
    )
    assert told(docx(items, {"numbering": numbering})) == ["1. один\n  - внутри\n2. два"]


def test_signs_formulas_and_descriptions_of_pictures_are_words_too() -> None:
    sign = (
        '<w:r><w:t>100 </w:t><w:sym w:font="Arial" w:char="20BD"/><w:tab/><w:t>раз</w:t><w:softHyphen/></w:r>'
    )
    half = "<m:num><m:r><m:t>1</m:t></m:r></m:num><m:den><m:r><m:t>2</m:t></m:r></m:den>"
    picture = (
        '<w:r><w:drawing><wp:inline><wp:docPr id="1" name="x" descr="Схема"/></wp:inline></w:drawing></w:r>'
    )
    body = paragraph(sign) + paragraph(f"<m:oMath><m:f>{half}</m:f></m:oMath>") + paragraph(picture)
    assert told(docx(body)) == ["100 ₽ раз", "1/2", "Схема"]


def test_comments_are_left_out_and_counted() -> None:
    inside = "".join(f'<w:comment w:id="{at}">{paragraph(run("Уточнить"))}</w:comment>' for at in (1, 2))
    marked = paragraph(f'{run("Цена 317")}<w:r><w:commentReference w:id="1"/></w:r>')
    data = docx(marked, {"comments": f"<w:comments {NAMESPACES}>{inside}</w:comments>"})
    assert (told(data), read("a.docx", data).left_out) == (["Цена 317"], [LeftOut(Left.COMMENTS, "2")])


def test_numbers_go_on_behind_a_paragraph_and_begin_where_the_list_says() -> None:
    levels = '<w:lvl w:ilvl="0"><w:start w:val="3"/><w:numFmt w:val="decimal"/></w:lvl>'
    anew = '<w:lvlOverride w:ilvl="0"><w:startOverride w:val="1"/></w:lvlOverride>'
    numbering = (
        f'<w:numbering {NAMESPACES}><w:abstractNum w:abstractNumId="0">{levels}</w:abstractNum>'
        '<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num>'
        f'<w:num w:numId="2"><w:abstractNumId w:val="0"/>{anew}</w:num></w:numbering>'
    )

    def item(text: str, number: int, mark: str = "") -> str:
        return paragraph(
            run(text), f'<w:numPr><w:ilvl w:val="0"/><w:numId w:val="{number}"/></w:numPr>{mark}'
        )

    gone = item("", 1, '<w:rPr><w:del w:id="9"/></w:rPr>')
    body = (
        item("три", 1) + paragraph(run("Между")) + gone + item("четыре", 1) + item("один", 2) + item("два", 2)
    )
    assert "\n".join(told(docx(body, {"numbering": numbering}))).splitlines() == [
        "3. три", "Между", "4. четыре", "1. один", "2. два",
    ]  # fmt: skip


def test_what_is_left_out_is_named() -> None:
    header = f"<w:hdr {NAMESPACES}>{paragraph(run('Действует с мая'))}</w:hdr>"
    hidden = paragraph(run("Видно") + run("4242", "<w:vanish/>"))
    left_out = read("a.docx", docx(f'{hidden}<w:altChunk r:id="x"/>', {"header1": header})).left_out
    assert left_out == [
        LeftOut(Left.HIDDEN_WORDS, "1"), LeftOut(Left.MARGINS, "Действует с мая"), LeftOut(Left.OBJECTS, "1"),
    ]  # fmt: skip


def test_entities_of_xml_are_refused() -> None:
    bomb = '<!DOCTYPE w:p [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>' + f"<w:hdr {NAMESPACES}>&b;</w:hdr>"
    with pytest.raises(DocumentUnusable) as refused:
        read("a.docx", docx(paragraph(run("x")), {"header1": bomb}))
    assert refused.value.kind is Unusable.WORD_DAMAGED
