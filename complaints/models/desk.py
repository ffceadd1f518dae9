"""What the service desk works with: canned answers, the notice of channels, early risks."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.selectors import units_of
from complaints.choices import CannedState, Category, Kind, Level, RiskState
from complaints.models.complaint import Complaint
from core.i18n import pick
from core.models import Tracked


class CannedQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Texts are no secret among those who answer customers."""
        names = ("complaints.register", "complaints.handle", "complaints.see_all")
        return self if user.is_active and any(user.has_perm(name) for name in names) else self.none()

    def in_use(self):
        return self.filter(state=CannedState.APPROVED)

    def matching(self, words):
        """Every word occurs somewhere in titles or texts."""
        rows = self
        for word in words.split()[:6]:
            found = Q()
            for column in ("title_zh", "title_en", "text_zh", "text_en"):
                found |= Q(**{f"{column}__icontains": word})
            rows = rows.filter(found)
        return rows

    def with_uses(self):
        return self.annotate(uses_n=models.Count("uses"))


class CannedAnswer(Tracked):
    """A text for a question that comes again and again (LIB-08). Reviewed by a second person before use; what was reviewed
    does not change any more: a revision is a new text that takes the old one's place. Never deleted.
    """

    title_zh = models.CharField(_("title (Chinese)"), max_length=100)
    title_en = models.CharField(_("title (English)"), max_length=100)
    text_zh = models.TextField(_("text (Chinese)"), max_length=4000)
    text_en = models.TextField(_("text (English)"), max_length=4000)
    topic = models.CharField(_("topic"), max_length=20, choices=Category, blank=True)
    kind = models.CharField(_("for"), max_length=10, choices=Kind, blank=True)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("owner"))
    reviewer = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("reviewed by")
    )
    reviewed_at = models.DateTimeField(_("reviewed at"), null=True, blank=True)
    replaces = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="revisions", verbose_name=_("takes the place of")
    )
    cluster = models.ForeignKey(
        "complaints.Cluster", models.PROTECT, null=True, blank=True, related_name="canned_answers",
        verbose_name=_("cluster"), editable=False,
    )  # fmt: skip
    state = models.CharField(_("state"), max_length=20, choices=CannedState, default=CannedState.DRAFT)

    objects = CannedQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=CannedState.values), name="canned_state_known"),
            models.CheckConstraint(
                condition=~Q(state=CannedState.APPROVED) | Q(reviewer__isnull=False, reviewed_at__isnull=False),
                name="canned_in_use_is_reviewed",
            ),
            models.CheckConstraint(condition=Q(reviewer=None) | ~Q(reviewer=F("owner")), name="canned_reviewed_by_another"),
            models.UniqueConstraint(
                fields=["replaces"], condition=Q(state=CannedState.DRAFT), name="one_revision_of_canned"
            ),
        ]  # fmt: skip
        verbose_name = _("canned answer")
        verbose_name_plural = _("canned answers")

    def __str__(self):
        return pick(self, "title")

    def get_absolute_url(self):
        return reverse("complaints:canned", args=[self.pk])

    @property
    def title(self):
        return str(self)

    @property
    def state_badge(self):
        return CannedState(self.state)


class CannedUse(models.Model):
    """That a canned answer was given to a customer. Insert-only."""

    answer = models.ForeignKey(CannedAnswer, models.PROTECT, related_name="uses", verbose_name=_("canned answer"))
    complaint = models.ForeignKey(
        Complaint, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("complaint"), db_index=False
    )
    interaction = models.ForeignKey(
        "customers.Interaction", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("contact"),
        db_index=False,
    )  # fmt: skip
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("by"))
    at = models.DateTimeField(_("at"), db_default=Now())

    class Meta:
        ordering = ["-id"]
        verbose_name = _("use of a canned answer")
        verbose_name_plural = _("uses of canned answers")

    def __str__(self):
        return f"{self.answer_id}"


class ChannelNotice(models.Model):
    """One edition of what the portal tells everybody about its channels (CMP-05, 07); the newest counts. Insert-only.

    Time limits do not stand here: the page takes them from the clocks themselves.
    """

    n = models.PositiveIntegerField(_("edition"), unique=True)
    hotline = models.CharField(_("hotline"), max_length=40)
    hours_zh = models.CharField(_("hours (Chinese)"), max_length=100)
    hours_en = models.CharField(_("hours (English)"), max_length=100)
    email = models.EmailField(_("e-mail"), max_length=200)
    address_zh = models.CharField(_("address for letters and visits (Chinese)"), max_length=200)
    address_en = models.CharField(_("address for letters and visits (English)"), max_length=200)
    social_zh = models.CharField(_("social media (Chinese)"), max_length=200, blank=True)
    social_en = models.CharField(_("social media (English)"), max_length=200, blank=True)
    responsible_zh = models.CharField(_("responsible person (Chinese)"), max_length=100)
    responsible_en = models.CharField(_("responsible person (English)"), max_length=100)
    responsible_phone = models.CharField(_("phone of the responsible person"), max_length=40)
    promise_zh = models.TextField(_("our promise (Chinese)"), max_length=1000)
    promise_en = models.TextField(_("our promise (English)"), max_length=1000)
    change = models.CharField(_("what changed"), max_length=200)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("published by")
    )
    at = models.DateTimeField(_("published at"), db_default=Now())

    class Meta:
        ordering = ["-n"]
        verbose_name = _("notice of channels")
        verbose_name_plural = _("notices of channels")

    def __str__(self):
        return f"{self.n}"

    @property
    def hours(self):
        return pick(self, "hours")

    @property
    def address(self):
        return pick(self, "address")

    @property
    def social(self):
        return pick(self, "social")

    @property
    def responsible(self):
        return pick(self, "responsible")

    @property
    def promise(self):
        return pick(self, "promise")


class RiskQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Who assesses sees all; others what they noticed, put right, or what their unit has."""
        if not user.is_active:
            return self.none()
        if any(user.has_perm(name) for name in ("complaints.assess", "complaints.see_all")):
            return self
        if not any(user.has_perm(name) for name in ("complaints.log_risk", "complaints.see_unit")):
            return self.none()
        return self.filter(Q(reporter=user) | Q(owner=user) | Q(unit__in=list(units_of(user))))

    def open(self):
        return self.exclude(state=RiskState.CLOSED)


class PreventionItem(Tracked):
    """Something that may become a complaint, noticed early (CMP-47)."""

    number = models.CharField(_("number"), max_length=20, unique=True)
    title = models.CharField(_("about"), max_length=200)
    detail = models.TextField(_("what was noticed"), max_length=4000)
    unit = models.ForeignKey(
        "accounts.OrgUnit", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("unit it concerns")
    )
    customer = models.ForeignKey(
        "customers.Customer", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("customer")
    )
    reporter = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("noticed by")
    )
    likelihood = models.CharField(_("likelihood"), max_length=10, choices=Level, blank=True)
    impact = models.CharField(_("effect"), max_length=10, choices=Level, blank=True)
    measure = models.TextField(_("measure"), max_length=4000, blank=True)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("who does it")
    )
    due_on = models.DateField(_("until"), null=True, blank=True)
    closed_at = models.DateTimeField(_("closed at"), null=True, blank=True)
    state = models.CharField(_("state"), max_length=20, choices=RiskState, default=RiskState.NOTICED)

    objects = RiskQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["state", "-id"], name="risk_by_state")]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=RiskState.values), name="risk_state_known"),
            models.CheckConstraint(
                condition=Q(state=RiskState.CLOSED, closed_at__isnull=False)
                | (~Q(state=RiskState.CLOSED) & Q(closed_at=None)),
                name="risk_closed_at_iff_closed",
            ),
            models.CheckConstraint(
                condition=~Q(state=RiskState.MEASURE) | (~Q(measure="") & Q(owner__isnull=False, due_on__isnull=False)),
                name="risk_measure_has_owner",
            ),
        ]
        permissions = [("log_risk", _("Can note risks of complaints early"))]
        verbose_name = pgettext_lazy("risk", "early risk")
        verbose_name_plural = pgettext_lazy("risk", "early risks")

    def __str__(self):
        return f"{self.number} {self.title}"

    def get_absolute_url(self):
        return reverse("complaints:risk", args=[self.pk])

    @property
    def state_badge(self):
        return RiskState(self.state)

    @property
    def weight(self):
        """1 to 9, from likelihood and effect; None before it is assessed."""
        if not (self.likelihood and self.impact):
            return None
        return Level(self.likelihood).weight * Level(self.impact).weight
