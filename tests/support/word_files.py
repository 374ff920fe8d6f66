"""Word documents of parts written by hand, and bodies with a word of its own in every kind of place."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from random import Random

OPEN = "http://schemas.openxmlformats.org"
NAMESPACES = (
    f'xmlns:w="{OPEN}/wordprocessingml/2006/main" xmlns:r="{OPEN}/officeDocument/2006/relationships" '
    f'xmlns:mc="{OPEN}/markup-compatibility/2006" xmlns:v="urn:schemas-microsoft-com:vml" '
    f'xmlns:wp="{OPEN}/drawingml/2006/wordprocessingDrawing" xmlns:a="{OPEN}/drawingml/2006/main" '
    'xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape" '
    f'xmlns:m="{OPEN}/officeDocument/2006/math"'
)
MARK = 'w:id="1" w:author="a" w:date="2026-01-01T00:00:00Z"'
STYLES = (
    '<w:style w:type="paragraph" w:styleId="1"><w:name w:val="heading 1"/></w:style>'
    '<w:style w:type="paragraph" w:styleId="2"><w:name w:val="Мой"/><w:basedOn w:val="1"/></w:style>'
    '<w:style w:type="character" w:styleId="h"><w:name w:val="Скрытый"/><w:rPr><w:vanish/></w:rPr></w:style>'
)


def docx(
    body: str, more: Mapping[str, str] | None = None, main: str = "word/document.xml", strict: bool = False
) -> bytes:
    """`more` are further parts by their names; those of relations go with the main part."""
    kind = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
    package, relation = f"{OPEN}/package/2006", f"{OPEN}/officeDocument/2006/relationships"
    folder, _, file = main.rpartition("/")
    kinds = {"styles": "styles", **{name: name.rstrip("0123456789") for name in more or {}}}
    relations = "".join(
        f'<Relationship Id="{name}" Type="{relation}/{kind}" Target="{name}.xml"/>'
        for name, kind in kinds.items()
    )
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{package}/content-types"><Default Extension="xml" '
        f'ContentType="application/xml"/><Override PartName="/{main}" ContentType="{kind}"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{package}/relationships"><Relationship Id="r" '
        f'Type="{relation}/officeDocument" Target="/{main}"/></Relationships>',
        f"{folder}/_rels/{file}.rels": f'<Relationships xmlns="{package}/relationships">{relations}'
        "</Relationships>",
        main: f"<w:document {NAMESPACES}><w:body>{body}<w:sectPr/></w:body></w:document>",
        f"{folder}/styles.xml": f"<w:styles {NAMESPACES}>{STYLES}</w:styles>",
        **{f"{folder}/{name}.xml": text for name, text in (more or {}).items()},
    }
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as made:
        for name, text in parts.items():
            made.writestr(name, _strict(text) if strict else text)
    return packed.getvalue()


def _strict(text: str) -> str:
    purl = "http://purl.oclc.org/ooxml"
    text = text.replace(f"{OPEN}/wordprocessingml/2006/main", f"{purl}/wordprocessingml/main")
    return text.replace(f"{OPEN}/officeDocument/2006/", f"{purl}/officeDocument/")


def run(text: str, properties: str = "") -> str:
    return f'<w:r><w:rPr>{properties}</w:rPr><w:t xml:space="preserve">{text}</w:t></w:r>'


def paragraph(inside: str, properties: str = "") -> str:
    return f"<w:p><w:pPr>{properties}</w:pPr>{inside}</w:p>"


def shape(inside: str) -> str:
    box = f"<wps:wsp><wps:txbx><w:txbxContent>{inside}</w:txbxContent></wps:txbx></wps:wsp>"
    graphic = f"<a:graphic><a:graphicData>{box}</a:graphicData></a:graphic>"
    return f"<w:drawing><wp:anchor>{graphic}</wp:anchor></w:drawing>"


def old_shape(inside: str, kind: str = "shape") -> str:
    box = f"<v:textbox><w:txbxContent>{inside}</w:txbxContent></v:textbox>"
    return f"<w:pict><v:{kind}>{box}</v:{kind}></w:pict>"


def alternate(choice: str, fallback: str) -> str:
    """One content for new programs and for old ones."""
    old = f"<mc:Fallback>{fallback}</mc:Fallback>" if fallback else ""
    new = f'<mc:Choice Requires="wps">{choice}</mc:Choice>'
    return f"<mc:AlternateContent>{new}{old}</mc:AlternateContent>"


@dataclass
class WordWriter:
    """`seen` in the order of the document."""

    chance: Random
    seen: list[str] = field(default_factory=list)
    hidden: list[str] = field(default_factory=list)
    made: int = 0

    def body(self) -> str:
        body = paragraph(self.word()) + "".join(self.block(3) for _ in range(self.chance.randint(3, 7)))
        self.seen.sort(key=body.index)
        return body

    def block(self, depth: int) -> str:
        kinds: list[Callable[[int], str]] = [
            self.paragraph,
            self.paragraph,
            self.boxed,
            self.heading,
            self.gone,
        ]
        if depth:
            kinds += [self.table, self.control]
        return self.chance.choice(kinds)(depth - 1)

    def paragraph(self, _: int) -> str:
        return paragraph(
            "".join(self.chance.choice(self.inline)(self) for _ in range(self.chance.randint(1, 4)))
        )

    def heading(self, _: int) -> str:
        return paragraph(self.word(), f'<w:pStyle w:val="{self.chance.choice("12")}"/>')

    def boxed(self, depth: int) -> str:
        """What stands in a box comes after its paragraph; one content is written twice for old programs."""
        before, inside = self.word(), paragraph(self.word())
        kind = self.chance.choice(
            [
                shape(inside),
                old_shape(inside),
                old_shape(inside, "oval"),
                alternate(shape(inside), old_shape(inside)),
                alternate(shape(inside), ""),
            ]
        )
        return paragraph(f"{before}<w:r>{kind}</w:r>") + (self.block(depth) if depth > 0 else "")

    def gone(self, _: int) -> str:
        row = f"<w:tr><w:trPr><w:del {MARK}/></w:trPr><w:tc>{paragraph(run(self.away()))}</w:tc></w:tr>"
        kept = f"<w:tr><w:tc>{paragraph(self.word())}</w:tc></w:tr>"
        return f"<w:tbl>{row}{kept}</w:tbl>"

    def table(self, depth: int) -> str:
        cells = "".join(f"<w:tc>{self.block(depth)}{paragraph(self.word())}</w:tc>" for _ in range(2))
        row = f"<w:tr>{cells}</w:tr>"
        if self.chance.random() < 0.4:
            row = f"<w:sdt><w:sdtContent>{row}</w:sdtContent></w:sdt>"
        return f"<w:tbl><w:tblPr/><w:tblGrid/>{row}</w:tbl>"

    def control(self, depth: int) -> str:
        return f"<w:sdt><w:sdtPr/><w:sdtContent>{self.block(depth)}{self.block(depth)}</w:sdtContent></w:sdt>"

    def word(self) -> str:
        self.seen.append(self._new())
        return run(f" {self.seen[-1]} ")

    def away(self) -> str:
        self.hidden.append(self._new())
        return self.hidden[-1]

    def _new(self) -> str:
        self.made += 1
        return f"слово{self.made:04d}"

    def _deleted(self) -> str:
        return f"<w:del {MARK}><w:r><w:delText>{self.away()}</w:delText></w:r></w:del>{self.word()}"

    def _moved(self) -> str:
        return f"<w:moveFrom {MARK}>{run(self.away())}</w:moveFrom><w:moveTo {MARK}>{self.word()}</w:moveTo>"

    def _inserted(self) -> str:
        return f"<w:ins {MARK}>{self.word()}<w:del {MARK}>{run(self.away())}</w:del></w:ins>"

    def _simple_field(self) -> str:
        return f'<w:fldSimple w:instr="REF {self.away()}">{self.word()}</w:fldSimple>'

    def _field(self) -> str:
        def char(kind: str) -> str:
            return f'<w:r><w:fldChar w:fldCharType="{kind}"/></w:r>'

        told = f"<w:r><w:instrText> REF {self.away()} </w:instrText></w:r>"
        return f"{char('begin')}{told}{char('separate')}{self.word()}{char('end')}"

    def _wrapped(self) -> str:
        opened, closed = self.chance.choice(
            [
                ("<w:hyperlink w:anchor='x'>", "</w:hyperlink>"),
                ("<w:smartTag>", "</w:smartTag>"),
                ("<w:customXml>", "</w:customXml>"),
                ("<w:bdo>", "</w:bdo>"),
                ("<w:dir>", "</w:dir>"),
                ("<w:sdt><w:sdtContent>", "</w:sdtContent></w:sdt>"),
                ("<w:r><w:ruby><w:rubyBase>", "</w:rubyBase></w:ruby></w:r>"),
            ]
        )
        return f"{opened}{self.word()}{closed}"

    def _vanished(self) -> str:
        kind = self.chance.choice(["<w:vanish/>", '<w:rStyle w:val="h"/>', '<w:vanish w:val="1"/>'])
        return run(self.away(), kind) + self.word()

    def _shown_again(self) -> str:
        self.seen.append(self._new())
        return run(f" {self.seen[-1]} ", '<w:rStyle w:val="h"/><w:vanish w:val="0"/>')

    def _broken(self) -> str:
        return f"{self.word()}<w:r><w:cr/></w:r>{self.word()}<w:r><w:ptab/></w:r>{self.word()}"

    def _formula(self) -> str:
        self.seen.append(self._new())
        return f"<m:oMathPara><m:oMath><m:r><m:t>{self.seen[-1]}</m:t></m:r></m:oMath></m:oMathPara>"

    inline = (
        word, _deleted, _moved, _inserted, _simple_field, _field, _wrapped, _vanished, _shown_again, _broken,
        _formula,
    )  # fmt: skip
