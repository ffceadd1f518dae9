from django.db import models
from django.utils.translation import gettext_lazy as _


class TimeStamped(models.Model):
    """When the row was made and last written."""

    created_at = models.DateTimeField(_("created at"), auto_now_add=True)
    updated_at = models.DateTimeField(_("updated at"), auto_now=True)

    class Meta:
        abstract = True


class Tracked(TimeStamped):
    """A row with a history: every change raises ``version`` and leaves an Event (see core.workflow)."""

    version = models.PositiveIntegerField(_("version"), default=0, editable=False)

    class Meta:
        abstract = True

    @property
    def transitions(self):
        """Events of this row, oldest first (a queryset)."""
        from core.models.event import Event

        return Event.objects.of(self)
