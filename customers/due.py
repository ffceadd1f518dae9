"""What customers offer to home pages, navigation and search."""

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from core.due import DueItem, Tile
from core.search import Hit
from customers import selectors
from customers.models import ContactPerson, Customer, FollowUp, Interaction, Project, ServiceRecord
from customers.names import e164

SHOWN = 50
HITS = 10


def due_follow_ups(user):
    """Follow-ups that are the user's, and those nobody of the user's unit took."""
    if not user.has_perm("customers.handle_follow_up"):
        return []
    rows = FollowUp.objects.pending().select_related("customer", "contact").order_by("due_at")
    mine = list(rows.filter(owner=user)[:SHOWN])
    free = list(rows.visible_to(user).filter(owner=None)[: SHOWN - len(mine)])
    return [_item(row) for row in mine + free]


def _item(row):
    who = [str(row.customer)] if row.customer else []
    who += [row.contact.masked_name] if row.contact else []
    return DueItem(
        kind=_("Follow-up"), title=row.heading, url=row.get_absolute_url(), number=row.number, due_at=row.due_at,
        act=_("Call the customer") if row.owner_id else _("Take it on"), sub=" · ".join([*who, row.get_reason_display()]),
    )  # fmt: skip


def tiles(user):
    if not user.has_perm("customers.handle_follow_up"):
        return []
    counts, queue = selectors.follow_up_counts(user), reverse("customers:follow_up_list")
    result = [
        Tile(
            _("My follow-ups"),
            f"{counts['mine']:,}",
            queue,
            _("%(n)s of them due today") % {"n": counts["today"]},
            "",
            20,
        ),
        Tile(
            _("Nobody's yet"),
            f"{counts['unit']:,}",
            f"{queue}?scope=unit",
            _("waiting in the queue of my units"),
            "",
            25,
        ),
    ]
    if counts["overdue"]:
        late = Tile(_("Overdue follow-ups"), f"{counts['overdue']:,}", f"{queue}?state=overdue",
                    _("of %(n)s that are mine") % {"n": counts["mine"]}, "danger", 5)  # fmt: skip
        result.insert(0, late)
    return result


def owed(user):
    """Counter in the navigation: the user's own that are late or due today."""
    end = timezone.localtime().replace(hour=23, minute=59, second=59)
    return FollowUp.objects.visible_to(user).pending().filter(owner=user, due_at__lte=end)


def search(user, text):
    """Customers by a part of the name; persons and calls by exact name, phone or mail; codes and numbers by their start."""
    if not (user.has_perm("customers.see_all") or user.has_perm("customers.see_unit")):
        return []
    found = [*_persons(user, text), *_numbers(user, text)]
    found += [
        Hit(_("Customer"), row.name, row.get_absolute_url(), f"{row.code} · {row.get_type_display()}")
        for row in Customer.objects.visible_to(user).named(text)[:HITS]
    ]
    return found[:HITS]


def _persons(user, text):
    rows = ContactPerson.objects.visible_to(user).present().select_related("customer")
    found = rows.with_email(text) if "@" in text else rows.with_name(text)
    if _is_phone(text):
        found = rows.with_phone(text)
    hits = [
        Hit(_("Contact person"), row.masked_name, row.get_absolute_url(), str(row.customer)) for row in found[:HITS]
    ]
    if not _is_phone(text):
        return hits
    calls = Interaction.objects.visible_to(user).with_number(text).select_related("customer")[: HITS // 2]
    return hits + [
        Hit(_("Contact"), str(row), row.get_absolute_url(), str(row.customer or _("Unknown"))) for row in calls
    ]


def _numbers(user, text):
    if len(text) < 3 or not text.isascii():
        return []
    services = ServiceRecord.objects.visible_to(user).filter(number__istartswith=text).select_related("customer")[:3]
    projects = Project.objects.visible_to(user).filter(code__istartswith=text)[:3]
    hits = [Hit(_("Service record"), row.number, row.get_absolute_url(), str(row.customer)) for row in services]
    hits += [Hit(_("Project"), row.name, row.get_absolute_url(), row.code) for row in projects]
    digits = text.upper().removeprefix("GJ-").lstrip("0")
    if text.upper().startswith("GJ-") and digits.isdecimal():
        row = FollowUp.objects.visible_to(user).filter(pk=digits).first()
        hits += [Hit(_("Follow-up"), row.heading, row.get_absolute_url(), row.number)] if row else []
    return hits


def _is_phone(text):
    return (
        sum(character.isdigit() for character in text) >= 7 and bool(e164(text)) and not text.upper().startswith("GJ-")
    )
