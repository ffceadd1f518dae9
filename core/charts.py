"""Charts with one definition: Python hands over data, ``static/js/charts.js`` draws.

The same builders run in the page and, unchanged, in an embedded V8 that renders SVG for PDF, print and mail.
Labels in the data are already in the reader's language; fixed words of the pictures come from ``words()`` in
the active language.

Data by kind (``?`` = may be left out; ``url`` opens the rows behind a datum; ``suppressed`` = the sentence
shown instead of a small group):

``dot_interval``
    rows [{label, value, low?, high?, n?, previous?, verdict? better|worse|none, note?, url?, suppressed?}],
    unit?, decimals? 1, brackets? [[first, last] row numbers that do not differ], reference? {value, label},
    lines? [{value, label}], bounds? [low, high], value_label?, previous_label?,
    difference? true: signed values around zero, coloured by verdict.
``diverging``
    scale [words, worst first], rows [{label, counts [per level] or shares [percent], n?, strong?, url?,
    suppressed?}], low_label?, high_label?.
``trend_limits``
    points [{label, value, n?, low?, high?, center?, lower?, upper?, signal?, url?, suppressed?}],
    breaks? [{before: point number, label, comparable}], target? {value, label}, unit?, decimals? 1, bounds?,
    height?.
``pareto``
    rows [{label, value, url?, other?}] in any order, unit? ("件"), cut? 80 percent. What has no room is
    added up as "other".
``funnel``
    stages [{label, value, note?, url?}], first stage = 100 %.
``ageing``
    rows [{label, value, state ok|attention|late, note?, url?}], unit?.
``contribution``
    rows [{label, value, max, group? 0-2, url?}], total {label, value, max}, marks? [{value, label}] of the
    total, decimals? 2.
``importance_performance``
    points [{label, x, y, x_low?, x_high?, y_low?, y_high?, n?, url?}], x_label, y_label, x_mean, y_mean,
    x_unit?, y_unit?, decimals?, x_bounds?, y_bounds?.
    A point whose interval crosses a mean is drawn open: no verdict.
``bars``
    rows [{label, values [per series], total?, n?, note?, url?, suppressed?}], series? [words],
    tones? [dissatisfied|satisfied|neutral|accent|other], unit?, decimals? 0, most? (end of the scale).
"""

import atexit
import ctypes
import json
import os
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from decimal import Decimal

from django.conf import settings
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

KINDS = {
    "dot_interval": "rows",
    "diverging": "rows",
    "trend_limits": "points",
    "pareto": "rows",
    "funnel": "stages",
    "ageing": "rows",
    "contribution": "rows",
    "importance_performance": "points",
    "bars": "rows",
}
WIDTH = 656  # px, the text width of an A4 page (174 mm) at 96 dpi
TIME_LIMIT = 10  # seconds for one picture; a usual one takes 0.01-0.1
MEMORY_LIMIT = 256 * 1024 * 1024
# Without helper threads, which a fork would lack; without memory keys, which only the thread that began V8 and those
# begun by it hold: where another one takes a context down the process would die.
FLAGS = ("--single-threaded", "--no-memory-protection-keys")


class ChartFailed(RuntimeError):
    """The picture could not be drawn: the data does not fit its kind, or time or memory ran out."""


@dataclass(frozen=True)
class Chart:
    """One picture: what it shows (``kind``, ``data``), what it says (``title``, ``sentence``), and its table.

    ``table`` holds the same numbers as (headers, rows of texts and numbers); ``rows_url`` opens the records
    behind the whole picture, named by ``rows_label``; ``note`` stands small beneath it (how
    limits or intervals were computed). Raises ValueError for an unknown kind or missing data.
    """

    kind: str
    data: dict
    title: str
    sentence: str = ""
    table: tuple = ((), ())
    rows_url: str = ""
    rows_label: str = ""
    note: str = ""

    def __post_init__(self):
        if self.kind not in KINDS:
            raise ValueError(f"unknown kind of chart: {self.kind!r}")
        if KINDS[self.kind] not in self.data:
            raise ValueError(f"a chart {self.kind!r} needs data[{KINDS[self.kind]!r}]")

    @property
    def items(self):
        return self.data[KINDS[self.kind]]

    @property
    def payload(self):
        """What the builders take, as plain JSON. Raises ValueError where a number is not a number."""
        data = json.loads(json.dumps(self.data, default=_plain, allow_nan=False))
        return {"kind": self.kind, "data": data, "words": words()}

    @property
    def headers(self):
        return self.table[0]

    @property
    def linked_rows(self):
        """(cells, url) per row of the table: a row named like a datum opens the same records, also by key."""
        urls = {str(item.get("label")): item.get("url", "") for item in self.items}
        for row in self.table[1]:
            cells = [("–" if cell is None else cell) for cell in row]
            yield cells, urls.get(str(cells[0]), "") if cells else ""


def _plain(value):
    """Decimals and numpy's numbers as numbers, lazy texts as texts."""
    if isinstance(value, Decimal):
        return float(value)
    return value.item() if hasattr(value, "item") else str(value)


def words():
    """The fixed words of the pictures in the active language."""
    return {
        "interval": _("95% interval"),
        "previous": _("previous period"),
        "better": pgettext("verdict", "improved"),
        "none": pgettext("verdict", "not proven"),
        "worse": pgettext("verdict", "worse"),
        "bracket": _("no proven order within a bracket"),
        "dissatisfied": _("dissatisfied"),
        "satisfied": _("satisfied"),
        "upper": pgettext("control chart", "upper {}"),
        "center": pgettext("control chart", "mean {}"),
        "lower": pgettext("control chart", "lower {}"),
        "limits": _("control limits"),
        "signal": _("outside the control limits"),
        "other": _("Other"),
        "cumulative": _("cumulative"),
        "pareto": _("Count (bars) and cumulative share (line), total {}"),
        "of_previous": _("of previous step"),
        "keep": _("Keep it up"),
        "improve_first": _("Improve first"),
        "maintain": _("Maintain"),
        "improve_later": _("Improve later"),
        "certain": _("position is certain"),
        "first_certain": _("improve first, position is certain"),
        "uncertain": _("interval crosses a mean: no verdict"),
        "empty": _("No data in this period."),
    }


class Engine:
    """ECharts and the builders in one V8 context. One thread at a time."""

    def __init__(self):
        self.lock, self.process = threading.Lock(), os.getpid()
        # V8 serves itself from the event loop of the thread that makes it, and one that waits for V8 would never
        # turn it. So a thread without a loop makes it, and V8 begins a loop of its own.
        with ThreadPoolExecutor(max_workers=1) as pool:
            self.v8 = pool.submit(self._made).result()
        # A fork inherits this object but not its threads: taking it down there would wait for them for ever.
        # So only the process that made it does, and the garbage collector never.
        ctypes.pythonapi.Py_IncRef(ctypes.py_object(self.v8))
        atexit.register(self.close)

    @staticmethod
    def _made():
        # 24 MB of V8: only where pictures are rendered.
        from py_mini_racer import DEFAULT_V8_FLAGS, MiniRacer, init_mini_racer

        init_mini_racer(flags=(*DEFAULT_V8_FLAGS, *FLAGS), ignore_duplicate_init=True)
        v8 = MiniRacer()
        v8.set_hard_memory_limit(MEMORY_LIMIT)
        for source in ("vendor/echarts/echarts.min.js", "js/charts.js"):
            v8.eval((settings.BASE_DIR / "static" / source).read_text("utf-8"))
        return v8

    def close(self):
        if self.process == os.getpid():
            self.v8.close()

    def render(self, payload, look):
        from py_mini_racer import JSEvalException

        with self.lock:
            try:
                return self.v8.call("portalCharts.svg", payload, look, timeout_sec=TIME_LIMIT)
            except JSEvalException as error:
                raise ChartFailed(f"{payload['kind']}: {error}") from error


_engines = {}  # by process: a context made before a fork is of no use after it


def _engine():
    return _engines.get(os.getpid()) or _engines.setdefault(os.getpid(), Engine())


def svg(chart, width=WIDTH, height=None, theme="print"):
    """The picture as SVG text, safe to stand inside HTML (no style attributes, no scripts).

    ``height`` in px is the picture's own when not given; ``theme`` is light, dark or print. Raises
    ChartFailed; after one the next picture gets a fresh engine.
    """
    try:
        drawn = _engine().render(chart.payload, {"width": width, "height": height, "theme": theme})
    except ChartFailed:
        _engines.pop(os.getpid()).close()
        raise
    return mark_safe(drawn)
