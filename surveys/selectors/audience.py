"""Who can be asked: the population of a wave by its audience filter.

The filter is ``{"kinds": [...], "types": [...], "tiers": [...], "relations": [...], "regions": [...],
"industries": [...], "units": [ids], "projects": [ids], "service_kinds": [...], "service_since": "2026-07-01",
"service_until": "2026-09-30", "primary_only": true, "rest_days": 30}``; an empty or missing entry does not restrict.
``"nobody": true`` invites nobody (the answers come from call lists).
``rest_days`` leaves in peace whom a wave that opened within so many days has asked, whether it had names or not.
"""

from datetime import date, timedelta

from django.conf import settings
from django.db.models import Count, Exists, F, OuterRef, Q
from django.utils import timezone

from customers.choices import Audience
from customers.models import ContactPerson, ServiceRecord
from surveys.choices import InvitationState, Segment
from surveys.models import Invitation

COLUMNS = {
    "types": "customer__type",
    "tiers": "customer__tier",
    "relations": "customer__relation",
    "regions": "customer__region",
    "industries": "customer__industry",
}

STRATA = {
    Segment.CUSTOMER_TYPE: "customer__type", Segment.TIER: "customer__tier", Segment.RELATION: "customer__relation",
    Segment.REGION: "customer__region", Segment.INDUSTRY: "customer__industry", Segment.UNIT: "customer__unit__code",
}  # fmt: skip


def population(audience, *, but=None):
    """Contact persons who fit the filter, agreed to be asked and are protected by no hold; in a fixed order.

    ``but`` is the wave whose own invitations are no reason to rest.
    """
    if audience.get("nobody"):
        return ContactPerson.objects.none()
    contacts = ContactPerson.objects.surveyable().filter(
        customer__kind__in=audience.get("kinds") or [Audience.CUSTOMER]
    )
    for key, column in COLUMNS.items():
        if audience.get(key):
            contacts = contacts.filter(**{f"{column}__in": audience[key]})
    if audience.get("units"):
        contacts = contacts.filter(customer__unit__in=audience["units"])
    if audience.get("projects"):
        contacts = contacts.filter(customer__projects__in=audience["projects"])
    if audience.get("primary_only"):
        contacts = contacts.filter(is_primary=True)
    if audience.get("rest_days"):
        contacts = contacts.exclude(Exists(_asked_since(timezone.now() - timedelta(days=audience["rest_days"]), but)))
    services = services_of(audience)
    if services is not None:
        contacts = contacts.filter(customer__in=services.values("customer"))
    return contacts.order_by("pk").distinct()


def _asked_since(moment, but):
    asked = Invitation.objects.filter(contact=OuterRef("pk"), wave__opened_at__gte=moment)
    return asked.exclude(state=InvitationState.WITHDRAWN).exclude(wave=but)


def without_rest(audience):
    """The same people, whether they were asked lately or not."""
    return {key: value for key, value in audience.items() if key != "rest_days"}


def strata(people, column):
    """[(contact id, value of the Segment ``column``)] in the order of ``people``; without column the value is ""."""
    if not column:
        return [(pk, "") for pk in people.values_list("pk", flat=True)]
    return list(people.values_list("pk", STRATA[column]))


def services_of(audience):
    """The service records the filter speaks of, or None when it speaks of none."""
    if not (audience.get("service_kinds") or audience.get("service_since") or audience.get("service_until")):
        return None
    services = ServiceRecord.objects.all()
    if audience.get("service_kinds"):
        services = services.filter(kind__in=audience["service_kinds"])
    if audience.get("service_since"):
        services = services.filter(happened_on__gte=date.fromisoformat(audience["service_since"]))
    if audience.get("service_until"):
        services = services.filter(happened_on__lte=date.fromisoformat(audience["service_until"]))
    return services


def count(audience, *, but=None):
    """{"contacts": n, "with_email": n, "unverified": n, "resting": n}: who can be asked, how many by mail, whose data
    nobody checked lately, who was asked too lately.
    """
    found = population(audience, but=but).aggregate(
        contacts=Count("pk", distinct=True), with_email=Count("pk", distinct=True, filter=~Q(email_index="")),
        unverified=Count("pk", distinct=True, filter=_not_verified()),
    )  # fmt: skip
    everybody = population(without_rest(audience)).count() if audience.get("rest_days") else found["contacts"]
    return found | {"resting": everybody - found["contacts"]}


def verified_days():
    return settings.CONTACT_VERIFIED_DAYS


def _not_verified():
    """Nobody checked the data with the person within the set period (SUR-26)."""
    since = timezone.localdate() - timedelta(days=verified_days())
    return Q(verified_on=None) | Q(verified_on__lt=since)


def unverified(audience, *, but=None):
    """Who fits the audience and whose data nobody checked within the set period, the longest unchecked first."""
    return population(audience, but=but).filter(_not_verified()).order_by(F("verified_on").asc(nulls_first=True), "pk")


def serving_units(audience, customer_ids):
    """{customer id: code of the unit that served last within the filter} for those with such a service
    record.
    """
    services = services_of(audience)
    if services is None:
        return {}
    rows = services.filter(customer__in=customer_ids).order_by("customer", "-happened_on", "-pk").distinct("customer")
    return dict(rows.values_list("customer", "unit__code"))
