"""Cases: exactly one origin, proposed once, taken up, closed when every measure has ended (IMP-01, 03, 04)."""

from types import SimpleNamespace

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import RequestFactory
from django.urls import reverse

from complaints.services import registration
from complaints.signals import complaint_substantiated
from core.permissions import allows
from core.workflow import InvalidTransition, LostRace
from improvements import home
from improvements.choices import CaseState, MeasureState
from improvements.models import ImprovementCase, Measure
from improvements.services import cases
from improvements.workflows import CASE
from surveys.signals import finding_confirmed
from tests.factories import improvements as make


def test_a_confirmed_finding_proposes_one_case_however_often_it_is_told(who):
    finding = make.finding(unit=who.unit)
    for _again in range(2):
        finding_confirmed.send(sender=type(finding), finding=finding)
    case = ImprovementCase.objects.get()
    assert (case.finding, case.unit, case.state, case.opened_by) == (finding, who.unit, CaseState.PROPOSED, None)
    assert case.number.startswith("IC-")
    assert case.name == finding.subject


def test_a_justified_complaint_proposes_a_case_of_its_unit(client, who):
    complaint, _code = registration.register(
        kind="complaint", title="讲师迟到", text="三次课都迟到。", channel="phone", unit=who.unit, by=who.lead
    )
    determination = SimpleNamespace(get_cause_display=lambda: "讲师")
    for _again in range(2):
        complaint_substantiated.send(sender=type(complaint), complaint=complaint, determination=determination)
    case = ImprovementCase.objects.get()
    assert (case.complaint, case.title, case.problem, case.state) == (complaint, "讲师迟到", "讲师", CaseState.PROPOSED)
    assert (case.origin, case.origin_name) == (complaint, "complaint")
    request = RequestFactory().get("/")
    request.user = who.lead
    assert case.number in home.complaint_panel(request, complaint)
    request.user = make.person("agent")
    assert home.complaint_panel(request, complaint) == ""


def test_two_origins_are_refused_by_the_database(who):
    case = make.case(who)
    complaint, _code = registration.register(
        kind="complaint", title="讲师迟到", text="迟到", channel="phone", unit=who.unit, by=who.lead
    )
    change = "UPDATE improvements_improvementcase SET complaint_id = %s WHERE id = %s"
    with pytest.raises(IntegrityError, match="improvement_case_has_one_origin"), transaction.atomic():
        connection.cursor().execute(change, [complaint.pk, case.pk])


def test_whom_a_complaint_is_about_sees_nothing_of_its_case_but_what_they_carry_out(who):
    about = {who.colleague, who.lead}
    complaint, _code = registration.register(
        kind="complaint",
        title="讲师迟到",
        text="迟到",
        channel="phone",
        unit=who.unit,
        by=who.executive,
        concerned=about,
    )
    with transaction.atomic():
        cause = SimpleNamespace(get_cause_display=lambda: "讲师")
        complaint_substantiated.send(sender=type(complaint), complaint=complaint, determination=cause)
    case = cases.accept(ImprovementCase.objects.get(complaint=complaint), by=who.officer, title="迟到", problem="迟到")
    theirs = make.draft(who, on=case, figure=None)
    own = make.draft(who, on=case, figure=None, owner=who.colleague)
    seen = {
        user: (ImprovementCase.objects.visible_to(user).count(), set(Measure.objects.visible_to(user)))
        for user in (*about, who.owner, who.officer)
    }
    assert seen == {
        who.colleague: (0, {own}), who.lead: (0, set()), who.owner: (1, {theirs, own}), who.officer: (1, {theirs, own}),
    }  # fmt: skip


@pytest.mark.parametrize(
    "change", ["finding_id = NULL", "finding_id = NULL, complaint_id = NULL, observation_id = NULL"]
)
def test_a_case_without_origin_is_refused_by_the_database(who, change):
    case = make.case(who)
    with pytest.raises(IntegrityError, match="improvement_case_has_one_origin"), transaction.atomic():
        connection.cursor().execute(f"UPDATE improvements_improvementcase SET {change} WHERE id = %s", [case.pk])


def test_one_origin_has_one_case_and_one_case_one_origin(who):
    case = make.case(who)
    with pytest.raises(InvalidTransition):
        cases.open_case(by=who.lead, unit=who.unit, title="再来一次", finding=case.finding)
    with pytest.raises(TypeError):
        cases.open_case(by=who.lead, unit=who.unit, title="没有来源")
    assert ImprovementCase.objects.count() == 1


def test_a_case_is_never_deleted(who):
    case = make.case(who)
    with pytest.raises(IntegrityError), transaction.atomic():
        connection.cursor().execute("DELETE FROM improvements_improvementcase WHERE id = %s", [case.pk])


def test_a_proposal_is_taken_up_or_dismissed_with_a_reason(who):
    first = ImprovementCase.objects.get(finding=make.finding(unit=who.unit))
    with pytest.raises(InvalidTransition):
        cases.dismiss(first, by=who.lead, reason=" ")
    cases.dismiss(first, by=who.lead, reason="个别现象")
    cases.reopen(first, by=who.lead, reason="又出现了")
    assert first.state == CaseState.OPEN
    assert [event.kind for event in first.transitions] == ["created", "dismiss", "reopen"]


def test_a_case_closes_when_each_of_its_measures_has_ended(who):
    case = make.case(who)
    with pytest.raises(InvalidTransition):
        cases.close(case, by=who.lead)
    row = make.draft(who, on=case, figure=None)
    with pytest.raises(InvalidTransition):
        cases.close(case, by=who.lead)
    for step in (MeasureState.ISSUED, MeasureState.EXECUTING, MeasureState.ACCEPTANCE, MeasureState.OBSERVING):
        make.STEPS[step](row, who)
    cases.close(case, by=who.lead, lessons="每季度更新案例")
    assert (case.state, case.closed_by, case.lessons) == (CaseState.CLOSED, who.lead, "每季度更新案例")
    with pytest.raises(InvalidTransition):
        make.draft(who, on=case, figure=None)


def test_editing_records_who_takes_part_and_refuses_a_stale_page(who):
    case, other = make.case(who), make.unit("教务部")
    seen = case.version
    cases.edit(case, by=who.lead, area="design", cooperating=[other], expected_version=seen)
    assert list(case.cooperating.all()) == [other]
    assert case.transitions.last().kind == "cooperation_changed"
    with pytest.raises(LostRace):
        cases.edit(case, by=who.lead, area="needs", expected_version=seen)


@pytest.mark.parametrize("state", list(CaseState))
def test_missing_edges_are_refused(who, state):
    case = make.case(who)
    ended = {"closed_at": case.created_at, "closed_by": who.lead} if state == CaseState.CLOSED else {}
    ImprovementCase.objects.filter(pk=case.pk).update(**{"state": state} | ended)
    case.refresh_from_db()
    for target in set(CaseState) - set(CASE.targets(state)):
        with pytest.raises(InvalidTransition):
            CASE.move(case, target, by=who.lead, comment="x")


def test_who_sees_a_case(who):
    other, stranger_unit = make.unit("教务部"), make.unit("财务部")
    case = make.case(who, cooperating=[other])
    seen = {
        person: list(ImprovementCase.objects.visible_to(person)) == [case]
        for person in (
            who.owner,
            make.person(unit=other),
            who.lead,
            make.person(unit=stranger_unit),
            make.person("agent"),
        )
    }
    assert list(seen.values()) == [True, True, True, False, False]


def test_rules_by_person(who):
    case = ImprovementCase.objects.get(finding=make.finding(unit=who.unit))
    acts = ("accept_case", "dismiss_case", "edit_case", "plan_measure")

    def may(person):
        case.__dict__.pop("_seen_by", None)
        return {act for act in acts if allows(person, f"improvements.{act}", case)}

    assert may(who.lead) == {"accept_case", "dismiss_case", "edit_case"}
    assert may(who.owner) == {"edit_case"}
    assert may(who.executive) == set()
    cases.accept(case, by=who.lead)
    assert may(who.owner) == {"edit_case", "plan_measure"}


def test_the_finding_page_shows_the_case_and_its_button_opens_one(client, who):
    finding = make.finding(unit=who.unit)
    case = ImprovementCase.objects.get()
    client.force_login(who.lead)
    page = client.get(finding.get_absolute_url()).content.decode()
    assert case.number in page
    form = client.get(reverse("improvements:case_accept", args=[case.pk]))
    facts = form.context["form"].initial | {"title": "教材更新慢", "problem": "案例陈旧", "version": case.version}
    assert client.post(reverse("improvements:case_accept", args=[case.pk]), facts).status_code == 302
    case.refresh_from_db()
    assert (case.state, case.title, case.opened_by) == (CaseState.OPEN, "教材更新慢", who.lead)
    twice = client.get(reverse("improvements:case_create"), {"finding": finding.pk})
    assert twice.url == case.get_absolute_url()


@pytest.mark.parametrize("step", ["dismiss", "close", "reopen", "nonsense"])
def test_steps_are_refused_to_the_department(client, who, step):
    case = make.case(who)
    client.force_login(who.owner)
    response = client.post(reverse("improvements:case_step", args=[case.pk, step]), {"reason": "x"})
    assert response.status_code == (404 if step == "nonsense" else 403)
    case.refresh_from_db()
    assert case.state == CaseState.OPEN


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_every_page_of_a_case(client, who, language):
    case = make.case(who, cooperating=[make.unit()])
    make.draft(who, on=case)
    client.cookies["language"] = language
    client.force_login(who.lead)
    names = [("case_list", []), ("case", [case.pk]), ("case_edit", [case.pk]), ("measure_create", [case.pk])]
    for name, args in names:
        response = client.get(reverse(f"improvements:{name}", args=args))
        assert response.status_code == 200, name
    assert client.get(reverse("improvements:case_create")).status_code == 404
