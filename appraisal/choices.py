from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from improvements.choices import Coloured


class SchemeState(Coloured):
    DRAFT = "draft", pgettext_lazy("appraisal scheme", "Draft")
    SUBMITTED = "submitted", pgettext_lazy("appraisal scheme", "Waiting for approval")
    APPROVED = "approved", pgettext_lazy("appraisal scheme", "Approved")

    @classmethod
    def colours(cls):
        return {"submitted": "attention", "approved": "success"}


class CycleState(Coloured):
    """In the order of the stages."""

    DRAFT = "draft", pgettext_lazy("appraisal cycle", "Draft")
    OPEN = "open", pgettext_lazy("appraisal cycle", "Open")
    FROZEN = "frozen", pgettext_lazy("appraisal cycle", "Facts frozen")
    SCORING = "scoring", pgettext_lazy("appraisal cycle", "Being rated")
    PREVIEW = "preview", pgettext_lazy("appraisal cycle", "Preview")
    PUBLISHED = "published", pgettext_lazy("appraisal cycle", "Published")

    @classmethod
    def colours(cls):
        return {"open": "accent", "frozen": "info", "scoring": "accent", "preview": "attention", "published": "success"}

    @classmethod
    def with_facts(cls):
        return [cls.FROZEN.value, cls.SCORING.value, cls.PREVIEW.value, cls.PUBLISHED.value]

    @classmethod
    def with_results(cls):
        """Those appraised see their own."""
        return [cls.PREVIEW.value, cls.PUBLISHED.value]


class Source(models.TextChoices):
    """Who gives the three parts of a score (KPI-05)."""

    SELF = "self", _("Self-rating")
    SUPERIOR = "superior", _("Rating by the superior")
    CUSTOMERS = "customers", _("Customers' side")

    @classmethod
    def rated(cls):
        return [cls.SELF.value, cls.SUPERIOR.value]


class IndicatorCode(models.TextChoices):
    """What counts on the customers' side (KPI-01)."""

    SATISFACTION = "satisfaction", _("Satisfaction")
    COMPLAINT_RATE = "complaint_rate", _("Complaint rate")
    SUGGESTION_ADOPTION = "suggestion_adoption", _("Suggestion adoption rate")
    MEASURE_COMPLETION = "measure_completion", _("Measure completion rate")


TOTAL = "total"  # the line of an adjustment that decides a score with too few facts
LINES = [
    (Source.SELF.value, Source.SELF.label),
    (Source.SUPERIOR.value, Source.SUPERIOR.label),
    *IndicatorCode.choices,
]


class Grade(Coloured):
    """Grades in falling order (KPI-07)."""

    EXCELLENT = "excellent", pgettext_lazy("grade", "Excellent")
    GOOD = "good", pgettext_lazy("grade", "Good")
    PASS = "pass", pgettext_lazy("grade", "Pass")
    FAIL = "fail", pgettext_lazy("grade", "Fail")

    @classmethod
    def colours(cls):
        return {"excellent": "success", "good": "info", "pass": "neutral", "fail": "danger"}


class AppealState(Coloured):
    OPEN = "open", pgettext_lazy("objection", "Open")
    UPHELD = "upheld", pgettext_lazy("objection", "Upheld")
    REJECTED = "rejected", pgettext_lazy("objection", "Rejected")

    @classmethod
    def colours(cls):
        return {"open": "attention", "upheld": "success"}
