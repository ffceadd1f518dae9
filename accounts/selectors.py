"""Reading the organisation."""

from collections import defaultdict

from django.contrib.auth.models import Permission
from django.db.models import Count, Exists, ExpressionWrapper, F, OuterRef, Prefetch, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.choices import Role
from accounts.models import Membership, OrgUnit, SavedView
from core.models import Event


def units_of(user, *, day=None):
    """Ids of the units the user belongs to on ``day`` (default today), with all their sub-units."""
    cache = user.__dict__.setdefault("_units", {})
    day = day or timezone.localdate()
    if day not in cache:
        own = OrgUnit.objects.filter(memberships__in=user.memberships.on(day))
        below = ExpressionWrapper(OuterRef("path"), output_field=OrgUnit._meta.get_field("path"))
        above = own.annotate(below=below).filter(below__startswith=F("path"))
        cache[day] = set(OrgUnit.objects.filter(Exists(above)).values_list("pk", flat=True))
    return cache[day]


def subtree(unit):
    """The unit and everything below it."""
    return OrgUnit.objects.filter(path__startswith=unit.path)


def headed_units(user):
    """Ids of the units the user heads today."""
    return set(user.memberships.current().filter(is_head=True).values_list("unit_id", flat=True))


def main_unit(user):
    """The unit the user belongs to today (the one headed first), or None."""
    membership = user.memberships.current().select_related("unit").order_by("-is_head", "-since").first()
    return membership.unit if membership else None


def roles_of(user):
    return [Role(name) for name in user.groups.values_list("name", flat=True).order_by("name") if name in Role.values]


def units_with_people():
    """Units in tree order with ``people`` (how many belong to them today) and ``current_heads``."""
    today = timezone.localdate()
    current = Q(memberships__since__lte=today) & (Q(memberships__until__isnull=True) | Q(memberships__until__gte=today))
    heads = Prefetch(
        "memberships", Membership.objects.current().filter(is_head=True).select_related("user"), to_attr="current_heads"
    )
    return OrgUnit.objects.annotate(people=Count("memberships", filter=current)).prefetch_related(heads)


def history(obj, limit=50):
    """The newest events of ``obj``."""
    return Event.objects.of(obj).select_related("by", "on_behalf_of").order_by("-pk")[:limit]


def capability_matrix(grants, is_write):
    """[(app label, [(capability, words, writes?, [granted per role])])] in the order of the roles."""
    rows = defaultdict(list)
    used = {name for names in grants.values() for name in names}
    for permission in Permission.objects.select_related("content_type").order_by("content_type__app_label", "id"):
        name = f"{permission.content_type.app_label}.{permission.codename}"
        if name in used:
            rows[permission.content_type.app_label].append(
                (name, _(permission.name), is_write(name), [name in grants[role] for role in Role])
            )
    return list(rows.items())


def views_of(user, page):
    """Saved views of a list: one's own first, then those shared with a role one has; in one query."""
    rows = SavedView.objects.visible_to(user).filter(page=page).select_related("owner")
    return sorted(rows, key=lambda view: (view.owner_id != user.pk, view.name))
