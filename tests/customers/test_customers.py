"""CRM-01, 02, 04, 05, 19; SUR-22, 23; SMP-02; ORG-03; SEC-01, 02, 04–06; PRV-11, 12."""

import pytest
from django.db import connection
from django.urls import reverse

from accounts.choices import Role
from core.models import Event
from core.workflow import LostRace
from customers.models import ContactPerson, Customer
from customers.names import e164, grams, query_grams
from customers.services import contacts, customers, holds, service_records
from customers.tasks import erase_expired_contacts
from tests.factories import customers as make

CANARY = {"name": "王金丝雀", "phone": "+8613912345678", "email": "canary@example.com"}
PHONES = [
    "13912345678",
    "139-1234-5678",
    "+86 139 1234 5678",
    "0086 13912345678",
    "１３９１２３４５６７８",
    "139 1234 5678 转 801",
]


@pytest.mark.parametrize("written", PHONES)
def test_phone_in_any_writing_is_one_number(written):
    assert e164(written) == "+8613912345678"


def test_query_grams_are_within_the_grams_of_a_matching_name():
    assert set(query_grams("海重")) <= set(grams("江海重工"))
    assert not set(query_grams("重海")) <= set(grams("江海重工"))


@pytest.mark.parametrize("written", PHONES)
def test_contact_is_found_by_exact_phone(beijing, written):
    person = make.make_contact(make.make_customer(unit=beijing), **CANARY)
    assert list(ContactPerson.objects.with_phone(written)) == [person]
    assert list(ContactPerson.objects.with_email(" Canary@Example.com ")) == [person]
    assert list(ContactPerson.objects.with_name("王 金丝雀")) == [person]
    assert not ContactPerson.objects.with_phone("1391234567").exists()


def raw_text():
    """Everything the tables of customers and the events hold, as the database stores it."""
    tables = ["core_event", *(model._meta.db_table for model in (Customer, ContactPerson))]
    with connection.cursor() as cursor:
        for table in (*tables, "customers_interaction"):
            cursor.execute(f"SELECT t::text FROM {table} t")
            yield from (row[0] for row in cursor.fetchall())


def test_personal_data_are_nowhere_in_the_clear(agent, beijing):
    person = make.make_contact(make.make_customer(unit=beijing, address="金丝雀路1号"), by=agent, **CANARY)
    contacts.edit(person, by=agent, phone="+8613912345679")
    make.make_customer(unit=beijing, by=agent, type="individual", name_zh="王金丝雀")
    make.make_interaction(agent, number="13912345678", caller="王金丝雀")
    text = "\n".join(raw_text())
    found = [word for word in ("金丝雀", "canary", "1391234567", "139 1234") if word in text]
    assert found == []
    assert "江海重工" in text


def test_private_person_keeps_only_the_first_character(agent, beijing):
    customer = make.make_customer(unit=beijing, by=agent, type="individual", name_zh="王小明", name_en="")
    assert (customer.name, customer.contacts.get().name) == ("王**", "王小明")
    contacts.edit(customer.contacts.get(), by=agent, name="李大山")
    customer.refresh_from_db()
    assert customer.name == "李**"


def test_index_follows_an_edit_and_an_erasure(agent, beijing):
    person = make.make_contact(make.make_customer(unit=beijing), **CANARY)
    contacts.edit(person, by=agent, phone="+8613700000001")
    assert list(ContactPerson.objects.with_phone("137 0000 0001")) == [person]
    assert not ContactPerson.objects.with_phone(CANARY["phone"]).exists()
    contacts.erase(person, by=agent, comment="本人要求")
    assert not ContactPerson.objects.with_phone("137 0000 0001").exists()
    assert (person.name, person.phone, person.consent_survey) == ("", "", False)


def test_retention_erases_once(beijing):
    customer = make.make_customer(unit=beijing)
    old = make.make_contact(customer, retention_until="2020-01-01")
    make.make_contact(customer)
    assert erase_expired_contacts() == {"done": 1, "failed": 0}
    assert erase_expired_contacts() == {"done": 0, "failed": 0}
    assert ContactPerson.objects.exclude(erased_at=None).get() == old


def test_surveyable_leaves_out_holds_opt_outs_and_missing_consent(agent, beijing):
    customer, held = make.make_customer(unit=beijing), make.make_customer(unit=beijing)
    asked = make.make_contact(customer)
    make.make_contact(customer, consent_survey=False, consent_source="")
    contacts.opt_out(make.make_contact(customer))
    make.make_contact(held)
    hold = holds.place(held, reason="complaint", source="complaints.complaint", source_id=3)
    assert holds.place(held, reason="complaint", source="complaints.complaint", source_id=3) == hold
    assert list(ContactPerson.objects.surveyable()) == [asked]
    holds.lift_of("complaints.complaint", 3)
    assert ContactPerson.objects.surveyable().count() == 2


def test_second_writer_hears_of_the_first(agent, beijing):
    customer = make.make_customer(unit=beijing)
    customers.edit(customer, by=agent, region="华东", expected_version=0)
    with pytest.raises(LostRace):
        customers.edit(Customer.objects.get(), by=agent, region="华北", expected_version=0)


def test_create_many_writes_customers_contacts_and_events(agent, beijing):
    rows = [{"name_zh": f"公司{n}", "unit": beijing, "contact": {"name": f"联系人{n}"}} for n in range(3)]
    customers.create_many(rows, by=agent)
    assert Customer.objects.count() == ContactPerson.objects.filter(is_primary=True).count() == 3
    assert Event.objects.filter(kind="created", by=agent).count() == 6
    assert len(set(Customer.objects.values_list("code", flat=True))) == 3


def test_reveal_needs_a_reason_and_leaves_an_event(as_agent, agent, beijing):
    person = make.make_contact(make.make_customer(unit=beijing), **CANARY)
    url = reverse("customers:contact_reveal", args=[person.pk])
    assert CANARY["phone"] not in as_agent.get(url).content.decode()
    assert CANARY["phone"] not in as_agent.post(url, {"reason": ""}).content.decode()
    assert not Event.objects.filter(kind="revealed").exists()
    response = as_agent.post(url, {"reason": "客户要求回电"})
    assert CANARY["phone"] in response.content.decode()
    assert response["Cache-Control"] == "no-store"
    event = Event.objects.get(kind="revealed")
    assert (event.by, event.comment, event.subject_id) == (agent, "客户要求回电", person.pk)


def test_detail_masks_personal_data(as_agent, beijing):
    person = make.make_contact(make.make_customer(unit=beijing), **CANARY)
    text = as_agent.get(person.customer.get_absolute_url()).content.decode()
    assert "139****5678" in text and "王**" in text
    assert CANARY["phone"] not in text and CANARY["name"] not in text and CANARY["email"] not in text


def test_contact_edit_keeps_what_is_left_empty(as_agent, beijing):
    person = make.make_contact(make.make_customer(unit=beijing), **CANARY)
    url = reverse("customers:contact_edit", args=[person.pk])
    page = as_agent.get(url).content.decode()
    assert CANARY["phone"] not in page and CANARY["name"] not in page
    sent = {
        "title": "主管",
        "language": "en",
        "is_primary": "on",
        "version": person.version,
        "remove_email": "on",
    }
    assert as_agent.post(url, sent).status_code == 302
    person = ContactPerson.objects.get(pk=person.pk)
    assert (person.title, person.phone, person.email) == ("主管", CANARY["phone"], "")


def test_the_audience_of_a_customer_and_the_kind_of_a_service_can_be_changed(agent, beijing):
    """Both are columns called ``kind``, which an edit must not take for the kind of its event."""
    customer = make.make_customer(unit=beijing)
    record = make.make_service(customer)
    customers.edit(customer, by=agent, kind="partner")
    service_records.edit(record, by=agent, kind="visit")
    for row, value in ((customer, "partner"), (record, "visit")):
        row.refresh_from_db()
        assert (row.kind, row.transitions.last().kind) == (value, "edited")


def test_customer_edit_keeps_the_address_it_does_not_show(as_agent, beijing):
    customer = make.make_customer(unit=beijing, address="金丝雀路1号")
    url = reverse("customers:customer_edit", args=[customer.pk])
    assert "金丝雀路1号" not in as_agent.get(url).content.decode()
    sent = {"type": "enterprise", "name_zh": "新名", "code": customer.code, "kind": "customer", "tier": "general",
            "relation": "new", "unit": beijing.pk, "is_active": "on", "version": customer.version}  # fmt: skip
    assert as_agent.post(url, sent).status_code == 302
    customer = Customer.objects.get()
    assert (customer.name_zh, customer.address) == ("新名", "金丝雀路1号")
    assert as_agent.post(url, sent | {"version": customer.version, "remove_address": "on"}).status_code == 302
    assert Customer.objects.get().address == ""


def test_create_page_opens_a_file_and_warns_of_a_twin(as_agent, agent, beijing):
    sent = {"type": "enterprise", "name_zh": "云岭电力", "kind": "customer", "tier": "important", "relation": "new",
            "unit": beijing.pk, "is_active": "on"}  # fmt: skip
    assert as_agent.post(reverse("customers:customer_create"), sent).status_code == 302
    customer = Customer.objects.get()
    assert (customer.name, customer.code[:3]) == ("云岭电力", "KH-")
    again = as_agent.post(reverse("customers:customer_create"), sent)
    assert customer.code in again.content.decode()
    assert Customer.objects.count() == 1
    assert as_agent.post(reverse("customers:customer_create"), sent | {"acknowledge": "1"}).status_code == 302
    assert Customer.objects.count() == 2


def test_personal_export_needs_right_and_reason_and_is_written_down(client, lead, beijing, agent):
    make.make_contact(make.make_customer(unit=beijing, code="K1"), **CANARY)
    make.make_contact(make.make_customer(unit=beijing, code="K2"))
    url = reverse("customers:contact_export") + "?q=K1"
    client.force_login(agent)
    assert client.post(url, {"reason": "寄证书", "format": "csv"}).status_code == 403
    client.force_login(lead)
    assert client.post(url, {"reason": "", "format": "csv"}).status_code == 200
    response = client.post(url, {"reason": "寄证书", "format": "csv"})
    text = b"".join(response.streaming_content).decode("utf-8-sig")
    assert CANARY["email"] in text and "K2" not in text
    event = Event.objects.get(kind="exported_personal")
    assert (event.by, event.comment, event.payload) == (lead, "寄证书", {"what": "contacts", "rows": 1})


def test_supervisor_reads_and_changes_nothing(client, beijing, lead):
    person = make.make_person(Role.LEAD, unit=beijing)
    person.supervision.create(since="2020-01-01", named_by=lead)
    customer = make.make_customer(unit=beijing)
    client.force_login(person)
    assert client.get(customer.get_absolute_url()).status_code == 200
    assert client.get(reverse("customers:customer_edit", args=[customer.pk])).status_code == 403
