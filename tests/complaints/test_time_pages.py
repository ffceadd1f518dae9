"""Policies, reminders in batches, the ageing board, progress reports (CMP-19), standing in and handing over: rules and pages."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext

from accounts.choices import Role
from complaints import tasks
from complaints.choices import ClockState, State
from complaints.models import (
    Absence,
    ClockAlert,
    ClockPolicy,
    Complaint,
    Cycle,
    Extension,
    Pause,
    PauseReason,
    ProgressReport,
)
from complaints.public.progress import Progress
from complaints.selectors import board as boards
from complaints.selectors import policies as selector
from complaints.services import absences, conversations, handling, policies, progress, watching
from core.due import items_for
from core.workflow import InvalidTransition
from core.worktime.store import calendar_for
from notifications.models import Message, Notice
from notifications.services import outbox
from tests.factories import customers as make
from tests.factories.clocks import ask_more, ask_pause, at, clock, days, extended, paused, policy
from tests.factories.complaints import complaint_at, fresh, make_complaint, reopened, suggestion_at

pytestmark = pytest.mark.django_db
MONDAY = "2026-03-02 10:00"


@pytest.fixture
def signed_in(client):
    def sign_in(user):
        client.force_login(user)
        return client

    return sign_in


def act(client, complaint, step, **data):
    return client.post(
        reverse("complaints:act", args=[complaint.pk, step]), {"version": fresh(complaint).version, **data}
    )


# Policies ---------------------------------------------------------------------------------------------


def test_the_most_specific_policy_in_force_counts_and_a_new_version_is_for_new_cycles(crew):
    early = make_complaint(crew.agent)
    general = policy(crew.lead, response_amount=8, result_amount=5)
    phone = policy(crew.lead, channel="phone", result_amount=6)
    grave = policy(crew.lead, severity="critical", result_amount=1)
    policy(crew.lead, channel="mail", category="price", result_amount=7)
    to_come = policy(crew.lead, channel="web", result_amount=9, effective_from=days(1))
    found = [
        selector.most_specific(selector.all_policies(), kind="complaint", day=days(later), **given)
        for later, given in (
            (0, {}), (0, {"channel": "phone"}), (0, {"channel": "phone", "severity": "critical"}), (0, {"channel": "web"}),
            (1, {"channel": "web"}), (0, {"channel": "mail"}),
        )
    ]  # fmt: skip
    assert found == [general, phone, grave, general, to_come, general]
    cycle = fresh(early).cycle
    assert (cycle.policy.no, cycle.response_hours, cycle.result_days) == (1, 24, 3)
    late = fresh(make_complaint(crew.agent)).cycle
    assert (late.policy, late.response_hours, late.result_days) == (phone, 24, 6)
    policy(crew.lead, channel="phone", is_active=False)
    assert fresh(make_complaint(crew.agent)).cycle.policy == general


KINDS = [  # received, first response and result by all four kinds of limit
    (("elapsed_hours", 24), ("working_days", 7), "2026-02-12 10:00", "2026-02-13 10:00", "2026-02-28 18:00"),  # 16
    (("working_minutes", 240), ("working_days", 3), "2026-09-30 15:00", "2026-10-08 10:00", "2026-10-10 18:00"),  # 18
    (("working_minutes", 240), ("calendar_days", 15), "2026-02-13 17:00", "2026-02-14 12:00", "2026-02-28 18:00"),  # 6
    (("working_days", 1), ("calendar_days", 15), "2026-09-18 17:00", "2026-09-20 18:00", "2026-10-08 18:00"),  # 22
    (("calendar_days", 1), ("working_minutes", 600), "2026-05-08 16:00", "2026-05-09 18:00", "2026-05-09 18:00"),  # 15
    (("elapsed_hours", 48), ("working_days", 45), "2026-02-12 10:00", "2026-02-14 10:00", "2026-04-23 18:00"),  # 20
]  # fmt: skip


@pytest.mark.parametrize(("response", "result", "received", "response_due", "result_due"), KINDS)
def test_all_four_kinds_of_limit_run_and_are_told_in_words(crew, response, result, received, response_due, result_due):
    with clock(received):
        policy(
            crew.lead,
            response_kind=response[0],
            response_amount=response[1],
            result_kind=result[0],
            result_amount=result[1],
        )
        cycle = make_complaint(crew.agent).cycle
    assert (cycle.response_due, cycle.result_due) == (at(response_due), at(result_due))
    assert watching.differences()[1] == []


def test_a_reopened_record_takes_the_policy_of_its_day_and_the_old_cycle_stays(crew):
    complaint = complaint_at(State.CLOSED, crew)
    before = Cycle.objects.filter(pk=complaint.cycle_id).values().get()
    new = policy(crew.lead, severity="major", result_amount=8)
    row = reopened(crew)
    assert (fresh(row).cycle.policy, fresh(row).cycle.result_days) == (new, 8)
    assert Cycle.objects.filter(pk=complaint.cycle_id).values().get() == before


def test_a_lead_reads_the_policies_and_adds_a_version(signed_in, crew):
    client = signed_in(crew.lead)
    first = ClockPolicy.objects.get(kind="complaint")
    assert (
        client.get(reverse("complaints:policy_create"), {"from": first.pk}).context["form"]["result_amount"].value()
        == 3
    )
    data = {"kind": "complaint", "severity": "critical", "effective_from": days(0).isoformat(), "response_amount": "2", "is_active": "on",
            "response_kind": "elapsed_hours", "result_amount": "1", "result_kind": "working_days", "pause_days": "2",
            "pause_total_days": "4", "grace_minutes": "60", "note": "重大投诉从严"}  # fmt: skip
    assert client.post(reverse("complaints:policy_create"), data).status_code == 302
    made = ClockPolicy.objects.get(severity="critical")
    assert (made.no, made.by, made.response_text, made.progress_days) == (1, crew.lead, made.response_text, None)
    for wrong, field in (
        ({"effective_from": days(-1).isoformat()}, "effective_from"), ({"result_amount": "0"}, "result_amount"),
        ({"pause_total_days": "1"}, "pause_total_days"), ({"note": ""}, "note"), ({"severity": "", "is_active": ""}, "is_active"),
    ):  # fmt: skip
        assert list(client.post(reverse("complaints:policy_create"), data | wrong).context["form"].errors) == [field]
    page = client.get(reverse("complaints:policies"))
    assert [(rows[0].severity, current == rows[0]) for current, rows in page.context["scopes"]][:2] == [
        ("", True),
        ("critical", True),
    ]
    assert signed_in(crew.agent).get(reverse("complaints:policies")).status_code == 200
    assert client.get(reverse("complaints:policy_create")).status_code == 403


def test_reasons_of_pauses_are_a_list_that_leads_keep(signed_in, crew):
    client = signed_in(crew.lead)
    client.post(
        reverse("complaints:pause_reason_create"), {"name_zh": "等待天气好转", "name_en": "The weather is to improve"}
    )
    made = PauseReason.objects.get(name_en="The weather is to improve")
    client.post(reverse("complaints:pause_reason_turn", args=[made.pk]))
    complaint = complaint_at(State.HANDLING, crew)
    form = signed_in(crew.handler).get(reverse("complaints:act", args=[complaint.pk, "ask_pause"])).context["form"]
    assert made not in form.fields["reason"].queryset
    assert form.fields["reason"].queryset.count() == len(policies.REASONS)


# Steps on the page of a record ------------------------------------------------------------------------


def test_a_pause_and_more_time_as_people_take_them(signed_in, crew):
    complaint = complaint_at(State.HANDLING, crew)
    third = PauseReason.objects.get(code="third_party").pk
    client = signed_in(crew.handler)
    wrong = act(client, complaint, "ask_pause", reason=third, comment="等快递", resume_on=days(0).isoformat())
    assert list(wrong.context["form"].errors) == ["resume_on"]
    act(client, complaint, "ask_extension", days=2, reason="检测未完", told="还需两天。")
    act(client, complaint, "ask_pause", reason=third, comment="等快递", resume_on=days(2).isoformat())
    assert act(client, complaint, "grant_pause").status_code == 403
    client = signed_in(crew.lead)
    page = client.get(complaint.get_absolute_url())
    assert (page.context["main"].name, [step.name for step in page.context["beside"]]) == (
        "grant_pause",
        ["refuse_pause"],
    )
    assert gettext("Decide on a pause or more time") in {item.act for item in items_for(crew.lead)}
    act(client, complaint, "approve_extension")
    act(client, complaint, "grant_pause")
    assert (fresh(complaint).state, Extension.objects.get().state, Pause.objects.get().decided_by) == (
        "suspended",
        "approved",
        crew.lead,
    )
    for user in (crew.lead, crew.handler):
        page = signed_in(user).get(complaint.get_absolute_url())
        assert (page.status_code, page.context["main"].name) == (200, "resume")
    assert client.get(reverse("complaints:list")).status_code == 200
    act(client, complaint, "resume")
    assert fresh(complaint).state == "handling"


# Reminders --------------------------------------------------------------------------------------------


def test_a_round_asks_as_often_for_ten_records_as_for_two(crew):
    numbers = []
    for rows in (2, 8):
        with clock(MONDAY):
            for _n in range(rows):
                complaint_at(State.HANDLING, crew)
        Cycle.objects.update(next_alert_at=at(MONDAY))
        with clock("2026-03-03 10:30"), CaptureQueriesContext(connection) as seen:
            assert watching.watch_due()["done"] == Cycle.objects.count()
        numbers.append(len(seen))
    assert numbers[0] == numbers[1]


def test_at_120_percent_whoever_manages_the_service_hears_of_it_and_so_does_who_stands_in(crew):
    boss = make.make_person(Role.EXECUTIVE, unit=crew.office)
    with clock("2026-03-02 00:00"):
        absences.arrange(
            user=crew.handler, since=timezone.localdate(), until=days(3), substitute=crew.other, by=crew.lead
        )
        complaint = make_complaint(crew.agent)
        Complaint.objects.filter(pk=complaint.pk).update(handler=crew.handler, state="handling")
    for moment, people in (
        ("2026-03-02 13:30", {crew.handler, crew.other}),
        ("2026-03-03 09:30", {crew.handler, crew.other, crew.lead, crew.second, boss}),
    ):
        Notice.objects.all().delete()
        with clock(moment):
            watching.watch_due()
            watching.watch_due()
        told = Notice.objects.filter(kind="complaints.clock", context__clock="response")
        assert {row.user for row in told} == people
        assert told.count() == len(people)


def test_one_broken_row_stops_no_other(crew, monkeypatch):
    with clock(MONDAY):
        broken, good = (make_complaint(crew.agent) for _n in range(2))
    real = watching._reached

    def reached(cycle, *args):
        if cycle.pk == broken.cycle_id:
            raise ValidationError("broken")
        return real(cycle, *args)

    monkeypatch.setattr(watching, "_reached", reached)
    with clock("2026-03-10 10:00"):
        assert watching.watch_due() == {"done": 1, "failed": 1}
    assert set(ClockAlert.objects.values_list("cycle", flat=True)) == {good.cycle_id}


# The board --------------------------------------------------------------------------------------------


@pytest.fixture
def full_board(crew):
    """One record in each place, as of Tuesday at 10."""
    rows = {}
    with clock("2026-03-02 09:30"):
        rows["today"] = make_complaint(crew.agent)  # the response is due on Tuesday at 9:30, unless given
        rows["paused"], rows["waiting"], rows["answered"], rows["later"], rows["tomorrow"] = (
            complaint_at(state, crew)
            for state in (State.HANDLING, State.HANDLING, State.REPLIED, State.HANDLING, State.HANDLING)
        )
        for name in ("paused", "waiting", "later"):
            conversations.log(fresh(rows[name]), by=crew.handler, summary="已联系")
        Complaint.objects.filter(pk=rows["answered"].pk).update(handler=crew.other)
    with clock("2026-03-02 15:00"):
        rows["overdue"] = rows.pop("today")
        rows["today"] = make_complaint(crew.agent, received_at=at("2026-03-02 11:00"))
        conversations.log(fresh(rows["tomorrow"]), by=crew.handler, summary="已联系")
        ask_pause(rows["waiting"], crew.handler, "2026-03-05")
        paused(rows["paused"], crew, "2026-03-05")
        Cycle.objects.filter(pk=rows["tomorrow"].cycle_id).update(result_due=at("2026-03-04 18:00"))
    return rows


def test_each_open_record_stands_in_one_place(signed_in, crew, full_board):
    with clock("2026-03-03 10:00"):
        found = {row.pk: row.clock_state for row in boards.with_clock_state(Complaint.objects.open())}
        assert found == {row.pk: name for name, row in full_board.items()}
        board = boards.board(crew.lead)
        assert board.totals == dict.fromkeys((state.value for state in ClockState), 1)
        assert [(one.handler, one.total) for one in board.carriers] == [(None, 2), (crew.handler, 4), (crew.other, 1)]
        assert [row.pk for row in boards.soon(crew.lead, calendar_for())] == [full_board["today"].pk]
        assert boards.asked(crew.lead) == [Pause.objects.get(state="asked")]
        client = signed_in(crew.lead)
        for name, row in full_board.items():
            page = client.get(reverse("complaints:list"), {"place": name})
            assert [one.record.pk for one in page.context["table"].rows] == [row.pk]
        page = client.get(reverse("complaints:list"), {"person": crew.other.pk})
        assert page.context["number"] == 1


def test_the_board_asks_as_often_for_three_records_as_for_one(signed_in, crew):
    client, numbers = signed_in(crew.lead), []
    for rows in (1, 2):
        for _n in range(rows):
            complaint = complaint_at(State.HANDLING, crew)
            ask_more(complaint, crew.handler)
        with CaptureQueriesContext(connection) as seen:
            page = client.get(reverse("complaints:board"))
        numbers.append(len(seen))
        assert page.context["board"].total == (1 if rows == 1 else 3)
    assert numbers[0] == numbers[1] <= 12


def test_the_board_shows_what_its_reader_sees(signed_in, crew):
    complaint_at(State.HANDLING, crew)
    make_complaint(make.make_person(Role.AGENT, unit=make.make_unit("SH", crew.office)))
    counts = {}
    for name, user in (("lead", crew.lead), ("handler", crew.handler), ("agent", crew.agent)):
        counts[name] = signed_in(user).get(reverse("complaints:board")).context["board"].total
    assert counts == {"lead": 2, "handler": 1, "agent": 1}


# Progress reports -------------------------------------------------------------------------------------


def test_a_customer_with_a_long_case_hears_at_intervals(crew, smtp):
    with clock(MONDAY):
        policy(crew.lead, result_amount=30, progress_days=2)
        complaint = complaint_at(State.HANDLING, crew)
    assert complaint.cycle.progress_due == at("2026-03-04 18:00")
    with clock("2026-03-03 10:00"):
        conversations.log(fresh(complaint), by=crew.handler, summary="未接", reached=False)
        assert fresh(complaint).cycle.progress_due == at("2026-03-04 18:00")
        conversations.log(fresh(complaint), by=crew.handler, summary="已说明进展")
    assert fresh(complaint).cycle.progress_due == at("2026-03-05 18:00")
    with clock("2026-03-05 18:00"):
        for _n in range(2):
            assert tasks.watch_clocks()["progress"] == 1
        owed = [item for item in items_for(crew.handler) if item.url.endswith("/progress/")]
    assert ([item.number for item in owed], Notice.objects.filter(kind="complaints.progress_owed").count()) == (
        [complaint.number],
        1,
    )
    report = progress.report(fresh(complaint), by=crew.handler, text="检测预计周五完成。", channel="mail")
    assert list(progress.owed()) == [fresh(complaint)]  # the mail has not left yet
    Message.objects.update(not_before=timezone.now())
    outbox.deliver_due()
    report = ProgressReport.objects.get(pk=report.pk)
    assert (report.sent_at is not None, report.interaction.channel, list(progress.owed())) == (True, "mail", [])
    assert "检测预计周五完成" in smtp.to("liu@example.com")[-1].get_body(("plain",)).get_content()
    told = [part for one in Progress(fresh(complaint)).told for part in one.parts]
    assert told == [("", "检测预计周五完成。")]


def test_progress_told_by_phone_counts_at_once(signed_in, crew):
    complaint = complaint_at(State.HANDLING, crew)
    before = fresh(complaint).cycle.progress_due
    client = signed_in(crew.handler)
    act(client, complaint, "progress", channel="phone", text="已电话说明进展")
    assert ProgressReport.objects.get().interaction.summary == "已电话说明进展"
    assert fresh(complaint).cycle.progress_due >= before
    bare = complaint_at(State.HANDLING, crew, complainant={"name": "刘芳"})
    assert list(act(client, bare, "progress", channel="mail", text="x").context["form"].errors) == ["channel"]


def test_the_customer_sees_the_pause_and_the_new_day(crew):
    with clock(MONDAY):
        complaint = complaint_at(State.HANDLING, crew)
        extended(complaint, crew)
        marks = [mark.text for mark in Progress(fresh(complaint)).marks]
        assert any(
            ("3月5日" in text and "3月9日" in text) or ("March 5" in text and "March 9" in text) for text in marks
        )
        paused(complaint, crew, "2026-03-04")
        marks = [mark.text for mark in Progress(fresh(complaint)).marks]
    assert any("3月4日" in text or "March 4" in text for text in marks)


# Standing in ------------------------------------------------------------------------------------------


def away(crew, user=None, substitute=None, since=0, until=3):
    return absences.arrange(
        user=user or crew.handler,
        since=days(since),
        until=days(until),
        substitute=substitute or crew.other,
        by=crew.lead,
    )


def test_what_comes_in_new_goes_to_who_stands_in(crew):
    away(crew)
    complaint = complaint_at(State.ACCEPTED, crew)
    handling.assign(complaint, unit=crew.department, handler=crew.handler, by=crew.lead)
    row = fresh(complaint)
    assert (row.handler, row.transitions.get(kind="assign").payload["instead_of"]) == (crew.other, crew.handler.pk)
    assert suggestion_at(State.EVALUATING, crew).handler == crew.other
    about = make_complaint(crew.agent, concerned=[crew.other])
    from complaints.services import assessment
    from tests.factories.complaints import ASSESSED

    assessment.accept(about, by=crew.lead, **ASSESSED)
    handling.assign(about, unit=crew.department, handler=crew.handler, by=crew.lead)
    assert fresh(about).handler == crew.handler  # whom it is about does not stand in


def test_who_stands_in_sees_what_the_person_handles_for_as_long_as_that_lasts(crew):
    complaint = complaint_at(State.HANDLING, crew)
    outsider = make.make_person(Role.DEPARTMENT_USER, unit=make.make_unit("SH", crew.office))

    def seen():
        person = type(outsider).objects.get(pk=outsider.pk)
        return Complaint.objects.visible_to(person).filter(handler=crew.handler).count()

    absence, found = away(crew, substitute=outsider), [seen()]
    absences.end(absence, by=crew.lead)
    assert [*found, seen(), complaint.handler] == [1, 0, crew.handler]
    with pytest.raises(InvalidTransition):
        absences.end(Absence.objects.get(), by=crew.lead)


def test_absences_neither_overlap_nor_point_at_somebody_away(crew):
    away(crew)
    for wrong in ({}, {"since": 2, "until": 9}, {"user": crew.agent, "substitute": crew.handler}, {"user": crew.other, "since": 2, "until": 1},
                  {"user": crew.agent, "substitute": crew.agent}):  # fmt: skip
        with pytest.raises(InvalidTransition):
            away(crew, **wrong)
    away(crew, since=4, until=5)
    assert Absence.objects.count() == 2


def test_a_lead_hands_over_all_open_records_with_a_result_for_each(signed_in, crew):
    records = [complaint_at(state, crew) for state in (State.ASSIGNED, State.HANDLING, State.REVIEW, State.REPLIED)]
    stuck = make_complaint(crew.agent, concerned=[crew.other], title="涉及本人")
    Complaint.objects.filter(pk=stuck.pk).update(handler=crew.handler, unit=crew.department, state="handling")
    records.append(paused(complaint_at(State.HANDLING, crew), crew, days(2).isoformat()))
    complaint_at(State.CLOSED, crew)
    client = signed_in(crew.lead)
    url = reverse("complaints:hand_over", args=[crew.handler.pk])
    assert len(client.get(url).context["rows"]) == 6
    results = client.post(url, {"to": crew.other.pk, "comment": "长期病假"}).context["results"]
    assert {row.pk: bool(why) for row, why in results} == {row.pk: False for row in records} | {stuck.pk: True}
    assert [(fresh(row).state, fresh(row).handler) for row in records] == [
        (state, crew.other) for state in ("assigned", "assigned", "review", "replied", "suspended")
    ]
    assert fresh(stuck).handler == crew.handler
    assert client.post(url, {"to": crew.other.pk, "comment": "再次"}).context["results"] != []
    assert signed_in(crew.handler).get(url).status_code == 403


def test_absences_as_people_enter_them(signed_in, crew):
    client, page = signed_in(crew.handler), reverse("complaints:absences")
    data = {
        "user": crew.handler.pk,
        "since": days(0).isoformat(),
        "until": days(2).isoformat(),
        "substitute": crew.other.pk,
    }
    assert (
        client.post(reverse("complaints:absence_create"), data | {"user": crew.other.pk}).status_code == 200
    )  # only one's own
    assert client.post(reverse("complaints:absence_create"), data).status_code == 302
    assert len(client.get(page).context["rows"]) == 1
    absence = Absence.objects.get()
    assert signed_in(crew.agent).post(reverse("complaints:absence_end", args=[absence.pk])).status_code == 403
    client = signed_in(crew.lead)
    complaint_at(State.HANDLING, crew)
    assert [person for person, _n in client.get(page).context["carriers"]] == [crew.other]
    client.post(reverse("complaints:absence_end", args=[absence.pk]))
    assert Absence.objects.get().until == days(0) - timedelta(days=1)


def test_what_a_service_refuses_stands_above_the_form_and_nothing_typed_is_lost(client, crew):
    complaint = complaint_at("handling", crew)
    client.force_login(crew.handler)
    url = reverse("complaints:act", args=[complaint.pk, "ask_pause"])
    reason = PauseReason.objects.filter(is_automatic=False).first()
    late = timezone.localdate() + timedelta(days=60)
    typed = {"reason": reason.pk, "comment": "等供应商的检测报告", "resume_on": late, "version": complaint.version}
    page = client.post(url, typed)
    assert (page.status_code, [len(page.context["form"].non_field_errors()), Pause.objects.count()]) == (200, [1, 0])
    assert "等供应商的检测报告" in page.content.decode()
    assert (fresh(complaint).state, fresh(complaint).version) == ("handling", complaint.version)
