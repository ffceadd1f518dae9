import uuid
from datetime import timedelta

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.selectors import units_of
from core import moments
from core.crypto import EncryptedTextField
from core.models import Tracked
from fieldwork.choices import MeetingKind, MeetingState, PointKind, Reply, ReportState, VisitForm
from fieldwork.models.visit_plan import sees_all

AT = {"default": moments.now}
PREFIX = {MeetingKind.VISIT: "ZF", MeetingKind.GROUP: "ZT", MeetingKind.SYMPOSIUM: "ZT"}


def person(label, related_name="+", *, null=True):
    return models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=null, blank=null, related_name=related_name, verbose_name=label
    )


class MeetingQuerySet(models.QuerySet):
    def visible_to(self, user):
        """All with ``see_visits`` or ``plan_visits``; who visits sees those of the own units and the own ones."""
        if not user.is_active:
            return self.none()
        if sees_all(user):
            return self
        if user.has_perm("fieldwork.make_visits"):
            mine = MeetingPerson.objects.filter(user=user, withdrawn_at=None).values("meeting")
            return self.filter(Q(unit__in=units_of(user)) | Q(lead=user) | Q(pk__in=mine))
        return self.none()

    def booked(self):
        return self.filter(state=MeetingState.BOOKED)

    def visits(self):
        return self.filter(kind=MeetingKind.VISIT)

    def groups(self):
        return self.filter(kind__in=MeetingKind.groups())

    def of_person(self, user):
        """Those the person leads or takes part in."""
        mine = MeetingPerson.objects.filter(user=user, withdrawn_at=None).values("meeting")
        return self.filter(Q(lead=user) | Q(pk__in=mine))

    def owing_report(self):
        """They took place, and no report is submitted."""
        done = MeetingReport.objects.filter(state=ReportState.SUBMITTED).values("meeting")
        return self.filter(state=MeetingState.HELD).exclude(pk__in=done)


class Meeting(Tracked):
    """An appointment with people: a visit to a customer, a focus group, a staff symposium.

    ``uid`` and ``sequence`` are those of the calendar entry that everybody taking part holds: the number grows with
    every move and with the cancelling. ``place`` may be somebody's home and is kept encrypted.
    """

    UNLOGGED = ("place",)

    kind = models.CharField(_("kind"), max_length=20, choices=MeetingKind, default=MeetingKind.VISIT)
    title = models.CharField(_("topic"), max_length=200, blank=True)
    shared_need = models.CharField(_("shared need or industry"), max_length=200, blank=True)
    purpose = models.TextField(_("purpose"), blank=True)
    form = models.CharField(_("form"), max_length=20, choices=VisitForm, default=VisitForm.ON_SITE)
    customer = models.ForeignKey(
        "customers.Customer", models.PROTECT, null=True, blank=True, related_name="meetings", verbose_name=_("customer")
    )
    project = models.ForeignKey(
        "customers.Project", models.PROTECT, null=True, blank=True, related_name="meetings", verbose_name=_("project")
    )
    plan_line = models.ForeignKey(
        "fieldwork.VisitPlanLine", models.PROTECT, null=True, blank=True, related_name="meetings",
        verbose_name=_("line of the visit plan"),
    )  # fmt: skip
    wave = models.ForeignKey(
        "surveys.Wave", models.PROTECT, null=True, blank=True, related_name="meetings", verbose_name=_("questionnaire")
    )
    unit = models.ForeignKey("accounts.OrgUnit", models.PROTECT, related_name="meetings", verbose_name=_("unit"))
    lead = person(_("led by"), "led_meetings", null=False)
    starts_at = models.DateTimeField(_("begins"))
    minutes = models.PositiveSmallIntegerField(
        _("minutes"), default=60, validators=[MinValueValidator(10), MaxValueValidator(600)]
    )
    place = EncryptedTextField(_("place"), blank=True)
    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    sequence = models.PositiveSmallIntegerField(default=0, editable=False)
    state = models.CharField(_("state"), max_length=20, choices=MeetingState, default=MeetingState.BOOKED)
    response = models.OneToOneField(
        "surveys.Response", models.PROTECT, null=True, blank=True, related_name="meeting", verbose_name=_("answers")
    )
    note = models.TextField(_("note"), blank=True)
    closed_at = models.DateTimeField(_("closed at"), null=True, blank=True)

    objects = MeetingQuerySet.as_manager()

    class Meta:
        ordering = ["starts_at", "id"]
        indexes = [
            models.Index(fields=["starts_at", "id"], condition=Q(state="booked"), name="meeting_booked"),
            models.Index(fields=["kind", "-starts_at"], name="meeting_by_kind"),
            models.Index(fields=["lead", "state"], name="meeting_of_lead"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=MeetingKind.values), name="meeting_kind_known"),
            models.CheckConstraint(condition=Q(form__in=VisitForm.values), name="meeting_form_known"),
            models.CheckConstraint(condition=Q(state__in=MeetingState.values), name="meeting_state_known"),
            models.CheckConstraint(
                condition=Q(kind=MeetingKind.VISIT, customer__isnull=False)
                | (Q(kind__in=MeetingKind.groups(), customer__isnull=True, plan_line__isnull=True) & ~Q(title="")),
                name="meeting_visit_has_customer_group_has_topic",
            ),
            models.CheckConstraint(
                condition=Q(state=MeetingState.BOOKED, closed_at__isnull=True)
                | (~Q(state=MeetingState.BOOKED) & Q(closed_at__isnull=False)),
                name="meeting_closed_iff_ended",
            ),
            models.CheckConstraint(condition=Q(minutes__gt=0), name="meeting_has_length"),
        ]
        verbose_name = _("appointment")
        verbose_name_plural = _("appointments")

    def __str__(self):
        return self.number

    def get_absolute_url(self):
        return reverse("fieldwork:meeting", args=[self.pk])

    @property
    def number(self):
        return f"{PREFIX[self.kind]}-{self.pk:06d}"

    @property
    def name(self):
        """Whom or what it is about."""
        return self.title or (self.customer.name if self.customer_id else self.number)

    @property
    def is_visit(self):
        return self.kind == MeetingKind.VISIT

    @property
    def ends_at(self):
        return self.starts_at + timedelta(minutes=self.minutes)

    @property
    def state_badge(self):
        return MeetingState(self.state)


class MeetingPerson(models.Model):
    """Somebody invited: a contact person or one of the company. What was answered, and whether they came (FGD-02)."""

    meeting = models.ForeignKey(Meeting, models.PROTECT, related_name="people", verbose_name=_("appointment"))
    contact = models.ForeignKey(
        "customers.ContactPerson", models.PROTECT, null=True, blank=True, related_name="meetings",
        verbose_name=_("contact person"),
    )  # fmt: skip
    user = person(_("person"), "meetings")
    is_host = models.BooleanField(_("for the company"), default=False)
    reply = models.CharField(_("reply"), max_length=20, choices=Reply, default=Reply.NONE)
    came = models.BooleanField(_("came"), null=True, blank=True)
    interaction = models.OneToOneField(
        "customers.Interaction", models.PROTECT, null=True, blank=True, related_name="meeting_person",
        verbose_name=_("contact"),
    )  # fmt: skip
    withdrawn_at = models.DateTimeField(_("taken off at"), null=True, blank=True)

    class Meta:
        ordering = ["-is_host", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["meeting", "contact"], condition=Q(withdrawn_at=None), name="meeting_contact_once"
            ),
            models.UniqueConstraint(
                fields=["meeting", "user"], condition=Q(withdrawn_at=None), name="meeting_user_once"
            ),
            models.CheckConstraint(
                condition=Q(contact__isnull=False, user__isnull=True, is_host=False)
                | Q(contact__isnull=True, user__isnull=False),
                name="meeting_person_is_one",
            ),
            models.CheckConstraint(condition=Q(reply__in=Reply.values), name="meeting_reply_known"),
        ]
        verbose_name = _("person taking part")
        verbose_name_plural = _("people taking part")

    def __str__(self):
        return str(self.user) if self.user_id else self.contact.masked_name

    @property
    def reply_badge(self):
        return Reply(self.reply)


class MeetingReport(Tracked):
    """The visit report or the minutes. Submitted it never changes; a correction is the next version with its reason.

    ``secrets`` are trade secrets of the customer (VIS-10): encrypted, shown only after a reveal that is written down,
    in no export, no search and no history.
    """

    UNLOGGED = ("secrets",)

    meeting = models.ForeignKey(Meeting, models.PROTECT, related_name="reports", verbose_name=_("appointment"))
    n = models.PositiveSmallIntegerField(_("version"), default=1)
    reason = models.CharField(_("what is corrected"), max_length=500, blank=True)
    setting = models.TextField(_("training setting and needs seen"), blank=True)
    opinion = models.TextField(_("opinion of our service"), blank=True)
    situation = models.TextField(_("customer's current situation"), blank=True)
    discussion = models.TextField(_("discussion"), blank=True)
    next_steps = models.TextField(_("what follows"), blank=True)
    secrets = EncryptedTextField(_("trade secrets learned"), blank=True)
    state = models.CharField(_("state"), max_length=20, choices=ReportState, default=ReportState.DRAFT)
    author = person(_("written by"), null=False)
    submitted_at = models.DateTimeField(_("submitted at"), null=True, blank=True)
    follow_up = models.ForeignKey(
        "customers.FollowUp", models.PROTECT, null=True, blank=True, related_name="meeting_reports",
        verbose_name=_("follow-up"),
    )  # fmt: skip

    class Meta:
        ordering = ["-n"]
        constraints = [
            models.UniqueConstraint(fields=["meeting", "n"], name="meeting_report_version_once"),
            models.UniqueConstraint(
                fields=["meeting"], condition=Q(state=ReportState.DRAFT), name="meeting_report_one_draft"
            ),
            models.CheckConstraint(condition=Q(state__in=ReportState.values), name="meeting_report_state_known"),
            models.CheckConstraint(condition=Q(n=1) | ~Q(reason=""), name="meeting_report_correction_has_reason"),
            models.CheckConstraint(
                condition=Q(state=ReportState.SUBMITTED, submitted_at__isnull=False)
                | Q(state=ReportState.DRAFT, submitted_at__isnull=True),
                name="meeting_report_submitted_at_iff_submitted",
            ),
        ]
        verbose_name = _("visit report")
        verbose_name_plural = _("visit reports")

    def __str__(self):
        return f"{self.meeting} {self.n}"

    def get_absolute_url(self):
        return self.meeting.get_absolute_url()

    @property
    def state_badge(self):
        return ReportState(self.state)


class MeetingPointQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(meeting__in=Meeting.objects.visible_to(user))


class MeetingPoint(models.Model):
    """A shared problem or suggestion, as a row of its own (FGD-01). Insert-only; taking it up is another row."""

    meeting = models.ForeignKey(Meeting, models.PROTECT, related_name="points", verbose_name=_("appointment"))
    kind = models.CharField(_("kind"), max_length=20, choices=PointKind)
    text = models.TextField(_("what was said"))
    voices = models.PositiveSmallIntegerField(_("how many said so"), default=1, validators=[MinValueValidator(1)])
    unit = models.ForeignKey("accounts.OrgUnit", models.PROTECT, related_name="+", verbose_name=_("responsible unit"))
    by = person(_("by"), null=False)
    at = models.DateTimeField(_("at"), **AT)

    objects = MeetingPointQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=PointKind.values), name="meeting_point_kind_known"),
            models.CheckConstraint(condition=~Q(text=""), name="meeting_point_has_text"),
        ]
        verbose_name = _("shared problem or suggestion")
        verbose_name_plural = _("shared problems and suggestions")

    def __str__(self):
        return self.text[:60]

    def get_absolute_url(self):
        return f"{reverse('fieldwork:meeting', args=[self.meeting_id])}#points"

    @property
    def title(self):
        return self.text[:200]

    @property
    def kind_badge(self):
        return PointKind(self.kind)


class PointRaised(models.Model):
    """A shared problem or suggestion that was turned into work (FGD-03). Insert-only."""

    point = models.OneToOneField(MeetingPoint, models.PROTECT, related_name="raised", verbose_name=_("point"))
    follow_up = models.OneToOneField(
        "customers.FollowUp", models.PROTECT, null=True, blank=True, related_name="meeting_point",
        verbose_name=_("follow-up"),
    )  # fmt: skip
    by = person(_("by"), null=False)
    at = models.DateTimeField(_("at"), **AT)

    class Meta:
        verbose_name = _("point taken up")
        verbose_name_plural = _("points taken up")

    def __str__(self):
        return str(self.point)
