"""The words of the groups by which results are divided."""

from django.utils.translation import gettext as _

from accounts.models import OrgUnit, User
from customers.choices import CustomerType, Relation, Tier
from surveys.choices import Rated, ResponseMode, Segment, Way

CHOICES = {
    Segment.CUSTOMER_TYPE: CustomerType, Segment.TIER: Tier, Segment.RELATION: Relation, Way.MODE: ResponseMode,
}  # fmt: skip


def labels_of(column, values):
    """{value: words in the reader's language} of several groups."""
    values = list(values)
    if column == Segment.UNIT:
        names = {unit.code: str(unit) for unit in OrgUnit.objects.filter(code__in=[v for v in values if v])}
    elif column in CHOICES:
        names = {str(value): str(label) for value, label in CHOICES[column].choices}
    else:
        names = {}
    return {value: names.get(value) or value or _("Not known") for value in values}


def names_of_rated(by, keys):
    """{key: name} of rated units or persons; "" and None stand for answers that name no service."""
    model = {Rated.UNIT: OrgUnit, Rated.STAFF: User}[Rated(by)]
    found = model.objects.in_bulk([int(key) for key in keys if key])
    return {key: str(found[int(key)]) if key and int(key) in found else _("No service named") for key in keys}


def label_of(column, value):
    return labels_of(column, [value])[value]
