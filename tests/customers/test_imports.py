"""The workbooks of customers, through the same check and commit as every import."""

from datetime import date
from io import BytesIO

import pytest
from openpyxl import Workbook

from core.imports.schema import SCHEMAS, Context, Row
from core.models import Event
from customers.models import ContactPerson, Customer, Interaction, Project, ServiceDue, ServiceRecord
from tests.factories import customers as make


class Progress:
    def __init__(self):
        self.steps = 0

    def total(self, n, note=""):
        pass

    def step(self, n=1, note=""):
        self.steps += n


def rows_of(schema, *rows):
    """Rows as the reader hands them over: every column, "" for an empty text, None for the rest."""
    made = []
    for number, given in enumerate(rows, 2):
        empty = {column.name: "" if column.kind in ("text", "email", "phone") else None for column in schema.columns}
        made.append(Row(number=number, values=empty | given))
    return made


def check(code, by, *rows):
    schema = SCHEMAS[code]
    made, context = rows_of(schema, *rows), Context(by=by)
    for row in made:
        schema.clean_row(row, context)
    schema.resolve(made, context)
    return made


def import_rows(code, by, *rows):
    made, progress = check(code, by, *rows), Progress()
    assert [row.errors for row in made] == [[] for _row in made]
    SCHEMAS[code].commit(made, by=by, progress=progress)
    assert progress.steps == len(rows)


def faults(code, by, *rows):
    return [[column for column, _reason in row.errors] for row in check(code, by, *rows)]


def test_customers_come_with_their_first_contact(lead, beijing):
    import_rows(
        "customers", lead,
        {"code": "K1", "name_zh": "江海重工", "type": "enterprise", "unit": "BJ", "owner": lead.username, "name": "李静",
         "phone": "+8613800000005", "consent_source": "contract"},
        {"name_zh": "王小明", "type": "individual", "unit": "BJ", "tier": "important"},
    )  # fmt: skip
    company, person = Customer.objects.get(code="K1"), Customer.objects.get(type="individual")
    assert (company.owner, company.tier, company.contacts.get().consent_survey) == (lead, "general", True)
    assert (person.name, person.tier, person.contacts.get().name) == ("王**", "important", "王小明")
    assert ContactPerson.objects.with_phone("138 0000 0005").get().customer == company
    assert Event.objects.filter(kind="created", by=lead).count() == 4


def test_faults_of_customers_name_their_cells(agent, lead, beijing, shanghai):
    make.make_customer(unit=beijing, code="K1")
    good = {"name_zh": "云岭电力", "type": "enterprise", "unit": "BJ"}
    assert faults(
        "customers", agent,
        good,
        good | {"code": "K1"},
        good | {"name_zh": ""},
        good | {"unit": "SH"},
        good | {"owner": "nobody"},
        good | {"phone": "+8613800000005"},
    ) == [[], ["code"], ["name_zh"], ["unit"], ["owner"], ["name"]]  # fmt: skip


def test_contacts_join_customers_that_may_be_seen(agent, beijing, shanghai):
    customer = make.make_customer(unit=beijing, code="K1")
    make.make_contact(customer, name="李静")
    make.make_customer(unit=shanghai, code="K2")
    rows = [
        {"customer": "K1", "name": "赵强", "consent_source": "phone"},
        {"customer": "K1", "name": "李 静"},
        {"customer": "K2", "name": "钱伟"},
    ]
    assert faults("contacts", agent, *rows) == [[], ["name"], ["customer"]]
    import_rows("contacts", agent, rows[0])
    assert [(person.name, person.is_primary) for person in customer.contacts.all()] == [
        ("李静", True),
        ("赵强", False),
    ]


def test_projects_services_and_interactions(agent, lead, beijing):
    customer = make.make_customer(unit=beijing, code="K1")
    start, later = "2026-03-01", "2026-03-05"
    import_rows(
        "projects",
        lead,
        {"customer": "K1", "code": "P1", "name_zh": "内训", "starts_on": start, "manager": agent.username},
    )
    service = {
        "customer": "K1",
        "number": "S1",
        "kind": "case",
        "priority": "P2",
        "happened_on": start,
        "project": "P1",
    }
    import_rows(
        "services",
        lead,
        service,
        service | {"number": "S2", "kind": "class", "priority": None, "staff": agent.username},
    )
    wrong = (
        service | {"number": "S3", "priority": None},
        service | {"number": "S1"},
        service | {"number": "S4", "happened_on": later, "closed_on": start},
    )
    assert faults("services", lead, *wrong) == [["priority"], ["number"], ["closed_on"]]
    import_rows("interactions", lead, {"customer": "K1", "channel": "phone", "direction": "in", "started_at": make.yesterday(),
                                       "summary": "询问班期", "number": "+8613800000005"})  # fmt: skip
    project, record = Project.objects.get(), ServiceRecord.objects.get(number="S1")
    assert (project.manager, project.unit, record.project, record.unit) == (agent, beijing, project, beijing)
    logged = Interaction.objects.with_number("138-0000-0005").get()
    assert (logged.customer, logged.agent, logged.unit) == (customer, lead, beijing)


@pytest.mark.parametrize("code", ["customers", "contacts", "projects", "services", "interactions"])
def test_template_is_offered_to_those_who_import(client, agent, lead, code):
    client.force_login(agent)
    assert client.get(f"/imports/{code}/").status_code == 403
    client.force_login(lead)
    response = client.get(f"/imports/{code}/template")
    assert response.status_code == 200


def test_workbook_of_customers_is_read_by_its_chinese_headings(lead, beijing, tmp_path):
    from core.imports import checking

    book, file = Workbook(), BytesIO()
    book.active.append(["客户编号", "客户名称", "类型", "机构编号", "联系人", "手机"])
    book.active.append(["K9", "南湖银行", "企业", "BJ", "邓女士", "138 0000 0005"])
    book.save(file)
    path = tmp_path / "customers.xlsx"
    path.write_bytes(file.getvalue())
    outcome = checking.read(SCHEMAS["customers"], path, "xlsx", by=lead, progress=Progress())
    assert [row.errors for row in outcome.rows] == [[]]
    assert outcome.rows[0]["phone"] == "+8613800000005"


def test_what_falls_due_comes_in_once_and_is_settled_by_a_second_file(agent, beijing):
    schema, customer = SCHEMAS["service-dues"], make.make_customer(unit=beijing)
    given = {
        "customer": customer.code,
        "kind": "certificate",
        "subject": "ZX-1",
        "due_on": date(2026, 12, 31),
        "settled_on": None,
    }

    def bring(**more):
        rows = [Row(2, values=given | more)]
        schema.resolve(rows, Context(agent))
        if not rows[0].errors:
            schema.commit(rows, by=agent, progress=Progress())
        return [name for name, _why in rows[0].errors]

    assert bring() == []
    assert bring() == ["subject"]
    assert bring(settled_on=date(2026, 12, 1)) == []
    row = ServiceDue.objects.get()
    assert (row.settled_on, row.transitions.last().kind) == (date(2026, 12, 1), "settled")
