"""The ledger beside the list of the source system: what is missing and what is too much (TEL-10)."""

from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q

from customers.models import Customer
from fieldwork.models import CallTask, SourceEntry

MOST = 200


@dataclass(frozen=True)
class Compared:
    """Lines of the source, those of them on a list, those ``missing`` from the ledger, and calls that are ``surplus``."""

    source_n: int
    matched_n: int
    missing: list
    missing_n: int
    surplus: list
    surplus_n: int

    @property
    def differs(self):
        return bool(self.missing_n or self.surplus_n)


def compare(rule, first, last, *, user):
    """Compared for the days ``first`` to ``last``; only days for which the source gave a list are compared.

    The numbers are the whole; the rows are those of customers and calls that ``user`` sees.

    A line matches a call of the rule about the same service record, or one called from that line.
    """
    entries = SourceEntry.objects.filter(rule=rule, day__range=(first, last))
    called = CallTask.objects.filter(rule=rule).filter(
        Q(source_entry=OuterRef("pk")) | Q(service_record__number=OuterRef("number"))
    )
    missing = entries.filter(~Exists(called)).select_related("customer")
    known = SourceEntry.objects.filter(
        Q(rule=rule), Q(pk=OuterRef("source_entry")) | Q(number=OuterRef("service_record__number"))
    )
    days = entries.order_by().values("day").distinct()
    surplus = CallTask.objects.filter(rule=rule, list__day__in=days).filter(~Exists(known))
    surplus = surplus.select_related("customer", "service_record", "list")
    total, missing_n, surplus_n = entries.count(), missing.count(), surplus.count()
    missing = missing.filter(customer__in=Customer.objects.visible_to(user))
    surplus = surplus.filter(pk__in=CallTask.objects.visible_to(user))
    return Compared(total, total - missing_n, list(missing[:MOST]), missing_n, list(surplus[:MOST]), surplus_n)
