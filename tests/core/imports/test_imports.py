import io
from datetime import date

import openpyxl
import pytest
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone, translation

from core import jobs
from core.choices import JobState
from core.imports import service, template
from core.models import Job
from tests.core.imports.guests import HEADER, VALUES, good, planted, workbook


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


def made():
    return set(Group.objects.filter(name__startswith="G-").values_list("name", flat=True))


def problems(job):
    """{(cell, reason)} as the page shows them."""
    return {(cell, reason) for _row, cell, _heading, _value, reason in job.result["problems"]}


def test_a_right_file_is_checked_then_committed(checked, committed):
    check = checked(workbook([good(1), good(2)]))
    assert (check.state, check.result["rows"], check.result["errors"]) == (JobState.DONE, 2, 0)
    assert made() == set()
    commit = committed(check)
    assert (commit.state, commit.result["rows"], commit.result["seen_at"]) == (JobState.DONE, 2, "/guests/")
    assert (commit.done, commit.total) == (4, 4)
    assert made() == {"G-1", "G-2"}
    assert not default_storage.exists(check.params["upload"])


def test_values_are_typed(guests, checked, monkeypatch):
    seen = []
    monkeypatch.setattr(type(guests), "resolve", lambda self, rows, context: seen.extend(rows))
    checked(workbook([good(7)]))
    assert {name: seen[0][name] for name in VALUES} == VALUES
    assert timezone.localtime(seen[0]["called"]).isoformat() == "2024-03-01T10:30:00+08:00"
    assert seen[0]["about"] == "job"


def test_references_become_objects(guests, checked, committed, monkeypatch):
    seen = []
    monkeypatch.setattr(type(guests), "commit", lambda self, rows, **rest: seen.extend(row["about"] for row in rows))
    committed(checked(workbook([good(1)])))
    assert [kind.model for kind in seen] == ["job"]


def test_every_planted_fault_is_reported_by_cell(checked):
    rows, expected = planted(2_000, 50)
    check = checked(workbook(rows))
    found = problems(check)
    assert {cell for cell, _reason in found} == {cell for cell, _reason in expected}
    for cell, reason in expected:
        assert any(where == cell and reason in why for where, why in found), (cell, reason)
    assert (check.result["rows"], check.result["bad"], check.result["errors"]) == (2_000, 50, 50)
    assert made() == set()


def test_reasons_are_in_the_readers_language(checked):
    with translation.override("zh-hans"):
        check = checked(workbook([["G-1", ""]]))
    assert problems(check) == {("B2", "必须填写。")}


def test_one_row_may_have_several_faults(checked):
    check = checked(workbook([["", "x", "", -5]]))
    assert [cell for _row, cell, *_rest in check.result["problems"]] == ["A2", "D2"]


def test_personal_values_are_not_repeated(checked):
    row = good(1)
    row[HEADER.index("Phone")] = "12345678901234"
    assert "12345678901234" not in str(checked(workbook([row])).result)


def test_rules_of_the_schema_join_in(checked):
    row = good(1)
    row[HEADER.index("Visits")] = ""
    assert problems(checked(workbook([row]))) == {("D2", "A key guest has visits.")}


def test_doubles_inside_the_file_name_the_first(checked):
    same, alike = good(1), good(2)
    alike[1], alike[8] = "Guest 1", "138 0000 0001"
    check = checked(workbook([good(1), good(3), same, alike]))
    assert problems(check) == {
        ("A4", "Row 2 says the same."),
        ("B4", "Row 2 says the same."),
        ("B5", "Row 2 says the same."),
    }


def test_what_exists_already_is_refused(checked):
    Group.objects.create(name="G-2")
    assert problems(checked(workbook([good(1), good(2)]))) == {("A3", "This exists already.")}


def test_missing_columns_are_named_together(checked):
    check = checked(workbook([["x"]], header=["Phone"]))
    assert check.state == JobState.FAILED
    assert "“Number”" in check.note
    assert "“Name”" in check.note


def test_a_column_that_stands_twice_is_refused(checked):
    check = checked(workbook([["G-1", "a", "b"]], header=["Number", "Name", "姓名"]))
    assert "(B, C)" in check.note


def test_unknown_columns_are_told_and_left_out(checked, committed):
    check = checked(workbook([["G-1", "a", "red"]], header=["Number", "Name", "Colour"]))
    assert (check.result["errors"], check.result["ignored"]) == (0, ["Colour"])
    assert committed(check).state == JobState.DONE


def test_headings_are_taken_in_many_spellings(checked):
    check = checked(workbook([["G-1", "a", "一般"]], header=[" number* ", "客户名称（必填）", "LEVEL (optional)"]))
    assert (check.result["errors"], check.result["ignored"]) == (0, [])


def test_a_file_without_rows_says_so(checked):
    assert "no rows" in checked(workbook([])).note


def test_a_hostile_file_is_refused_in_words(checked):
    check = checked(b"PK\x03\x04 nothing")
    assert check.state == JobState.FAILED
    assert "damaged" in check.note


def test_csv_is_taken(checked, committed):
    text = "Number,姓名,Phone,Since\r\nG-1,王芳,13800000005,2024/3/1\r\n"
    assert committed(checked(text.encode("gb18030"), name="客户.csv")).state == JobState.DONE
    assert made() == {"G-1"}


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.xls", b"\xd0\xcf"),
        ("a.ods", b"PK\x03\x04"),
        ("a.xlsx", b"MZ"),
        ("a.csv", b"PK\x03\x04"),
        ("a.xlsx", b""),
    ],
)
def test_wrong_uploads_are_refused_at_the_door(guests, importer, name, content):
    with pytest.raises(ValidationError):
        service.upload(guests, SimpleUploadedFile(name, content), by=importer)
    assert not Job.objects.exists()


# The error workbook


def test_the_error_workbook_is_corrected_and_uploaded_again(checked, committed):
    rows, _expected = planted(40, 20)
    rows[25].append("my own remark")
    check = checked(workbook(rows, header=[*HEADER, "Remark"]))
    assert check.file_name == "guests – to correct.xlsx"
    book = openpyxl.load_workbook(check.file)
    sheet = book.active
    assert [cell.value for cell in sheet[1]] == [*HEADER, "Remark", "What to correct"]
    assert sheet.cell(27, 12).value == "my own remark"
    reasons = [row for row in range(2, 42) if sheet.cell(row, 13).value]
    assert reasons == list(range(2, 42, 2))
    assert sheet["A2"].fill.fgColor.rgb == "FFFDE8E6"
    assert "Number: This must be filled in." in sheet["M2"].value
    for number in range(1, 41):
        for place, value in enumerate(good(number), 1):
            sheet.cell(number + 1, place).value = value
    corrected = io.BytesIO()
    book.save(corrected)
    again = checked(corrected.getvalue())
    assert (again.result["errors"], again.result["ignored"]) == (0, ["Remark"])
    assert committed(again).state == JobState.DONE
    assert len(made()) == 40


def test_uncorrected_it_names_the_same_faults(checked):
    rows, _expected = planted(40, 20)
    first = checked(workbook(rows))
    second = checked(first.file.read())
    assert problems(second) == problems(first)


def test_it_holds_no_formulas(checked):
    row = good(1)
    row[1], row[2] = "=1+1", "no level"
    check = checked(workbook([row]))
    sheet = openpyxl.load_workbook(check.file).active
    assert (sheet["B2"].value, sheet["B2"].data_type) == ("=1+1", "s")


# The template


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_template_comes_back_with_its_example_ignored(guests, checked, language):
    file = io.BytesIO()
    with translation.override(language):
        template.write_template(guests, file)
    assert "no rows" in checked(file.getvalue()).note
    book = openpyxl.load_workbook(file)
    sheet = book.worksheets[0]
    for place, value in enumerate(good(1), 1):
        sheet.cell(3, place).value = value
    filled = io.BytesIO()
    book.save(filled)
    check = checked(filled.getvalue())
    assert (check.result["rows"], check.result["errors"], check.result["ignored"]) == (1, 0, [])


def test_the_template_guides(guests):
    file = io.BytesIO()
    template.write_template(guests, file)
    book = openpyxl.load_workbook(file)
    assert [sheet.sheet_state for sheet in book] == ["visible", "visible", "hidden"]
    sheet = book.worksheets[0]
    assert [cell.value for cell in sheet[1]][:3] == ["Number", "Name", "Level (optional)"]
    assert [cell.value for cell in sheet[2]][:3] == ["G-0", "Example", "重点"]
    lists = {str(rule.sqref): rule.formula1 for rule in sheet.data_validations.dataValidation if rule.type == "list"}
    assert lists == {"C2:C5001": "_lists!$C$1:$C$2", "H2:H5001": "_lists!$H$1:$H$2"}
    assert sheet.column_dimensions["I"].width > 10
    assert "重点, 一般" in str([cell.value for row in book.worksheets[1] for cell in row])


# All or nothing


def test_a_change_since_the_check_stops_all_of_it(checked, committed):
    check = checked(workbook([good(1), good(2)]))
    Group.objects.create(name="G-2")
    commit = committed(check)
    assert commit.state == JobState.FAILED
    assert problems(commit) == {("A3", "This exists already.")}
    assert commit.file_name
    assert made() == {"G-2"}


def test_a_fault_in_the_middle_leaves_nothing(guests, checked, committed, monkeypatch):
    def break_down(self, rows, *, by, progress):
        Group.objects.create(name=rows[0]["number"])
        raise RuntimeError

    check = checked(workbook([good(1), good(2)]))
    with monkeypatch.context() as patch:
        patch.setattr(type(guests), "commit", break_down)
        assert committed(check).state == JobState.FAILED
    assert made() == set()
    assert committed(check).state == JobState.DONE
    assert made() == {"G-1", "G-2"}


def test_a_collision_while_writing_is_told(guests, checked, committed, monkeypatch):
    def collide(self, rows, **rest):
        Group.objects.create(name="G-1")
        Group.objects.create(name="G-1")

    monkeypatch.setattr(type(guests), "commit", collide)
    commit = committed(checked(workbook([good(1)])))
    assert (commit.state, made()) == (JobState.FAILED, set())
    assert "Nothing was imported" in commit.note


def test_a_cancel_in_the_middle_leaves_nothing(guests, checked, committed, monkeypatch):
    def stop(self, rows, *, by, progress):
        Group.objects.create(name=rows[0]["number"])
        raise jobs.Cancelled

    monkeypatch.setattr(type(guests), "commit", stop)
    commit = committed(checked(workbook([good(1)])))
    assert (commit.state, made()) == (JobState.CANCELLED, set())


def test_a_commit_that_runs_again_after_its_worker_died_imports_once(checked, committed):
    check = checked(workbook([good(1)]))
    commit = committed(check)
    Job.objects.filter(pk=commit.pk).update(state=JobState.QUEUED, ended_at=None, result={})
    jobs.run(commit.pk)
    commit.refresh_from_db()
    assert (commit.state, commit.result["rows"]) == (JobState.DONE, 1)
    assert made() == {"G-1"}


def test_two_clicks_are_one_import(checked, importer):
    check = checked(workbook([good(1)]))
    assert service.start_commit(check, by=importer) == service.start_commit(check, by=importer)
    assert Job.objects.filter(kind=service.COMMIT).count() == 1


def test_a_faulty_file_cannot_be_committed(checked, importer):
    with pytest.raises(jobs.Failed):
        service.start_commit(checked(workbook([["G-1", ""]])), by=importer)


def test_the_same_file_is_recognised(guests, checked, committed):
    content = workbook([good(1)])
    first = checked(content)
    assert service.earlier_import(first) is None
    done = committed(first)
    assert service.earlier_import(first) is None
    assert service.earlier_import(checked(content)) == done


def test_who_lost_the_right_imports_nothing(checked, importer):
    check = checked(workbook([good(1)]))
    job = service.start_commit(check, by=importer)
    importer.groups.clear()
    jobs.run(job.pk)
    assert Job.objects.get(pk=job.pk).state == JobState.FAILED
    assert made() == set()


def test_a_removed_upload_is_told(checked, committed):
    check = checked(workbook([good(1)]))
    default_storage.delete(check.params["upload"])
    assert "no longer kept" in committed(check).note


def test_dates_are_read_in_the_usual_spellings(checked):
    """A date typed as text, with slashes, dots or in Chinese, is the same day."""
    days = ["2024-3-1", "2024/03/01", "2024.3.1", "2024年3月1日", "20240301", date(2024, 3, 1)]
    rows = [[f"G-{number}", "a", day] for number, day in enumerate(days)]
    assert checked(workbook(rows, header=["Number", "Name", "Since"])).result["errors"] == 0
