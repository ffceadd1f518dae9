"""Lists: a constant number of queries, and nothing that a person may not see in any shape of them."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core.models import Event
from customers.models import Customer, FollowUp, Interaction, Project, ServiceRecord
from tests.factories import customers as make

LISTS = ["customer_list", "project_list", "service_list", "interaction_list", "follow_up_list"]
SHOW_ALL = {"follow_up_list": {"scope": "all"}}


def fill(unit, agent, name="江海重工"):
    """One row of each list under ``unit``, recognisable by ``name``."""
    customer = make.make_customer(unit=unit, name_zh=name, name_en="", owner=agent)
    person = make.make_contact(customer)
    make.make_project(customer, by=agent, manager=agent, sales_owner=agent)
    make.make_service(customer, contact=person, staff=agent)
    follow_up = make.make_follow_up(customer, contact=person, owner=agent)
    make.make_interaction(agent, customer=customer, contact=person, follow_up=follow_up)
    return customer


def queries(client, name):
    with CaptureQueriesContext(
        connection,
    ) as seen:
        response = client.get(reverse(f"customers:{name}"), SHOW_ALL.get(name))
    assert response.status_code == 200
    return len(seen), response


@pytest.mark.parametrize("name", LISTS)
def test_list_asks_as_often_for_three_rows_as_for_one(as_agent, agent, beijing, name):
    fill(beijing, agent)
    one, _response = queries(as_agent, name)
    for _n in range(2):
        fill(beijing, make.make_person(unit=beijing))
    three, response = queries(as_agent, name)
    assert len(response.context["table"].rows) == 3
    assert one == three
    assert three <= 12


@pytest.mark.parametrize("name", LISTS)
@pytest.mark.parametrize("fmt", ["", "xlsx", "csv", "pdf"])
def test_nothing_of_another_branch_in_a_list_or_export(as_agent, agent, beijing, shanghai, name, fmt):
    fill(beijing, agent)
    foreign = fill(shanghai, make.make_person(unit=shanghai), name="明德医药")
    response = as_agent.get(reverse(f"customers:{name}"), SHOW_ALL.get(name, {}) | ({"format": fmt} if fmt else {}))
    text = text_of(response, fmt)
    assert foreign.name not in text
    assert "江海重工" in text


def text_of(response, fmt):
    raw = b"".join(response.streaming_content) if response.streaming else response.content
    if fmt == "xlsx":
        from io import BytesIO

        from openpyxl import load_workbook

        cells = [cell for sheet in load_workbook(BytesIO(raw)) for row in sheet.values for cell in row]
        return "\n".join(str(cell) for cell in cells)
    if fmt == "pdf":
        import pypdfium2

        return "\n".join(page.get_textpage().get_text_bounded() for page in pypdfium2.PdfDocument(raw))
    return raw.decode("utf-8-sig")


@pytest.mark.parametrize("model", [Customer, Project, ServiceRecord, Interaction, FollowUp])
def test_visible_to_agrees_for_agent_lead_and_employee(agent, lead, beijing, shanghai, model):
    stranger = make.make_person("employee", unit=shanghai)
    fill(beijing, agent)
    fill(shanghai, make.make_person(unit=shanghai))
    counts = [model.objects.visible_to(user).count() for user in (agent, lead, stranger)]
    assert counts == [1, 2, 0]


def test_person_named_on_a_row_of_another_unit_sees_it(agent, shanghai):
    customer = make.make_customer(unit=shanghai)
    make.make_project(customer, manager=agent)
    follow_up = make.make_follow_up(customer, owner=agent)
    assert not Customer.objects.visible_to(agent).exists()
    assert Project.objects.visible_to(agent).count() == 1
    assert list(FollowUp.objects.visible_to(agent)) == [follow_up]


@pytest.mark.parametrize(
    "name",
    ["customer_detail", "customer_edit", "address_reveal", "hold_create", "contact_create", "project_create",
     "service_create", "follow_up_create"],
)  # fmt: skip
def test_pages_of_a_foreign_customer_do_not_exist(as_agent, shanghai, name):
    foreign = make.make_customer(unit=shanghai)
    assert as_agent.get(reverse(f"customers:{name}", args=[foreign.pk])).status_code == 404


def test_picker_and_search_hold_only_what_may_be_seen(as_agent, agent, beijing, shanghai):
    from customers.due import search

    make.make_customer(unit=beijing, name_zh="江海重工", code="MINE")
    foreign = make.make_customer(unit=shanghai, name_zh="江海医药", code="FOREIGN")
    make.make_contact(foreign, phone="+8613800000005", name="邓女士")
    options = as_agent.get(reverse("customers:customer_options"), {"customer_name": "江海"}).content.decode()
    assert "MINE" in options and "FOREIGN" not in options
    assert [hit.title for hit in search(agent, "江海")] == ["江海重工"]
    assert search(agent, "13800000005") == search(agent, "邓女士") == []


def test_filters_narrow_and_an_unknown_one_is_refused(as_agent, agent, beijing):
    make.make_customer(unit=beijing, name_zh="云岭电力", tier="important", region="西南")
    make.make_customer(unit=beijing, name_zh="南湖银行")
    found = as_agent.get(reverse("customers:customer_list"), {"tier": "important", "region": "西", "q": "岭电"})
    assert [row.record.name for row in found.context["table"].rows] == ["云岭电力"]
    refused = as_agent.get(reverse("customers:customer_list"), {"colour": "red"})
    assert len(refused.context["table"].rows) == 0


def test_due_items_tiles_and_counter(agent, beijing):
    from customers import due

    customer = make.make_customer(unit=beijing)
    late = make.make_follow_up(customer, owner=agent, title="迟了", due_at=make.yesterday())
    make.make_follow_up(customer, title="没人接")
    assert [(item.title, item.number) for item in due.due_follow_ups(agent) if item.number == late.number] == [
        ("迟了", late.number)
    ]
    assert {item.title for item in due.due_follow_ups(agent)} == {"迟了", "没人接"}
    assert [tile.value for tile in due.tiles(agent)] == ["1", "1", "1"]
    assert [one.title for one in due.owed(agent)] == ["迟了"]


def test_every_page_of_a_project(as_agent, agent, beijing):
    customer = make.make_customer(unit=beijing)
    sent = {"name_zh": "年度内训", "unit": beijing.pk, "starts_on": "2026-03-01", "manager": agent.pk}
    assert as_agent.post(reverse("customers:project_create", args=[customer.pk]), sent).status_code == 302
    project = Project.objects.get()
    for step in ("begin", "complete"):
        as_agent.post(reverse(f"customers:project_{step}", args=[project.pk]))
        if step == "begin":
            milestone = {"name_zh": "首期结业", "due_on": "2026-06-30", "is_key": "on"}
            as_agent.post(reverse("customers:milestone_create", args=[project.pk]), milestone)
            key = project.milestones.get().pk
            as_agent.post(reverse("customers:milestone_reach", args=[project.pk, key]))
    project.refresh_from_db()
    assert (project.state, project.milestones.get().reached_on is not None) == ("completed", True)
    assert "年度内训" in as_agent.get(project.get_absolute_url()).content.decode()


@pytest.mark.parametrize("tab", ["interactions", "follow_ups", "projects", "services"])
def test_customer_page_shows_its_tabs(as_agent, agent, beijing, tab):
    customer = fill(beijing, agent)
    response = as_agent.get(customer.get_absolute_url(), {"tab": tab})
    assert len(response.context["tabs"].rows) == 1
    assert response.status_code == 200


def test_an_export_of_contacts_is_remembered(as_agent, agent, beijing):
    fill(beijing, agent)
    url = reverse("customers:interaction_list")
    as_agent.get(url)
    assert not Event.objects.filter(kind="exported").exists()
    as_agent.get(url, {"format": "csv"})
    event = Event.objects.of(agent).get(kind="exported")
    assert (event.by, event.payload["format"], event.payload["rows"]) == (agent, "csv", 1)
