"""Schemes, departments and what they must do, filing, the service chain, advance notice, contact data, training (SUR-05 to 07, 14, 15,
25 to 27, 33; REM-04).
"""

from datetime import date, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from accounts.choices import DepartmentType, Role, UnitKind
from accounts.models import OrgUnit
from accounts.services import people, units
from core import attachments
from core.permissions import allows
from core.workflow import InvalidTransition
from customers.models import ContactPerson
from dashboard.demo.clock import at
from notifications.models import Message, Notice
from surveys import tasks as jobs
from surveys.choices import FilingState, Goal, Stage
from surveys.models import AdvanceNotice, AssistingUnit, Filing, Scheme, SurveyPlan, SurveyTraining
from surveys.selectors import audience, coverage, revisions
from surveys.services import filings, plans, schemes, waves
from tests.factories import surveys as make

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.4 filed %%EOF"


def department(code, parent=None):
    return OrgUnit.objects.filter(code=code).first() or units.create(
        by=None, code=code, name_zh=f"部门{code}", name_en=code, kind=UnitKind.DEPARTMENT,
        department_type=DepartmentType.BUSINESS, parent=parent,
    )  # fmt: skip


def member(unit, *roles, is_head=False):
    user = make.person(*(roles or (Role.DEPARTMENT_USER,)))
    people.join(user, unit, by=None, is_head=is_head)
    return user


def with_scheme(plan, **fields):
    activity = plan.activities.get()
    usual = {
        "goals": [Goal.NEEDS],
        "respondents_zh": "新老客户",
        "processing_zh": "写入季度报告",
        "organiser": make.unit(),
    }
    return schemes.write(activity, by=plan.author, **usual | fields)


def approve(plan):
    plans.submit(plan, by=plan.author)
    plans.approve(plan, by=make.person())
    return plan


# The scheme ----------------------------------------------------------------------------------------------


def test_a_scheme_is_part_of_the_plan_and_its_revision_and_its_differences_read():
    plan = make.plan()
    scheme = with_scheme(plan, designer="third_party", third_party="方正调研", stages=[Stage.DELIVERY])
    duty = schemes.add_unit(scheme.activity, by=plan.author, unit=department("SV"), duty="提供联系人名单")
    approve(plan)
    stored = plan.revisions.get().content["activities"][0]["scheme"]
    assert (stored["goals"], stored["third_party"], stored["assisting"][0]["duty"]) == (
        ["needs"],
        "方正调研",
        "提供联系人名单",
    )
    with pytest.raises(InvalidTransition):
        schemes.write(scheme.activity, by=plan.author, goals=[Goal.LOYALTY])
    before = plans.snapshot(plan)
    plans.revise(plan, by=plan.author, reason="调整")
    schemes.write(plan.activities.get(), by=plan.author, goals=[Goal.NEEDS, Goal.LOYALTY])
    schemes.edit_unit(duty, by=plan.author, duty="提供联系人名单并提前通知")
    ((row, lines),) = revisions.difference(before, plans.snapshot(SurveyPlan.objects.get(pk=plan.pk))).schemes
    assert row["id"] == scheme.activity_id
    assert [str(label) for label, _was, _now in lines] == ["目标", "配合部门"]
    assert lines[1][1:] == ("部门SV: 提供联系人名单", "部门SV: 提供联系人名单并提前通知")


def test_whoever_writes_a_scheme_does_not_approve_the_plan():
    plan, other = make.plan(), make.person(Role.EXECUTIVE, Role.SURVEY_OFFICER)
    schemes.write(plan.activities.get(), by=other, goals=[Goal.NEEDS])
    plans.submit(plan, by=plan.author)
    assert not allows(other, "surveys.decide_plan", plan)


@pytest.mark.parametrize(
    "fields", [{"designer": "third_party"}, {"third_party": "某公司"}, {"goals": ["profit"]}, {"stages": ["x"]}]
)
def test_the_database_refuses_a_scheme_that_contradicts_itself(fields):
    with pytest.raises(IntegrityError), transaction.atomic():
        with_scheme(make.plan(), **fields)
    assert not Scheme.objects.exists()


def test_the_form_names_what_a_scheme_lacks_and_keeps_what_was_typed(client):
    plan = make.plan()
    activity = plan.activities.get()
    client.force_login(plan.author)
    url = reverse("surveys:scheme_edit", args=[plan.pk, activity.pk])
    data = {"designer": "third_party", "scope_zh": "全部课程", "notice_days": 7}
    answer = client.post(url, data)
    assert set(answer.context["form"].errors) == {"goals", "third_party"} and "全部课程" in answer.content.decode()
    assert client.post(url, data | {"goals": ["needs", "staff"], "third_party": "方正调研"}).status_code == 302
    page = client.get(activity.get_absolute_url()).content.decode()
    assert all(words in page for words in ("方正调研", "全部课程", "了解需求与期望"))


def test_an_activity_is_quarterly_unless_a_reason_is_given(client):
    """[SUR-14]"""
    plan = make.plan()
    client.force_login(plan.author)
    url = reverse("surveys:activity_create", args=[plan.pk])
    assert client.get(url).context["form"].initial["recurrence"] == "quarterly"
    data = {
        "title_zh": "年度",
        "method": "web",
        "recurrence": "yearly",
        "starts_on": "2027-03-01",
        "ends_on": "2027-03-20",
        "owner": plan.author.pk,
    }
    assert "recurrence_reason" in client.post(url, data).context["form"].errors
    assert client.post(url, data | {"recurrence_reason": "公司决定每年一次"}).status_code == 302
    assert client.post(url, data | {"title_zh": "季度", "recurrence": "quarterly"}).status_code == 302
    assert list(plan.activities.exclude(title_zh="一季度调查").values_list("recurrence", "recurrence_reason")) == [
        ("yearly", "公司决定每年一次"), ("quarterly", ""),
    ]  # fmt: skip


# Departments ---------------------------------------------------------------------------------------------


def test_a_department_finds_its_duty_on_its_home_page_and_confirms_it_once(client):
    plan, unit = make.plan(), department("SV")
    scheme = with_scheme(plan)
    duty = schemes.add_unit(
        scheme.activity, by=plan.author, unit=unit, duty="提供联系人名单", due_on=timezone.localdate()
    )
    mine, stranger = member(unit), member(department("BT"))
    assert not allows(mine, "surveys.confirm_duty_of", duty)
    approve(plan)
    duty = AssistingUnit.objects.get(pk=duty.pk)
    assert [one for one in (mine, stranger, plan.author) if allows(one, "surveys.confirm_duty_of", duty)] == [mine]
    client.force_login(stranger)
    url = reverse("surveys:duty_confirm", args=[plan.pk, scheme.activity_id, duty.pk])
    assert client.post(url).status_code == 403
    client.force_login(mine)
    assert "阅读本部门的工作要求并确认" in client.get("/").content.decode()
    assert client.post(url).status_code == 302
    duty.refresh_from_db()
    assert duty.acknowledged_by == mine and "阅读本部门的工作要求并确认" not in client.get("/").content.decode()
    with pytest.raises(InvalidTransition):
        schemes.acknowledge(duty, by=mine)


def test_a_changed_duty_is_confirmed_anew():
    plan = make.plan()
    scheme = with_scheme(plan)
    duty = schemes.add_unit(scheme.activity, by=plan.author, unit=department("SV"), duty="提供名单")
    approve(plan)
    schemes.acknowledge(AssistingUnit.objects.get(), by=make.person())
    plans.revise(plan, by=plan.author, reason="调整")
    duty = AssistingUnit.objects.select_related("scheme__activity__plan").get()
    schemes.edit_unit(duty, by=plan.author, duty="提供名单")
    assert duty.acknowledged_at is not None
    schemes.edit_unit(duty, by=plan.author, duty="提供名单与电话")
    assert duty.acknowledged_at is None


def test_a_department_is_on_the_list_once(client):
    plan, unit = make.plan(), department("SV")
    client.force_login(plan.author)
    url = reverse("surveys:duty_create", args=[plan.pk, plan.activities.get().pk])
    assert client.post(url, {"unit": unit.pk, "duty": "提供名单"}).status_code == 302
    assert "unit" in client.post(url, {"unit": unit.pk, "duty": "另一项"}).context["form"].errors
    assert "duty" in client.post(url, {"unit": make.unit().pk, "duty": ""}).context["form"].errors


# Filing --------------------------------------------------------------------------------------------------


def unit_plan(author=None):
    head = department("HQX")
    below = department("BR", parent=head)
    author = author or make.person()
    parts = {f"{key}_zh": "内容" for key in ("goal", "scope", "respondents", "methods", "schedule", "participants")}
    plan = plans.create(year=2027, unit=below, by=author, **parts)
    days = {"starts_on": date(2027, 3, 1), "ends_on": date(2027, 3, 9)}
    plans.add_activity(plan, by=author, title_zh="调查", owner=author, recurrence="quarterly", **days)
    return plan


def test_an_approved_plan_is_owed_to_the_next_higher_department_and_at_the_top_to_nobody():
    below, top = approve(unit_plan()), approve(make.plan())
    filing = below.filings.get()
    assert (filing.state, filing.unit.code, filing.revision_no) == (FilingState.OWED, "HQX", 1)
    assert filing.due_on == timezone.localdate() + timedelta(days=10)
    assert top.filings.get().state == FilingState.NOT_NEEDED


def test_filing_returning_and_filing_again_with_its_papers(client):
    plan = approve(unit_plan())
    filing = plan.filings.get()
    client.force_login(plan.author)
    assert "上报备案" in client.get("/").content.decode()
    url = reverse("surveys:filing_step", args=[plan.pk, filing.pk, "file"])
    today = timezone.localdate()
    data = {"version": filing.version, "filed_on": today + timedelta(days=1), "reference": "BA-2027-03"}
    assert "filed_on" in client.post(url, data).context["form"].errors
    data |= {"filed_on": today, "files": SimpleUploadedFile("filed.pdf", PDF)}
    assert client.post(url, data).status_code == 302
    filing.refresh_from_db()
    assert (filing.state, filing.filed_on, filing.reference) == (FilingState.FILED, today, "BA-2027-03")
    assert [row.name for row in attachments.of(filing)] == ["filed.pdf"]
    assert "BA-2027-03" in client.get(plan.get_absolute_url()).content.decode()
    filings.note_return(filing, by=plan.author, reason="缺盖章")
    assert list(Filing.objects.due()) == [filing]
    filings.put_on_file(filing, by=plan.author, filed_on=today, reference="BA-2027-04")
    assert Filing.objects.due().count() == 0


def test_a_newer_revision_replaces_what_was_not_filed():
    plan = approve(unit_plan())
    plans.revise(plan, by=plan.author, reason="调整")
    approve(plan)
    assert list(plan.filings.order_by("revision_no").values_list("state", flat=True)) == ["not_needed", "owed"]


def test_who_does_not_belong_to_the_unit_files_nothing():
    filing = approve(unit_plan()).filings.get()
    inside, outside = member(filing.plan.unit), member(department("BT"))
    assert [one for one in (inside, outside) if allows(one, "surveys.file_plan_of", filing)] == [inside]


def test_the_database_wants_a_date_and_a_number_of_what_is_filed():
    filing = approve(unit_plan()).filings.get()
    with pytest.raises(IntegrityError, match="filed_has_date_and_number"), transaction.atomic():
        Filing.objects.filter(pk=filing.pk).update(state=FilingState.FILED)


# The service chain ---------------------------------------------------------------------------------------


def test_stages_that_no_survey_of_the_year_looks_at_are_named(client):
    version, officer = make.published(), make.person()
    schemes.map_stages(
        version.questionnaire, {"content": Stage.DESIGN, "trainer": Stage.TRAINER, "overall": ""}, by=officer
    )
    plan = make.plan()
    with_scheme(plan, questionnaire_version=version, stages=[Stage.DELIVERY])
    lines = {line.stage: line for line in coverage.of_year(officer, plan.year)}
    covered = [stage for stage, line in lines.items() if not line.is_uncovered]
    assert covered == [Stage.DESIGN, Stage.TRAINER, Stage.DELIVERY]
    client.force_login(officer)
    page = client.get(reverse("surveys:plan_coverage", args=[plan.pk])).content.decode()
    assert "没有调查涉及：需求调研、效果评估、后续跟进" in page


def test_a_wave_of_the_year_covers_the_stages_of_its_questionnaire():
    wave = make.wave()
    officer, year = make.person(), timezone.localdate(wave.opens_at).year
    schemes.map_stages(wave.questionnaire_version.questionnaire, {"content": Stage.EVALUATION}, by=officer)
    lines = {line.stage: line for line in coverage.of_year(officer, year)}
    assert ([row.pk for row in lines[Stage.EVALUATION].waves], lines[Stage.RESEARCH].waves) == ([wave.pk], [])
    nobody = make.person(Role.EMPLOYEE)
    assert all(line.waves == [] for line in coverage.of_year(nobody, year))


def test_the_stages_of_dimensions_are_set_on_their_page(client):
    version, officer = make.published(), make.person()
    client.force_login(officer)
    url = reverse("surveys:questionnaire_stages", args=[version.questionnaire.pk])
    assert client.post(url, {"stage_content": "design", "stage_trainer": "", "stage_overall": ""}).status_code == 302
    assert list(version.questionnaire.stages.values_list("dimension", "stage")) == [("content", "design")]
    assert "stage_content" in client.post(url, {"stage_content": "nowhere"}).context["form"].errors


# Advance notice ------------------------------------------------------------------------------------------


def announced(days=7, opens_in=timedelta(days=6)):
    plan, unit = make.plan(), department("SV")
    head, told = member(unit, is_head=True), make.person(Role.EMPLOYEE)
    scheme = with_scheme(plan, notice_days=days, concerned=[told])
    schemes.add_unit(scheme.activity, by=plan.author, unit=unit, duty="提供名单")
    approve(plan)
    now = timezone.now()
    wave = make.wave(
        activity=scheme.activity, opens_at=now + opens_in, closes_at=now + timedelta(days=30), audience={"nobody": True}
    )
    waves.schedule(wave, by=wave.owner)
    return wave, {wave.owner, plan.author, head, told}


def test_people_concerned_are_told_once_so_many_days_before(client):
    wave, concerned = announced(opens_in=timedelta(days=9))
    assert jobs.send_notices() == {"done": 0, "failed": 0}
    with at(timezone.now() + timedelta(days=3)):
        for _run in range(2):
            jobs.send_notices()
    assert {row.user for row in wave.advance_notices.select_related("user")} == concerned
    assert (
        Notice.objects.filter(kind="surveys.advance_notice").count()
        == len(concerned)
        == Message.objects.filter(kind="surveys.advance_notice").count()
    )
    client.force_login(wave.owner)
    page = client.get(reverse("surveys:wave_tasks", args=[wave.pk])).content.decode()
    assert all(person.name_zh in page for person in concerned)


def test_a_date_that_moved_is_told_anew_and_a_cancelled_wave_is_not(client):
    wave, concerned = announced()
    jobs.send_notices()
    waves.edit(wave, by=wave.owner, opens_at=wave.opens_at + timedelta(days=1))
    jobs.send_notices()
    assert AdvanceNotice.objects.count() == 2 * len(concerned)
    waves.edit(wave, by=wave.owner, opens_at=wave.opens_at - timedelta(days=3))
    waves.cancel(wave, by=wave.owner, reason="取消")
    assert jobs.send_notices() == {"done": 0, "failed": 0}


def test_where_nobody_is_to_be_told_nobody_is():
    announced(days=None)
    assert jobs.send_notices() == {"done": 0, "failed": 0}


def test_advance_notices_stay_as_they_were():
    announced()
    jobs.send_notices()
    with pytest.raises(DatabaseError, match=r"denied|insert-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM surveys_advancenotice")
    assert AdvanceNotice.objects.exists()


# Contact data and training -------------------------------------------------------------------------------


def test_contacts_that_nobody_checked_lately_are_flagged_before_sampling(client, settings):
    settings.CONTACT_VERIFIED_DAYS = 365
    today = timezone.localdate()
    fresh, old, never = make.contacts(3)
    ContactPerson.objects.filter(pk=fresh.pk).update(verified_on=today - timedelta(days=365))
    ContactPerson.objects.filter(pk=old.pk).update(verified_on=today - timedelta(days=366))
    assert (list(audience.unverified({})), audience.count({})["unverified"]) == ([never, old], 2)
    wave = make.wave(audience={})
    client.force_login(wave.owner)
    step = client.get(reverse("surveys:wave_step", args=[wave.pk, "schedule"])).content.decode()
    assert "有 2 人的资料未在规定期限内核实" in step
    page = client.get(reverse("surveys:wave_unverified", args=[wave.pk])).content.decode()
    assert all(one.customer.name_zh in page for one in (old, never)) and fresh.customer.name_zh not in page


def test_a_wave_stays_in_its_plan_while_that_is_revised():
    plan = make.approved_plan()
    wave = make.wave(activity=plan.activities.get())
    plans.revise(plan, by=plan.author, reason="增加一次调查")
    from surveys.forms.waves import WaveForm

    choices = WaveForm(user=wave.owner, wave=wave).fields["activity"].queryset
    assert (plan.state, list(choices)) == ("revising", [wave.activity])
    assert not WaveForm(user=wave.owner).fields["activity"].queryset.exists()


def test_a_wave_given_to_somebody_untrained_asks_once(client):
    officer, trained = make.person(), make.person()
    wave = make.wave(by=trained)
    client.force_login(officer)
    note = reverse("surveys:training_note")
    tomorrow = timezone.localdate() + timedelta(days=1)
    assert "on" in client.post(note, {"user": trained.pk, "on": tomorrow, "subject": "访谈"}).context["form"].errors
    client.post(note, {"user": trained.pk, "on": timezone.localdate(), "subject": "电话访谈"})
    assert SurveyTraining.objects.get().noted_by == officer
    from surveys.forms.waves import WaveForm

    data = WaveForm.initial_of(wave)
    opens, closes = (f"{timezone.localdate() + timedelta(days=days)}T09:00" for days in (40, 60))
    data |= {"owner": officer.pk, "opens_at": opens, "closes_at": closes}
    form = WaveForm({name: value for name, value in data.items() if value is not None}, user=officer, wave=wave)
    assert (form.is_valid(), len(form.soft_warnings), form.errors) == (False, 1, {})
    form = WaveForm(
        {name: value for name, value in (data | {"owner": trained.pk}).items() if value is not None},
        user=officer,
        wave=wave,
    )
    assert form.is_valid()
