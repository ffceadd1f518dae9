"""Opens a stranger's file in a process of its own, with little memory and time; hands back JSON lines.

The upper half runs in the worker, the lower (``python -m core.imports.reader``) in that process. Django-free.
"""

import csv
import io
import json
import os
import re
import resource
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from datetime import time as clock
from pathlib import Path

from core.imports import guard
from core.imports.guard import Refused

MEMORY = 512 * 2**20
SECONDS = 60
OUTPUT = 256 * 2**20
HEADER_WITHIN = 10  # a title and a remark may stand above the headings
SHEETS = 10
ROOT = Path(__file__).resolve().parents[2]

FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20}
REMARK = re.compile(r"\((optional|required|选填|必填|可选)\)$")


def plain(text):
    """A heading as people mean it: without spaces, stars, case, full-width forms and "(optional)"."""
    text = "".join(str(text).translate(FULL_WIDTH).split()).lower()
    return REMARK.sub("", text.strip("*:")).strip("*:")


@contextmanager
def rows_of(path, *, kind, headings, limit, tick=lambda: None, row=None):
    """Yields (facts, rows) of the file: facts as found() makes them, rows an iterator of [number, cells].

    A cell is None, a str, a number, a bool, or a pair: ["d", date], ["t", moment], ["h", time], ["e", error].
    ``headings``: all accepted headings, normalised by plain(), or None for a file with headings of its own, which stand
    in ``row`` (1 is the first; None: found by its looks). ``tick()`` is called while waiting; what it raises ends the
    reading. Raises Refused.
    """
    known = None if headings is None else sorted(headings)
    request = json.dumps({"path": str(path), "kind": kind, "headings": known, "limit": limit, "row": row})
    with tempfile.TemporaryFile() as output:
        _run(request, output, tick)
        output.seek(0)
        lines = (json.loads(line) for line in output)
        facts = next(lines, None)
        if facts is None:
            raise Refused("too_demanding")
        if "refused" in facts:
            raise Refused(facts["refused"], **facts["detail"])
        yield facts, _until_end(lines)


def _run(request, output, tick):
    environment = {
        "PATH": os.defpath,
        "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
        "LANG": "C.UTF-8",
    }
    child = subprocess.Popen(
        [sys.executable, "-m", "core.imports.reader"],
        cwd=ROOT,
        env=environment,
        stdin=subprocess.PIPE,
        stdout=output,
        stderr=subprocess.DEVNULL,
    )
    deadline = time.monotonic() + SECONDS
    try:
        child.stdin.write(request.encode())
        child.stdin.close()
        while child.poll() is None:
            tick()
            if time.monotonic() > deadline:
                raise Refused("too_demanding")
            time.sleep(0.05)
    except BrokenPipeError:
        raise Refused("too_demanding")
    finally:
        if child.poll() is None:
            child.kill()
        child.wait()


def _until_end(lines):
    """The rows; a process that was cut off in the middle is noticed by the missing last line."""
    for line in lines:
        if line == "end":
            return
        yield line
    raise Refused("too_demanding")


# In the small process


def main():
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (OUTPUT, OUTPUT))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    request = json.load(sys.stdin)
    read = {"xlsx": read_workbook, "csv": read_csv}[request.pop("kind")]
    write = io.TextIOWrapper(sys.stdout.buffer, encoding="utf-8", write_through=False).write
    try:
        for line in read(**request):
            write(json.dumps(line, ensure_ascii=False, default=_coded) + "\n")
        write('"end"\n')
    except Refused as refusal:
        write(json.dumps({"refused": refusal.code, "detail": refusal.detail}) + "\n")


def read_workbook(path, headings, limit, row=None):
    """Facts, then rows, of the visible sheet whose headings fit best."""
    from python_calamine import CalamineError, CalamineWorkbook  # only here: the worker never loads it

    sheets = [sheet for sheet in guard.inspect(path) if sheet.visible][:SHEETS]
    try:
        workbook = CalamineWorkbook.from_path(path)
        best = max(
            (_candidate(workbook, sheet, headings, limit, row) for sheet in sheets),
            key=lambda found: found[0],
            default=None,
        )
    except CalamineError:
        raise Refused("broken")
    if best is None or not best[0]:
        raise Refused("no_headings", sheets=[sheet.name for sheet in sheets])
    _score, sheet, cells, at = best
    if sheet.formula_count:
        raise Refused("formulas", sheet=sheet.name, cells=sheet.formulas, count=sheet.formula_count)
    cells = _marked(cells, sheet.broken)
    yield from found(cells, at, headings, sheet=sheet.name)


def _candidate(workbook, sheet, headings, limit, row):
    """(number of known headings, facts, rows, index of the heading row); checked for size before it is
    loaded."""
    if sheet.rows > limit + HEADER_WITHIN:
        raise Refused("too_many_rows", sheet=sheet.name, rows=sheet.rows, limit=limit)
    if sheet.columns > guard.MAX_COLUMNS or sheet.rows * sheet.columns > guard.MAX_CELLS:
        raise Refused("too_wide", sheet=sheet.name, limit=guard.MAX_COLUMNS)
    if not sheet.rows:
        return 0, sheet, [], 0
    table = workbook.get_sheet_by_name(sheet.name)
    pad = [None] * (table.start[1] if table.start else 0)
    cells = [pad + line for line in table.iter_rows()]
    score, at = heading_row(cells, headings, row)
    return score, sheet, cells, at


def heading_row(cells, headings, row=None):
    """(how many headings are known, index) of the best of the first rows; ``headings`` None knows all of them."""
    if headings is None:
        return own_heading_row(cells, row)
    headings = set(headings)
    scores = [
        (len({plain(cell) for cell in row if cell} & headings), -index)
        for index, row in enumerate(cells[:HEADER_WITHIN])
    ]
    score, index = max(scores, default=(0, 0))
    return score, -index


def own_heading_row(cells, row=None):
    """(how many headings it holds, index) of the row that heads a strange file.

    A title and remarks may stand above it: they fill few cells. Rows of headings hold words, not numbers and days.
    """
    counts = [
        sum(bool(str(cell).strip()) for cell in line if isinstance(cell, str))
        for line in cells[: HEADER_WITHIN if row is None else row]
    ]
    if row is not None:
        return (counts[row - 1], row - 1) if len(counts) >= row else (0, 0)
    most = max(counts, default=0)
    enough = max(1, min(2, most), most / 3)
    return next(((count, index) for index, count in enumerate(counts) if count >= enough), (0, 0))


def joined_headings(cells, at):
    """(headings, index of the last of their rows): merged cells over a second row of headings, as tools write a matrix.

    The second row fills in exactly what the first leaves open or heads in common, and holds nothing else.
    """
    first, second = (list(cells[at]), list(cells[at + 1])) if at + 1 < len(cells) else (list(cells[at]), [])
    width = max((place + 1 for place, cell in enumerate(second) if _is_said(cell)), default=0)
    first += [None] * (width - len(first))
    gaps = [place for place in range(len(first)) if not _is_said(first[place])]
    below = [place for place, cell in enumerate(second) if _is_said(cell)]
    is_joined = (
        len(below) > 0 and gaps and set(gaps) <= set(below) and _is_said(first[0])
        and all(isinstance(second[place], str) for place in below)
        and all(place in gaps or place + 1 in gaps for place in below)
    )  # fmt: skip
    if not is_joined:
        return first, at
    said, above = [], ""
    for place, cell in enumerate(first):
        above = _text(cell) if _is_said(cell) else above
        said.append(f"{above}—{second[place]}" if place in below else above)
    return said, at + 1


def _is_said(cell):
    return cell is not None and str(cell).strip() != ""


def _marked(cells, broken):
    """Error values (#N/A) come as empty cells; put their mark back."""
    for address in broken:
        letters = address.rstrip("0123456789")
        row, column = int(address[len(letters) :]) - 1, guard.column_number(letters) - 1
        if row < len(cells) and column < len(cells[row]):
            cells[row][column] = ("e", "#")
    return cells


def found(cells, at, headings, *, sheet):
    """Facts {"sheet", "row" (of the headings), "header"}, then every row below that is not empty."""
    header, at = (cells[at], at) if headings is not None else joined_headings(cells, at)
    yield {
        "sheet": sheet,
        "row": at + 1,
        "header": ["" if cell is None else _text(cell) for cell in header],
    }
    for number, row in enumerate(cells[at + 1 :], at + 2):
        values = [None if cell == "" or (isinstance(cell, str) and not cell.strip()) else cell for cell in row]
        if any(value is not None for value in values):
            yield [number, values]


def _text(cell):
    return str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell)


def _coded(value):
    if isinstance(value, datetime):
        return ["t", value.isoformat(timespec="seconds")]
    if isinstance(value, date):
        return ["d", value.isoformat()]
    if isinstance(value, clock | timedelta):
        return ["h", str(value)]
    return str(value)


def read_csv(path, headings, limit, row=None):
    """Facts and rows of a csv file in UTF-8 or GB 18030, separated by comma, semicolon or tab."""
    text = _decoded(Path(path).read_bytes())
    csv.field_size_limit(guard.MAX_TAG)
    try:
        cells = []
        for line in csv.reader(io.StringIO(text, newline=""), delimiter=_separator(text), strict=True):
            cells.append([_unguarded(cell) for cell in line])
            if len(cells) > limit + HEADER_WITHIN:
                raise Refused("too_many_rows", sheet="csv", rows=text.count("\n"), limit=limit)
            if len(line) > guard.MAX_COLUMNS:
                raise Refused("too_wide", sheet="csv", limit=guard.MAX_COLUMNS)
    except csv.Error:
        raise Refused("broken")
    score, at = heading_row(cells, headings, row)
    if not score:
        raise Refused("no_headings", sheets=["csv"])
    yield from found(cells, at, headings, sheet="csv")


def _decoded(data):
    if len(data) > guard.MAX_FILE:
        raise Refused("too_large", megabytes=guard.MAX_FILE // 2**20)
    if b"\x00" in data:
        raise Refused("no_workbook")
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Refused("encoding")


def _separator(text):
    head = "\n".join(text.splitlines()[:HEADER_WITHIN])
    return max(",;\t", key=head.count)


def _unguarded(cell):
    """What our own csv export put before = + - @ | % so that a spreadsheet does not run it."""
    return cell[1:] if cell[:1] == "'" and cell[1:2] in tuple("=+-@|%\t\r＝＋－＠｜％") else cell


if __name__ == "__main__":
    main()
