"""Visits: booked, moved, held, reported; the calendar follows, and what is secret stays so (VIS-01 to 10, REM-03, CHN-03, 05, 08, 09)."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from accounts.choices import Role
from core.models import Event
from core.permissions import allows
from core.workflow import InvalidTransition, LostRace
from customers.choices import Channel, FollowUpReason, HoldReason
from customers.models import FollowUp, Interaction
from customers.services import contacts, holds
from dashboard.demo.clock import at
from fieldwork import tasks
from fieldwork.choices import MeetingState, Reply, ReportState
from fieldwork.models import Meeting, MeetingReport
from fieldwork.services import meeting_reports, meetings
from notifications.models import Message, Notice
from notifications.services import outbox
from surveys.choices import InvitationState, ResponseMode
from surveys.models import Invitation, Response
from surveys.services.entering import AlreadyThere
from tests.factories import customers as make
from tests.factories import meetings as made
from tests.fieldwork.test_ics import text_of, values
from tests.surveys.asking import one_section, open_wave

pytestmark = pytest.mark.django_db
ANSWERS = {"r0": "5", "r1": "4", "r2": "5"}
SECRET = "新工艺代号NX-77"


@pytest.fixture
def visitor(db):
    return made.visitor()


def kinds():
    return sorted(Message.objects.values_list("kind", flat=True))


def calendar_of(mail):
    part = next(part for part in mail.walk() if part.get_content_type() == "text/calendar")
    return part, part.get_content().replace("\r\n", "\n").replace("\n", "\r\n")


# The calendar --------------------------------------------------------------------------------------------


def test_booking_sends_the_entry_to_customer_and_staff(visitor, smtp):
    helper = made.visitor()
    visit = made.visit(visitor, hosts=[helper])
    assert outbox.deliver_due() == {"sent": 3, "failed": 0, "cancelled": 0}
    contact = visit.customer.contacts.get()
    (mail,) = smtp.to(contact.email)
    part, text = calendar_of(mail)
    found = values(text)
    assert (part.get_param("method"), found["METHOD"], found["SEQUENCE"]) == ("REQUEST", "REQUEST", "0")
    assert found["UID"].startswith(str(visit.uid))
    assert text_of(found["LOCATION"]) == "客户培训中心301"
    assert f"mailto:{contact.email}" in text
    assert not any(one.email in text or one.email in mail.as_string() for one in (visitor, helper))
    assert reverse("fieldwork:meeting", args=[visit.pk]) not in text  # the customer has no login
    (ours,) = smtp.to(helper.email)
    assert reverse("fieldwork:meeting", args=[visit.pk]) in calendar_of(ours)[1].replace("\r\n ", "")
    assert contact.name not in ours.as_string()


def test_a_move_raises_the_number_keeps_the_identity_and_remembers_the_old_time(visitor, smtp):
    visit = made.visit(visitor)
    outbox.deliver_due()
    before, contact = visit.starts_at, visit.customer.contacts.get()
    person = visit.people.get(contact=contact)
    meetings.reply(person, by=visitor, answer=Reply.ACCEPTED)
    smtp.messages.clear()
    meetings.change(visit, by=visitor, starts_at=before + timedelta(days=1), comment="客户出差")
    assert outbox.deliver_due()["sent"] == 2
    found = values(calendar_of(smtp.to(contact.email)[0])[1])
    assert (found["SEQUENCE"], found["UID"].partition("@")[0]) == ("1", str(visit.uid))
    moved = Event.objects.of(visit).get(kind="moved")
    assert (moved.comment, moved.payload["changes"]["starts_at"][0]) == ("客户出差", str(before))
    person.refresh_from_db()
    assert person.reply == Reply.NONE  # the yes was to another time


def test_a_cancelled_visit_is_called_back_and_old_mails_stay_unsent(visitor, smtp):
    visit = made.visit(visitor)
    meetings.cancel(visit, by=visitor, comment="客户停产")
    assert outbox.deliver_due() == {"sent": 2, "failed": 0, "cancelled": 2}
    found = values(calendar_of(smtp.to(visit.customer.contacts.get().email)[0])[1])
    assert (found["METHOD"], found["STATUS"], found["SEQUENCE"]) == ("CANCEL", "CANCELLED", "1")


def test_reminders_once_for_each_time_and_none_after_the_cancelling(visitor, smtp):
    visit = made.visit(visitor, starts_at=made.in_days(1))
    outbox.deliver_due()
    for _run in range(2):
        assert tasks.remind_meetings() == {"done": 1, "failed": 0}
    assert kinds().count("fieldwork.meeting_reminder") == 2
    meetings.cancel(visit, by=visitor, comment="客户停产")
    assert tasks.remind_meetings() == {"done": 0, "failed": 0}
    assert outbox.deliver_due() == {"sent": 2, "failed": 0, "cancelled": 2}
    assert Notice.objects.filter(user=visitor, kind="fieldwork.meeting_reminder").count() == 1


def test_a_visit_of_next_week_is_not_reminded_of_and_a_moved_one_anew(visitor):
    visit = made.visit(visitor, starts_at=made.in_days(7))
    assert tasks.remind_meetings()["done"] == 0
    meetings.change(visit, by=visitor, starts_at=made.in_days(1), comment="提前")
    assert tasks.remind_meetings()["done"] == 1
    meetings.change(visit, by=visitor, starts_at=made.in_days(1, hours=-1), comment="再提前")
    tasks.remind_meetings()
    assert kinds().count("fieldwork.meeting_reminder") == 4


def test_who_said_no_is_not_reminded(visitor):
    visit = made.visit(visitor, starts_at=made.in_days(1))
    meetings.reply(visit.people.get(is_host=False), by=visitor, answer=Reply.DECLINED)
    tasks.remind_meetings()
    assert (
        Message.objects.filter(kind="fieldwork.meeting_reminder").values_list("to_user", flat=True).get() == visitor.pk
    )


def test_the_calendar_file_of_the_page(client, visitor):
    visit = made.visit(visitor)
    client.force_login(visitor)
    answer = client.get(reverse("fieldwork:meeting_ics", args=[visit.pk]))
    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    assert values(answer.content.decode())["UID"].startswith(str(visit.uid))


# Whom one may ask ----------------------------------------------------------------------------------------


def test_wishes_and_holds_are_respected(visitor):
    unwilling, held, free = made.customer(), made.customer(), made.customer()
    contacts.opt_out(unwilling.contacts.get())
    holds.place(held, reason=HoldReason.COMPLAINT)
    for one in (unwilling, held):
        with pytest.raises(InvalidTransition, match="不"):
            made.visit(visitor, of=one)
    assert made.visit(visitor, of=free).state == MeetingState.BOOKED
    assert Meeting.objects.count() == 1


def test_a_hold_after_the_booking_stops_the_mails(visitor, smtp):
    visit = made.visit(visitor)
    holds.place(visit.customer, reason=HoldReason.WISH)
    assert outbox.deliver_due() == {"sent": 1, "failed": 0, "cancelled": 1}
    assert smtp.to(visit.customer.contacts.get().email) == []


def test_nothing_is_booked_in_the_past(visitor):
    with pytest.raises(InvalidTransition):
        made.visit(visitor, starts_at=made.in_days(-1))


# How it went ---------------------------------------------------------------------------------------------


def test_a_held_visit_stands_in_the_customers_history_and_owes_a_report(visitor):
    visit = made.held(made.visit(visitor), visitor, note="看了实训车间")
    talk = Interaction.objects.get()
    assert (talk.channel, talk.customer, talk.agent, "看了实训车间" in talk.summary) == (
        Channel.VISIT,
        visit.customer,
        visitor,
        True,
    )
    assert list(Meeting.objects.owing_report()) == [visit]
    made.reported(visit, visitor)
    assert not Meeting.objects.owing_report().exists()


def test_one_that_has_not_begun_is_neither_held_nor_missed(visitor):
    visit = made.visit(visitor)
    for act in (lambda: meetings.hold(visit, by=visitor), lambda: meetings.miss(visit, by=visitor, comment="没人")):
        with pytest.raises(InvalidTransition):
            act()
    assert visit.state == MeetingState.BOOKED


def test_two_at_once_the_second_is_told(visitor):
    visit = made.visit(visitor)
    stale = Meeting.objects.get(pk=visit.pk)
    meetings.cancel(visit, by=visitor, comment="客户停产")
    with pytest.raises(LostRace):
        meetings.cancel(stale, by=visitor, comment="客户停产")


def test_the_interview_is_the_one_answer_of_the_invitation(visitor):
    """[VIS-08]"""
    wave = open_wave(one_section(), invited=0)
    customer = made.customer()
    first, second = (made.visit(visitor, of=customer, wave=wave) for _one in range(2))
    made.held(first, visitor, answers=ANSWERS)
    response = Response.objects.get()
    assert (response.mode, response.invitation.contact, response.invitation.state) == (
        ResponseMode.VISIT, customer.contacts.get(), InvitationState.DONE,
    )  # fmt: skip
    assert Meeting.objects.get(pk=first.pk).response == response
    with pytest.raises(AlreadyThere):
        made.held(second, visitor, answers=ANSWERS)
    second.refresh_from_db()
    assert (second.state, Invitation.objects.count(), Response.objects.count()) == (MeetingState.BOOKED, 1, 1)


def test_answers_are_those_of_the_contact_person_who_came(visitor):
    wave, customer = open_wave(one_section(), invited=0), made.customer()
    absent, there = customer.contacts.get(), make.make_contact(customer)
    visit = made.visit(visitor, of=customer, wave=wave, contacts=[absent, there])
    came = set(visit.people.exclude(contact=absent).values_list("pk", flat=True))
    made.held(visit, visitor, answers=ANSWERS, came=came)
    assert Response.objects.get().invitation.contact == there


def test_the_database_keeps_what_ended(visitor):
    visit = made.held(made.visit(visitor), visitor)
    report = made.reported(visit, visitor, secrets=SECRET)
    for change, key in (
        ("UPDATE fieldwork_meeting SET note = 'x' WHERE id = %s", visit.pk),
        ("UPDATE fieldwork_meetingreport SET opinion = 'x' WHERE id = %s", report.pk),
        ("DELETE FROM fieldwork_meetingreport WHERE id = %s", report.pk),
        ("UPDATE fieldwork_meetingperson SET came = false WHERE meeting_id = %s", visit.pk),
    ):
        with pytest.raises(DatabaseError, match="is frozen"), transaction.atomic():
            connection.cursor().execute(change, [key])


# The report and its secrets ------------------------------------------------------------------------------


def test_a_correction_is_a_new_version_and_the_old_one_stays(visitor):
    visit = made.held(made.visit(visitor), visitor)
    first = made.reported(visit, visitor)
    with pytest.raises(InvalidTransition):
        meeting_reports.write(visit, by=visitor, opinion="改写")
    second = meeting_reports.correct(first, by=visitor, reason="人数有误")
    meeting_reports.write(visit, by=visitor, opinion="对讲师满意，共30人。")
    second.refresh_from_db()
    meeting_reports.submit(second, by=visitor)
    assert list(visit.reports.values_list("n", "opinion", "reason", "state")) == [
        (2, "对讲师满意，共30人。", "人数有误", ReportState.SUBMITTED), (1, "对讲师满意，希望增加实操。", "", ReportState.SUBMITTED),
    ]  # fmt: skip


def test_an_empty_report_is_not_submitted(visitor):
    visit = made.held(made.visit(visitor), visitor)
    draft = meeting_reports.write(visit, by=visitor, secrets=SECRET)
    with pytest.raises(InvalidTransition):
        meeting_reports.submit(draft, by=visitor)


def test_an_opinion_becomes_a_follow_up_once(visitor):
    visit = made.held(made.visit(visitor), visitor)
    report = meeting_reports.write(visit, by=visitor, opinion="排课太晚", secrets=SECRET)
    meeting_reports.submit(report, by=visitor, wants_answer=True)
    owed = FollowUp.objects.get()
    assert (owed.reason, owed.detail, owed.customer, owed.unit) == (
        FollowUpReason.OPINION,
        "排课太晚",
        visit.customer,
        visit.unit,
    )
    again = meeting_reports.correct(report, by=visitor, reason="补充")
    meeting_reports.submit(again, by=visitor, wants_answer=True)
    assert FollowUp.objects.get() == owed


def test_secrets_lie_encrypted_and_leave_no_trace(client, visitor):
    visit = made.held(made.visit(visitor), visitor)
    made.reported(visit, visitor, secrets=SECRET)
    with connection.cursor() as cursor:
        cursor.execute("SELECT secrets FROM fieldwork_meetingreport")
        assert cursor.fetchone()[0].startswith("p1:")
    assert not [event for event in Event.objects.all() if "NX-77" in str(event.payload) + event.comment]
    lead = make.make_person(Role.LEAD)
    client.force_login(lead)
    addresses = [visit.get_absolute_url(), reverse("fieldwork:visit_list") + "?state=held", reverse("core:search") + f"?q={SECRET[:4]}",
                 reverse("fieldwork:visit_list") + "?state=held&format=csv"]  # fmt: skip
    for address in addresses:
        answer = client.get(address)
        content = b"".join(answer.streaming_content) if answer.streaming else answer.content
        assert (answer.status_code, "NX-77" in content.decode()) == (200, False), address


def test_a_reveal_owes_a_reason_and_is_written_down(client, visitor):
    """[PRV-09]"""
    visit = made.held(made.visit(visitor), visitor)
    report = made.reported(visit, visitor, secrets=SECRET)
    lead, address = make.make_person(Role.LEAD), reverse("fieldwork:report_reveal", args=[report.pk])
    client.force_login(lead)
    assert SECRET not in client.get(address).content.decode()
    assert client.post(address, {"reason": " "}).status_code == 422
    answer = client.post(address, {"reason": "准备方案"})
    assert (SECRET in answer.content.decode(), answer["Cache-Control"]) == (True, "no-store")
    seen = Event.objects.of(report).get(kind="revealed")
    assert (seen.by, seen.comment) == (lead, "准备方案")


def test_who_reads_secrets(visitor):
    visit = made.held(made.visit(visitor), visitor)
    report = made.reported(visit, visitor, secrets=SECRET)
    may = {
        role: allows(
            make.make_person(role, unit=visit.unit),
            "fieldwork.reveal_secrets_of_report",
            MeetingReport.objects.get(pk=report.pk),
        )
        for role in (Role.LEAD, Role.SURVEY_OFFICER, Role.DEPARTMENT_USER, Role.EXECUTIVE)
    }
    assert may == {Role.LEAD: True, Role.SURVEY_OFFICER: False, Role.DEPARTMENT_USER: False, Role.EXECUTIVE: False}
    assert allows(visitor, "fieldwork.reveal_secrets_of_report", report)


def test_who_corrects_a_report_has_not_learned_its_secrets(visitor):
    visit = made.held(made.visit(visitor), visitor)
    colleague = make.make_person(Role.SURVEY_OFFICER, unit=visit.unit)
    again = meeting_reports.correct(made.reported(visit, visitor, secrets=SECRET), by=colleague, reason="人数有误")
    assert (again.author, again.secrets) == (colleague, SECRET)
    assert not allows(colleague, "fieldwork.reveal_secrets_of_report", again)
    assert allows(visitor, "fieldwork.reveal_secrets_of_report", again)


# The pages -----------------------------------------------------------------------------------------------


def test_visibility_is_by_unit_and_by_taking_part(visitor):
    elsewhere = made.visitor(make.make_unit("SH"))
    own, theirs = made.visit(visitor), made.visit(elsewhere)
    shared = made.visit(elsewhere, hosts=[visitor])
    assert set(Meeting.objects.visible_to(visitor)) == {own, shared}
    assert set(Meeting.objects.visible_to(elsewhere)) == {theirs, shared}
    assert Meeting.objects.visible_to(made.officer()).count() == 3
    assert Meeting.objects.visible_to(make.make_person(Role.EMPLOYEE)).count() == 0


def test_booking_in_two_steps_on_the_page(client, visitor):
    client.force_login(visitor)
    customer = made.customer()
    address = reverse("fieldwork:visit_create")
    assert client.post(address, {"customer": "没有这家"}).status_code == 422
    answer = client.post(address, {"customer": customer.code})
    assert answer.url == f"{address}?customer={customer.pk}"
    moment = timezone.localtime(made.in_days(3))
    fields = {"contact": customer.contacts.get().pk, "starts_at": f"{moment:%Y-%m-%dT%H:%M}", "minutes": 60, "place": "客户二楼",
              "form": "joint", "purpose": "了解近况", "lead": visitor.pk, "acknowledge": "1"}  # fmt: skip
    refused = client.post(answer.url, fields | {"starts_at": "2020-01-01T10:00"})
    assert (refused.status_code, "客户二楼" in refused.content.decode(), Meeting.objects.count()) == (422, True, 0)
    client.post(answer.url, fields)
    visit = Meeting.objects.get()
    assert (visit.customer, visit.starts_at, visit.place, visit.form) == (customer, moment, "客户二楼", "joint")


def test_a_customer_of_another_unit_cannot_be_booked(client, visitor):
    foreign = made.customer(unit=make.make_unit("SH"))
    client.force_login(visitor)
    assert client.post(reverse("fieldwork:visit_create"), {"customer": foreign.code}).status_code == 422
    assert foreign.name not in client.get(f"{reverse('fieldwork:visit_create')}?customer={foreign.pk}").content.decode()


def test_how_it_went_and_the_report_on_the_page(client, visitor):
    wave = open_wave(one_section(), invited=0)
    visit = made.visit(visitor, wave=wave)
    people = [f"{one.pk}" for one in visit.people.all()]
    client.force_login(visitor)
    address = reverse("fieldwork:meeting_hold", args=[visit.pk])
    with at(visit.ends_at):
        client.force_login(visitor)
        short = client.post(address, {"version": visit.version, "came": people, "note": "顺利", "q_r0": "5"})
        assert (short.status_code, "顺利" in short.content.decode()) == (422, True)
        hosts = f"{visit.people.get(is_host=True).pk}"
        assert client.post(address, {"version": visit.version, "came": hosts, "without_script": "1"}).status_code == 422
        answer = client.post(
            address, {"version": visit.version, "came": people, "note": "顺利", "q_r0": "5", "q_r1": "4", "q_r2": "4"}
        )
        assert answer.url == reverse("fieldwork:report_write", args=[visit.pk])
        client.post(answer.url, {"setting": "两间教室", "then": "draft", "secrets": SECRET})
        page = client.get(answer.url).content.decode()
        assert ("两间教室" in page, SECRET in page) == (True, False)
        draft = visit.reports.get()
        assert client.post(answer.url, {"then": "submit", "version": draft.version}).status_code == 422
        client.post(
            answer.url,
            {
                "setting": "两间教室",
                "opinion": "希望周末开班",
                "wants_answer": "on",
                "then": "submit",
                "version": draft.version,
            },
        )
    client.force_login(visitor)
    report = visit.reports.get()
    assert (report.state, report.secrets, report.follow_up) == (ReportState.SUBMITTED, SECRET, FollowUp.objects.get())
    page = client.get(visit.get_absolute_url()).content.decode()
    assert ("希望周末开班" in page, SECRET in page) == (True, False)


def test_drafts_are_read_by_who_writes_them_only(client, visitor):
    visit = made.held(made.visit(visitor), visitor)
    meeting_reports.write(visit, by=visitor, opinion="还没写完")
    client.force_login(make.make_person(Role.EXECUTIVE))
    assert "还没写完" not in client.get(visit.get_absolute_url()).content.decode()
    client.force_login(visitor)
    assert "还没写完" in client.get(visit.get_absolute_url()).content.decode()


def test_readers_change_nothing(client, visitor):
    visit = made.visit(visitor)
    for role in (Role.EXECUTIVE, Role.LEAD):
        client.force_login(make.make_person(role, unit=make.make_unit("SH")))
        assert client.get(visit.get_absolute_url()).status_code == 200
        for name in ("meeting_change", "meeting_cancel", "meeting_hold"):
            assert client.get(reverse(f"fieldwork:{name}", args=[visit.pk])).status_code == 403


def test_home_shows_my_visits_and_reports_owed(client, visitor):
    coming = made.visit(visitor)
    past = made.held(made.visit(visitor), visitor)
    client.force_login(visitor)
    page = client.get("/").content.decode()
    assert (coming.get_absolute_url() in page, reverse("fieldwork:report_write", args=[past.pk]) in page) == (
        True,
        True,
    )


@pytest.mark.parametrize("n", [1, 3])
def test_the_list_takes_the_same_number_of_queries(client, visitor, django_assert_num_queries, n):
    for _one in range(n):
        made.visit(visitor)
    client.force_login(visitor)
    client.get(reverse("fieldwork:visit_list"))
    with django_assert_num_queries(9):
        assert client.get(reverse("fieldwork:visit_list")).content.decode().count("ZF-") >= n
