"""Whose improvement records a person sees."""

from django.db import models
from django.db.models import Q

from accounts.selectors import units_of


class ImprovementQuerySet(models.QuerySet):
    """``visible_to``: everything for those who see all or its figures; else, with ``improvements.see_unit``, what
    belongs to the person's units, with their sub-units, and what names the person."""

    UNITS = ("unit",)
    PEOPLE = ("owner",)

    def visible_to(self, user):
        if not user.is_active:
            return self.none()
        if user.has_perm("improvements.see_all") or user.has_perm("improvements.see_figures"):
            return self
        if not user.has_perm("improvements.see_unit"):
            return self.none()
        return self.filter(self.seen_by(user, units_of(user)))

    def seen_by(self, user, units):
        seen = Q()
        for path in self.PEOPLE:
            seen |= Q(**{path: user})
        for path in self.UNITS:
            seen |= Q(**{f"{path}__in": units})
        return seen
