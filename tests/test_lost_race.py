"""Two people at one record: who is later hears of it on a page that keeps what was typed, in words one knows."""

import pytest
from django.urls import reverse

from accounts.choices import Role
from accounts.models import User
from customers.models import FollowUp
from customers.services import customers, follow_ups
from reports.choices import Part, ReportState
from reports.models import Report
from reports.services import reports
from surveys.services import plans
from tests.factories import customers as make
from tests.factories import reports as make_report
from tests.factories import surveys

pytestmark = pytest.mark.django_db


def lost(client, url, data):
    """The pairs (label, text) shown on the page that says who was faster."""
    response = client.post(url, data)
    assert response.status_code == 409
    return {str(label): text for label, text in response.context["typed"]}


def page_version(client, url):
    return client.get(url).context["form"]["version"].value()


def test_labels_of_a_plan(client):
    plan = surveys.plan()
    client.force_login(plan.author)
    url = reverse("surveys:plan_edit", args=[plan.pk])
    seen = page_version(client, url)
    plans.edit(plan, by=plan.author, expected_version=seen, goal_zh="先写的")
    shown = lost(client, url, {"version": seen, "goal_zh": "后写的", "scope_en": "All branches"})
    assert shown == {"调查目标（中文）": "后写的", "调查范围（英文）": "All branches"}


def test_labels_of_a_customer_and_no_bare_keys(client):
    branch = make.make_unit("BJ", make.make_unit("HQ"))
    agent = make.make_person(Role.LEAD, unit=branch)
    customer = make.make_customer(unit=branch, owner=agent)
    client.force_login(agent)
    url = reverse("customers:customer_edit", args=[customer.pk])
    form = client.get(url).context["form"]
    values = {name: form[name].value() for name in form.fields}
    data = {name: value for name, value in values.items() if value is not None} | {"needs": "后写的", "owner": agent.pk}
    customers.edit(customer, by=agent, needs="先写的")
    shown = lost(client, url, data)
    assert shown["学习需求"] == "后写的"
    assert shown["类型"] == str(customer.get_type_display())
    assert all(not label.isascii() for label in shown)
    assert {"维护人", "使用中"} & shown.keys() == set()


def test_labels_of_a_report_text(client):
    report = make_report.draft()
    author = surveys.person(Role.SURVEY_OFFICER)
    client.force_login(author)
    url = reverse("reports:report_text", args=[report.pk, "advice"])
    seen = page_version(client, url)
    reports.edit_text(report, Part.ADVICE, by=author, expected_version=seen, text_zh="先", text_en="First")
    shown = lost(client, url, {"version": seen, "text_zh": "后", "text_en": "Later"})
    assert shown == {"中文": "后", "英文": "Later"}


def test_a_reviewer_confirms_only_what_was_read(client):
    author, reviewer, _issuer = make_report.people()
    report = make_report.draft()
    reports.submit(report, by=author)
    client.force_login(reviewer)
    url = reverse("reports:report_approve", args=[report.pk])
    read = f"{url}?version={report.version}"
    assert read in client.get(report.get_absolute_url()).content.decode()
    reports.send_back(report, by=author, comment="数字有误")
    reports.edit_text(
        report, Part.ADVICE, by=author, expected_version=report.version, text_zh="改。", text_en="Change."
    )
    reports.submit(report, by=author)
    seen = page_version(client, read)
    response = client.post(read, {"version": seen})
    assert response.status_code == 409
    assert "数字有误" in response.content.decode()
    assert Report.objects.get().state == ReportState.IN_REVIEW
    client.post(url, {"version": page_version(client, url)})
    assert Report.objects.get().reviewer == reviewer


@pytest.mark.parametrize("state", ["open", "in_progress"])
@pytest.mark.parametrize("act", ["assign", "postpone"])
def test_a_follow_up_changes_only_as_it_was_seen(client, state, act):
    branch = make.make_unit("BJ", make.make_unit("HQ"))
    agent, lead = make.make_person(Role.AGENT, unit=branch), make.make_person(Role.LEAD, unit=branch)
    follow_up = make.follow_up_at(state, make.make_customer(unit=branch), agent)
    client.force_login(lead)
    url = reverse(f"customers:follow_up_{act}", args=[follow_up.pk])
    data = {"version": page_version(client, url), "to": lead.pk, "due_on": "2031-03-03", "comment": "请接手"}
    follow_ups.postpone(follow_up, by=agent, due_at=make.yesterday(), comment="客户改期")
    assert "请接手" in lost(client, url, data).values()
    found = FollowUp.objects.get()
    assert (found.owner, found.due_at) == (follow_up.owner, follow_up.due_at)
    assert client.post(url, data | {"version": found.version}).status_code == 302
    assert FollowUp.objects.get().version == found.version + 1


def test_names_that_no_form_knows_are_made_readable(rf):
    from core.middleware import _typed

    request = rf.post("/", {"free_words": "x", "act": "save", "csrfmiddlewaretoken": "t", "empty": ""})
    request.resolver_match = type("Match", (), {"func": User.objects.none})
    assert _typed(request) == [("Free words", "x")]
