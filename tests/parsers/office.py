"""Small Office files and archives made in a test, part by part."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Mapping, Sequence

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
MC = 'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'


def packed(parts: Mapping[str, str | bytes]) -> bytes:
    """A ZIP of the parts."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as container:
        for name, content in parts.items():
            container.writestr(name, content)
    return buffer.getvalue()


def docx(body: str, prolog: str = "") -> bytes:
    """A DOCX with this body in WordprocessingML."""
    document = f"{prolog}<w:document {W} {MC}><w:body>{body}</w:body></w:document>"
    return packed({"[Content_Types].xml": "<Types/>", "word/document.xml": document})


def p(text: str) -> str:
    """A paragraph of one run."""
    return f'<w:p><w:r><w:t xml:space="preserve">{text}</w:t></w:r></w:p>'


def tc(text: str = "", properties: str = "") -> str:
    """A table cell of one paragraph."""
    return f"<w:tc><w:tcPr>{properties}</w:tcPr>{p(text)}</w:tc>"


def tbl(*rows: str) -> str:
    """A table of rows, each the cells' XML."""
    return "<w:tbl>" + "".join(f"<w:tr>{row}</w:tr>" for row in rows) + "</w:tbl>"


S = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
R = 'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"

#: Number of a cell style in the workbooks made here: plain, ruled, and the number formats ruled.
PLAIN, RULED, TWO_PLACES, SIX_DIGITS, THOUSANDS, UNDERLINED = range(6)
CODES = {TWO_PLACES: "0.00", SIX_DIGITS: "000000", THOUSANDS: "#,##0.00_ "}

Content = str | float | None


def xlsx(
    sheets: Mapping[str, Mapping[str, tuple[Content, int]]],
    merges: Mapping[str, Sequence[str]] | None = None,
    hidden: Sequence[str] = (),
) -> bytes:
    """A workbook of cells given as ``{"B7": (content, style)}``; numbers are stored as numbers."""
    parts: dict[str, str | bytes] = {
        "[Content_Types].xml": content_types(len(sheets)),
        "_rels/.rels": relations({"rId1": ("officeDocument", "xl/workbook.xml")}),
        "xl/workbook.xml": f"<workbook {S} {R}><sheets>"
        + "".join(
            f'<sheet name="{name}" sheetId="{i}" r:id="rId{i}" state="{"hidden" if name in hidden else "visible"}"/>'
            for i, name in enumerate(sheets, 1)
        )
        + "</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": relations(
            {
                **{f"rId{i}": ("worksheet", f"worksheets/sheet{i}.xml") for i in range(1, len(sheets) + 1)},
                "rId0": ("styles", "styles.xml"),
            }
        ),
        "xl/styles.xml": styles(),
    }
    for i, (name, cells) in enumerate(sheets.items(), 1):
        spans = "".join(f'<mergeCell ref="{ref}"/>' for ref in (merges or {}).get(name, ()))
        parts[f"xl/worksheets/sheet{i}.xml"] = (
            f"<worksheet {S}><sheetData>{rows(cells)}</sheetData><mergeCells>{spans}</mergeCells></worksheet>"
        )
    return packed(parts)


def content_types(n_sheets: int) -> str:
    base = "application/vnd.openxmlformats-officedocument.spreadsheetml."
    overrides = [("/xl/workbook.xml", "sheet.main"), ("/xl/styles.xml", "styles")]
    overrides += [(f"/xl/worksheets/sheet{i}.xml", "worksheet") for i in range(1, n_sheets + 1)]
    items = "".join(
        f'<Override PartName="{part}" ContentType="{base}{kind}+xml"/>' for part, kind in overrides
    )
    return f'<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">{items}</Types>'


def relations(targets: Mapping[str, tuple[str, str]]) -> str:
    items = "".join(
        f'<Relationship Id="{key}" Type="{RELATION}/{kind}" Target="{target}"/>'
        for key, (kind, target) in targets.items()
    )
    return f'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{items}</Relationships>'


def styles() -> str:
    thin = "".join(f'<{side} style="thin"/>' for side in ("left", "right", "top", "bottom"))
    formats = "".join(f'<numFmt numFmtId="{164 + i}" formatCode="{code}"/>' for i, code in CODES.items())
    borders = f"<border/><border>{thin}</border><border><left/><right/><top/><bottom style='thin'/></border>"
    number = {PLAIN: (0, 0), RULED: (0, 1), UNDERLINED: (0, 2), **{i: (164 + i, 1) for i in CODES}}
    xfs = "".join(f'<xf numFmtId="{number[i][0]}" borderId="{number[i][1]}"/>' for i in range(6))
    return (
        f"<styleSheet {S}><numFmts>{formats}</numFmts><borders>{borders}</borders>"
        f"<cellXfs>{xfs}</cellXfs></styleSheet>"
    )


def rows(cells: Mapping[str, tuple[Content, int]]) -> str:
    by_row: dict[int, str] = {}
    for ref, (content, style) in cells.items():
        row = int(ref.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ"))
        if content is None:
            cell = f'<c r="{ref}" s="{style}"/>'
        elif isinstance(content, str) and content.startswith("<"):
            cell = f'<c r="{ref}" s="{style}">{content}</c>'
        elif isinstance(content, str):
            text = f'<is><t xml:space="preserve">{content}</t></is>'
            cell = f'<c r="{ref}" s="{style}" t="inlineStr">{text}</c>'
        else:
            cell = f'<c r="{ref}" s="{style}"><v>{content!r}</v></c>'
        by_row[row] = by_row.get(row, "") + cell
    return "".join(f'<row r="{row}">{by_row[row]}</row>' for row in sorted(by_row))


def table(lines: Sequence[Sequence[Content]], style: int, top: int = 1) -> dict[str, tuple[Content, int]]:
    """Cells of a rectangle from column A down; lists of contents by row."""
    return {
        f"{chr(65 + c)}{top + r}": (content, style)
        for r, line in enumerate(lines)
        for c, content in enumerate(line)
    }


def record(kind: int, body: bytes) -> bytes:
    return struct.pack("<HH", kind, len(body)) + body


def xls(
    cells: Sequence[tuple[int, int, Content, int]],
    merges: Sequence[tuple[int, int, int, int]] = (),
    encrypted: bool = False,
) -> bytes:
    """An Excel 97 workbook of one sheet ``表``: cells as (row, column, content, style), merges as corners."""
    bof = struct.pack("<HHHHII", 0x0600, 0x0005, 0x0DBB, 0x07CC, 0, 6)
    head = record(0x0809, bof)
    if encrypted:
        head += record(0x002F, b"\1\0\1\0" + bytes(50))
    for i, code in CODES.items():
        head += record(0x041E, struct.pack("<HHB", 164 + i, len(code), 0) + code.encode())
    for i in range(6):
        sides = {PLAIN: 0, UNDERLINED: 0x1000}.get(i, 0x1111)
        head += record(
            0x00E0,
            struct.pack("<HHHHHHHHH", 0, 164 + i if i in CODES else 0, 0, 0, 0, sides, 0, 0, 0) + b"\0\0",
        )
    name = struct.pack("<HBB", 0, 1, 1) + "表".encode("utf-16-le")
    head_length = len(head) + 4 + 4 + len(name) + 4
    head += record(0x0085, struct.pack("<I", head_length) + name) + record(0x000A, b"")
    sheet = record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0010, 0x0DBB, 0x07CC, 0, 6))
    for row, col, content, style in cells:
        place = struct.pack("<HHH", row, col, style)
        if content is None:
            sheet += record(0x0201, place)
        elif isinstance(content, str):
            text = struct.pack("<HB", len(content), 1) + content.encode("utf-16-le")
            sheet += record(0x0204, place + text)
        else:
            sheet += record(0x0203, place + struct.pack("<d", content))
    if merges:
        boxes = b"".join(struct.pack("<HHHH", r0, r1, c0, c1) for r0, c0, r1, c1 in merges)
        sheet += record(0x00E5, struct.pack("<H", len(merges)) + boxes)
    return compound({"Workbook": head + sheet + record(0x000A, b"")})


def compound(streams: Mapping[str, bytes]) -> bytes:
    """A compound file; streams are padded to 4,096 bytes so that they need no short sectors."""
    end, fat_sector = 0xFFFFFFFE, 0xFFFFFFFD
    sectors: list[bytes] = [b"", b""]  # the allocation table and the directory come first
    fat = [fat_sector, end]
    entries = [directory_entry("Root Entry", 5, end, 0)]
    for name, content in streams.items():
        padded = content.ljust(max(4096, -(-len(content) // 512) * 512), b"\0")
        start, count = len(sectors), len(padded) // 512
        sectors += [padded[i : i + 512] for i in range(0, len(padded), 512)]
        fat += [*range(start + 1, start + count), end]
        entries.append(directory_entry(name, 2, start, len(padded)))
    sectors[1] = b"".join(entries).ljust(512, b"\0")
    sectors[0] = struct.pack("<128I", *fat, *[0xFFFFFFFF] * (128 - len(fat)))
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16)
    header += struct.pack("<HHHHH6xIIIIIIIIII", 0x3E, 3, 0xFFFE, 9, 6, 0, 1, 1, 0, 4096, end, 0, end, 0, 0)
    header += struct.pack("<108I", *[0xFFFFFFFF] * 108)
    return header + b"".join(sectors)


def directory_entry(name: str, kind: int, start: int, size: int) -> bytes:
    encoded = name.encode("utf-16-le")
    free = 0xFFFFFFFF
    return (
        encoded.ljust(64, b"\0")
        + struct.pack(
            "<HBBIII", len(encoded) + 2, kind, 1, free, 1 if kind == 5 else free, 1 if kind == 5 else free
        )
        + bytes(36)
        + struct.pack("<III", start, size, 0)
    )
