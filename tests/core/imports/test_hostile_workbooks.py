import io
import os
import re
import struct
import time
import zipfile

import pytest
import xlsxwriter

from core.imports import guard, reader
from core.imports.errors import REASONS, sentence
from tests.core.imports.guests import HEADER, good, workbook

HEADINGS = {reader.plain(heading) for heading in HEADER}
FINE = workbook([good(1), good(2)])
PATIENCE = 60  # seconds on a busy machine; a file that gets through the guard takes minutes


def read(content, tmp_path, kind="xlsx", limit=30_000):
    path = tmp_path / f"file.{kind}"
    path.write_bytes(content)
    with reader.rows_of(path, kind=kind, headings=HEADINGS, limit=limit) as (facts, rows):
        return facts, list(rows)


def refusal(content, tmp_path, **options):
    begin = time.monotonic()
    with pytest.raises(guard.Refused) as refused:
        read(content, tmp_path, **options)
    assert time.monotonic() - begin < PATIENCE
    assert "%(" not in sentence(refused.value)
    return refused.value


def changed(parts=(), remove=(), add=(), content=FINE, method=zipfile.ZIP_DEFLATED):
    """The workbook with (name, function) applied to parts, parts removed and (name, bytes) added."""
    changes, out = dict(parts), io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w", method) as new:
        for info in old.infolist():
            if info.filename not in remove:
                new.writestr(info.filename, changes.get(info.filename, lambda data: data)(old.read(info)))
        for name, data in add:
            new.writestr(name, data)
    return out.getvalue()


SHEET = "xl/worksheets/sheet1.xml"


def in_sheet(old, new):
    return (SHEET, lambda data: data.replace(old, new, 1))


def bomb(size=200 * 2**20):
    return changed(add=[("xl/media/zeros.bin", b"\x00" * size)])


def lying_bomb():
    """Its table says one kilobyte, the entry unpacks to 30 MB."""
    content = bytearray(changed(add=[("xl/worksheets/extra.xml", b"<a>" + b" " * 30 * 2**20)]))
    name = b"xl/worksheets/extra.xml"
    at = content.rfind(name) - 46
    content[at + 24 : at + 28] = struct.pack("<I", 1024)
    return bytes(content)


def forbidden(name):
    return changed(add=[(name, b"<x/>")])


def formulas(count=1):
    file = io.BytesIO()
    book = xlsxwriter.Workbook(file)
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, HEADER)
    for row in range(1, count + 1):
        sheet.write_formula(row, 1, "=1+1")
    book.close()
    return file.getvalue()


HOSTILE = {
    "bomb": ("bomb", lambda: bomb(80 * 2**20)),
    "ratio": ("bomb", lambda: bomb(20 * 2**20)),
    "table that lies": ("bomb", lying_bomb),
    "many entries": ("bomb", lambda: changed(add=[(f"xl/{number}.xml", b"<x/>") for number in range(200)])),
    "no zip": ("no_workbook", lambda: b"number,name\n1,2\n"),
    "another zip": ("no_workbook", lambda: changed(remove=["xl/workbook.xml"])),
    "cut off": ("broken", lambda: FINE[:-200]),
    "only a head": ("broken", lambda: FINE[:40]),
    "old or encrypted": ("old_or_locked", lambda: guard.OLE + b"\x00" * 4096),
    "macros": ("macros", lambda: forbidden("xl/vbaProject.bin")),
    "renamed xlsm": (
        "macros",
        lambda: changed(
            [
                (
                    "[Content_Types].xml",
                    lambda data: data.replace(b"sheet.main+xml", b"sheet.macroEnabled.main+xml"),
                )
            ]
        ),
    ),
    "external link": ("external_links", lambda: forbidden("xl/externalLinks/externalLink1.xml")),
    "data connection": ("external_links", lambda: forbidden("xl/connections.xml")),
    "embedded object": ("embedded", lambda: forbidden("xl/embeddings/oleObject1.bin")),
    "path that climbs": ("broken", lambda: forbidden("../../evil.xml")),
    "billion laughs": (
        "broken",
        lambda: changed([in_sheet(b"<worksheet", b'<!DOCTYPE x [<!ENTITY a "aaaa">]><worksheet')]),
    ),
    "another encoding": (
        "broken",
        lambda: changed([(SHEET, lambda data: data.decode().replace("UTF-8", "UTF-16").encode("utf-16"))]),
    ),
    "not xml": ("broken", lambda: changed([("xl/workbook.xml", lambda data: data[:200])])),
    "formula": ("formulas", formulas),
    "headings of something else": (
        "no_headings",
        lambda: workbook([["1", "2"]], header=["Colour", "Weight"]),
    ),
    "nothing": ("no_headings", lambda: workbook([], header=[])),
    "far corner": ("too_many_rows", lambda: changed([in_sheet(b'<c r="A2"', b'<c r="XFD1048576"')])),
    "far column": ("too_wide", lambda: changed([in_sheet(b'<c r="A2"', b'<c r="XFD2"')])),
    "huge cell": (
        "long_text",
        lambda: changed([in_sheet(b"<v>", b"<v>" + os.urandom(2**19).hex().encode())]),
    ),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_workbooks_are_refused_with_their_reason(name, tmp_path):
    code, make = HOSTILE[name]
    assert refusal(make(), tmp_path).code == code


def test_every_reason_has_a_sentence():
    source = (reader.ROOT / "core/imports/guard.py").read_text() + (reader.ROOT / "core/imports/reader.py").read_text()
    codes = set(re.findall(r'Refused\(\s*"(\w+)"', source)) | set(guard.FORBIDDEN)
    assert codes == set(REASONS)


def test_one_row_too_many(tmp_path):
    """Up to row 1,048,577, which no spreadsheet could have written."""
    rows = b"".join(
        b'<row r="%d"><c r="A%d"><v>1</v></c></row>' % (number, number) for number in range(1_040_000, 1_048_578)
    )
    refused = refusal(changed([in_sheet(b"</sheetData>", rows + b"</sheetData>")]), tmp_path)
    assert (refused.code, refused.detail["rows"]) == ("too_many_rows", 1_048_577)


def test_formatted_empty_rows_do_not_count(tmp_path):
    rows = b"".join(b'<row r="%d"><c r="A%d" s="1"/></row>' % (number, number) for number in range(40_000, 90_000))
    _facts, found = read(changed([in_sheet(b"</sheetData>", rows + b"</sheetData>")]), tmp_path)
    assert [number for number, _cells in found] == [2, 3]


def test_the_formulas_are_named(tmp_path):
    refused = refusal(formulas(30), tmp_path)
    assert refused.detail["cells"][:2] == ["B2", "B3"]
    assert refused.detail["count"] == 30
    assert "B21 …" in sentence(refused)


def test_a_bomb_costs_the_worker_nothing(tmp_path):
    import resource

    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    path = tmp_path / "bomb.xlsx"
    path.write_bytes(bomb(59 * 2**20))
    middle = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    begin = time.monotonic()
    with pytest.raises(guard.Refused), reader.rows_of(path, kind="xlsx", headings=HEADINGS, limit=10):
        pass
    assert time.monotonic() - begin < PATIENCE
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - max(before, middle) < 50 * 1024


def test_the_reading_process_has_little_memory(tmp_path, monkeypatch):
    script = "from core.imports import reader; reader.MEMORY = 28 * 2**20; reader.main()"
    real = reader.subprocess.Popen
    monkeypatch.setattr(reader.subprocess, "Popen", lambda args, **rest: real([args[0], "-c", script], **rest))
    wide = workbook([[f"G-{number}"] for number in range(10_000)], header=["Number", "Name", *[""] * 150, "far"])
    assert refusal(wide, tmp_path).code == "too_demanding"


def test_a_reader_that_hangs_is_ended(tmp_path, monkeypatch):
    real = reader.subprocess.Popen
    hanging = []

    def hang(args, **rest):
        hanging.append(real([args[0], "-c", "import time; time.sleep(60)"], **rest))
        return hanging[0]

    monkeypatch.setattr(reader.subprocess, "Popen", hang)
    monkeypatch.setattr(reader, "SECONDS", 0.3)
    assert refusal(FINE, tmp_path).code == "too_demanding"
    assert hanging[0].poll() is not None


def test_waiting_can_be_ended_from_outside(tmp_path):
    class Stop(Exception):
        pass

    def tick():
        raise Stop

    path = tmp_path / "file.xlsx"
    path.write_bytes(FINE)
    with pytest.raises(Stop), reader.rows_of(path, kind="xlsx", headings=HEADINGS, limit=10, tick=tick):
        pass


# What must be read, and how


def test_cells_keep_their_types(tmp_path):
    facts, rows = read(FINE, tmp_path)
    assert facts == {"sheet": "Guests", "row": 1, "header": HEADER}
    assert rows[0] == [
        2,
        [
            "G-1",
            "Guest 1",
            "重点",
            1.0,
            0.25,
            ["d", "2024-03-01"],
            ["t", "2024-03-01T10:30:00"],
            "yes",
            "13800000001",
            "g1@example.com",
            "job",
        ],
    ]


def test_a_title_above_the_headings_keeps_the_row_numbers_true(tmp_path):
    facts, rows = read(workbook([good(1), [], good(2)], above=[["Our guests 2026"], []]), tmp_path)
    assert facts["row"] == 3
    assert [number for number, _cells in rows] == [4, 6]


def test_cells_begin_at_their_own_column(tmp_path):
    shifted = workbook([["", "", *good(1)]], header=["", "", *HEADER])
    facts, rows = read(shifted, tmp_path)
    assert facts["header"][:3] == ["", "", "Number"]
    assert rows[0][1][:3] == [None, None, "G-1"]


def test_the_sheet_with_the_fitting_headings_is_taken(tmp_path):
    file = io.BytesIO()
    book = xlsxwriter.Workbook(file)
    book.add_worksheet("Notes").write_row(0, 0, ["Name", "Meaning"])
    book.add_worksheet("Sum").write_formula(0, 0, "=1+1")
    sheet = book.add_worksheet("Mine")
    sheet.write_row(0, 0, HEADER)
    sheet.write_row(1, 0, ["G-1", "One"])
    hidden = book.add_worksheet("Hidden")
    hidden.write_row(0, 0, HEADER)
    hidden.hide()
    book.close()
    facts, rows = read(file.getvalue(), tmp_path)
    assert (facts["sheet"], len(rows)) == ("Mine", 1)


def test_error_values_are_seen(tmp_path):
    content = changed(
        [
            in_sheet(b'<c r="D2">', b'<c r="D2" t="e">'),
            (SHEET, lambda data: re.sub(rb'<c r="D2"><v>1</v>', b'<c r="D2" t="e"><v>#N/A</v>', data)),
        ]
    )
    _facts, rows = read(content, tmp_path)
    assert rows[0][1][3] == ["e", "#"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_csv_in_the_usual_forms(tmp_path, encoding, separator):
    text = f'Number{separator}姓名\r\nG-1{separator}"王{separator}芳"\r\n'
    path = tmp_path / "file.csv"
    path.write_bytes(text.encode(encoding))
    with reader.rows_of(path, kind="csv", headings=HEADINGS | {"姓名"}, limit=10) as (facts, rows):
        assert facts["header"] == ["Number", "姓名"]
        assert list(rows) == [[2, ["G-1", f"王{separator}芳"]]]


def test_csv_that_our_export_guarded_comes_back_as_it_was(tmp_path):
    _facts, rows = read("Number,Name\n'=1+1,'plain\n'-5,'＝x\n".encode(), tmp_path, kind="csv")
    assert [cells for _number, cells in rows] == [["=1+1", "'plain"], ["-5", "＝x"]]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"PK\x03\x04\x00\x00", "no_workbook"),
        (b"\xff\xfe\xfd\xfc,\xff", "encoding"),
        (b"a,b\n1,2\n", "no_headings"),
        (b'Number,Name\n"open,1\n', "broken"),
        (b"Number,Name\n" + b"1,2\n" * 60, "too_many_rows"),
        (b"Number,Name" + b"," * 300 + b"\n", "too_wide"),
    ],
)
def test_hostile_csv_is_refused(tmp_path, content, code):
    assert refusal(content, tmp_path, kind="csv", limit=20).code == code
