"""Pages of appraisal: who reaches what, what they show, how many queries lists need."""

from decimal import Decimal as D

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.choices import Role
from appraisal.choices import CycleState
from appraisal.models import Appeal, AppraisalCycle, FactSnapshot, Publication, Rating, SchemeVersion, Score
from appraisal.services import appeals
from core.due import items_for, tiles_for
from core.search import find
from tests.factories import accounts
from tests.factories import appraisal as make

pytestmark = pytest.mark.django_db


def url(name, *args):
    return reverse(f"appraisal:{name}", args=args)


def page(client, user, path, status=200):
    client.force_login(user)
    answer = client.get(path)
    assert answer.status_code == status, path
    return answer.content.decode()


# Who sees what ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("state", list(CycleState))
def test_the_officer_opens_every_page_at_every_stage(client, who, state, language):
    row = make.cycle_at(state, who)
    client.cookies["django_language"] = language
    client.force_login(who.officer)
    paths = [row.get_absolute_url(), url("cycle_list"), url("scheme_list"), row.scheme_version.get_absolute_url()]
    paths += [path for sheet in row.sheets.all() for path in (sheet.get_absolute_url(),)]
    paths += [fact.get_absolute_url() for fact in FactSnapshot.objects.all()]
    paths += [one.get_absolute_url() for model in (Publication, Score) for one in model.objects.all()]
    for path in paths:
        assert client.get(path).status_code == 200, path


def test_an_administrator_sees_nothing(client, who):
    row = make.cycle_at(CycleState.PUBLISHED, who)
    admin = accounts.person(Role.ADMINISTRATOR)
    paths = [row.get_absolute_url(), row.sheets.get().get_absolute_url(), url("cycle_list"), url("ratings")]
    for path in [*paths, Score.objects.get().get_absolute_url(), Publication.objects.get().get_absolute_url()]:
        client.force_login(admin)
        assert client.get(path).status_code in (403, 404), path
    assert "75.83" not in page(client, admin, url("own"))


@pytest.mark.parametrize(
    ("state", "head", "employee"),
    [(CycleState.SCORING, 404, 404), (CycleState.PREVIEW, 200, 404), (CycleState.PUBLISHED, 200, 200)],
)
def test_a_unit_sees_its_own_from_the_preview_and_the_publication(client, who, state, head, employee):
    sheet = make.cycle_at(state, who).sheets.get()
    page(client, who.head, sheet.get_absolute_url(), head)
    page(client, who.employee, sheet.get_absolute_url(), employee)
    page(client, accounts.person(Role.EMPLOYEE, unit=accounts.unit()), sheet.get_absolute_url(), 404)


def test_supervision_reads_the_process_without_grounds(client, who):
    sheet = make.cycle_at(CycleState.PUBLISHED, who).sheets.get()
    shown = page(client, accounts.supervisor(Role.SUPERVISOR), sheet.get_absolute_url())
    assert "75.83" in shown and "完成了计划" not in shown
    assert "完成了计划" in page(client, who.head, sheet.get_absolute_url())


def test_before_the_preview_nobody_reads_the_draft_of_another(client, who):
    row = make.cycle_at(CycleState.SCORING, who)
    make.rate(row, who, own=81.25, superior=None)
    sheet = row.sheets.get()
    assert "81.25" not in page(client, who.superior, url("rate", sheet.pk))
    assert "81.25" not in page(client, who.officer, sheet.get_absolute_url())
    assert "81.25" in page(client, who.head, url("rate", sheet.pk))


def test_list_search_and_files_hold_the_same_rows(client, who):
    """P1."""
    row = make.cycle_at(CycleState.PREVIEW, who)
    name = row.sheets.get().unit_name
    outsider = accounts.person(Role.EMPLOYEE, unit=accounts.unit(name_zh="别的部", name_en="Other"))
    assert [hit.title for hit in find(who.officer, name) if hit.url.startswith("/appraisal/")]
    for person in (outsider, who.employee, accounts.person(Role.ADMINISTRATOR)):
        assert not [hit for hit in find(person, name) if hit.url.startswith("/appraisal/")]
    client.force_login(who.officer)
    lines = b"".join(client.get(url("cycle_list") + "?format=csv").streaming_content).decode().splitlines()
    assert len([line for line in lines if str(row) in line]) == 1
    page(client, who.employee, url("cycle_list") + "?format=csv", 403)


# Steps through pages ---------------------------------------------------------------------------------


def test_the_officer_draws_up_a_scheme_and_the_executive_approves(client, who):
    client.force_login(who.officer)
    client.post(url("scheme_create"), {"name_zh": "季度考核", "name_en": "Quarterly"})
    version = SchemeVersion.objects.get()
    edit = url("scheme_edit", version.pk)
    data = {name: bound.value() for name, bound in scheme_fields(client.get(edit)).items() if bound.value() is not None}
    refused = client.post(edit, data | {"w-service-satisfaction": "39.99"})
    assert "不是100" in refused.content.decode() or "not to 100" in refused.content.decode()
    assert client.post(edit, data | {"bonus_base": "3000"}).status_code == 302
    client.post(url("scheme_step", version.pk, "submit"), {"version": 1})
    client.force_login(who.executive)
    client.post(url("scheme_step", version.pk, "approve"), {"version": 2})
    version.refresh_from_db()
    assert (version.state, version.bonus_base) == ("approved", D(3000))


def scheme_fields(answer):
    form = answer.context["form"]
    return {name: form[name] for name in form.fields}


def test_a_cycle_by_its_pages(client, who):
    version = make.scheme(who)
    client.force_login(who.officer)
    form = client.get(url("cycle_create")).context["form"]
    day = form.fields["day"].choices[1][0]
    client.post(url("cycle_create"), {"day": day, "scheme_version": version.pk, "superior": who.superior.pk,
                                      "ratings_due": "2030-01-10", "objection_days": 5})  # fmt: skip
    row = AppraisalCycle.objects.get()
    for number, step in enumerate(("open", "freeze", "begin")):
        page(client, who.officer, url("cycle_step", row.pk, step))
        assert client.post(url("cycle_step", row.pk, step), {"version": number}).status_code == 302
    sheet = row.sheets.get()
    for person, score in ((who.head, 80), (who.superior, 90)):
        client.force_login(person)
        client.post(url("rate", sheet.pk), {"score": score, "comment": "按计划完成"})
    client.force_login(who.officer)
    client.post(url("cycle_step", row.pk, "preview"), {"version": 3})
    row.refresh_from_db()
    assert (row.state, Rating.objects.count(), FactSnapshot.objects.count()) == (CycleState.PREVIEW, 2, 4)


def test_an_objection_by_its_pages(client, who):
    row = make.cycle_at(CycleState.PREVIEW, who)
    sheet = row.sheets.get()
    page(client, who.head, url("object", sheet.pk))
    client.post(url("object", sheet.pk), {"line": "complaint_rate", "ground": "两件不属本部门"})
    appeal = Appeal.objects.get()
    page(client, who.superior, url("appeal_decide", appeal.pk, "uphold"), 403)
    page(client, who.executive, appeal.get_absolute_url())
    page(client, who.executive, url("appeal_decide", appeal.pk, "uphold"))
    client.post(url("appeal_decide", appeal.pk, "uphold"), {"after": 70, "reason": "属实", "version": 0})
    appeal.refresh_from_db()
    assert appeal.state == "upheld"
    assert "78.00" in page(client, who.head, sheet.get_absolute_url())


def test_a_publication_as_page_pdf_and_workbook_and_its_correction(client, who):
    row = make.cycle_at(CycleState.PUBLISHED, who)
    assert "75.83" in page(client, who.officer, Publication.objects.get().get_absolute_url())
    client.force_login(who.executive)
    for fmt, start in (("pdf", b"%PDF"), ("xlsx", b"PK")):
        assert client.get(url("publication_file", row.pk, 1, fmt)).content.startswith(start)
    page(client, who.executive, url("cycle_correct", row.pk))
    data = {"sheet": row.sheets.get().pk, "line": "self", "after": 90, "reason": "抄错", "version": row.version}
    assert client.post(url("cycle_correct", row.pk), data).status_code == 302
    assert Publication.objects.count() == 2
    assert "77.83" in page(client, who.employee, url("own"))


# Home, counts ----------------------------------------------------------------------------------------


def test_what_is_due_and_from_whom(who):
    row = make.cycle_at(CycleState.SCORING, who)
    assert [item.act for item in items_for(who.head) if "/appraisal/" in item.url]
    make.rate(row, who)
    assert not [item for item in items_for(who.head) if "/appraisal/" in item.url]
    assert [tile.url for tile in tiles_for(who.officer)] == [row.get_absolute_url()]


def test_who_decides_is_asked_to(who):
    row = make.cycle_at(CycleState.PREVIEW, who)
    appeal = appeals.raise_appeal(row.sheets.get(), by=who.head, line="self", ground="笔误")
    assert appeal.get_absolute_url() in [item.url for item in items_for(who.executive)]
    assert appeal.get_absolute_url() not in [item.url for item in items_for(who.superior)]


def _count(client, who, name):
    client.force_login(who.superior)
    client.get(url(name))
    with CaptureQueriesContext(connection) as queries:
        assert client.get(url(name)).status_code == 200
    return len(queries)


def test_lists_need_the_same_queries_for_one_row_and_three(client, who):
    version = make.scheme(who)
    queries = []
    for month in (1, 4, 7):
        row = make.cycle(who, day=make.DAY.replace(month=month, year=2025), scheme_version=version)
        make.to(row, CycleState.SCORING, who)
        if month != 4:
            queries.append([_count(client, who, name) for name in ("cycle_list", "scheme_list", "ratings")])
    assert queries[0] == queries[1]
    assert max(queries[0]) <= 12
