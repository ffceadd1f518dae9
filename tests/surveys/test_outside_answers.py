"""Answers of other survey tools: columns guessed and checked, rows taken over by themselves (CHN-13, DAT-08, ANA-22)."""

import csv
import io
import uuid
from datetime import date, timedelta

import pytest
import xlsxwriter
from django.core.exceptions import ValidationError
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.urls import reverse
from django.utils import timezone, translation
from openpyxl import load_workbook

from accounts.choices import Role
from core.models import Event, Job
from surveys import outside as reading
from surveys import outside_columns, tasks
from surveys.choices import Flag, InvitationState, ResponseMode, Tool
from surveys.instrument import parse
from surveys.jobs import start_import, start_look
from surveys.models import AnswerFile, BoxedAnswer, ImportedAnswer, Response
from surveys.selectors import authenticity, crosstabs, results
from surveys.selectors import outside as selector
from surveys.services import answering, links, outside, waves
from tests.factories import surveys as make
from tests.surveys.asking import one_section, open_wave, question, rating, three_sections, words

TODAY = date(2026, 3, 1)
pytestmark = pytest.mark.django_db


@pytest.fixture
def officer(db):
    return make.person(Role.SURVEY_OFFICER)


@pytest.fixture
def english():
    with translation.override("en"):
        yield


def workbook(*rows, name="答卷.xlsx"):
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        for number, cells in enumerate(rows):
            for place, cell in enumerate(cells):
                sheet.write(number, place, cell)
    return SimpleUploadedFile(name, target.getvalue())


def text_file(*rows, encoding="utf-8-sig", name="答卷.csv"):
    target = io.StringIO()
    csv.writer(target).writerows(rows)
    return SimpleUploadedFile(name, target.getvalue().encode(encoding))


def brought(wave, file, by, *, tool=Tool.WJX, **fields):
    row = outside.bring(wave, file=file, tool=tool, by=by, **fields)
    outside.look(row, by=by)
    return AnswerFile.objects.get(pk=row.pk)


def taken(row, by):
    """(new, there, refused) after a run, and the finished Job."""
    from core.jobs import runner

    job = start_import(row, by=by)
    runner.run(str(job.pk))
    job.refresh_from_db()
    row.refresh_from_db()
    return tuple(row.outcome.get(name) for name in ("new", "there", "refused")), job


def refusals(job):
    """What the workbook of refused rows says in its last column."""
    sheet = load_workbook(io.BytesIO(job.file.read())).active
    return [line[-1] for line in sheet.iter_rows(min_row=2, values_only=True)]


HEAD = ["序号", "提交答卷时间", "客户编号", "1、评价0", "2、评价1", "3、评价2", "4、还有什么？"]


def answers_of(wave, count=2):
    """One row for each of the invited, satisfied."""
    codes = list(wave.invitations.order_by("pk").values_list("customer__code", flat=True))
    return [
        [n, "2026/3/1 10:00:00", code, "很满意", 4, "A.很满意", f"说了{n}"] for n, code in enumerate(codes[:count], 1)
    ]


# What columns mean -------------------------------------------------------------------------------------


def guessed(definition, *header, **options):
    return outside_columns.guess(parse(definition), list(header), **options).targets


def test_columns_are_known_by_code_title_and_likeness():
    found = guessed(
        three_sections(),
        "编号",
        "1、讲师讲解清楚吗？[单选题]",
        "useful",
        "Would you recommend it?",
        "哪里最应该先改？",
        "IP",
    )
    assert found == ["id", "q:clear", "q:useful", "q:recommend", "q:idea", ""]


def test_a_column_for_each_option_is_known():
    found = guessed(three_sections(), "4、为什么来？(同事推荐)", "4、为什么来？(公司安排)", "为什么来:都不是")
    assert found == ["o:why:1", "o:why:2", "o:why:3"]


def test_rows_of_a_matrix_and_places_of_a_ranking_are_known():
    matrix = {"code": "M", "kind": "matrix", "title": words("请评价以下各项", "Please rate"), "required": True, "scale": "B",
              "points": rating("x", "x", "x")["points"], "items": [
                  {"uid": "m1", "title": words("教室", "Room")}, {"uid": "m2", "title": words("餐饮", "Food")}]}  # fmt: skip
    ranking = question("order", "ranking", words("什么最重要？", "What matters most?"), options=[
        {"code": code, "label": words(name, name)} for code, name in ((1, "讲师"), (2, "场地"))])  # fmt: skip
    definition = {
        "title": words("问", "Q"),
        "sections": [{"code": "a", "title": words("甲", "A"), "questions": [matrix, ranking]}],
    }
    assert guessed(definition, "请评价以下各项—教室", "餐饮", "3.什么最重要？(讲师)", "什么最重要(场地)") == [
        "q:m1", "q:m2", "r:order:1", "r:order:2",
    ]  # fmt: skip
    assert guessed(definition, "什么最重要？[第1位]", "什么最重要 第二名") == ["p:order:1", "p:order:2"]


def test_what_was_kept_goes_first_and_doubles_are_told():
    header = ["意见", "意见", "clear"]
    kept = outside_columns.keep(header, ["", "q:idea", "q:useful"])
    guess = outside_columns.guess(parse(three_sections()), header, kept)
    assert (guess.targets, guess.doubles) == (["", "q:idea", "q:useful"], ["意见"])


def test_an_anonymous_wave_guesses_nobody():
    assert guessed(three_sections(), "客户编号", "手机", "clear", is_anonymous=True) == ["", "", "q:clear"]
    with translation.override("en"):
        told = outside_columns.faults(
            parse(one_section(1)), ["手机", "a"], ["who:mobile", "q:r0"], is_anonymous=True, is_open=True
        )
    assert len(told) == 1 and "anonymous" in told[0]


@pytest.mark.parametrize(
    ("targets", "said"),
    [
        (["q:r0", "q:r0"], "several columns"), (["who:email", "who:mobile"], "Two columns"), (["", ""], "No column is a question"),
        (["q:r0", ""], "asks only people who were invited"), (["who:email", "q:idea"], "must be answered"),
    ],
)  # fmt: skip
def test_a_mapping_that_cannot_work_says_why(english, targets, said):
    assert any(said in sentence for sentence in outside_columns.faults(parse(one_section(1)), ["甲", "乙"], targets))


def test_a_mapping_that_works_has_no_faults():
    assert outside_columns.faults(parse(one_section(1)), ["甲", "乙"], ["who:email", "q:r0"]) == []


# What cells mean ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("很满意", 5), ("满意", 4), ("Very satisfied", 5), ("5", 5), ("3分", 3), ("2星", 2), ("A", 5), ("B. 满意", 4), ("２", 2),
        ("较满意", 4), ("不太满意", 2), ("(跳过)", ""), ("-3", ""), ("", ""), ("没有听到", "na"), ("不适用", "na"), ("满意〖真的〗", 4),
    ],
)  # fmt: skip
def test_words_letters_points_and_other_scales_are_understood(text, value):
    clear = parse(three_sections()).by_uid["clear"]
    assert reading.meaning(clear, text) == value


@pytest.mark.parametrize("text", ["还行吧", "9", "Z", "6分"])
def test_what_is_no_answer_is_refused(text):
    with pytest.raises(reading.Unknown):
        reading.meaning(parse(three_sections()).by_uid["clear"], text)


def test_numbers_may_be_places_in_the_list_except_from_0_to_10():
    instrument = parse(three_sections())
    assert [reading.meaning(instrument.by_uid["clear"], n, numbers=reading.PLACES) for n in "15"] == [5, 1]
    assert reading.meaning(instrument.by_uid["recommend"], "5", numbers=reading.PLACES) == 5
    assert [reading.meaning(instrument.by_uid["again"], text) for text in ("是", "No", "1", "0")] == [1, 0, 1, 0]


@pytest.mark.parametrize(
    "cell", ["同事推荐;公司安排", "同事推荐┋公司安排", "A colleague|My company sent me", "1,2", "同事推荐、公司安排"]
)
def test_several_choices_in_a_cell(cell):
    found = reading.read(parse(three_sections()), {"targets": ["q:why"]}, [cell], today=TODAY)
    assert (found.payload, found.errors) == ({"why": [1, 2]}, {})


def test_several_choices_in_columns():
    mapping = {"targets": ["o:why:1", "o:why:2", "o:why:3", "time", "id"]}
    found = reading.read(
        parse(three_sections()), mapping, ["√", 0, "都不是", ["t", "2026-02-28T09:00:00"], 17.0], today=TODAY
    )
    assert (found.payload, found.given_on, found.outside_id) == ({"why": [1, 3]}, date(2026, 2, 28), "17")
    wrong = reading.read(parse(three_sections()), mapping, ["公司安排", None, None, "2026-03-02", ""], today=TODAY)
    assert set(wrong.errors) == {0, 3}


# The file ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-8", "gb18030"])
def test_csv_in_every_usual_coding_is_read(officer, encoding):
    wave = open_wave(one_section())
    row = brought(wave, text_file(HEAD, *answers_of(wave), [], encoding=encoding), officer)
    assert (row.rows_n, row.refusal) == (1, "")
    assert row.mapping["targets"] == ["id", "time", "who:customer", "q:r0", "q:r1", "q:r2", "q:idea"]


def test_titles_above_and_two_rows_of_headings_are_seen_through(officer):
    wave = open_wave(three_sections(), invited=0)
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        sheet.merge_range(0, 0, 0, 4, "满意度调查数据导出")
        sheet.merge_range(1, 0, 2, 0, "讲师讲解清楚吗？")
        sheet.merge_range(1, 1, 1, 3, "为什么来？")
        sheet.write_row(2, 1, ["同事推荐", "公司安排", "都不是"])
        sheet.write_row(4, 0, ["很满意", 1, 0, 0])
    row = brought(wave, SimpleUploadedFile("a.xlsx", target.getvalue()), officer)
    assert (row.mapping["targets"], row.rows_n) == (["q:clear", "o:why:1", "o:why:2", "o:why:3"], 1)


def test_the_row_of_headings_can_be_named(officer):
    wave = open_wave(one_section(), invited=0)
    rows = ["导出人", "张三", "部门"], ["评价0", "评价1", "评价2"], [5, 4, 3]
    assert brought(wave, workbook(*rows), officer).mapping["targets"] == ["", "", ""]
    assert brought(wave, workbook(*rows), officer, heading_row=2).mapping["targets"] == ["q:r0", "q:r1", "q:r2"]


@pytest.mark.parametrize(
    ("file", "said"),
    [
        (workbook(["评价0", "评价1"], [5, "=1+1"]), "formulas"), (workbook(["评价0", "评价1"]), "no rows below"),
        (workbook([1, 2], [3, 4]), "no row of headings"),
        (SimpleUploadedFile("a.csv", "评价0\n\"offen".encode()), "damaged"),
        (SimpleUploadedFile("a.csv", ("评价0,评价1\n5," + "长" * 300_000).encode()), "damaged"),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_read_says_why(officer, english, file, said):
    wave = open_wave(one_section(), invited=0)
    file.seek(0)
    row = brought(wave, file, officer)
    assert said in row.refusal and not row.look


@pytest.mark.parametrize(
    "file",
    [
        SimpleUploadedFile("a.xls", b"\xd0\xcf\x11\xe0"),
        SimpleUploadedFile("a.xlsx", b"no zip"),
        SimpleUploadedFile("a.csv", b""),
    ],
)
def test_what_is_no_workbook_is_not_even_kept(officer, file):
    with pytest.raises(ValidationError):
        outside.bring(open_wave(one_section()), file=file, tool=Tool.OTHER, by=officer)
    assert not AnswerFile.objects.exists()


# Rows become answers -----------------------------------------------------------------------------------


def test_rows_become_answers_of_the_invited(officer):
    wave = open_wave(one_section(), invited=2)
    row = brought(wave, workbook(HEAD, *answers_of(wave)), officer)
    counts, job = taken(row, officer)
    assert (counts, job.state, job.file.name) == ((2, 0, 0), "done", "")
    found = ImportedAnswer.objects.select_related("response__invitation").order_by("row")
    assert [(one.row, one.outside_id, one.response.raw["r0"], one.by) for one in found] == [
        (2, "1", 5, officer),
        (3, "2", 5, officer),
    ]
    response = found[0].response
    assert (response.mode, response.entered_by, response.given_on) == (ResponseMode.IMPORT, officer, date(2026, 3, 1))
    assert response.invitation.state == InvitationState.DONE and response.seg_region == "Q1"
    assert response.texts.get().body == "说了1" and not hasattr(response, "check_row")
    assert authenticity.flags(wave)[response.pk] == [Flag.IMPORTED]


def test_the_same_file_twice_adds_nothing(officer):
    wave = open_wave(one_section(), invited=2)
    rows = answers_of(wave)
    first = brought(wave, workbook(HEAD, *rows), officer)
    assert taken(first, officer)[0] == (2, 0, 0) and taken(first, officer)[0] == (0, 2, 0)
    again = brought(wave, workbook(HEAD, *rows), officer)
    assert outside.earlier(again) is None or outside.earlier(again).pk == first.pk
    assert taken(again, officer)[0] == (0, 2, 0) and Response.objects.count() == 2
    rows[0][3] = "满意"
    changed = brought(wave, workbook(HEAD, *rows), officer)
    assert taken(changed, officer)[0] == (0, 1, 1) and Response.objects.filter(raw__r0=5).count() == 2


def test_rows_without_a_number_are_told_apart_by_what_they_say(officer):
    wave = open_wave(one_section(), invited=0)
    rows = [["评价0", "评价1", "评价2"], [5, 5, 5], [5, 5, 5], [4, 4, 4]]
    assert taken(brought(wave, workbook(*rows), officer), officer)[0] == (3, 0, 0)
    assert taken(brought(wave, text_file(*rows, [3, 3, 3]), officer), officer)[0] in {(1, 3, 0), (4, 0, 0)}
    assert taken(brought(wave, workbook(*rows), officer), officer)[0] == (0, 3, 0)


def test_each_row_stands_for_itself(officer, english):
    wave = open_wave(one_section(), invited=3)
    rows = answers_of(wave, 3)
    rows[1][3] = "还行吧"
    rows += [
        [4, "2026-03-01", "KH-nobody", 5, 5, 5, ""],
        [1, "2026-03-01", rows[2][2], 5, 5, 5, ""],
        [6, "2199-01-01", rows[1][2], 5, None, 5, ""],
    ]
    counts, job = taken(brought(wave, workbook(HEAD, *rows), officer), officer)
    assert counts == (2, 0, 4) and Response.objects.count() == 2
    told = refusals(job)
    assert "Row 3" in told[0] and "还行吧" in told[0]
    assert "nobody of this wave" in told[1] and "stands in row 2 already" in told[2]
    assert "lies in the future" in told[3]
    assert wave.invitations.filter(state=InvitationState.DONE).count() == 2


def test_a_row_keeps_to_the_rules_of_the_questionnaire(officer, english):
    wave = open_wave(three_sections(), invited=0)
    head = ["clear", "useful", "recommend", "why", "again", "idea"]
    rows = [
        ["很满意", 4, 10, "都不是;同事推荐", "是", ""],
        ["很满意", "", 10, "", "是", ""],
        [5, 5, 11, "", "是", ""],
        [5, 5, 10, "", "否", "长" * 201],
    ]
    counts, job = taken(brought(wave, workbook(head, *rows), officer), officer)
    assert counts == (0, 0, 4)
    told = refusals(job)
    assert (
        "cannot be combined" in told[0]
        and "Was the content useful" in told[1]
        and "“11”" in told[2]
        and "200" in told[3]
    )


def test_who_answered_otherwise_answered_first(officer, english):
    wave = open_wave(one_section(), invited=2)
    answering.submit(payload={"r0": "1", "r1": "1", "r2": "1"}, invitation=wave.invitations.order_by("pk").first())
    counts, job = taken(brought(wave, workbook(HEAD, *answers_of(wave)), officer), officer)
    assert counts == (1, 0, 1)
    told = refusals(job)[0]
    assert "came already" in told and "Personal link" in told


def test_people_are_found_by_link_mail_and_sheet(officer):
    from surveys.services import entering

    wave = open_wave(one_section(), invited=3)
    first, second, _third = wave.invitations.select_related("wave__link_key", "contact").order_by("pk")
    for heading, said in (("邀请码", links.personal_url(first)), ("邮箱", second.contact.email)):
        file = workbook([heading, "评价0", "评价1", "评价2"], [said, 5, 4, 3])
        assert taken(brought(wave, file, officer), officer)[0] == (1, 0, 0)
    assert set(wave.invitations.filter(state=InvitationState.DONE)) == {first, second}
    entering.issue_sheets(wave, count=1, language="zh-hans", by=officer)
    file = workbook(["纸质问卷编号", "评价0", "评价1", "评价2"], ["0001-8", 5, 4, 3], ["0001-1", 5, 4, 3])
    assert taken(brought(wave, file, officer), officer)[0] == (1, 0, 1)
    assert entering.first_of(wave, 1).mode == ResponseMode.IMPORT


def test_an_anonymous_wave_of_the_invited_says_that_nothing_can_be_taken_over(officer):
    wave = open_wave(one_section(), invited=2, is_anonymous=True)
    row = brought(wave, workbook(["序号", "评价0", "评价1", "评价2"], [1, 5, 4, 3]), officer)
    assert selector.faults(row) == [
        "这个匿名批次只问受邀者，而数据行又不得说明是谁作答，因此无法导入。请按纸质问卷录入，或为这些答卷另开一个带公开链接的批次。"
    ]
    with pytest.raises(outside.NotReady, match="匿名批次"):
        start_import(row, by=officer)


def test_an_anonymous_wave_keeps_no_trace_of_the_row(officer, django_capture_on_commit_callbacks):
    wave = open_wave(one_section(), invited=0, is_anonymous=True)
    rows = [["序号", "手机", "评价0", "评价1", "评价2"], [1, "13800000001", 5, 4, 3], [2, "13800000002", 1, 1, 1]]
    row = brought(wave, workbook(*rows), officer)
    assert row.mapping["targets"] == ["id", "", "q:r0", "q:r1", "q:r2"]
    path = row.upload
    with django_capture_on_commit_callbacks(execute=True):
        assert taken(row, officer)[0] == (2, 0, 0)
    assert taken(brought(wave, workbook(*rows), officer), officer)[0] == (
        0,
        2,
        0,
    )
    assert BoxedAnswer.objects.count() == 2 and not ImportedAnswer.objects.exists() and not Response.objects.exists()
    assert (row.upload, row.look) == ("", "")
    again = brought(wave, workbook(*rows, [3, "13800000003", 2, 2, 2]), officer)
    outside.correct(
        again, by=officer, targets=["id", "who:mobile", "q:r0", "q:r1", "q:r2"], values={}, numbers="values"
    )
    with pytest.raises(outside.NotReady, match=r"匿名|anonymous"):
        start_import(again, by=officer)
    assert not default_storage.exists(path)


def test_a_mapping_is_kept_for_the_next_file(officer):
    wave = open_wave(one_section(), invited=0)
    head = ["甲", "乙", "丙", "丁"]
    row = brought(wave, workbook(head, ["超棒", 4, 3, "x"]), officer)
    outside.correct(
        row, by=officer, targets=["q:r0", "q:r1", "q:r2", ""], values={"r0": {"超棒": 5, "x": 99}}, numbers="values"
    )
    outside.keep(row, by=officer)
    following = brought(wave, workbook(head, ["超棒", 4, 3, "x"], ["超棒", 2, 2, ""]), officer)
    assert following.mapping["is_kept"] and following.mapping["values"] == {"r0": {"超棒": 5}}
    assert taken(following, officer)[0] == (2, 0, 0)
    assert not brought(wave, workbook(head, [1, 1, 1, 1]), officer, tool=Tool.GOOGLE).mapping["is_kept"]


def test_a_wave_that_closes_takes_no_more(officer, english):
    wave = open_wave(one_section(), invited=0)
    row = brought(wave, workbook(["评价0", "评价1", "评价2"], [5, 5, 5]), officer)
    waves.close(wave, by=officer)
    counts, job = taken(AnswerFile.objects.get(pk=row.pk), officer)
    assert counts == (0, 0, 1) and "closed" in refusals(job)[0]


def test_files_go_after_their_time(officer, settings):
    wave = open_wave(one_section(), invited=0)
    row = brought(wave, workbook(["评价0", "评价1", "评价2"], [5, 5, 5]), officer)
    tasks.forget_answer_files()
    row.refresh_from_db()
    assert row.is_kept and default_storage.exists(row.upload)
    AnswerFile.objects.filter(pk=row.pk).update(created_at=timezone.now() - timedelta(days=31))
    tasks.forget_answer_files()
    row.refresh_from_db()
    assert (row.upload, row.look) == ("", "")


def test_where_an_answer_came_from_never_changes(officer):
    wave = open_wave(one_section(), invited=0)
    taken(brought(wave, workbook(["评价0", "评价1", "评价2"], [5, 5, 5]), officer), officer)
    for statement in ("UPDATE surveys_importedanswer SET row = 9", "DELETE FROM surveys_importedanswer"):
        with pytest.raises(Exception, match=r"insert-only|denied"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


def test_results_are_divided_by_the_way_answers_came(officer, english):
    wave = open_wave(one_section(), invited=0)
    for number in range(10):
        answering.submit(payload={"r0": "1", "r1": "1", "r2": "1"}, wave=wave, submit_key=uuid.UUID(int=number))
    rows = [[n, 5, 5, 5] for n in range(1, 11)]
    taken(brought(wave, workbook(["序号", "评价0", "评价1", "评价2"], *rows), officer), officer)
    assert [(key, str(label)) for key, label in results.segments_in_use(wave)] == [("mode", "Way of answering")]
    found = {row.label: (row.n, row.scores.mean.mean) for row in results.compare(wave, "mode").rows}
    assert found == {"Imported": (10, 5.0), "Open link": (10, 1.0)}
    instrument = selector.instrument_of(wave.questionnaire_version)
    assert crosstabs.table(wave, instrument.by_uid["r0"], "mode").n == 20


# Pages -------------------------------------------------------------------------------------------------


def posted(row, **more):
    shown = selector.spellings(row)
    fields = {"target": row.mapping["targets"], "version": row.version, "numbers": "values", "act": "check"}
    fields["spelling"] = [f"{one.uid}|{line.text}" for one, _options, lines in shown for line in lines]
    fields["meaning"] = [line.meaning for _one, _options, lines in shown for line in lines]
    return fields | more


def test_the_way_of_a_file_through_the_pages(client, officer, django_capture_on_commit_callbacks):
    wave = open_wave(one_section(), invited=2)
    rows = answers_of(wave)
    rows[1][3] = "顶呱呱"
    client.force_login(officer)
    home = reverse("surveys:wave_outside", args=[wave.pk])
    assert client.post(home, {"tool": "wjx"}).status_code == 422
    with django_capture_on_commit_callbacks(execute=True):
        client.post(home, {"tool": "wjx", "file": workbook(HEAD, *rows)})
    row = AnswerFile.objects.get()
    if not row.look:
        outside.look(row, by=officer)
    page = row.get_absolute_url()
    AnswerFile.objects.update(job=None)
    row.refresh_from_db()
    html = client.get(page).content.decode()
    assert "顶呱呱" in html and "第3行" in html.replace(" ", "") and 'value="who:customer" selected' in html
    meaning = posted(row)["meaning"]
    meaning[[text.endswith("|顶呱呱") for text in posted(row)["spelling"]].index(True)] = "5"
    client.post(page, posted(row, meaning=meaning))
    row.refresh_from_db()
    assert row.mapping["values"]["r0"]["顶呱呱"] == 5
    assert "顶呱呱" in client.get(page).content.decode()
    assert client.post(page, posted(row, act="import")).status_code == 302
    row.refresh_from_db()
    from core.jobs import runner

    runner.run(str(row.job_id))
    row.refresh_from_db()
    assert row.outcome["new"] == 2
    done = client.get(page).content.decode()
    assert done.count("<select") > 3
    found = ImportedAnswer.objects.order_by("row").first()
    shown = client.get(reverse("surveys:response", args=[found.response_id])).content.decode()
    assert "答卷.xlsx" in shown and "导入" in shown
    only = client.get(reverse("surveys:wave_answers", args=[wave.pk]) + "?mode=import").content.decode()
    assert (only.count("KH-") >= 0 and "<b>2</b>" in only) or "2" in only
    assert Event.objects.filter(subject="surveys.answerfile", kind="answers_imported").count() == 1


def test_a_stale_page_is_told(client, officer):
    wave = open_wave(one_section(), invited=0)
    row = brought(wave, workbook(["评价0", "评价1", "评价2"], [5, 5, 5]), officer)
    client.force_login(officer)
    stale = posted(row, target=["q:r0", "", ""], version=row.version - 1)
    client.post(row.get_absolute_url(), stale)
    row.refresh_from_db()
    assert row.mapping["targets"] == ["q:r0", "q:r1", "q:r2"]


@pytest.mark.parametrize("role", [Role.SUPERVISOR, Role.AGENT, Role.LEAD, Role.EXECUTIVE])
def test_who_may_not_import_meets_a_closed_door(client, officer, role):
    wave = open_wave(one_section(), invited=0)
    row = brought(wave, workbook(["评价0", "评价1", "评价2"], [5, 5, 5]), officer)
    client.force_login(make.person(role))
    for page in (reverse("surveys:wave_outside", args=[wave.pk]), row.get_absolute_url()):
        assert client.get(page).status_code == 403


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_asks_as_often_for_one_as_for_three(client, officer, count, django_assert_num_queries):
    wave = open_wave(one_section(), invited=0)
    for number in range(count):
        brought(wave, workbook(["评价0", "评价1"], [number, 1]), officer)
    client.force_login(officer)
    page = reverse("surveys:wave_outside", args=[wave.pk])
    client.get(page)
    with django_assert_num_queries(8):
        html = client.get(page).content.decode()
    assert html.count("/surveys/answer-files/") == count


def test_reading_is_a_job(officer):
    from core.jobs import runner

    wave = open_wave(one_section(), invited=0)
    row = outside.bring(wave, file=workbook(["评价0", "评价1"], [5, 5]), tool=Tool.OTHER, by=officer)
    job = start_look(row, by=officer)
    runner.run(str(job.pk))
    row.refresh_from_db()
    assert (row.rows_n, Job.objects.get(pk=job.pk).result["url"]) == (1, row.get_absolute_url())
