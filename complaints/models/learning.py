"""What is learned from records: targets of figures, clusters, the case library, meetings, reports, feedback."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.selectors import units_of
from complaints.choices import (
    CaseReportState,
    Difficulty,
    EditionState,
    FeedbackState,
    LibraryKind,
)
from complaints.names import category_name, cause_name
from core import moments, periods
from core.models import Event, Tracked


def person(label, **options):
    return models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=label, **options)


def nobody_yet(label):
    return person(label, null=True, blank=True)


class FigureTarget(models.Model):
    """What a figure of the ledger is to reach, from a day on. Insert-only: the last one in force counts."""

    code = models.CharField(_("figure"), max_length=40)
    value = models.DecimalField(_("target"), max_digits=8, decimal_places=2)
    valid_from = models.DateField(_("valid from"))
    by = person(_("set by"))
    at = models.DateTimeField(_("at"), default=moments.now)

    class Meta:
        ordering = ["code", "valid_from", "id"]
        constraints = [models.CheckConstraint(condition=Q(value__gte=0), name="figure_target_not_negative")]
        verbose_name = _("target of a figure")
        verbose_name_plural = _("targets of figures")

    def __str__(self):
        return f"{self.code}: {self.value}"


class ClusterQuerySet(models.QuerySet):
    def visible_to(self, user):
        """All with ``see_all``; of their units for others who see complaints."""
        if not user.is_active:
            return self.none()
        if user.has_perm("complaints.see_all"):
            return self
        return self.filter(unit__in=list(units_of(user))) if user.has_perm("complaints.see_unit") else self.none()


class Cluster(models.Model):
    """Complaints of one type, cause and unit that came again and again, as somebody decided to act on them. Insert-only."""

    category = models.CharField(_("type"), max_length=20)
    cause = models.CharField(_("cause"), max_length=20)
    unit = models.ForeignKey(
        "accounts.OrgUnit", models.PROTECT, related_name="complaint_clusters", verbose_name=_("responsible unit")
    )
    since = models.DateField(_("from"))
    until = models.DateField(_("until"))
    count = models.PositiveIntegerField(_("complaints"))
    complaints = models.ManyToManyField("complaints.Complaint", related_name="clusters", verbose_name=_("complaints"))
    note = models.TextField(_("what they have in common"))
    by = person(_("by"))
    at = models.DateTimeField(_("at"), default=moments.now)

    objects = ClusterQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["category", "cause", "unit", "since", "until"], name="cluster_once"),
            models.CheckConstraint(condition=Q(until__gte=F("since")), name="cluster_days_in_order"),
            models.CheckConstraint(condition=Q(count__gte=2), name="cluster_of_several"),
        ]
        verbose_name = _("cluster of complaints")
        verbose_name_plural = _("clusters of complaints")

    def __str__(self):
        return self.title

    @property
    def title(self):
        given = {"category": category_name(self.category), "cause": cause_name(self.cause), "count": self.count}
        return gettext("%(count)s complaints: %(category)s, %(cause)s") % given

    @property
    def transitions(self):
        """Events of this row, oldest first."""
        return Event.objects.of(self)

    @property
    def raised(self):
        """The Event by which an improvement was asked for, or None."""
        return self.transitions.filter(kind="raised").first()

    def get_absolute_url(self):
        return reverse("complaints:cluster", args=[self.pk])


class LibraryEntryQuerySet(models.QuerySet):
    def visible_to(self, user):
        """What is shared, for who reads the library; unfinished ones for who writes or confirms them."""
        if not user.is_active or not user.has_perm("complaints.see_library"):
            return self.none()
        shared = Q(editions__state__in=[EditionState.SHARED, EditionState.RETIRED])
        if user.has_perm("complaints.confirm_library"):
            return self
        return self.filter(shared | Q(editions__prepared_by=user)).distinct()


class LibraryEntry(Tracked):
    """One entry of the library (LIB-01–03): what it is about; the words are its editions."""

    number = models.CharField(_("number"), max_length=20, unique=True)
    kind = models.CharField(_("kind"), max_length=10, choices=LibraryKind, default=LibraryKind.CASE)
    complaint = models.ForeignKey(
        "complaints.Complaint", models.PROTECT, null=True, blank=True, related_name="library_entries",
        verbose_name=_("made from"),
    )  # fmt: skip
    cluster = models.ForeignKey(
        Cluster, models.PROTECT, null=True, blank=True, related_name="library_entries", verbose_name=_("cluster")
    )
    category = models.CharField(_("type"), max_length=20, blank=True)
    difficulty = models.CharField(_("difficulty"), max_length=10, choices=Difficulty, default=Difficulty.EASY)
    units = models.ManyToManyField(
        "accounts.OrgUnit", blank=True, related_name="library_entries", verbose_name=_("departments involved")
    )

    objects = LibraryEntryQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["category", "difficulty"], name="library_by_type")]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=LibraryKind.values), name="library_kind_known"),
            models.CheckConstraint(condition=Q(difficulty__in=Difficulty.values), name="library_difficulty_known"),
        ]
        permissions = [
            ("see_library", _("Can read the case library")),
            ("write_library", _("Can write entries of the case library")),
            ("confirm_library", _("Can confirm that entries of the case library hold no personal data")),
            ("learn", _("Can act on clusters, hold case meetings, issue case reports and hand feedback over")),
        ]
        verbose_name = _("library entry")
        verbose_name_plural = _("library entries")

    def __str__(self):
        return self.number

    def get_absolute_url(self):
        return reverse("complaints:library_entry", args=[self.pk])

    @property
    def difficulty_badge(self):
        return Difficulty(self.difficulty)


class LibraryEdition(Tracked):
    """The words of an entry. Who wrote them does not confirm them; shared ones never change: the next edition does."""

    PARTS = ("background", "process", "solution", "feedback")
    UNLOGGED = ("title", *PARTS, "lesson", "words")  # the history repeats no words that somebody took out

    entry = models.ForeignKey(LibraryEntry, models.PROTECT, related_name="editions", verbose_name=_("library entry"))
    no = models.PositiveSmallIntegerField(_("edition"))
    title = models.CharField(_("title"), max_length=200)
    background = models.TextField(_("background"))
    process = models.TextField(_("process"))
    solution = models.TextField(_("solution"))
    feedback = models.TextField(_("the customer's feedback"), blank=True)
    lesson = models.TextField(_("lesson"), blank=True)
    masked = models.JSONField(_("removed by the portal"), default=dict, blank=True)
    words = ArrayField(models.CharField(max_length=2), default=list, blank=True, editable=False)
    state = models.CharField(_("state"), max_length=10, choices=EditionState, default=EditionState.DRAFT)
    prepared_by = person(_("written by"))
    confirmed_by = nobody_yet(_("confirmed by"))
    confirmed_at = models.DateTimeField(_("confirmed at"), null=True, blank=True)

    class Meta:
        ordering = ["entry", "no"]
        indexes = [GinIndex(fields=["words"], name="library_by_words")]
        constraints = [
            models.UniqueConstraint(fields=["entry", "no"], name="library_edition_once"),
            models.UniqueConstraint(
                fields=["entry"], condition=Q(state__in=["draft", "to_confirm"]), name="one_unfinished_edition"
            ),
            models.UniqueConstraint(fields=["entry"], condition=Q(state="shared"), name="one_shared_edition"),
            models.CheckConstraint(condition=Q(state__in=EditionState.values), name="edition_state_known"),
            models.CheckConstraint(
                condition=Q(state__in=["draft", "to_confirm"], confirmed_by=None, confirmed_at=None)
                | ~Q(state__in=["draft", "to_confirm"]) & Q(confirmed_by__isnull=False, confirmed_at__isnull=False),
                name="shared_edition_is_confirmed",
            ),
            models.CheckConstraint(
                condition=Q(confirmed_by=None) | ~Q(confirmed_by=F("prepared_by")), name="edition_confirmed_by_another"
            ),
        ]
        verbose_name = _("edition of a library entry")
        verbose_name_plural = _("editions of library entries")

    def __str__(self):
        return self.title

    def get_absolute_url(self):
        return self.entry.get_absolute_url()

    @property
    def state_badge(self):
        return EditionState(self.state)


class CaseMeetingQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self if user.is_active and user.has_perm("complaints.see_library") else self.none()


class CaseMeeting(Tracked):
    """Departments talk about cases (LIB-04): when, who, which entries, what was agreed."""

    title = models.CharField(_("title"), max_length=200)
    held_on = models.DateField(_("date"))
    place = models.CharField(_("place"), max_length=200, blank=True)
    attendees = models.ManyToManyField(
        settings.AUTH_USER_MODEL, related_name="case_meetings", verbose_name=_("who took part")
    )
    entries = models.ManyToManyField(
        LibraryEntry, blank=True, related_name="meetings", verbose_name=_("entries talked about")
    )
    minutes = models.TextField(_("minutes of the meeting"), blank=True)
    agreed = models.TextField(_("what was agreed, by whom, until when"), blank=True)
    by = person(_("convened by"))

    objects = CaseMeetingQuerySet.as_manager()

    class Meta:
        ordering = ["-held_on", "-id"]
        verbose_name = _("case meeting")
        verbose_name_plural = _("case meetings")

    def __str__(self):
        return self.title

    def get_absolute_url(self):
        return reverse("complaints:case_meeting", args=[self.pk])


class CaseReportQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Drafts for who issues them; issued ones for who reads the library or sees all complaints."""
        if not user.is_active:
            return self.none()
        if user.has_perm("complaints.learn"):
            return self
        reads = user.has_perm("complaints.see_library") or user.has_perm("complaints.see_all")
        return self.filter(state=CaseReportState.ISSUED) if reads else self.none()


class CaseReport(Tracked):
    """What the cases of a period teach (CMP-42, 43): figures kept as they were, words by a person, a paper once issued."""

    WORDS = ("findings", "lessons", "measures", "recommended")

    period = models.OneToOneField("core.Period", models.PROTECT, related_name="case_report", verbose_name=_("period"))
    number = models.CharField(_("number"), max_length=20, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=CaseReportState, default=CaseReportState.DRAFT)
    figures = models.JSONField(_("figures"), default=dict)
    figures_at = models.DateTimeField(_("figures of"))
    findings_zh = models.TextField(_("causes (Chinese)"), blank=True)
    findings_en = models.TextField(_("causes (English)"), blank=True)
    lessons_zh = models.TextField(_("lessons (Chinese)"), blank=True)
    lessons_en = models.TextField(_("lessons (English)"), blank=True)
    measures_zh = models.TextField(_("measures (Chinese)"), blank=True)
    measures_en = models.TextField(_("measures (English)"), blank=True)
    recommended_zh = models.TextField(_("recommended (Chinese)"), blank=True)
    recommended_en = models.TextField(_("recommended (English)"), blank=True)
    edited_by = nobody_yet(_("edited by"))
    issued_by = nobody_yet(_("issued by"))
    issued_at = models.DateTimeField(_("issued at"), null=True, blank=True)

    objects = CaseReportQuerySet.as_manager()

    class Meta:
        ordering = ["-period__starts_on", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state="issued", issued_at__isnull=False, issued_by__isnull=False) & ~Q(number="")
                | Q(state="draft", issued_at=None, issued_by=None, number=""),
                name="case_report_issued_iff_state",
            )
        ]
        verbose_name = _("case report")
        verbose_name_plural = _("case reports")

    def __str__(self):
        return gettext("Case report, %(period)s") % {"period": periods.label(self.period)}

    def get_absolute_url(self):
        return reverse("complaints:case_report", args=[self.pk])

    @property
    def state_badge(self):
        return CaseReportState(self.state)


class CaseReportFile(models.Model):
    """The paper as issued: never written again."""

    report = models.ForeignKey(CaseReport, models.PROTECT, related_name="files")
    language = models.CharField(max_length=10)
    file = models.FileField(upload_to="case_reports/%Y/")
    name = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64)
    made_at = models.DateTimeField(default=moments.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["report", "language"], name="one_case_report_file_per_language")]
        verbose_name = _("paper of a case report")
        verbose_name_plural = _("papers of case reports")

    def __str__(self):
        return self.name


class FeedbackListQuerySet(models.QuerySet):
    def visible_to(self, user):
        """All for who hands them over or sees all; handed over ones for the unit that got them."""
        if not user.is_active:
            return self.none()
        if user.has_perm("complaints.learn") or user.has_perm("complaints.see_all"):
            return self
        if not user.has_perm("complaints.see_unit"):
            return self.none()
        return self.filter(unit__in=list(units_of(user))).exclude(state=FeedbackState.DRAFT)


class FeedbackList(Tracked):
    """What customers said on a theme, handed to the unit that develops product or service; it says what it makes of it
    (CMP-44).
    """

    title = models.CharField(_("theme"), max_length=200)
    category = models.CharField(_("type"), max_length=20, blank=True)
    since = models.DateField(_("from"))
    until = models.DateField(_("until"))
    summary = models.TextField(_("what customers say, and what is proposed"))
    unit = models.ForeignKey(
        "accounts.OrgUnit", models.PROTECT, related_name="feedback_lists", verbose_name=_("handed to")
    )
    complaints = models.ManyToManyField(
        "complaints.Complaint", related_name="feedback_lists", verbose_name=_("records")
    )
    state = models.CharField(_("state"), max_length=14, choices=FeedbackState, default=FeedbackState.DRAFT)
    by = person(_("by"))
    handed_at = models.DateTimeField(_("handed over"), null=True, blank=True)
    acknowledged_by = nobody_yet(_("acknowledged by"))
    acknowledged_at = models.DateTimeField(_("acknowledged"), null=True, blank=True)
    answer = models.TextField(_("what becomes of it"), blank=True)

    objects = FeedbackListQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(condition=Q(until__gte=F("since")), name="feedback_days_in_order"),
            models.CheckConstraint(
                condition=Q(state="draft", handed_at=None) | ~Q(state="draft") & Q(handed_at__isnull=False),
                name="feedback_handed_iff_state",
            ),
            models.CheckConstraint(
                condition=Q(state="acknowledged", acknowledged_at__isnull=False, acknowledged_by__isnull=False)
                & ~Q(answer="")
                | ~Q(state="acknowledged") & Q(acknowledged_at=None, acknowledged_by=None, answer=""),
                name="feedback_acknowledged_iff_state",
            ),
            models.CheckConstraint(
                condition=Q(acknowledged_by=None) | ~Q(acknowledged_by=F("by")),
                name="feedback_acknowledged_by_another",
            ),
        ]
        verbose_name = _("feedback to product and service")
        verbose_name_plural = _("feedback to product and service")

    def __str__(self):
        return self.title

    def get_absolute_url(self):
        return reverse("complaints:feedback", args=[self.pk])

    @property
    def state_badge(self):
        return FeedbackState(self.state)
