"""S1: handler, reviewer and call-back officer are three people, none of whom it is about; by the database too. S3."""

import threading

import pytest
from django.db import connection, connections, transaction
from django.db.utils import IntegrityError, ProgrammingError
from django.urls import reverse
from django.utils import timezone

from complaints.choices import Part, State
from complaints.models import Complaint, Reply
from complaints.selectors.people import clashes, eligible
from complaints.services import assessment, call_backs, ending, handling, people, replies
from core.models import Contribution
from core.permissions import allows
from core.workflow import InvalidTransition
from tests.factories import customers as make
from tests.factories.complaints import ASSESSED, Crew, complaint_at, fresh, make_complaint

pytestmark = pytest.mark.django_db


def run(statement, *values):
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, values)


def test_the_people_of_a_record_are_told_apart(crew):
    complaint = complaint_at(State.CLOSED, crew)
    found = set(Contribution.objects.of(complaint).values_list("user", "part"))
    assert found == {(crew.handler.pk, "handled"), (crew.lead.pk, "reviewed"), (crew.caller.pk, "called_back")}


def test_the_handler_neither_reviews_nor_calls_back(crew):
    for state, step in (
        (State.REVIEW, lambda row: replies.approve(row, by=crew.handler)),
        (State.REVIEW, lambda row: replies.send_back(row, by=crew.handler, comment="x")),
        (State.REPLIED, lambda row: call_backs.log(row, by=crew.handler, reached=True, resolved=True)),
        (State.REPLIED, lambda row: call_backs.log(row, by=crew.lead, reached=True, resolved=True)),
    ):
        complaint = complaint_at(state, crew)
        with pytest.raises(InvalidTransition):
            step(complaint)
        assert fresh(complaint).state == state


def test_who_called_back_neither_handles_nor_reviews_the_next_cycle(crew):
    complaint = complaint_at(State.REPLIED, crew)
    call_backs.log(complaint, by=crew.caller, reached=True, resolved=False, comment="没有解决")
    with pytest.raises(InvalidTransition):
        handling.reassign(complaint, by=crew.lead, unit=crew.desk, handler=crew.caller, comment="休假")
    assert clashes(fresh(complaint), crew.caller, Part.REVIEWED) == Part.CALLED_BACK


def test_whom_it_is_about_and_who_stepped_aside_take_no_part(crew):
    complaint = make_complaint(crew.agent, concerned=[crew.handler])
    people.step_aside(complaint, by=crew.other, comment="亲属")
    assessment.accept(complaint, by=crew.lead, **ASSESSED)
    for person in (crew.handler, crew.other):
        with pytest.raises(InvalidTransition):
            handling.assign(complaint, by=crew.lead, unit=crew.department, handler=person)
    assert not eligible(complaint, "complaints.handle", Part.HANDLED).filter(pk__in=[crew.handler.pk, crew.other.pk])
    assert crew.agent in eligible(complaint, "complaints.handle", Part.HANDLED)


def test_who_handles_it_cannot_be_named_before_it_is_given_away(crew):
    complaint = complaint_at(State.HANDLING, crew)
    with pytest.raises(InvalidTransition):
        people.name_concerned(complaint, person=crew.handler, by=crew.lead)
    handling.reassign(complaint, by=crew.lead, unit=crew.department, handler=crew.other, comment="涉及本人")
    people.name_concerned(complaint, person=crew.handler, by=crew.lead)
    assert not Complaint.objects.visible_to(crew.handler).filter(pk=complaint.pk).exists()


# By raw SQL as the application's role -----------------------------------------------------------------


def test_raw_sql_cannot_make_the_handler_the_reviewer(crew):
    complaint_at(State.REVIEW, crew)
    with pytest.raises(IntegrityError):
        run("UPDATE complaints_reply SET reviewer_id = %s, approved_at = now()", crew.handler.pk)
    assert Reply.objects.get().reviewer is None


def test_raw_sql_cannot_make_an_earlier_handler_the_reviewer(crew):
    complaint = complaint_at(State.HANDLING, crew)
    handling.reassign(complaint, by=crew.lead, unit=crew.department, handler=crew.other, comment="休假")
    handling.take(complaint, by=crew.other)
    handling.determine(complaint, by=crew.other, verdict="not", facts="x", cause="need", remedy="y")
    replies.draft(complaint, by=crew.other, measures="a", result="b", meaning="c", thanks="d", form="phone")
    with pytest.raises(IntegrityError):
        run("UPDATE complaints_reply SET reviewer_id = %s, approved_at = now()", crew.handler.pk)


@pytest.mark.parametrize("who", ["handler", "lead"])
def test_raw_sql_cannot_make_handler_or_reviewer_call_back(crew, who):
    complaint = complaint_at(State.REPLIED, crew)
    talk = complaint.cycle.conversations.get()
    with pytest.raises(IntegrityError):
        run(
            "INSERT INTO complaints_callback (cycle_id, attempt, by_id, reached, resolved, comment, interaction_id) "
            "VALUES (%s, 1, %s, true, true, '', %s)",
            complaint.cycle.pk, getattr(crew, who).pk, talk.interaction_id,
        )  # fmt: skip


@pytest.mark.parametrize("part", ["concerned", "recused"])
def test_raw_sql_cannot_give_it_to_somebody_it_is_about(crew, part):
    complaint = make_complaint(crew.agent)
    Contribution.objects.create(
        subject="complaints.complaint", subject_id=complaint.pk, user=crew.other, part=part, at=timezone.now()
    )
    with pytest.raises(IntegrityError):
        run("UPDATE complaints_complaint SET handler_id = %s WHERE id = %s", crew.other.pk, complaint.pk)
    with pytest.raises(IntegrityError):
        run(
            "INSERT INTO complaints_assignment (cycle_id, unit_id, handler_id, note, by_id) VALUES (%s, %s, %s, '', %s)",
            complaint.cycle.pk, crew.desk.pk, crew.other.pk, crew.lead.pk,
        )  # fmt: skip


def test_raw_sql_cannot_write_the_parts_themselves(crew):
    complaint = complaint_at(State.HANDLING, crew)
    for part in ("reviewed", "called_back"):
        with pytest.raises(IntegrityError):
            run(
                "INSERT INTO core_contribution (subject, subject_id, user_id, part) "
                "VALUES ('complaints.complaint', %s, %s, %s)", complaint.pk, crew.handler.pk, part,
            )  # fmt: skip
    with pytest.raises(IntegrityError):
        run(
            "INSERT INTO core_contribution (subject, subject_id, user_id, part) "
            "VALUES ('complaints.complaint', %s, %s, 'concerned')", complaint.pk, crew.handler.pk,
        )  # fmt: skip


@pytest.mark.django_db(transaction=True, databases=["default", "owner"])
def test_not_even_the_owner_of_the_tables_unites_two_parts():
    crew = Crew()
    complaint_at(State.REVIEW, crew)
    with pytest.raises((IntegrityError, ProgrammingError)), transaction.atomic(using="owner"):
        connections["owner"].cursor().execute(
            "UPDATE complaints_reply SET reviewer_id = %s, approved_at = now()", [crew.handler.pk]
        )


@pytest.mark.django_db(transaction=True)
def test_two_parts_at_once_see_each_other():
    crew = Crew()
    complaint = make_complaint(crew.agent)
    barrier, won = threading.Barrier(2), []

    def take(part):
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                barrier.wait()
                cursor.execute(
                    "INSERT INTO core_contribution (subject, subject_id, user_id, part) "
                    "VALUES ('complaints.complaint', %s, %s, %s)", [complaint.pk, crew.other.pk, part],
                )  # fmt: skip
            won.append(part)
        except IntegrityError:
            pass
        finally:
            connection.close()

    threads = [threading.Thread(target=take, args=(part,)) for part in ("handled", "reviewed")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(won) == 1
    assert list(Contribution.objects.of(complaint).filter(user=crew.other).values_list("part", flat=True)) == won


# By a superuser of the portal -------------------------------------------------------------------------


@pytest.fixture
def superuser(crew):
    person = make.make_person("department_user", unit=crew.department)
    type(person).objects.filter(pk=person.pk).update(is_superuser=True)
    return type(person).objects.get(pk=person.pk)


def test_a_superuser_who_handled_it_neither_approves_nor_calls_back(client, crew, superuser):
    crew.handler = superuser
    complaint = complaint_at(State.REVIEW, crew)
    client.force_login(superuser)
    answers = [
        client.post(reverse("complaints:act", args=[complaint.pk, step])).status_code
        for step in ("approve", "send_back")
    ]
    assert answers == [403, 403]
    assert fresh(complaint).state == "review"
    replies.approve(complaint, by=crew.lead)
    replies.record_told(complaint, by=superuser, summary="电话告知")
    answer = client.post(reverse("complaints:act", args=[complaint.pk, "call_back"]), {"answer": "resolved"})
    assert (answer.status_code, fresh(complaint).state) == (403, "replied")


def test_a_superuser_it_is_about_does_not_even_see_it(client, crew, superuser):
    complaint = make_complaint(crew.agent, concerned=[superuser])
    client.force_login(superuser)
    assert client.get(complaint.get_absolute_url()).status_code == 404
    assert client.post(reverse("complaints:act", args=[complaint.pk, "accept"]), ASSESSED).status_code == 404


def test_the_rules_of_separation_on_one_page(crew):
    review = complaint_at(State.REVIEW, crew)
    replied = complaint_at(State.REPLIED, crew)
    may = [
        allows(user, "complaints.decide_reply", fresh(review))
        for user in (crew.handler, crew.lead, crew.second, crew.agent)
    ]
    calls = [
        allows(user, "complaints.log_call_back", fresh(replied))
        for user in (crew.handler, crew.lead, crew.second, crew.caller)
    ]
    assert (may, calls) == ([False, True, True, False], [False, False, True, True])


# S3 ---------------------------------------------------------------------------------------------------


def test_raw_sql_cannot_let_who_asked_for_an_end_decide(crew):
    complaint = make_complaint(crew.agent)
    ending.ask(complaint, by=crew.lead, ending="void", reason="录错")
    with pytest.raises(IntegrityError):
        run("UPDATE complaints_endrequest SET granted = true, decided_by_id = by_id, decided_at = now()")


def test_a_superuser_does_not_grant_the_own_request(client, crew, superuser):
    complaint = make_complaint(crew.agent)
    ending.ask(complaint, by=superuser, ending="void", reason="录错")
    client.force_login(superuser)
    assert client.post(reverse("complaints:act", args=[complaint.pk, "grant_ending"])).status_code == 403
    assert fresh(complaint).state == "registered"
