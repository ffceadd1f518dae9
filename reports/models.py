"""Periodic reports: figures frozen when they are drawn up, words edited, papers stored as issued."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core.models import Period, Tracked
from core.periods import label
from reports.choices import Part, ReportState


class ReportQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Writers, reviewers and issuers see all of them; other readers what was issued."""
        if any(user.has_perm(f"reports.{name}") for name in ("write_report", "review_report", "issue_report")):
            return self
        if user.has_perm("reports.see_reports"):
            return self.filter(state=ReportState.ISSUED)
        return self.filter(state=ReportState.ISSUED, deliveries__user=user)


class Report(Tracked):
    """One report of one period; unique per kind of period and period, so that nothing makes it twice."""

    period = models.OneToOneField(Period, models.PROTECT, related_name="report", verbose_name=_("period"))
    number = models.CharField(_("number"), max_length=20, blank=True)
    state = models.CharField(_("state"), max_length=20, choices=ReportState, default=ReportState.DRAFT)
    figures = models.JSONField(_("figures"), default=dict)
    figures_at = models.DateTimeField(_("figures of"))
    figures_sha256 = models.CharField(max_length=64)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("author")
    )
    reviewer = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("reviewed by")
    )
    reviewed_at = models.DateTimeField(_("reviewed at"), null=True, blank=True)
    issued_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("issued by")
    )
    issued_at = models.DateTimeField(_("issued at"), null=True, blank=True)

    objects = ReportQuerySet.as_manager()

    class Meta:
        ordering = ["-period__starts_on"]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=ReportState.values), name="report_state_known"),
            models.CheckConstraint(
                condition=(Q(state="issued") & Q(issued_at__isnull=False, issued_by__isnull=False) & ~Q(number=""))
                | (~Q(state="issued") & Q(issued_at__isnull=True, number="")),
                name="report_issued_iff_state",
            ),
            models.CheckConstraint(
                condition=Q(reviewer__isnull=True) | Q(author__isnull=True) | ~Q(reviewer=models.F("author")),
                name="report_reviewed_by_another",
            ),
        ]
        permissions = [
            ("see_reports", _("Can see issued reports")),
            ("write_report", _("Can draw up and edit reports")),
            ("review_report", _("Can review reports")),
            ("issue_report", _("Can issue reports")),
        ]
        verbose_name = _("periodic report")
        verbose_name_plural = _("periodic reports")

    def __str__(self):
        return _("Customer satisfaction report, %(period)s") % {"period": label(self.period)}

    @property
    def state_badge(self):
        return ReportState(self.state)

    def get_absolute_url(self):
        return reverse("reports:report_detail", args=[self.pk])


class ReportText(models.Model):
    """The words of one part, in both languages; drafted from the figures, edited by the author."""

    report = models.ForeignKey(Report, models.CASCADE, related_name="texts")
    part = models.CharField(_("part"), max_length=20, choices=Part)
    text_zh = models.TextField(_("Chinese text"), blank=True)
    text_en = models.TextField(_("English text"), blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["report", "part"], name="one_text_per_part")]
        verbose_name = _("report text")
        verbose_name_plural = _("report texts")

    def __str__(self):
        return f"{self.report_id}: {self.part}"


class ReportFile(models.Model):
    """A paper as issued: never written again."""

    report = models.ForeignKey(Report, models.PROTECT, related_name="files")
    language = models.CharField(max_length=10)
    format = models.CharField(max_length=5)
    file = models.FileField(upload_to="reports/%Y/")
    name = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64)
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["report", "language", "format"], name="one_file_per_language_and_format")
        ]
        verbose_name = _("report file")
        verbose_name_plural = _("report files")

    def __str__(self):
        return self.name


class ReportDelivery(models.Model):
    """To whom an issued report went, and when that person confirmed having read it (RPT-02)."""

    report = models.ForeignKey(Report, models.PROTECT, related_name="deliveries")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="report_deliveries", verbose_name=_("to")
    )
    delivered_at = models.DateTimeField(_("sent at"), auto_now_add=True)
    read_at = models.DateTimeField(_("read at"), null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["report", "user"], name="one_delivery_per_person")]
        verbose_name = _("delivery")
        verbose_name_plural = _("deliveries")

    def __str__(self):
        return f"{self.report_id} → {self.user_id}"
