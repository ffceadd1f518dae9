from django.db import models
from django.utils.translation import gettext_lazy as _


class Coloured(models.TextChoices):
    """Choices shown as badges; ``colours`` names the values that are not neutral."""

    @property
    def colour(self):
        return self.colours().get(self.value, "neutral")

    @classmethod
    def colours(cls):
        return {}


class JobState(Coloured):
    QUEUED = "queued", _("Waiting")
    RUNNING = "running", _("Running")
    DONE = "done", _("Done")
    FAILED = "failed", _("Failed")
    CANCELLED = "cancelled", _("Cancelled")

    @classmethod
    def ended(cls):
        return [cls.DONE.value, cls.FAILED.value, cls.CANCELLED.value]

    @classmethod
    def colours(cls):
        return {"queued": "info", "running": "accent", "done": "success", "failed": "danger"}


class PeriodKind(models.TextChoices):
    MONTH = "month", _("Month")
    QUARTER = "quarter", _("Quarter")
    HALF_YEAR = "half_year", _("Half-year")
    YEAR = "year", _("Year")
