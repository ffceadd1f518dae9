from django.db import models
from django.utils.translation import gettext_lazy as _

from core.choices import Coloured


class ReportState(Coloured):
    DRAFT = "draft", _("Draft")
    IN_REVIEW = "in_review", _("In review")
    REVIEWED = "reviewed", _("Reviewed")
    ISSUED = "issued", _("Issued")

    @classmethod
    def colours(cls):
        return {"draft": "info", "in_review": "attention", "reviewed": "accent", "issued": "success"}


class Part(models.TextChoices):
    """The four parts every satisfaction report has (RPT-01)."""

    OVERVIEW = "overview", _("Overview of the survey")
    RESULTS = "results", _("Analysis of the results")
    CONCLUSIONS = "conclusions", _("Main conclusions")
    ADVICE = "advice", _("Advice for improvement")
