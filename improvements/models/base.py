"""Whose improvement records a person sees."""

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce
from django.utils import timezone

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


class OwedQuerySet(ImprovementQuerySet):
    """Rows that somebody owes by a moment: ``DUE`` in the first round, ``redo_due`` from the second on.

    Owed in the states ``OWED``; in the state ``ANSWERED`` it waits for verification since the moment ``ANSWERED_AT``.
    """

    DUE = ANSWERED = ANSWERED_AT = ""
    OWED = ()

    def with_due(self):
        """``due``: by when it is owed in the running round."""
        return self.annotate(due=Coalesce("redo_due", self.DUE))

    def owed(self):
        return self.filter(state__in=self.OWED)

    def overdue(self, at=None):
        """Past the due moment without an answer, or answered after it and not verified yet."""
        late = Q(state__in=self.OWED) | Q(state=self.ANSWERED, **{f"{self.ANSWERED_AT}__gt": F("due")})
        return self.with_due().filter(late, due__lt=at or timezone.now())
