"""Customers and what happens with them, made the way people make them."""

from datetime import timedelta
from itertools import count

from django.utils import timezone

from accounts.choices import Role
from accounts.models import OrgUnit, User
from accounts.services import people, units
from customers.choices import Channel, ConsentSource, FollowUpReason, FollowUpState, ServiceKind
from customers.services import contacts, customers, follow_ups, interactions, projects, service_records

numbers = count(1)


def make_unit(code="BJ", parent=None):
    found = OrgUnit.objects.filter(code=code).first()
    kind = "branch" if parent else "head_office"
    return found or units.create(
        by=None, code=code, name_zh=f"分部{code}", name_en=f"Branch {code}", kind=kind, parent=parent
    )


def make_person(*roles, unit=None, **fields):
    n = next(numbers)
    names = {
        "username": f"person{n}",
        "email": f"person{n}@example.com",
        "name_zh": f"员工{n}",
        "name_en": f"Person {n}",
    }
    made = people.create(by=None, roles=roles or (Role.AGENT,), unit=unit, **names | fields)
    return User.objects.get(pk=made.pk)


def make_customer(by=None, *, unit=None, contact=None, **fields):
    n = next(numbers)
    fields = {"code": f"K{n:05d}", "name_zh": f"江海重工{n}", "name_en": f"Jianghai {n}"} | fields
    return customers.create(by=by, unit=unit or make_unit(), contact=contact, **fields)


def make_contact(customer, by=None, **fields):
    n = next(numbers)
    given = {"name": f"李静{n}", "phone": f"+86138{n:08d}", "email": f"li{n}@example.com", "consent_survey": True,
             "consent_source": ConsentSource.CONTRACT}  # fmt: skip
    return contacts.add(customer, by=by, **given | fields)


def make_project(customer, by=None, **fields):
    return projects.create(by=by, customer=customer, name_zh="项目管理内训", starts_on=timezone.localdate(), **fields)


def make_service(customer, by=None, **fields):
    given = {"kind": ServiceKind.CLASS, "number": f"DD-{next(numbers)}", "happened_on": timezone.localdate()}
    return service_records.create(by=by, customer=customer, **given | fields)


def make_interaction(by, customer=None, **fields):
    return interactions.log(by=by, customer=customer, **{"summary": "询问班期", "channel": Channel.PHONE} | fields)


def make_follow_up(customer, by=None, **fields):
    return follow_ups.open_follow_up(
        customer=customer, by=by, **{"reason": FollowUpReason.REQUEST, "title": "请回电"} | fields
    )


def follow_up_at(state, customer, by, **fields):
    """A follow-up that reached ``state`` through its services."""
    follow_up = make_follow_up(customer, by, **fields)
    match state:
        case FollowUpState.IN_PROGRESS:
            follow_ups.take(follow_up, by=by)
        case FollowUpState.DONE:
            follow_ups.finish(follow_up, by=by, outcome="resolved", note="已解决")
        case FollowUpState.ESCALATED:
            follow_ups.escalate(follow_up, by=by, comment="客户要求投诉")
        case FollowUpState.DROPPED:
            follow_ups.drop(follow_up, by=by, comment="重复")
    return follow_up


def yesterday():
    return timezone.now() - timedelta(days=1)
