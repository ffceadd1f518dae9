from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

__all__ = ["Calendar", "CalendarVersion", "CalendarYear", "DayOverride", "WeekPattern"]


class Calendar(models.Model):
    """A working calendar. Its content stands in versions; the newest one counts for new clocks."""

    code = models.SlugField(_("code"), max_length=40, unique=True)
    name_zh = models.CharField(_("name (Chinese)"), max_length=100)
    name_en = models.CharField(_("name (English)"), max_length=100)
    zone = models.CharField(_("time zone"), max_length=60, default="Asia/Shanghai")
    is_default = models.BooleanField(_("used where nothing else is named"), default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["is_default"], condition=Q(is_default=True), name="one_default_calendar")
        ]
        ordering = ["code"]
        permissions = [("change_working_time", _("Can change the working calendar"))]
        verbose_name = _("working calendar")
        verbose_name_plural = _("working calendars")

    def __str__(self):
        return self.code


class CalendarVersion(models.Model):
    """One edition of a calendar. It and its rows are insert-only: an edit is a new version."""

    calendar = models.ForeignKey(Calendar, models.PROTECT, related_name="versions", verbose_name=_("working calendar"))
    no = models.PositiveIntegerField(_("version"))
    note_zh = models.CharField(_("what changed (Chinese)"), max_length=300, blank=True)
    note_en = models.CharField(_("what changed (English)"), max_length=300, blank=True)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("made by"),
    )
    made_at = models.DateTimeField(_("made at"), db_default=Now())

    class Meta:
        constraints = [models.UniqueConstraint(fields=["calendar", "no"], name="calendar_version_once")]
        ordering = ["calendar", "-no"]
        verbose_name = _("calendar version")
        verbose_name_plural = _("calendar versions")

    def __str__(self):
        return f"{self.calendar_id}/{self.no}"


class WeekPattern(models.Model):
    """Sessions of a weekday (0 = Monday), from a day on; no such day = from the beginning.

    ``sessions`` is [["09:00", "12:00"], …]; one that ends at or before its start ends on the next day.
    """

    version = models.ForeignKey(
        CalendarVersion, models.PROTECT, related_name="week_patterns", verbose_name=_("version")
    )
    valid_from = models.DateField(_("valid from"), null=True, blank=True)
    weekday = models.PositiveSmallIntegerField(_("weekday"))
    sessions = models.JSONField(_("sessions"), default=list, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["version", "valid_from", "weekday"],
                nulls_distinct=False,
                name="one_pattern_per_weekday",
            ),
            models.CheckConstraint(condition=Q(weekday__lte=6), name="weekday_known"),
        ]
        ordering = ["version", "valid_from", "weekday"]
        verbose_name = _("week pattern")
        verbose_name_plural = _("week patterns")

    def __str__(self):
        return f"{self.version_id}: {self.weekday}"


class DayOverride(models.Model):
    """A day that differs from the week pattern, whichever way: holiday, make-up working day, half day."""

    class Source(models.TextChoices):
        OFFICIAL = "official", _("Public holiday notice")
        COMPANY = "company", _("Our own decision")

    version = models.ForeignKey(CalendarVersion, models.PROTECT, related_name="overrides", verbose_name=_("version"))
    date = models.DateField(_("day"))
    is_working = models.BooleanField(_("working day"))
    sessions = models.JSONField(_("sessions"), null=True, blank=True)  # null on a working day = the usual ones
    label_zh = models.CharField(_("name (Chinese)"), max_length=60, blank=True)
    label_en = models.CharField(_("name (English)"), max_length=60, blank=True)
    source = models.CharField(_("source"), max_length=10, choices=Source, default=Source.COMPANY)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["version", "date"], name="one_override_per_day"),
            models.CheckConstraint(
                condition=Q(is_working=True) | Q(sessions__isnull=True), name="rest_day_without_sessions"
            ),
        ]
        ordering = ["version", "date"]
        verbose_name = _("special day")
        verbose_name_plural = _("special days")

    def __str__(self):
        return f"{self.version_id}: {self.date}"


class CalendarYear(models.Model):
    """Whether a year's holidays are announced; deadlines that touch a provisional year may still move."""

    class State(models.TextChoices):
        PROVISIONAL = "provisional", _("Provisional")
        CONFIRMED = "confirmed", _("Confirmed")

    version = models.ForeignKey(CalendarVersion, models.PROTECT, related_name="years", verbose_name=_("version"))
    year = models.PositiveSmallIntegerField(_("year"))
    state = models.CharField(_("state"), max_length=12, choices=State)
    source = models.CharField(_("source"), max_length=200, blank=True)
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("confirmed by"),
    )
    confirmed_at = models.DateTimeField(_("confirmed at"), null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["version", "year"], name="calendar_year_once"),
            models.CheckConstraint(
                condition=Q(state="confirmed", confirmed_at__isnull=False)
                | Q(state="provisional", confirmed_at__isnull=True, confirmed_by__isnull=True),
                name="year_confirmed_iff_at",
            ),
        ]
        ordering = ["version", "year"]
        verbose_name = _("calendar year")
        verbose_name_plural = _("calendar years")

    def __str__(self):
        return f"{self.version_id}: {self.year}"
