"""Call lists and calls, made the way the portal and its agents make them."""

from datetime import timedelta
from itertools import count

from django.utils import timezone

from accounts.choices import Role
from customers.choices import Priority, ServiceKind
from fieldwork.choices import CallResult, RuleKind, Satisfaction
from fieldwork.models import CallTask
from fieldwork.services import calls, lists, rules
from tests.factories import customers as make

numbers = count(1)


def today():
    return timezone.localdate()


def rule(kind=RuleKind.AFTER_SERVICE, **fields):
    n = next(numbers)
    given = {
        "code": f"HF-{n}", "name_zh": f"次日回访{n}", "name_en": f"Next-day calls {n}", "kind": kind,
        "starts_on": today() - timedelta(days=60), "working_days_only": False,
    }  # fmt: skip
    return rules.create(by=None, **given | fields)


def customer(**fields):
    """A customer with a contact person who can be called."""
    made = make.make_customer(**fields)
    make.make_contact(made)
    return made


def served(days_ago=1, *, of=None, **fields):
    """A service settled so many days ago; ``priority`` makes it a closed case."""
    day = today() - timedelta(days=days_ago)
    kind = {"kind": ServiceKind.CASE, "closed_on": day} if fields.get("priority") else {"kind": ServiceKind.ORDER}
    return make.make_service(of or customer(), happened_on=day, **kind | fields)


def cases(priority, n, days_ago=1):
    owner = customer()
    return [served(days_ago, of=owner, priority=Priority(priority)) for _one in range(n)]


def listed(record=None, *, by_rule=None, **fields):
    """A call that stands on today's list."""
    record = record or served()
    made = by_rule or rule(**fields)
    lists.make(made)
    return CallTask.objects.select_related("service_record", "contact", "customer", "rule").get(
        rule=made, service_record=record
    )


def agent(*roles, **fields):
    return make.make_person(*(roles or (Role.AGENT,)), **fields)


def in_hand(by, task=None, **fields):
    """A call that ``by`` has taken."""
    return calls.take(task or listed(**fields), by=by)


def reached(by, task=None, *, satisfaction=Satisfaction.SATISFIED, note="", **said):
    """A call that ended with a customer who said something."""
    task = in_hand(by, task)
    calls.log(task, by=by, result=CallResult.REACHED, said=calls.Said(satisfaction=satisfaction, note=note, **said))
    return task
