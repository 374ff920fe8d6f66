"""Workbooks by hand, as programs other than Excel write them."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from pathlib import Path

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
STRICT = "http://purl.oclc.org/ooxml/spreadsheetml/main"
STRICT_OFFICE = "http://purl.oclc.org/ooxml/officeDocument/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
KIND = "application/vnd.openxmlformats-officedocument.spreadsheetml"
HEADER = '<row r="1"><c r="A1" t="inlineStr"><is><t>text</t></is></c><c r="B1" t="str"><v>label</v></c></row>'
DATES = '<cellXfs count="2"><xf numFmtId="0"/><xf numFmtId="14"/></cellXfs>'


def text(ref: str, said: str) -> str:
    return f'<c r="{ref}" t="inlineStr"><is><t xml:space="preserve">{said}</t></is></c>'


def sheet(*rows: str, after: str = "") -> str:
    return f"<sheetData>{HEADER}{''.join(rows)}</sheetData>{after}"


def workbook(
    path: Path,
    sheets: Mapping[str, str],
    *,
    shared: tuple[str, str] = ("xl/sharedStrings.xml", ""),
    namespaces: tuple[str, str] = (MAIN, OFFICE),
    hidden: tuple[str, ...] = (),
) -> Path:
    """`sheets` by name; `shared` is the name of the part and its strings."""
    main, office = namespaces
    listed, related, parts = "", "", {}
    for n, (name, content) in enumerate(sheets.items(), 1):
        state = ' state="hidden"' if name in hidden else ""
        listed += f'<sheet name="{name}" sheetId="{n}"{state} r:id="r{n}"/>'
        related += f'<Relationship Id="r{n}" Type="{office}/worksheet" Target="worksheets/sheet{n}.xml"/>'
        parts[f"xl/worksheets/sheet{n}.xml"] = f'<worksheet xmlns="{main}">{content}</worksheet>'
    related += f'<Relationship Id="s" Type="{office}/sharedStrings" Target="sharedStrings.xml"/>'
    related += f'<Relationship Id="t" Type="{office}/styles" Target="styles.xml"/>'
    kinds = {f"/{name}": "worksheet" for name in parts} | {
        "/xl/workbook.xml": "sheet.main",
        "/xl/sharedStrings.xml": "sharedStrings",
        "/xl/styles.xml": "styles",
    }
    parts |= {
        "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        + "".join(f'<Override PartName="{n}" ContentType="{KIND}.{k}+xml"/>' for n, k in kinds.items())
        + "</Types>",
        "_rels/.rels": f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="r" '
        f'Type="{office}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{main}" xmlns:r="{office}">'
        f"<sheets>{listed}</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE}/relationships">'
        f"{related}</Relationships>",
        "xl/styles.xml": f'<styleSheet xmlns="{main}">{DATES}</styleSheet>',
        shared[0]: f'<sst xmlns="{main}">{shared[1]}</sst>',
    }
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in parts.items():
            packed.writestr(name, content)
    return path
