"""Looks at a workbook before any spreadsheet library opens it; refuses what could hurt or would be misread.

Django-free: it runs in the reading process under its memory and time limits, and every read here is bounded.
"""

import re
import struct
import zipfile
import zlib
from dataclasses import dataclass, field
from posixpath import join, normpath

from defusedxml.ElementTree import fromstring

MAX_FILE = 10 * 2**20
MAX_ENTRIES = 200
MAX_DIRECTORY = 256 * 2**10
MAX_UNPACKED = 60 * 2**20
MAX_RATIO = 100
MAX_COLUMNS = 200
MAX_CELLS = 3_000_000  # of the rectangle a reader would allocate
MAX_TAG = 256 * 2**10
SHOWN = 20
BLOCK = 64 * 2**10

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
FORBIDDEN = {
    "macros": re.compile(r"vbaproject|macrosheets/|\.bas$|activex/", re.I),
    "external_links": re.compile(r"externallinks?/|connections\.xml$|querytables?/", re.I),
    "embedded": re.compile(r"embeddings/|\.(exe|dll|js|vbs|ole)$", re.I),
}
CELL = re.compile(rb"<(?:\w+:)?(row|c|f)(?=[\s/>])([^>]*)>")
REFERENCE = re.compile(rb'\br="([A-Z]{1,3})([0-9]{1,8})"')
DECLARED = re.compile(rb"<\?xml[^>]{0,200}encoding=[\"']([\w-]+)[\"']")
NAMESPACE = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"


class Refused(Exception):
    """The file is not read; ``code`` names a sentence in core.imports.errors, ``detail`` fills it in."""

    def __init__(self, code, **detail):
        super().__init__(code)
        self.code, self.detail = code, detail


@dataclass
class SheetFacts:
    """What one sheet holds: its extent in cells with a value, where formulas and error values stand."""

    name: str
    part: str
    visible: bool = True
    rows: int = 0
    columns: int = 0
    formulas: list = field(default_factory=list)
    formula_count: int = 0
    broken: set = field(default_factory=set)
    at: str = ""  # where the scan stands
    row_number: int = 0


def entries(file, size):
    """The archive after a look at its table of contents and nothing else: a ZipFile. Raises Refused."""
    head = file.read(8)
    if head == OLE:
        raise Refused("old_or_locked")
    if not head.startswith(b"PK\x03\x04"):
        raise Refused("no_workbook")
    _directory_is_small(file, size)
    try:
        archive = zipfile.ZipFile(file)
    except (zipfile.BadZipFile, ValueError, OSError, struct.error):
        raise Refused("broken")
    infos = archive.infolist()
    _names_are_sane(infos)
    if any(info.flag_bits & 0x1 for info in infos):
        raise Refused("old_or_locked")
    if any(info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) for info in infos):
        raise Refused("broken")
    _sizes_are_sane(infos, size)
    for code, pattern in FORBIDDEN.items():
        if any(pattern.search(info.filename) for info in infos):
            raise Refused(code)
    return archive


def _directory_is_small(file, size):
    """Entry count and size of the central directory, before Python would read all of it."""
    file.seek(max(size - 65_557, 0))
    tail = file.read()
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or len(tail) < at + 22:
        raise Refused("broken")
    count, length = struct.unpack("<HI", tail[at + 10 : at + 16])
    file.seek(0)
    if count > MAX_ENTRIES or length > MAX_DIRECTORY:
        raise Refused("bomb")


def _names_are_sane(infos):
    names = [info.filename for info in infos]
    if len(names) > MAX_ENTRIES:
        raise Refused("bomb")
    if len(set(map(str.lower, names))) != len(names):
        raise Refused("broken")
    if any(name.startswith(("/", "\\")) or ".." in name.replace("\\", "/").split("/") for name in names):
        raise Refused("broken")


def _sizes_are_sane(infos, size):
    unpacked, packed = sum(info.file_size for info in infos), sum(info.compress_size for info in infos)
    if unpacked > MAX_UNPACKED or packed > size:
        raise Refused("bomb")
    if any(info.file_size > 2**20 and info.file_size > MAX_RATIO * info.compress_size for info in infos):
        raise Refused("bomb")


def blocks(file, info):
    """The entry unpacked block by block. Raises Refused when it holds more than its table says."""
    file.seek(info.header_offset)
    header = file.read(30)
    if len(header) < 30 or header[:4] != b"PK\x03\x04":
        raise Refused("broken")
    file.seek(info.header_offset + 30 + sum(struct.unpack("<HH", header[26:30])))
    unpacker = zlib.decompressobj(-15) if info.compress_type == zipfile.ZIP_DEFLATED else None
    left, total = info.compress_size, 0
    while left > 0:
        packed = file.read(min(left, BLOCK))
        if not packed:
            raise Refused("broken")
        left -= len(packed)
        for block in _unpacked(unpacker, packed):
            total += len(block)
            if total > info.file_size:
                raise Refused("bomb")
            yield block


def _unpacked(unpacker, packed):
    if unpacker is None:
        yield packed
        return
    try:
        while packed:
            yield unpacker.decompress(packed, BLOCK)
            packed = unpacker.unconsumed_tail
    except zlib.error:
        raise Refused("broken")


def inspect(path):
    """Facts of every worksheet of the .xlsx at ``path``, in order. Raises Refused."""
    with open(path, "rb") as file:
        size = file.seek(0, 2)
        file.seek(0)
        if size > MAX_FILE:
            raise Refused("too_large", megabytes=MAX_FILE // 2**20)
        archive = entries(file, size)
        parts = {info.filename: info for info in archive.infolist()}
        if "xl/workbook.xml" not in parts or "[Content_Types].xml" not in parts:
            raise Refused("no_workbook")
        if b"macroenabled" in _whole(file, parts["[Content_Types].xml"]).lower():
            raise Refused("macros")
        sheets = _sheets(file, parts)
        known = {sheet.part: sheet for sheet in sheets}
        for name, info in parts.items():
            if name.endswith((".xml", ".rels", ".vml")):
                _scan(blocks(file, info), known.get(name))
        return sheets


def _whole(file, info):
    if info.file_size > 2**20:
        raise Refused("bomb")
    return b"".join(blocks(file, info))


def _sheets(file, parts):
    """Worksheets in the order of their tabs, with the part that holds each."""
    links = "xl/_rels/workbook.xml.rels"
    if links not in parts:
        raise Refused("broken")
    try:
        related = {node.get("Id"): node.get("Target", "") for node in fromstring(_whole(file, parts[links]))}
        nodes = [
            node for node in fromstring(_whole(file, parts["xl/workbook.xml"])).iter() if node.tag.endswith("}sheet")
        ]
    except (ValueError, SyntaxError):
        raise Refused("broken")
    return [
        SheetFacts(
            node.get("name", ""),
            _part(related.get(node.get(NAMESPACE), "")),
            node.get("state") in (None, "visible"),
        )
        for node in nodes
    ]


def _part(target):
    return target[1:] if target.startswith("/") else normpath(join("xl", target))


def _scan(unpacked, facts):
    """Walk through one XML part: no document type, UTF-8 only. Of a sheet, note extent and formulas."""
    tail, first = b"", True
    for block in unpacked:
        if first:
            _encoding_is_plain(block)
            first = False
        data = tail + block
        end = data.rfind(b">") + 1
        if b"<!DOCTYPE" in data or b"<!ENTITY" in data:
            raise Refused("broken")
        if facts is not None:
            _note_cells(data[:end], facts)
        tail = data[end:]
        if len(tail) > MAX_TAG:
            raise Refused("long_text")


def _encoding_is_plain(head):
    declared = DECLARED.match(head.removeprefix(b"\xef\xbb\xbf"))
    if head.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\x00" in head[:64]:
        raise Refused("broken")
    if declared and declared.group(1).lower() not in (b"utf-8", b"us-ascii", b"ascii"):
        raise Refused("broken")


def _note_cells(data, facts):
    for match in CELL.finditer(data):
        tag, rest = match.group(1), match.group(2)
        if tag == b"c":
            facts.at = _note_cell(rest, facts)
        elif tag == b"row":
            facts.row_number += 1
        elif tag == b"f":
            facts.formula_count += 1
            if len(facts.formulas) < SHOWN:
                facts.formulas.append(facts.at)


def _note_cell(attributes, facts):
    """Address of the cell; an empty one (only formatted) does not stretch the sheet."""
    place = REFERENCE.search(attributes)
    if place is None:
        facts.rows = max(facts.rows, facts.row_number)
        return ""
    letters, number = place.group(1).decode(), int(place.group(2))
    if not attributes.endswith(b"/"):
        facts.rows = max(facts.rows, number)
        facts.columns = max(facts.columns, column_number(letters))
        if b't="e"' in attributes and len(facts.broken) < 5_000:
            facts.broken.add(f"{letters}{number}")
    return f"{letters}{number}"


def column_number(letters):
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number


def column_letters(number):
    """1 → A, 27 → AA."""
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def media_kind(file):
    """The kind of office document by its table of contents alone: "xlsx" or "docx". Raises Refused."""
    size = file.seek(0, 2)
    file.seek(0)
    names = {info.filename for info in entries(file, size).infolist()}
    file.seek(0)
    for kind, part in (("xlsx", "xl/workbook.xml"), ("docx", "word/document.xml")):
        if part in names:
            return kind
    raise Refused("no_workbook")
