"""Focus groups and staff symposia: who is invited, who answered and came, what came of it (FGD-01 to 04)."""

import pytest
from django.db import DatabaseError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from accounts.choices import Role
from core.workflow import InvalidTransition
from customers.models import FollowUp, Interaction
from customers.services import contacts
from dashboard.demo.clock import at
from fieldwork.choices import MeetingKind, PointKind, Reply
from fieldwork.models import Meeting, MeetingPerson, MeetingPoint
from fieldwork.services import meeting_reports, meetings
from improvements.choices import CaseState
from improvements.models import ImprovementCase
from notifications.services import outbox
from tests.factories import customers as make
from tests.factories import meetings as made

pytestmark = pytest.mark.django_db


@pytest.fixture
def officer(db):
    return made.officer()


def test_nobody_reads_of_the_others_in_the_invitation(officer, smtp):
    group = made.group(officer)
    assert outbox.deliver_due()["sent"] == 4
    people = [one.contact for one in meetings.present(group) if one.contact_id]
    for one in people:
        (mail,) = smtp.to(one.email)
        words = mail.as_string() + "".join(f"{part.get_content()}" for part in mail.walk() if not part.is_multipart())
        assert [other.email in words or other.name in words for other in people if other != one] == [False, False]


def test_attendance_and_one_contact_for_each_who_came(officer):
    group = made.group(officer)
    people = list(group.people.filter(is_host=False))
    for person, answer in zip(people, (Reply.ACCEPTED, Reply.DECLINED, Reply.ACCEPTED), strict=True):
        meetings.reply(person, by=officer, answer=answer)
    made.held(group, officer, came=[people[0].pk, people[2].pk])
    rows = MeetingPerson.objects.filter(meeting=group, is_host=False)
    assert list(rows.values_list("reply", "came")) == [("accepted", True), ("declined", False), ("accepted", True)]
    assert set(Interaction.objects.values_list("contact", flat=True)) == {people[0].contact_id, people[2].contact_id}


def test_people_are_invited_once_and_can_be_taken_off(officer, smtp):
    group = made.group(officer)
    contact = group.people.filter(is_host=False).first().contact
    assert meetings.invite(group, by=officer, contacts=[contact]) == []
    person = group.people.select_related("meeting", "contact").get(contact=contact)
    meetings.withdraw(person, by=officer)
    meetings.withdraw(person, by=officer)
    assert outbox.deliver_due() == {"sent": 4, "failed": 0, "cancelled": 1}
    assert [mail["Subject"].strip()[:3] for mail in smtp.to(contact.email)] == ["已取消"]
    assert len(meetings.invite(group, by=officer, contacts=[contact])) == 1


def test_a_suggestion_waits_with_the_unit_and_a_problem_is_proposed_as_an_improvement(officer):
    group, unit = made.group(officer), make.make_unit("JW")
    with pytest.raises(InvalidTransition):
        meeting_reports.add_point(group, by=officer, kind=PointKind.PROBLEM, text="排课太晚", unit=unit)
    made.held(group, officer)
    problem = meeting_reports.add_point(group, by=officer, kind=PointKind.PROBLEM, text="排课太晚", unit=unit, voices=3)
    wish = meeting_reports.add_point(group, by=officer, kind=PointKind.SUGGESTION, text="增加晚班", unit=unit)
    for _twice in range(2):
        meeting_reports.take_up(problem, by=officer)
        meeting_reports.take_up(wish, by=officer)
    case, owed = ImprovementCase.objects.get(), FollowUp.objects.get()
    assert (case.point, case.unit, case.state, case.problem, case.origin_name) == (
        problem,
        unit,
        CaseState.PROPOSED,
        "排课太晚",
        "point",
    )
    assert (owed.detail, owed.unit, owed.customer, owed.source) == ("增加晚班", unit, None, "fieldwork.meetingpoint")
    assert case.origin == problem


def test_the_database_keeps_points(officer):
    group = made.held(made.group(officer), officer)
    point = meeting_reports.add_point(group, by=officer, kind=PointKind.PROBLEM, text="排课太晚", unit=group.unit)
    with pytest.raises(DatabaseError), transaction.atomic():
        connection.cursor().execute("UPDATE fieldwork_meetingpoint SET text = 'x' WHERE id = %s", [point.pk])
    assert MeetingPoint.objects.get().text == "排课太晚"


def test_a_trainer_holds_a_staff_symposium(client, smtp):
    trainer = make.make_person(Role.TRAINER, unit=make.make_unit("HQ"))
    guests = [make.make_person(Role.EMPLOYEE) for _one in range(2)]
    group = made.group(trainer, contacts=[], kind=MeetingKind.SYMPOSIUM, title="新员工培训座谈会", guests=guests)
    assert outbox.deliver_due()["sent"] == 3
    made.held(group, trainer)
    made.reported(group, trainer, discussion="希望增加实操课时")
    client.force_login(trainer)
    page = client.get(group.get_absolute_url()).content.decode()
    assert ("希望增加实操课时" in page, guests[0].name_zh in page) == (True, True)
    assert not Interaction.objects.exists()


# The pages -----------------------------------------------------------------------------------------------


def test_from_the_topic_to_the_minutes_on_the_pages(client, officer):
    client.force_login(officer)
    moment = timezone.localtime(made.in_days(4))
    fields = {"kind": "group", "title": "化工客户座谈会", "shared_need": "化工", "starts_at": f"{moment:%Y-%m-%dT%H:%M}",
              "minutes": 90, "place": "总部", "lead": officer.pk, "acknowledge": "1"}  # fmt: skip
    assert client.post(reverse("fieldwork:group_create"), fields | {"title": ""}).status_code == 422
    answer = client.post(reverse("fieldwork:group_create"), fields)
    group = Meeting.objects.get()
    assert answer.url == reverse("fieldwork:meeting_invite", args=[group.pk])
    chosen, other = made.customer(industry="化工"), made.customer(industry="银行")
    unwilling = made.customer(industry="化工")
    contacts.opt_out(unwilling.contacts.get())
    page = client.get(answer.url + "?industry=化工").content.decode()
    assert [one.name_zh in page for one in (chosen, other, unwilling)] == [True, False, False]
    assert client.post(answer.url, {}).status_code == 422
    client.post(answer.url, {"contacts": [chosen.contacts.get().pk]})
    person = group.people.get(contact__customer=chosen)
    client.post(reverse("fieldwork:meeting_replies", args=[group.pk]), {f"reply_{person.pk}": "accepted"})
    person.refresh_from_db()
    assert person.reply == Reply.ACCEPTED
    group.refresh_from_db()
    with at(group.ends_at):
        client.force_login(officer)  # days later
        came = [f"{one.pk}" for one in group.people.all()]
        client.post(reverse("fieldwork:meeting_hold", args=[group.pk]), {"version": group.version, "came": came})
        client.post(reverse("fieldwork:report_write", args=[group.pk]), {"discussion": "谈到排课", "then": "submit"})
        point = {"kind": "problem", "text": "排课太晚", "voices": 2, "unit": group.unit_id}
        assert client.post(reverse("fieldwork:point_create", args=[group.pk]), point | {"text": ""}).status_code == 422
        client.post(reverse("fieldwork:point_create", args=[group.pk]), point)
    client.force_login(officer)
    client.post(reverse("fieldwork:point_take_up", args=[MeetingPoint.objects.get().pk]))
    page = client.get(group.get_absolute_url()).content.decode()
    assert ("谈到排课" in page, "排课太晚" in page, ImprovementCase.objects.get().number in page) == (True, True, True)
    assert client.get(reverse("fieldwork:group_list")).content.decode().count("化工客户座谈会") >= 1


def test_taking_somebody_off_on_the_page(client, officer):
    group = made.group(officer)
    person, lead = group.people.filter(is_host=False).first(), group.people.get(is_host=True)
    client.force_login(officer)
    assert client.post(reverse("fieldwork:person_withdraw", args=[group.pk, lead.pk])).status_code == 404
    client.post(reverse("fieldwork:person_withdraw", args=[group.pk, person.pk]))
    person.refresh_from_db()
    assert person.withdrawn_at is not None
