import csv
import datetime
import io
import zipfile
from decimal import Decimal

import openpyxl
import pypdfium2
import pytest
from django.contrib.auth.models import AnonymousUser
from django.http import Http404
from django.utils import timezone, translation
from django_tables2 import Column
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl.utils.escape import unescape
from python_calamine import CalamineWorkbook

from core import exports
from core.exports import Sheet, respond, write
from core.exports import csv as csv_writer
from core.exports import pdf as pdf_writer
from core.exports import xlsx as xlsx_writer
from core.tables import NumberColumn, PortalTable

META = (("筛选", "未结"), ("导出人", "许静文"))
EVIL = [
    "=1+1",
    "+1+cmd|' /C calc'!A0",
    "-2+3",
    "@SUM(A1)",
    "|x",
    "%0A",
    "\t=1",
    "\r=1",
    "\n=1",
    "＝1+1",
    "＋1",
    "－1",
    "＠x",
    "｜x",
    "％x",
    "  =1",
    "'=1",
    "''@x",
]
TEXTS = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\ufffe\uffff\x00"), max_size=40
) | st.sampled_from(EVIL)


def made(fmt, rows, headers=("列一",), meta=META):
    target = io.BytesIO()
    with translation.override("zh-hans"):
        count = write(Sheet("投诉台账", list(headers), iter(rows), meta), fmt, target)
    target.seek(0)
    return target, count


def workbook(rows, headers=("列一",)):
    return openpyxl.load_workbook(made("xlsx", rows, headers)[0])


def cells_of_type_formula(target):
    found = 0
    with zipfile.ZipFile(target) as parts:
        for name in parts.namelist():
            if name.startswith("xl/worksheets/"):
                found += parts.read(name).count(b"<f>") + parts.read(name).count(b"<f ")
    return found


@given(st.lists(TEXTS, min_size=1, max_size=60))
@settings(max_examples=200, deadline=None)
def test_any_text_comes_back_from_a_workbook_and_is_no_formula(texts):
    target, count = made("xlsx", [[text] for text in texts])
    assert count == len(texts)
    assert cells_of_type_formula(target) == 0
    page = openpyxl.load_workbook(target)["数据"]
    assert [unescape(page.cell(row, 1).value or "") for row in range(2, len(texts) + 2)] == texts
    assert all(cell.data_type in "sn" for row in page.iter_rows() for cell in row)


@given(st.lists(TEXTS | st.text("\x00=+-@'", max_size=5), min_size=1, max_size=60))
@settings(max_examples=200, deadline=None)
def test_any_text_comes_back_from_csv_and_is_no_formula(texts):
    target, _ = made("csv", [[text, "end"] for text in texts], ("列一", "列二"))
    data = target.read()
    assert data.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))
    assert [csv_writer.unguard(row[0]) for row in rows[1:]] == texts
    for row in rows[1:]:
        assert row[0].lstrip()[:1] not in set("=+-@|%＝＋－＠｜％") or csv_writer.PLAIN_NUMBER.fullmatch(row[0])


@pytest.mark.parametrize("text", EVIL)
def test_dangerous_texts_get_an_apostrophe(text):
    assert csv_writer.guard(text) == "'" + text


@pytest.mark.parametrize("text", ["-5", "+3.25", "-0", "", "满意", "a=b", "13800000005", "5%"])
def test_harmless_texts_and_plain_numbers_stay(text):
    assert csv_writer.guard(text) == text


def test_types_survive_in_a_workbook():
    moment = datetime.datetime(2026, 4, 8, 2, 30, tzinfo=datetime.UTC)
    row = [
        7,
        Decimal("86.30"),
        0.5,
        datetime.date(2026, 4, 8),
        moment,
        "013800000005",
        True,
        None,
        10**17,
        float("nan"),
        "",
    ]
    page = workbook([row], [f"h{i}" for i in range(len(row))])["数据"]
    values = [page.cell(2, column).value for column in range(1, len(row) + 1)]
    assert values == [
        7,
        86.3,
        0.5,
        datetime.datetime(2026, 4, 8),  # noqa: DTZ001 (a workbook knows no zones)
        datetime.datetime(2026, 4, 8, 10, 30),  # noqa: DTZ001
        "013800000005",
        "是",
        None,
        str(10**17),
        "nan",
        None,
    ]
    assert page["E2"].number_format == "yyyy-mm-dd hh:mm"
    assert page["F2"].number_format == "@"


def test_the_first_sheet_says_what_this_is():
    book = workbook([["a"], ["b"]])
    assert book.sheetnames == ["说明", "数据"]
    assert [tuple(cell.value for cell in row) for row in book["说明"].iter_rows()] == [
        ("筛选", "未结"),
        ("导出人", "许静文"),
        ("行数", 2),
    ]
    assert book["数据"].freeze_panes == "A2"
    assert book["数据"].auto_filter.ref == "A1:A3"


def test_an_empty_table_is_a_valid_file_in_every_format():
    assert workbook([])["数据"]["A1"].value == "列一"
    assert made("csv", [])[0].read().decode("utf-8-sig") == "列一\r\n"
    assert made("pdf", [])[0].read().startswith(b"%PDF")


def test_rows_beyond_a_sheet_go_on_the_next(monkeypatch):
    monkeypatch.setattr(xlsx_writer, "ROWS", 3)
    book = workbook([[str(number)] for number in range(7)])
    assert book.sheetnames == ["说明", "数据", "数据 2", "数据 3"]
    found = [cell.value for name in book.sheetnames[1:] for cell in book[name]["A"][1:]]
    assert found == [str(number) for number in range(7)]
    assert book["说明"]["B3"].value == 7


def test_a_text_longer_than_a_cell_is_cut_and_the_file_says_so():
    book = workbook([["长" * 40_000]])
    assert len(book["数据"]["A2"].value) == 32_767
    assert book["数据"]["A2"].value.endswith("…")
    assert book["说明"]["A4"].value == "截短"


def test_other_readers_open_the_workbook():
    target, _ = made("xlsx", [["满意", 5]], ("题", "值"))
    assert CalamineWorkbook.from_filelike(target).get_sheet_by_name("数据").to_python() == [
        ["题", "值"],
        ["满意", 5.0],
    ]


def test_a_long_table_on_paper_says_that_it_is_cut(monkeypatch):
    monkeypatch.setattr(pdf_writer, "ROWS", 5)
    document = pypdfium2.PdfDocument(
        made("pdf", [[f"第{number}行", 1234567] for number in range(9)], ("名称", "数"))[0].read()
    )
    words = document[0].get_textpage().get_text_bounded()
    assert "第4行" in words
    assert "第5行" not in words
    assert "1,234,567" in words
    assert "前5行" in words


def test_ticks_count_rows_and_may_stop_the_work():
    seen = []

    def tick(done):
        seen.append(done)
        if done == 1000:
            raise InterruptedError

    with pytest.raises(InterruptedError):
        write(Sheet("x", ["a"], ([number] for number in range(5000)), ()), "csv", io.BytesIO(), tick=tick)
    assert seen == [500, 1000]


class People(PortalTable):
    name = Column(verbose_name="姓名")
    score = NumberColumn(verbose_name="得分")
    secret = Column(exclude_from_export=True)


DATA = [
    {"name": "=王女士", "score": Decimal("4.5"), "secret": "x"},
    {"name": "郭先生", "score": 3, "secret": "y"},
]


@pytest.fixture
def asking(rf):
    request = rf.get("/")
    request.user = AnonymousUser()
    with translation.override("zh-hans"):
        yield request


@pytest.mark.django_db  # closing an answer closes old connections
@pytest.mark.parametrize("fmt", ["xlsx", "csv", "pdf"])
def test_a_table_is_handed_out_under_a_chinese_name(asking, fmt):
    response = respond(asking, People(DATA), "投诉台账 2026", fmt)
    assert response["Content-Type"].startswith(exports.CONTENT_TYPES[fmt].split(";")[0])
    assert (
        response["Content-Disposition"]
        == f"attachment; filename*=utf-8''%E6%8A%95%E8%AF%89%E5%8F%B0%E8%B4%A6%202026.{fmt}"
    )
    assert response["Cache-Control"] == "private, no-store"
    body = b"".join(response.streaming_content) if response.streaming else response.content
    assert body[:4] in (b"PK\x03\x04", b"%PDF", b"\xef\xbb\xbf\xe5")
    response.close()


def test_columns_kept_from_export_are_in_no_file(asking):
    body = b"".join(respond(asking, People(DATA), "x", "csv").streaming_content).decode("utf-8-sig")
    assert body == "姓名,得分\r\n'=王女士,4.5\r\n郭先生,3\r\n"


def test_unknown_formats_are_not_found(asking):
    with pytest.raises(Http404):
        respond(asking, People(DATA), "x", "exe")


def test_the_facts_name_filter_time_and_person():
    with translation.override("zh-hans"):
        lines = dict(exports.facts("台账", by="许静文"))
    assert lines["筛选"] == "无"
    assert lines["导出人"] == "许静文"
    assert str(timezone.localtime().year) in lines["生成时间"]


def test_the_applied_filter_is_said_in_words():
    from django import forms

    class Form(forms.Form):
        state = forms.ChoiceField(label="状态", choices=[("open", "未结"), ("closed", "已结")], required=False)
        region = forms.MultipleChoiceField(label="区域", choices=[("s", "华南"), ("n", "华北")], required=False)
        text = forms.CharField(label="搜索", required=False)

    class Filter:
        form = Form({"state": "open", "region": ["s", "n"], "text": ""})

    assert exports.applied_filter(Filter()) == "状态: 未结; 区域: 华南, 华北"


def test_days_the_format_cannot_count_are_text_and_a_wide_row_loses_nothing():
    target, _count = made("xlsx", [[datetime.date(1899, 5, 1), 7], [datetime.date(1900, 3, 1), True], [None]])
    rows = list(openpyxl.load_workbook(target).worksheets[1].iter_rows(min_row=2, max_row=3, values_only=True))
    assert (rows[0], str(rows[1][0]), rows[1][1]) == (("1899-05-01", 7), "1900-03-01 00:00:00", "是")
