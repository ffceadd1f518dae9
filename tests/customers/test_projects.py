"""Who runs a project, and addresses that name nothing."""

import pytest
from django.urls import reverse

from accounts.choices import Role
from accounts.models import User
from accounts.services import people
from core.permissions import allows
from tests.factories import customers as make

pytestmark = pytest.mark.django_db


def test_the_manager_runs_a_project_but_not_as_a_member_of_the_supervision_group(agent, beijing):
    project = make.make_project(make.make_customer(unit=beijing), manager=agent, unit=beijing)
    assert allows(agent, "customers.run_project", project)
    people.name_supervisor(agent, by=make.make_person(Role.EXECUTIVE))
    assert not allows(User.objects.get(pk=agent.pk), "customers.run_project", project)


def test_unknown_milestones_and_holds_are_not_found(as_lead, beijing):
    customer = make.make_customer(unit=beijing)
    project = make.make_project(customer, unit=beijing)
    reach = reverse("customers:milestone_reach", args=[project.pk, 987654])
    lift = reverse("customers:hold_lift", args=[customer.pk, 987654])
    assert [as_lead.post(address).status_code for address in (reach, lift)] == [404, 404]
