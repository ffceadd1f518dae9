"""Registration: numbers, receipts, personal data, one record per form and follow-up (CMP-08–11)."""

import threading
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, connections, transaction
from django.db.utils import IntegrityError, ProgrammingError
from django.utils import timezone

from complaints.codes import code_for, fits
from complaints.models import Complainant, Complaint
from complaints.selectors.ledger import gaps
from complaints.selectors.tracking import tracked
from complaints.services.registration import register
from core.models import Contribution, Event, NumberSequence
from core.workflow import InvalidTransition
from customers.models import ContactHold
from customers.services import contacts, follow_ups
from notifications.models import Message
from notifications.services import outbox
from tests.factories import customers as make
from tests.factories.complaints import complaint_at, fresh, make_complaint

FORM = {"title": "换讲师", "text": "没有通知", "channel": "web"}
PERSON = {"name": "刘芳", "phone": "138 1234 5678", "email": "liu@example.com", "consent": True}
YEAR = timezone.localdate().year


@pytest.mark.django_db
def test_a_customers_form_gets_number_and_code_and_the_same_again_when_posted_twice():
    complaint, code = register(kind="complaint", complainant=PERSON, form_key="f1", **FORM)
    again, same = register(kind="complaint", complainant=PERSON, form_key="f1", **FORM)
    assert complaint.number == f"TS-{YEAR}-000001"
    assert (again.pk, same, code) == (complaint.pk, code, code_for("f1"))
    assert Complaint.objects.count() == 1
    assert (complaint.state, complaint.cycle.n, complaint.receiver) == ("registered", 1, None)
    assert Event.objects.of(complaint).values_list("kind", "to_state").get() == ("created", "registered")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("kind", "prefix"), [("complaint", "TS"), ("suggestion", "JY"), ("enquiry", "ZX"), ("praise", "BY")]
)
def test_each_kind_has_its_own_row_of_numbers(kind, prefix):
    numbers = [make_complaint(kind=kind).number for _n in range(2)]
    assert numbers == [f"{prefix}-{YEAR}-000001", f"{prefix}-{YEAR}-000002"]


@pytest.mark.django_db
def test_a_record_is_tracked_by_number_and_code_together():
    complaint, code = register(kind="enquiry", complainant=None, form_key="k", **FORM)
    typed = f"{code[:4].lower()}-{code[4:]}"
    assert tracked(complaint.number.lower(), typed) == complaint
    assert [tracked(complaint.number, "23456789"), tracked("ZX-2026-999999", code), tracked("", "")] == [None] * 3
    assert not fits("", "")


@pytest.mark.django_db
def test_a_colleague_gets_no_code_and_the_contact_person_is_taken_over(crew):
    customer = make.make_customer(unit=crew.desk)
    contact = make.make_contact(customer, name="刘芳", phone="+8613812345678", email="liu@example.com")
    interaction = make.make_interaction(crew.agent, customer=customer, contact=contact)
    complaint, code = register(
        kind="complaint", by=crew.agent, contact=contact, interaction=interaction, complainant={"consent": True}, **FORM
    )
    person = complaint.complainant
    assert code is None
    assert (complaint.customer, complaint.receiver, complaint.desk) == (customer, crew.agent, crew.desk)
    assert complaint.received_at == interaction.started_at
    assert (person.name, person.phone, person.email, person.consent) == (
        "刘芳",
        "+8613812345678",
        "liu@example.com",
        True,
    )


@pytest.mark.django_db
def test_personal_data_are_encrypted_and_found_by_exact_match_only():
    complaint = make_complaint(complainant=PERSON)
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, phone, email FROM complaints_complainant")
        stored = cursor.fetchone()
    assert all(value.startswith("p1:") for value in stored)
    rows = Complaint.objects.all()
    assert rows.with_complainant(phone="+86 138-1234-5678").get() == complaint
    assert rows.with_complainant(name="刘芳").get() == complaint
    assert list(rows.with_complainant(phone="1381234567")) == []


@pytest.mark.django_db
def test_the_receipt_is_a_mail_without_an_address_in_the_outbox(smtp, settings):
    complaint = make_complaint(complainant=PERSON)
    message = Message.objects.get(kind="complaints.receipt")
    assert (message.to_email, message.context) == ("", {"complaint": complaint.pk})
    outbox.deliver_due()
    (mail,) = smtp.to("liu@example.com")
    assert complaint.number in str(mail["Subject"])


@pytest.mark.django_db
@pytest.mark.parametrize("given, spoken", [({}, "en"), ({"language": "zh-hans"}, "zh-hans")])
def test_receipt_and_reply_speak_the_language_of_the_contact_person(crew, given, spoken):
    contact = make.make_contact(make.make_customer(), language="en")
    complaint = make_complaint(crew.agent, contact=contact, **given)
    assert complaint.language == Message.objects.get(kind="complaints.receipt").language == spoken


@pytest.mark.django_db
def test_no_mail_where_there_is_no_address():
    make_complaint(complainant=None)
    assert Message.objects.count() == 0


@pytest.mark.django_db
def test_the_future_is_refused_and_nothing_is_written():
    with pytest.raises(InvalidTransition):
        make_complaint(received_at=timezone.now() + timedelta(minutes=5))
    assert (Complaint.objects.count(), NumberSequence.objects.filter(kind="TS").count()) == (0, 0)


@pytest.mark.django_db(transaction=True)
def test_a_file_that_is_not_taken_gives_the_number_back(crew):
    from django.core.exceptions import ValidationError

    with pytest.raises(ValidationError):
        make_complaint(crew.agent, files=[SimpleUploadedFile("a.exe", b"MZ")])
    assert make_complaint(crew.agent).number == f"TS-{YEAR}-000001"


@pytest.mark.django_db
def test_an_open_complaint_holds_its_customer_back_from_surveys_and_its_end_lets_go(crew):
    customer = make.make_customer(unit=crew.desk)
    complaint = make_complaint(crew.agent, customer=customer)
    make_complaint(crew.agent, customer=customer, kind="praise")
    assert list(ContactHold.objects.current().values_list("source_id", flat=True)) == [str(complaint.pk)]
    done = complaint_at("withdrawn", crew, customer=customer)
    assert ContactHold.objects.filter(source_id=str(done.pk), lifted_at=None).count() == 0


@pytest.mark.django_db
def test_an_escalated_follow_up_becomes_one_complaint_however_often_it_is_heard(crew):
    customer = make.make_customer(unit=crew.desk)
    follow_up = make.make_follow_up(customer, crew.agent, detail="客户很生气")
    follow_ups.escalate(follow_up, by=crew.agent, comment="要求投诉")
    from complaints.receivers import follow_up_escalated

    follow_up_escalated(sender=None, follow_up=follow_up, by=crew.agent, comment="要求投诉")
    complaint = Complaint.objects.get(follow_up=follow_up)
    assert (complaint.text, complaint.customer, complaint.receiver) == ("客户很生气\n\n要求投诉", customer, crew.agent)


@pytest.mark.django_db
def test_forgetting_a_contact_person_forgets_the_complainant_of_ended_records_only(crew):
    customer = make.make_customer(unit=crew.desk)
    contact = make.make_contact(customer)
    ended = complaint_at("closed", crew, contact=contact, complainant=None)
    running = make_complaint(crew.agent, contact=contact, complainant=None)
    name = running.complainant.name
    contacts.erase(contact)
    assert Complainant.objects.get(complaint=ended).name == ""
    assert Complainant.objects.get(complaint=running).name == name
    assert fresh(ended).number == ended.number


@pytest.mark.django_db(transaction=True)
def test_numbers_have_no_gap_after_twenty_parallel_registrations_of_which_half_roll_back():
    barrier = threading.Barrier(20)

    def one(n):
        try:
            barrier.wait()
            with transaction.atomic():
                make_complaint()
                if n % 2:
                    raise ZeroDivisionError
        except ZeroDivisionError:
            pass
        finally:
            connection.close()

    threads = [threading.Thread(target=one, args=(n,)) for n in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    numbers = sorted(Complaint.objects.values_list("number", flat=True))
    assert numbers == [f"TS-{YEAR}-{n:06d}" for n in range(1, 11)]
    assert gaps() == []


@pytest.mark.django_db
def test_a_gap_would_be_seen(crew):
    make_complaint(crew.agent)
    NumberSequence.objects.filter(kind="TS").update(last=2)
    assert gaps() == [f"TS-{YEAR}"]


KEPT = ["complaint", "complainant", "cycle", "reply", "endrequest", "suggestiondecision"]


@pytest.mark.parametrize("alias", ["default", "owner"])
@pytest.mark.parametrize("table", KEPT)
@pytest.mark.django_db(transaction=True, databases=["default", "owner"])
def test_no_row_of_the_ledger_is_deleted_by_anybody(alias, table):
    from tests.factories.complaints import Crew, suggestion_at

    crew = Crew()
    complaint_at("replied", crew)
    complaint_at("voided", crew)
    suggestion_at("adopted", crew)
    with pytest.raises((IntegrityError, ProgrammingError)), transaction.atomic(using=alias):
        connections[alias].cursor().execute(f"DELETE FROM complaints_{table}")


@pytest.mark.parametrize(
    "column", ["number = 'TS-1'", "text = 'x'", "kind = 'praise'", "received_at = now() - interval '9 days'"]
)
@pytest.mark.django_db
def test_what_was_registered_does_not_change(crew, column):
    make_complaint(crew.agent)
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE complaints_complaint SET {column}")


@pytest.mark.django_db
def test_whom_it_is_about_neither_sees_nor_handles_it(crew):
    complaint = make_complaint(crew.agent, concerned=[crew.second])
    assert Contribution.objects.of(complaint).values_list("user", "part").get() == (crew.second.pk, "concerned")
    seen = [Complaint.objects.visible_to(user).filter(pk=complaint.pk).exists() for user in (crew.lead, crew.second)]
    assert seen == [True, False]
