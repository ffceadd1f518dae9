"""Task lists: three phases and seven steps, ticked by people or by facts, in the order of the links; reminders; quality checks
(SUR-10 to 12, 28, 29; REM-07, 09).
"""

from datetime import date, timedelta

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from accounts.choices import Role
from accounts.services import people
from core.permissions import allows
from core.workflow import InvalidTransition
from dashboard.demo.clock import at, moment
from notifications.models import Notice
from surveys import facts
from surveys import tasks as jobs
from surveys.choices import CheckPoint, CheckState, CycleStep, Fact, Link, Phase, TaskState, Verdict
from surveys.errors import NotReady
from surveys.models import QualityCheck, ResponseCheck, SurveyTask, TaskTemplate, WaveCompletion
from surveys.selectors import task_lists
from surveys.services import checks, findings, quality, tasks, waves
from tests.factories import surveys as make

pytestmark = pytest.mark.django_db
EVERY_POINT = CheckPoint.values


def listed(wave=None, **fields):
    """A wave outside of plans for which somebody asked for a list."""
    wave = wave or make.wave(**fields)
    tasks.draw_up(wave)
    tasks.sync(wave)
    return wave


def of(wave, code):
    return wave.tasks.get(code=code)


def done_codes(wave):
    return {task.code for task in wave.tasks.exclude(done_at=None)}


def confirmed_wave(scores=(5,) * 5):
    wave = listed(make.answered_wave(list(scores)))
    waves.close(wave, by=wave.owner)
    checks.accept_rest(wave, by=wave.owner)
    for check in ResponseCheck.objects.filter(response__wave=wave, state=CheckState.OPEN):
        checks.accept(check, by=wave.owner)
    for finding in wave.findings.filter(state="proposed"):
        findings.dismiss(finding, by=wave.owner, reason="个别情况")
    waves.confirm_results(wave, by=wave.owner)
    return wave


# The list ------------------------------------------------------------------------------------------------


def test_a_new_wave_gets_the_tasks_in_use_with_their_limits():
    wave = make.wave(
        activity=make.approved_plan().activities.get(),
        opens_at=moment(date(2027, 3, 10)),
        closes_at=moment(date(2027, 3, 24)),
    )
    found = {task.code: task for task in wave.tasks.all()}
    assert set(found) == set(TaskTemplate.objects.values_list("code", flat=True))
    assert (found["scheme"].due_on, found["findings"].due_on) == (date(2027, 2, 18), date(2027, 3, 29))
    assert {task.phase for task in found.values()} == set(Phase.values)
    assert {task.step for task in found.values()} == set(CycleStep.values)
    assert {task.owner for task in found.values()} == {wave.owner}


def test_a_wave_outside_of_a_plan_has_no_tasks_of_plans():
    assert not listed().tasks.filter(fact__in=Fact.of_plans()).exists()


def test_limits_follow_the_dates_of_the_wave_and_a_limit_of_its_own_keeps_its_distance():
    wave = listed(opens_at=moment(date(2027, 3, 10)), closes_at=moment(date(2027, 3, 24)))
    tasks.assign(of(wave, "analysis"), by=wave.owner, owner=wave.owner, due_on=date(2027, 3, 26))
    waves.edit(wave, by=wave.owner, closes_at=moment(date(2027, 3, 31)))
    assert (of(wave, "findings").due_on, of(wave, "analysis").due_on) == (date(2027, 4, 5), date(2027, 4, 2))
    assert of(wave, "steps").due_on == date(2027, 2, 24)


def test_templates_change_new_lists_only(client):
    boss, wave = make.person(Role.EXECUTIVE), listed()
    client.force_login(boss)
    template = TaskTemplate.objects.get(code="analysis")
    url = reverse("surveys:template_edit", args=[template.pk])
    data = {"title_zh": "写出分析报告", "phase": "confirmation", "step": 4, "position": 14, "anchor": "closes", "offset_days": 8,
            "is_active": "on", "version": template.version}  # fmt: skip
    assert "step" in client.post(url, data | {"step": 1}).context["form"].errors
    assert "wants_outcome" in client.post(url, data | {"fact": "closed", "wants_outcome": "on"}).context["form"].errors
    assert "offset_days" in client.post(url, data | {"offset_days": 999}).context["form"].errors
    assert client.post(url, data).status_code == 302
    assert (of(wave, "analysis").title_zh, of(listed(), "analysis").title_zh) == ("写出分析结论", "写出分析报告")
    assert "写出分析报告" in client.get(reverse("surveys:template_list")).content.decode()
    template.refresh_from_db()
    assert template.transitions.get().by == boss


# Facts ---------------------------------------------------------------------------------------------------


def test_facts_tick_their_tasks_as_they_come_true():
    wave = listed(make.answered_wave([3] * 5))
    assert done_codes(wave) == {"questionnaire", "sample"}  # the mails have not been delivered yet
    wave.invitations.update(sent_at=timezone.now())
    assert jobs.tick_tasks() == {"done": 1, "failed": 0}
    waves.close(wave, by=wave.owner)
    assert {"closing", "invitations"} <= done_codes(wave)
    assert not {"authenticity", "findings", "results"} <= done_codes(wave)


def test_every_fact_is_known_to_somebody():
    wave = confirmed_wave()
    known = set(facts.known(wave)) | set(Fact.of_plans())
    assert set(facts.PROVIDERS) == {Fact.REPORT_ISSUED, Fact.MEASURES_PLANNED, Fact.MEASURES_DONE}
    assert set(Fact) - known - {Fact.REPORT_ISSUED, Fact.QUALITY_CHECKED, Fact.INVITED} == set()


def test_a_fact_that_holds_no_more_takes_its_tick_away():
    wave = listed(make.answered_wave([5] * 5))
    waves.close(wave, by=wave.owner)
    checks.accept_rest(wave, by=wave.owner)
    for check in ResponseCheck.objects.filter(response__wave=wave, state=CheckState.OPEN):
        checks.accept(check, by=wave.owner)
    tasks.sync(wave)
    assert "authenticity" in done_codes(wave)
    checks.doubt(ResponseCheck.objects.filter(response__wave=wave).first(), by=wave.owner, reason="可疑")
    for _run in range(2):
        jobs.tick_tasks()
    assert "authenticity" not in done_codes(wave)


def test_what_a_fact_ticks_nobody_ticks_by_hand():
    wave = listed()
    with pytest.raises(InvalidTransition):
        tasks.tick(of(wave, "closing"), by=wave.owner)
    with pytest.raises(IntegrityError, match="ticked_by_person_or_fact"), transaction.atomic():
        wave.tasks.filter(code="closing").update(done_at=timezone.now(), done_by=wave.owner)
    assert of(wave, "closing").done_at is None


# Links ---------------------------------------------------------------------------------------------------


def test_no_link_is_skipped():
    wave = confirmed_wave()
    with pytest.raises(InvalidTransition):
        tasks.tick(of(wave, "announcement"), by=wave.owner, outcome="已在网站公布")
    assert of(wave, "announcement").done_at is None
    tasks.tick(of(wave, "steps"), by=wave.owner)
    assert of(wave, "steps").done_by == wave.owner


def finish(wave, monkeypatch):
    """Everything but the last three tasks of people."""
    for fact in (Fact.REPORT_ISSUED, Fact.MEASURES_DONE):
        monkeypatch.setitem(facts.PROVIDERS, fact, lambda wave: wave.confirmed_at)
    wave.invitations.update(sent_at=timezone.now())
    quality.check(wave, by=make.person(Role.DEPARTMENT_USER), verdict=Verdict.SOUND, met=EVERY_POINT)
    tasks.tick(of(wave, "steps"), by=wave.owner)


def test_a_survey_is_complete_after_analysis_and_feedback_and_not_before(monkeypatch):
    wave = confirmed_wave()
    finish(wave, monkeypatch)
    with pytest.raises(NotReady) as caught:
        tasks.complete(wave, by=wave.owner)
    assert len(caught.value.problems) == 3  # analysis, announcement, review
    tasks.tick(of(wave, "analysis"), by=wave.owner, outcome="满意率上升")
    tasks.tick(of(wave, "announcement"), by=wave.owner, outcome="已公布")
    tasks.tick(of(wave, "review"), by=wave.owner, outcome="样本偏小，下季度扩大")
    tasks.complete(wave, by=wave.owner)
    assert task_lists.bar(wave).is_complete and task_lists.bar(wave).now in (None, Link.PREPARATION)
    with pytest.raises(InvalidTransition):
        tasks.untick(of(wave, "review"), by=wave.owner, reason="再看")


def test_the_database_completes_no_survey_with_a_link_open():
    wave = confirmed_wave()
    with pytest.raises(DatabaseError, match="a link is not closed"), transaction.atomic():
        WaveCompletion.objects.create(wave=wave, by=wave.owner)
    assert not WaveCompletion.objects.exists()


def test_an_open_wave_is_not_completed():
    wave = listed(make.open_wave(1))
    with pytest.raises(NotReady):
        tasks.complete(wave, by=wave.owner)


def test_a_review_of_the_scheme_wants_its_outcome(client, monkeypatch):
    wave = confirmed_wave()
    finish(wave, monkeypatch)
    tasks.tick(of(wave, "analysis"), by=wave.owner, outcome="满意率上升")
    client.force_login(wave.owner)
    url = reverse("surveys:task_tick", args=[wave.pk, of(wave, "review").pk])
    assert "outcome" in client.post(url, {"outcome": ""}).context["form"].errors
    assert client.post(url, {"outcome": "问卷过长，删去两题"}).status_code == 302
    assert "问卷过长，删去两题" in client.get(reverse("surveys:wave_tasks", args=[wave.pk])).content.decode()
    with pytest.raises(IntegrityError, match="says_what_came"), transaction.atomic():
        wave.tasks.filter(code="review").update(outcome="")


def test_a_tick_made_by_mistake_is_taken_back_with_a_reason():
    wave = listed()
    task = tasks.tick(of(wave, "steps"), by=wave.owner)
    with pytest.raises(InvalidTransition):
        tasks.tick(task, by=wave.owner)
    tasks.untick(task, by=wave.owner, reason="点错了")
    assert task.done_at is None and wave.transitions.filter(kind="task_undone").get().comment == "点错了"


def test_who_may_tick_and_give_out():
    wave, owner, other = listed(), make.person(Role.AGENT), make.person(Role.AGENT)
    task = tasks.assign(of(wave, "steps"), by=wave.owner, owner=owner, due_on=timezone.localdate())
    assert [one for one in (wave.owner, owner, other) if allows(one, "surveys.do_task", task)] == [wave.owner, owner]
    assert not allows(owner, "surveys.assign_task", task)


# Reminders and pages -------------------------------------------------------------------------------------


def test_owners_are_told_on_the_day_three_and_seven_days_late_each_once():
    boss, owner = make.person(), make.person(Role.LEAD)
    wave = listed(by=boss, opens_at=moment(date(2027, 3, 10)), closes_at=moment(date(2027, 3, 24)))
    SurveyTask.objects.exclude(code="steps").delete()
    tasks.assign(of(wave, "steps"), by=boss, owner=owner, due_on=date(2027, 3, 1))
    told = []
    for day in (27, 28, 29, 31, 32, 35, 60):
        with at(moment(date(2027, 2, 1) + timedelta(days=day))):
            for _run in range(2):
                jobs.remind_tasks()
        told.append((Notice.objects.filter(user=owner).count(), Notice.objects.filter(user=boss).count()))
    assert told == [(0, 0), (1, 0), (1, 0), (2, 0), (2, 0), (3, 1), (3, 1)]


def test_nobody_is_told_of_what_is_done_or_of_a_cancelled_wave():
    wave = listed()
    waves.cancel(wave, by=wave.owner, reason="取消")
    with at(timezone.now() + timedelta(days=90)):
        assert jobs.remind_tasks() == {"done": 0, "failed": 0}
    assert not Notice.objects.exists()


def test_tasks_due_show_on_the_home_page_of_their_owner_only(client):
    wave, other = listed(), make.person(Role.LEAD)
    wave.tasks.filter(code="steps").update(due_on=timezone.localdate())
    for user, shows in ((wave.owner, True), (other, False)):
        client.force_login(user)
        assert ("写出实施步骤与分工" in client.get("/").content.decode()) == shows


def test_the_state_of_a_task_follows_from_its_dates():
    wave, today = listed(), timezone.localdate()
    task = of(wave, "steps")
    for days, state in ((-1, TaskState.OVERDUE), (0, TaskState.DUE), (7, TaskState.DUE), (8, TaskState.AHEAD)):
        task.due_on = today + timedelta(days=days)
        assert task.badge == state
    task.done_at = timezone.now()
    assert task.badge == TaskState.DONE


def test_progress_shows_on_wave_and_plan_and_takes_one_query(client, django_assert_num_queries):
    plan = make.approved_plan()
    made = [make.wave(activity=plan.activities.get()) for _one in range(3)]
    with django_assert_num_queries(1):
        bars = task_lists.bars([wave.pk for wave in made])
    assert {bar.total for bar in bars.values()} == {TaskTemplate.objects.filter(is_required=True).count()}
    client.force_login(plan.author)
    for url in (plan.get_absolute_url(), made[0].get_absolute_url(), plan.activities.get().get_absolute_url()):
        assert 'class="linkbar"' in client.get(url).content.decode()


def test_a_wave_without_a_list_gets_one_by_the_button(client):
    wave = make.open_wave(1)
    client.force_login(wave.owner)
    url = reverse("surveys:wave_tasks", args=[wave.pk])
    assert 'class="linkbar"' not in client.get(url).content.decode()
    client.post(reverse("surveys:tasks_draw_up", args=[wave.pk]))
    assert done_codes(wave) == {"questionnaire", "sample"}


# Quality -------------------------------------------------------------------------------------------------


def test_a_survey_is_checked_by_others_and_the_record_stays(client):
    """[DAT-10]"""
    wave, checker = listed(make.open_wave(1)), make.person(Role.DEPARTMENT_USER)
    assert not allows(wave.owner, "surveys.check_quality_of", wave)
    with pytest.raises(InvalidTransition):
        quality.check(wave, by=wave.owner, verdict=Verdict.SOUND, met=EVERY_POINT)
    client.force_login(checker)
    url = reverse("surveys:quality_check", args=[wave.pk])
    assert "verdict" in client.post(url, {"verdict": "sound", "met": ["sample"]}).context["form"].errors
    assert "remark" in client.post(url, {"verdict": "flawed"}).context["form"].errors
    assert (
        client.post(
            url, {"verdict": "remarks", "met": EVERY_POINT[:5], "remark": "报告晚了一天", "unit": make.unit().pk}
        ).status_code
        == 302
    )
    assert of(wave, "quality").done_at is not None
    assert "报告晚了一天" in client.get(reverse("surveys:wave_tasks", args=[wave.pk])).content.decode()
    with pytest.raises(DatabaseError, match=r"denied|insert-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE surveys_qualitycheck SET verdict = 'sound'")
    assert QualityCheck.objects.get().verdict == Verdict.REMARKS


def test_the_supervision_group_checks_although_it_writes_nothing_else():
    wave, supervisor = listed(make.open_wave(1)), make.person(Role.EMPLOYEE)
    people.name_supervisor(supervisor, by=make.person(Role.EXECUTIVE))
    assert allows(supervisor, "surveys.check_quality_of", wave)
    assert not allows(supervisor, "surveys.complete_wave", wave)
