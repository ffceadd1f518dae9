"""Reading customers across models."""

from dataclasses import dataclass, field

from django.db.models import Count, Q, Window
from django.db.models.functions import RowNumber
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy

from customers.choices import MatchStrength
from customers.models import ContactPerson, Customer, FollowUp, Interaction, Project, ServiceDue, ServiceRecord
from customers.names import e164

HISTORY = 5


@dataclass
class Caller:
    """Somebody the number may belong to, with what an agent should know before answering."""

    customer: Customer
    contact: ContactPerson | None
    strength: MatchStrength
    interactions: list = field(default_factory=list)
    follow_ups: list = field(default_factory=list)
    services: list = field(default_factory=list)

    @property
    def key(self):
        """How a form names this choice."""
        return f"contact:{self.contact.pk}" if self.contact else f"customer:{self.customer.pk}"

    @property
    def is_certain(self):
        return self.strength == MatchStrength.EXACT


@dataclass(frozen=True)
class Lookup:
    """What is known of a number: ``callers`` the user may see, ``elsewhere`` the branches that know it too."""

    number: str
    callers: list
    elsewhere: list


def callers_of(number, *, user):
    """Who the number may be. One contact person with it is certain; several, or only an earlier contact, are possible."""
    number = e164(number)
    if not number:
        return Lookup("", [], [])
    everywhere = ContactPerson.objects.present().with_phone(number)
    persons = list(
        everywhere.filter(pk__in=ContactPerson.objects.visible_to(user).with_phone(number).values("pk"))
        .select_related("customer__unit", "customer__owner")[:10]
    )  # fmt: skip
    total = everywhere.count()
    strength = MatchStrength.EXACT if total == 1 else MatchStrength.POSSIBLE
    callers = [Caller(person.customer, person, strength) for person in persons]
    if not total:
        callers = [Caller(customer, None, MatchStrength.POSSIBLE) for customer in _earlier(number, user)]
    seen = {person.pk for person in persons}
    elsewhere = sorted(
        {str(p.customer.unit) for p in everywhere.exclude(pk__in=seen).select_related("customer__unit")[:10]}
    )
    return Lookup(number, with_history(callers, user), elsewhere)


def _earlier(number, user):
    ids = Interaction.objects.visible_to(user).with_number(number).exclude(customer=None).values("customer")
    return Customer.objects.visible_to(user).filter(pk__in=ids).select_related("unit", "owner")[:HISTORY]


def caller_named(key, *, user):
    """The Caller that ``key`` names (contact:<id> or customer:<id>), as a list, empty when the user may not see it."""
    kind, _colon, pk = key.partition(":")
    if not pk.isdecimal():
        return []
    if kind == "contact":
        row = ContactPerson.objects.visible_to(user).filter(pk=pk).select_related("customer__unit").first()
        found = row and Caller(row.customer, row, MatchStrength.NONE)
    else:
        row = Customer.objects.visible_to(user).filter(pk=pk).select_related("unit").first()
        found = row and Caller(row, None, MatchStrength.NONE)
    return with_history([found], user) if found else []


def latest_of(user):
    """The last contacts the user logged."""
    return Interaction.objects.filter(agent=user).select_related("customer", "contact").order_by("-pk")[:HISTORY]


def with_history(callers, user):
    """Last contacts, open follow-ups and recent services of each caller, in three queries."""
    customers = {caller.customer.pk for caller in callers}
    if not customers:
        return callers
    interactions = _latest(Interaction.objects.visible_to(user).select_related("agent"), customers, "-started_at")
    services = _latest(ServiceRecord.objects.visible_to(user), customers, "-happened_on")
    follow_ups = {}
    pending = FollowUp.objects.visible_to(user).pending().filter(customer__in=customers)
    for row in pending.select_related("owner").order_by("due_at")[:50]:
        follow_ups.setdefault(row.customer_id, []).append(row)
    for caller in callers:
        key = caller.customer.pk
        caller.interactions, caller.services = interactions.get(key, []), services.get(key, [])
        caller.follow_ups = follow_ups.get(key, [])
    return callers


def _latest(rows, customers, order):
    """The newest few rows of each customer."""
    found = {}
    nth = Window(RowNumber(), partition_by="customer", order_by=[order, "-pk"])
    for row in rows.filter(customer__in=customers).annotate(nth=nth).filter(nth__lte=HISTORY).order_by("nth"):
        found.setdefault(row.customer_id, []).append(row)
    return found


def follow_up_counts(user):
    """{"mine", "overdue", "today", "unit"}: pending follow-ups of the user, those late or due today, and nobody's yet.

    Asked once per request: the user's object remembers.
    """
    if not hasattr(user, "_follow_up_counts"):
        now, mine = timezone.now(), Q(owner=user)
        end = timezone.localtime(now).replace(hour=23, minute=59, second=59)
        user._follow_up_counts = (
            FollowUp.objects.visible_to(user)
            .pending()
            .aggregate(
                mine=Count("pk", filter=mine),
                overdue=Count("pk", filter=mine & Q(due_at__lt=now)),
                today=Count("pk", filter=mine & Q(due_at__gte=now, due_at__lte=end)),
                unit=Count("pk", filter=Q(owner=None)),
            )
        )
    return user._follow_up_counts


def first_scope(user):
    """Whose follow-ups a list shows first: the user's own, else nobody's, else everybody's; never an empty one beside a full one."""
    counts = follow_up_counts(user)
    return next((scope for scope in ("mine", "unit") if counts[scope]), "all")


TABS = {
    "interactions": (
        gettext_lazy("Contacts"),
        "customers:interaction_list",
        Interaction,
        ("agent", "contact", "follow_up"),
    ),
    "follow_ups": (gettext_lazy("Follow-ups"), "customers:follow_up_list", FollowUp, ("owner", "unit")),
    "projects": (
        gettext_lazy("Projects"),
        "customers:project_list",
        Project,
        ("manager", "sales_owner", "unit"),
    ),
    "services": (gettext_lazy("Services"), "customers:service_list", ServiceRecord, ("unit", "staff")),
    "dues": (gettext_lazy("Falling due"), "customers:service_due_list", ServiceDue, ()),
}
SHOWN = 20


@dataclass(frozen=True)
class Records:
    """One tab of a customer's page: the newest rows of one kind, how many there are and where all of them are."""

    key: str
    items: list
    rows: list
    count: int
    all_url: str


def customer_tabs(customer, user, wanted=None):
    """The records of ``customer`` in tabs, the rows of the one that is ``wanted`` (default: contacts)."""
    key = wanted if wanted in TABS else "interactions"
    counts = {
        name: model.objects.visible_to(user).filter(customer=customer).count()
        for name, (_l, _u, model, _r) in TABS.items()
    }
    base = customer.get_absolute_url()
    items = [
        {"label": label, "url": f"{base}?tab={name}", "active": name == key, "count": counts[name]}
        for name, (label, _url, _model, _related) in TABS.items()
    ]
    _label, url_name, model, related = TABS[key]
    rows = model.objects.visible_to(user).filter(customer=customer).select_related("customer", *related)
    order = {
        "interactions": "-started_at",
        "follow_ups": "-due_at",
        "projects": "-starts_on",
        "services": "-happened_on",
        "dues": "due_on",
    }[key]
    everything = "&scope=all&state=any" if key == "follow_ups" else ""
    return Records(key, items, list(rows.order_by(order, "-pk")[:SHOWN]), counts[key],
                   f"{reverse(url_name)}?customer={customer.pk}{everything}")  # fmt: skip


def retention_passed(today=None):
    """Contact persons whose data may not be kept any longer."""
    return ContactPerson.objects.filter(erased_at=None, retention_until__lt=today or timezone.localdate())
