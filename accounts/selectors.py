"""Reading the organisation."""

from django.utils import timezone

from accounts.models import OrgUnit


def units_of(user, *, day=None):
    """Ids of the units the user belongs to on ``day`` (default today), with all their sub-units."""
    cache = user.__dict__.setdefault("_units", {})
    day = day or timezone.localdate()
    if day not in cache:
        paths = list(OrgUnit.objects.filter(memberships__in=user.memberships.on(day)).values_list("path", flat=True))
        cache[day] = set()
        if paths:
            from django.db.models import Q

            below = Q()
            for path in paths:
                below |= Q(path__startswith=path)
            cache[day] = set(OrgUnit.objects.filter(below).values_list("pk", flat=True))
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
    from accounts.choices import Role

    return [Role(name) for name in user.groups.values_list("name", flat=True).order_by("name") if name in Role.values]
