"""What the supervision group looks at, what it saw, and what it requires to be put right."""

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core import moments
from core.models import Tracked
from improvements.choices import VerificationResult
from improvements.choices_supervision import Focus, InspectionState, NoticeState, Severity, Verdict
from improvements.models.base import ImprovementQuerySet, OwedQuerySet
from improvements.models.measure import person


class SupervisionQuerySet(ImprovementQuerySet):
    """Whoever inspects sees all of it; other readers only what ``settled()`` lets out."""

    PEOPLE = ()

    def visible_to(self, user):
        rows = super().visible_to(user)
        return rows if user.has_perm("improvements.inspect") else rows.settled()


class InspectionQuerySet(SupervisionQuerySet):
    def settled(self):
        return self.filter(state=InspectionState.CONCLUDED)


class Inspection(Tracked):
    """One check of a unit, or of the whole company without one, over a span of days (SUP-02). Settled once concluded."""

    number = models.CharField(_("number"), max_length=20, unique=True)
    title = models.CharField(_("title"), max_length=200)
    unit = models.ForeignKey(
        "accounts.OrgUnit", models.PROTECT, null=True, blank=True, related_name="inspections",
        verbose_name=_("inspected unit"), help_text=_("Empty: the whole company."),
    )  # fmt: skip
    starts_on = models.DateField(_("looked at from"))
    ends_on = models.DateField(_("looked at until"))
    state = models.CharField(_("state"), max_length=20, choices=InspectionState, default=InspectionState.OPEN)
    led_by = person(_("led by"), null=False)
    summary = models.TextField(_("conclusion"), blank=True)
    concluded_at = models.DateTimeField(_("concluded at"), null=True, blank=True)
    concluded_by = person(_("concluded by"))

    objects = InspectionQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=InspectionState.values), name="inspection_state_known"),
            models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="inspection_ends_after_start"),
            models.CheckConstraint(
                condition=Q(state=InspectionState.CONCLUDED, concluded_at__isnull=False, concluded_by__isnull=False)
                | Q(state=InspectionState.OPEN, concluded_at=None, concluded_by=None),
                name="inspection_concluded_iff_concluded",
            ),
        ]
        permissions = [("inspect", _("Can inspect the work on satisfaction"))]
        verbose_name = _("inspection")
        verbose_name_plural = _("inspections")

    def __str__(self):
        return f"{self.number} {self.title}"

    def get_absolute_url(self):
        return reverse("improvements:inspection", args=[self.pk])

    @property
    def state_badge(self):
        return InspectionState(self.state)

    @property
    def is_open(self):
        return self.state == InspectionState.OPEN


class FocusItem(models.Model):
    """One of the four things an inspection looks at, with what was found."""

    inspection = models.ForeignKey(Inspection, models.PROTECT, related_name="items", verbose_name=_("inspection"))
    no = models.PositiveSmallIntegerField(_("number"))
    focus = models.CharField(_("what is looked at"), max_length=10, choices=Focus)
    verdict = models.CharField(_("verdict"), max_length=20, choices=Verdict, blank=True)
    note = models.TextField(_("what was looked at and seen"), blank=True)

    class Meta:
        ordering = ["no"]
        constraints = [
            models.UniqueConstraint(fields=["inspection", "focus"], name="one_item_per_focus"),
            models.CheckConstraint(condition=Q(focus__in=Focus.values), name="focus_known"),
            models.CheckConstraint(condition=Q(verdict__in=["", *Verdict.values]), name="focus_verdict_known"),
            models.CheckConstraint(condition=Q(verdict="") | ~Q(note=""), name="verdict_with_a_note"),
        ]
        verbose_name = _("focus item")
        verbose_name_plural = _("focus items")

    def __str__(self):
        return self.get_focus_display()

    @property
    def verdict_badge(self):
        return Verdict(self.verdict) if self.verdict else None


class InspectedRecord(models.Model):
    """A record that was looked at, as it was called then; its page opens for whoever may see it."""

    item = models.ForeignKey(FocusItem, models.CASCADE, related_name="records", verbose_name=_("focus item"))
    key = models.CharField(_("record"), max_length=100)
    number = models.CharField(_("number"), max_length=60, blank=True)
    title = models.CharField(_("title"), max_length=300)
    url = models.CharField(_("address"), max_length=300)

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["item", "key"], name="record_looked_at_once")]
        verbose_name = _("inspected record")
        verbose_name_plural = _("inspected records")

    def __str__(self):
        return f"{self.number} {self.title}".strip()


class ObservationQuerySet(SupervisionQuerySet):
    def settled(self):
        return self.filter(inspection__state=InspectionState.CONCLUDED)

    def free(self):
        """Settled, and in no notice yet."""
        return self.settled().filter(notice_item=None)


class Observation(Tracked):
    """A problem that an inspection saw in a unit. Settled with its inspection."""

    inspection = models.ForeignKey(
        Inspection, models.PROTECT, related_name="observations", verbose_name=_("inspection")
    )
    no = models.PositiveSmallIntegerField(_("number"))
    focus = models.CharField(_("what is looked at"), max_length=10, choices=Focus)
    unit = models.ForeignKey(
        "accounts.OrgUnit", models.PROTECT, related_name="observations", verbose_name=_("responsible unit")
    )
    title = models.CharField(_("problem"), max_length=200)
    text = models.TextField(_("what was seen"), help_text=_("Facts: how many were looked at, how many were wrong."))
    severity = models.CharField(_("severity"), max_length=10, choices=Severity, default=Severity.MINOR)
    clause = models.CharField(_("rule that it goes against"), max_length=200)

    objects = ObservationQuerySet.as_manager()

    class Meta:
        ordering = ["-inspection", "no"]
        constraints = [
            models.UniqueConstraint(fields=["inspection", "no"], name="one_observation_per_number"),
            models.CheckConstraint(condition=Q(focus__in=Focus.values), name="observation_focus_known"),
            models.CheckConstraint(condition=Q(severity__in=Severity.values), name="observation_severity_known"),
        ]
        verbose_name = _("observation")
        verbose_name_plural = _("observations")

    def __str__(self):
        return self.title

    def get_absolute_url(self):
        return reverse("improvements:observation", args=[self.pk])

    @property
    def number(self):
        return f"{self.inspection.number}-{self.no}"

    @property
    def severity_badge(self):
        return Severity(self.severity)


class NoticeQuerySet(SupervisionQuerySet, OwedQuerySet):
    PEOPLE = ("executor",)
    DUE, OWED = "due_at", NoticeState.owed()
    ANSWERED, ANSWERED_AT = NoticeState.REPLIED, "replied_at"

    def settled(self):
        return self.exclude(state__in=NoticeState.unsent())

    def open(self):
        return self.filter(state__in=NoticeState.open())


class RectificationNotice(Tracked):
    """What a unit must put right by a day (SUP-04). From issue on its words, dates and papers are frozen.

    ``words`` holds the text as issued, {"zh": …, "en": …}; ``round`` counts the answers that are asked for.
    """

    number = models.CharField(_("number"), max_length=20, blank=True)
    title = models.CharField(_("subject"), max_length=200)
    unit = models.ForeignKey(
        "accounts.OrgUnit", models.PROTECT, related_name="rectification_notices", verbose_name=_("responsible unit")
    )
    note = models.TextField(_("further words"), blank=True)
    due_at = models.DateTimeField(_("due"))
    words = models.JSONField(_("text as issued"), default=dict, blank=True)
    drafted_by = person(_("drafted by"), null=False)
    issued_at = models.DateTimeField(_("issued at"), null=True, blank=True)
    issued_by = person(_("issued by"))

    state = models.CharField(_("state"), max_length=20, choices=NoticeState, default=NoticeState.DRAFT)
    round = models.PositiveSmallIntegerField(_("round"), default=1)
    redo_due = models.DateTimeField(_("due of the new round"), null=True, blank=True)
    executor = person(_("carried out by"))
    acknowledged_at = models.DateTimeField(_("receipt confirmed at"), null=True, blank=True)
    acknowledged_by = person(_("receipt confirmed by"))
    first_replied_at = models.DateTimeField(_("first answered at"), null=True, blank=True)
    replied_at = models.DateTimeField(_("answered at"), null=True, blank=True)
    overdue_at = models.DateTimeField(_("found overdue at"), null=True, blank=True)
    verified_at = models.DateTimeField(_("verified at"), null=True, blank=True)
    verified_by = person(_("verified by"))
    closed_at = models.DateTimeField(_("closed at"), null=True, blank=True)
    closed_by = person(_("closed by"))

    UNLOGGED = ("executor",)  # said by the event itself
    objects = NoticeQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        indexes = [models.Index(fields=["state", "due_at"], name="notice_by_state_due")]
        constraints = [
            models.UniqueConstraint(fields=["number"], condition=~Q(number=""), name="notice_number_once"),
            models.CheckConstraint(condition=Q(state__in=NoticeState.values), name="notice_state_known"),
            models.CheckConstraint(
                condition=Q(state__in=NoticeState.unsent(), number="", issued_at=None, issued_by=None)
                | (
                    ~Q(state__in=NoticeState.unsent())
                    & ~Q(number="")
                    & Q(issued_at__isnull=False, issued_by__isnull=False)
                ),
                name="notice_issued_iff_not_draft",
            ),
            models.CheckConstraint(
                condition=Q(state__in=[*NoticeState.unsent(), NoticeState.ISSUED], acknowledged_at=None)
                | (~Q(state__in=[*NoticeState.unsent(), NoticeState.ISSUED]) & Q(acknowledged_at__isnull=False)),
                name="notice_acknowledged_iff_confirmed",
            ),
            models.CheckConstraint(
                condition=Q(state__in=NoticeState.found_right(), verified_at__isnull=False, verified_by__isnull=False)
                | (~Q(state__in=NoticeState.found_right()) & Q(verified_at=None, verified_by=None)),
                name="notice_verified_iff_verified",
            ),
            models.CheckConstraint(
                condition=Q(state=NoticeState.CLOSED, closed_at__isnull=False, closed_by__isnull=False)
                | (~Q(state=NoticeState.CLOSED) & Q(closed_at=None, closed_by=None)),
                name="notice_closed_iff_closed",
            ),
            models.CheckConstraint(
                condition=Q(round=1, redo_due=None) | Q(round__gt=1, redo_due__isnull=False),
                name="notice_redo_due_iff_sent_back",
            ),
        ]
        permissions = [
            ("issue_notice", _("Can issue rectification notices")),
            ("reply_notice", _("Can answer rectification notices of the own unit")),
            ("verify_notice", _("Can verify and close rectification notices")),
        ]
        verbose_name = _("rectification notice")
        verbose_name_plural = _("rectification notices")

    def __str__(self):
        return f"{self.number} {self.title}".strip()

    def get_absolute_url(self):
        return reverse("improvements:notice", args=[self.pk])

    @property
    def state_badge(self):
        return NoticeState(self.state)

    @property
    def current_due(self):
        """By when an answer is owed in the running round."""
        return self.redo_due or self.due_at

    @property
    def moved_from(self):
        """The due moment of the first round where another one runs."""
        return self.due_at if self.redo_due else None

    @property
    def is_draft(self):
        return self.state == NoticeState.DRAFT

    @property
    def is_running(self):
        """Issued and not ended."""
        return self.state in NoticeState.open()

    @property
    def is_owed(self):
        return self.state in NoticeState.owed()

    @property
    def is_overdue(self):
        if self.state == NoticeState.REPLIED:
            return self.replied_at > self.current_due
        return self.is_owed and self.current_due < timezone.now()


class NoticeItem(models.Model):
    """What an observation requires: what to put right, how that will be looked at, by when. Frozen with its notice."""

    notice = models.ForeignKey(RectificationNotice, models.CASCADE, related_name="items", verbose_name=_("notice"))
    no = models.PositiveSmallIntegerField(_("number"))
    observation = models.OneToOneField(
        Observation, models.PROTECT, related_name="notice_item", verbose_name=_("observation")
    )
    requirement = models.TextField(_("requirement"))
    criterion = models.CharField(_("how it is verified"), max_length=300)

    class Meta:
        ordering = ["no"]
        constraints = [models.UniqueConstraint(fields=["notice", "no"], name="one_item_per_number")]
        verbose_name = _("requirement")
        verbose_name_plural = _("requirements")

    def __str__(self):
        return self.requirement[:80]


class NoticeReplyQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(notice__in=RectificationNotice.objects.visible_to(user))


class NoticeReply(models.Model):
    """What the unit did about a notice, with the cause and files as evidence. Insert-only."""

    notice = models.ForeignKey(RectificationNotice, models.PROTECT, related_name="replies", verbose_name=_("notice"))
    round = models.PositiveSmallIntegerField(_("round"))
    cause = models.TextField(_("cause"))
    text = models.TextField(_("what was put right"))
    by = person(_("by"), null=False)
    at = models.DateTimeField(_("at"), default=moments.now)

    objects = NoticeReplyQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        constraints = [models.UniqueConstraint(fields=["notice", "round"], name="one_reply_per_round")]
        verbose_name = _("reply to a notice")
        verbose_name_plural = _("replies to notices")

    def __str__(self):
        return self.text[:80]

    def get_absolute_url(self):
        return self.notice.get_absolute_url()


class NoticeCheck(models.Model):
    """Somebody apart looked at what was put right. Insert-only; the database refuses contributors and the unit (S2)."""

    notice = models.ForeignKey(RectificationNotice, models.PROTECT, related_name="checks", verbose_name=_("notice"))
    round = models.PositiveSmallIntegerField(_("round"))
    result = models.CharField(_("result"), max_length=10, choices=VerificationResult)
    sampled = models.TextField(_("what was looked at"))
    comment = models.TextField(_("remark"), blank=True)
    by = person(_("verified by"), null=False)
    at = models.DateTimeField(_("at"), default=moments.now)

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(fields=["notice", "round"], name="one_check_per_round"),
            models.CheckConstraint(condition=Q(result__in=VerificationResult.values), name="notice_check_result_known"),
            models.CheckConstraint(
                condition=Q(result=VerificationResult.ACCEPTED) | ~Q(comment=""), name="notice_sent_back_with_a_reason"
            ),
        ]
        verbose_name = _("check of a notice")
        verbose_name_plural = _("checks of notices")

    def __str__(self):
        return f"{self.notice} {self.get_result_display()}"

    @property
    def result_badge(self):
        return VerificationResult(self.result)


class NoticeFile(models.Model):
    """The paper as issued. Insert-only."""

    notice = models.ForeignKey(RectificationNotice, models.PROTECT, related_name="files", verbose_name=_("notice"))
    language = models.CharField(_("language"), max_length=10)
    file = models.FileField(_("file"), upload_to="notices/%Y/")
    name = models.CharField(_("name"), max_length=200)
    sha256 = models.CharField(_("checksum"), max_length=64)
    made_at = models.DateTimeField(_("made at"), auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["notice", "language"], name="one_paper_per_language")]
        verbose_name = _("paper of a notice")
        verbose_name_plural = _("papers of notices")

    def __str__(self):
        return self.name
