"""Working a record together: facts, departments and their thread, measures, merges, recovery, the customer's word on it."""

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.selectors import units_of
from complaints.choices import (
    CheckedBy,
    CodeList,
    Conduct,
    MeasureResult,
    PostKind,
    RecoveryOutcome,
    RecoveryState,
    RemedyKind,
    Sorting,
)
from core import moments
from core.i18n import pick
from core.models import Tracked


def record_of(related_name):
    return models.ForeignKey(
        "complaints.Complaint", models.PROTECT, related_name=related_name, verbose_name=_("complaint")
    )


def somebody(label, **options):
    return models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=label, **options)


def nobody_yet(label):
    return somebody(label, null=True, blank=True)


def unit(label):
    return models.ForeignKey("accounts.OrgUnit", models.PROTECT, related_name="+", verbose_name=label)


def by_another(name, first, second):
    """What one person began, another decides (S3)."""
    return models.CheckConstraint(condition=Q(**{second: None}) | ~Q(**{second: F(first)}), name=name)


class CodeEntry(Tracked):
    """What a lead added to a list, and what was retired of it. Words never change, so that old records mean what they meant:
    who wants other words retires the entry and adds a new one. An entry of the regulations has a row once it is retired.
    """

    list = models.CharField(_("list"), max_length=10, choices=CodeList)
    code = models.CharField(_("code"), max_length=20)
    name_zh = models.CharField(_("name (Chinese)"), max_length=80)
    name_en = models.CharField(_("name (English)"), max_length=80)
    retired_at = models.DateTimeField(_("retired"), null=True, blank=True)

    class Meta:
        ordering = ["list", "id"]
        constraints = [
            models.UniqueConstraint(fields=["list", "code"], name="code_entry_once"),
            models.CheckConstraint(condition=Q(list__in=CodeList.values), name="code_entry_list_known"),
            models.CheckConstraint(
                condition=~Q(code="") & ~Q(name_zh="") & ~Q(name_en=""), name="code_entry_has_words"
            ),
        ]
        verbose_name = _("entry of a list")
        verbose_name_plural = _("entries of lists")

    def __str__(self):
        return self.name

    @property
    def name(self):
        return pick(self, "name")

    @classmethod
    def label(cls, code_list, code):
        """The words of ``code``, retired or not, in the reader's language; words never change, so a process asks once."""
        code_list = CodeList(code_list)
        if code in code_list.own.values:
            return code_list.own(code).label
        if code and (code_list, code) not in KNOWN:
            found = cls.objects.filter(list=code_list, code=code).first()
            if found is None:
                return code
            KNOWN[code_list, code] = found
        return KNOWN[code_list, code].name if code else ""


KNOWN = {}


class FactCheck(models.Model):
    """How the facts were verified before a solution was set (CMP-28). Insert-only."""

    cycle = models.ForeignKey("complaints.Cycle", models.PROTECT, related_name="fact_checks", verbose_name=_("cycle"))
    means = models.CharField(_("verified by"), max_length=10, choices=CheckedBy)
    found = models.TextField(_("what is certain now"))
    discussed = models.BooleanField(_("discussed with the customer"), default=False)
    by = somebody(_("by"))
    at = models.DateTimeField(_("at"), default=moments.now)

    class Meta:
        ordering = ["id"]
        verbose_name = _("verification of facts")
        verbose_name_plural = _("verifications of facts")

    def __str__(self):
        return self.found[:40]


class Citation(models.Model):
    """A law or policy that applies to the record (CMP-49). Insert-only."""

    complaint = record_of("citations")
    code = models.CharField(_("law or policy"), max_length=20)
    clause = models.CharField(_("clause"), max_length=200, blank=True)
    by = somebody(_("by"))
    at = models.DateTimeField(_("at"), default=moments.now)

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["complaint", "code", "clause"], name="citation_once")]
        verbose_name = _("cited law or policy")
        verbose_name_plural = _("cited laws and policies")

    def __str__(self):
        return f"{self.code_label} {self.clause}".strip()

    @property
    def code_label(self):
        return CodeEntry.label(CodeList.LAW, self.code)


class ConductViolation(models.Model):
    """That a person is said to have done one of the acts a courier must not do (CMP-39). Insert-only."""

    complaint = record_of("violations")
    conduct = models.CharField(_("conduct"), max_length=10, choices=Conduct)
    by = somebody(_("by"))
    at = models.DateTimeField(_("at"), default=moments.now)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["complaint", "conduct"], name="violation_once"),
            models.CheckConstraint(condition=Q(conduct__in=Conduct.values), name="violation_is_of_the_list"),
        ]
        verbose_name = _("conduct violation")
        verbose_name_plural = _("conduct violations")

    def __str__(self):
        return self.get_conduct_display()


class InvolvementQuerySet(models.QuerySet):
    def active(self):
        return self.filter(left_at=None)


class Involvement(models.Model):
    """A department that handles the record together with others, one of them in the lead (CMP-16)."""

    complaint = record_of("involvements")
    unit = unit(_("department"))
    is_lead = models.BooleanField(_("in the lead"), default=False)
    task = models.TextField(_("what it is to do"), blank=True)
    by = somebody(_("by"))
    at = models.DateTimeField(_("since"), default=moments.now)
    left_at = models.DateTimeField(_("until"), null=True, blank=True)

    objects = InvolvementQuerySet.as_manager()

    class Meta:
        ordering = ["-is_lead", "id"]
        indexes = [models.Index(fields=["unit"], condition=Q(left_at=None), name="involvement_of_unit")]
        constraints = [
            models.UniqueConstraint(fields=["complaint", "unit"], condition=Q(left_at=None), name="unit_involved_once"),
            models.UniqueConstraint(
                fields=["complaint"], condition=Q(left_at=None, is_lead=True), name="one_lead_department"
            ),
            models.CheckConstraint(condition=Q(left_at=None) | Q(left_at__gte=F("at")), name="involvement_in_order"),
        ]
        verbose_name = _("department involved")
        verbose_name_plural = _("departments involved")

    def __str__(self):
        return str(self.unit)


class ThreadPostQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Of records on which a unit of the user works, which the user handles, or which the user coordinates."""
        from complaints.models.complaint import Complaint  # it is read together with this

        units = units_of(user)
        of_units = Involvement.objects.active().filter(unit__in=list(units)).values("complaint")
        rows = self.filter(complaint__in=Complaint.objects.visible_to(user))
        if user.has_perm("complaints.assess"):
            return rows
        return rows.filter(Q(complaint__in=of_units) | Q(complaint__handler=user))

    def unsettled(self):
        """Disagreements that nobody has settled."""
        return self.filter(kind=PostKind.CONFLICT, settlement=None)


class ThreadPost(models.Model):
    """What the departments tell each other about a record; a disagreement, and how it was settled (CMP-48). Insert-only."""

    complaint = record_of("posts")
    kind = models.CharField(_("kind"), max_length=10, choices=PostKind, default=PostKind.NOTE)
    text = models.TextField(_("text"))
    settles = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="settlement", verbose_name=_("settles")
    )
    unit = models.ForeignKey(
        "accounts.OrgUnit", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("department")
    )
    by = somebody(_("by"))
    at = models.DateTimeField(_("at"), default=moments.now)

    objects = ThreadPostQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind=PostKind.SETTLED, settles__isnull=False) | ~Q(kind=PostKind.SETTLED) & Q(settles=None),
                name="post_settles_a_conflict",
            )
        ]
        verbose_name = _("post of the departments")
        verbose_name_plural = _("posts of the departments")

    def __str__(self):
        return self.text[:40]

    @property
    def kind_badge(self):
        return PostKind(self.kind)


class HandlingMeasureQuerySet(models.QuerySet):
    def open(self):
        return self.filter(result=MeasureResult.PLANNED)


class HandlingMeasure(Tracked):
    """A measure that settles the matter: department, person, time, expected effect, and whether it was done (CMP-17, 18)."""

    complaint = record_of("measures")
    what = models.TextField(_("what is done"))
    unit = unit(_("responsible department"))
    person = somebody(_("responsible person"))
    due_on = models.DateField(_("until"))
    effect = models.TextField(_("expected effect"))
    by = somebody(_("planned by"))
    result = models.CharField(_("done"), max_length=10, choices=MeasureResult, default=MeasureResult.PLANNED)
    note = models.TextField(_("how it went"), blank=True)
    settled_by = nobody_yet(_("recorded by"))
    settled_at = models.DateTimeField(_("recorded at"), null=True, blank=True)

    objects = HandlingMeasureQuerySet.as_manager()

    class Meta:
        ordering = ["due_on", "id"]
        indexes = [
            models.Index(fields=["person", "due_on"], condition=Q(result="planned"), name="measure_open_of_person")
        ]
        constraints = [
            models.CheckConstraint(condition=Q(result__in=MeasureResult.values), name="handling_measure_result_known"),
            models.CheckConstraint(
                condition=Q(result=MeasureResult.PLANNED, settled_by=None, settled_at=None)
                | ~Q(result=MeasureResult.PLANNED)
                & Q(settled_by__isnull=False, settled_at__isnull=False)
                & ~Q(note=""),
                name="handling_measure_settled_by_somebody",
            ),
        ]
        verbose_name = _("handling measure")
        verbose_name_plural = _("handling measures")

    def __str__(self):
        return self.what[:60]

    @property
    def result_badge(self):
        return MeasureResult(self.result)

    @property
    def is_late(self):
        return self.result == MeasureResult.PLANNED and self.due_on < timezone.localdate()


class MergeQuerySet(models.QuerySet):
    def active(self):
        return self.filter(undone_at=None)


class Merge(models.Model):
    """A record that is handled as part of another one: a forest of depth one (M1). Taken apart again by two people."""

    complaint = record_of("merges")
    master = models.ForeignKey(
        "complaints.Complaint", models.PROTECT, related_name="merged", verbose_name=_("handled with")
    )
    mass_event = models.CharField(_("mass event"), max_length=120, blank=True)
    reason = models.TextField(_("reason"))
    before = models.CharField(_("state before"), max_length=20)
    by = somebody(_("by"))
    at = models.DateTimeField(_("at"), default=moments.now)
    undo_reason = models.TextField(_("reason to take it apart"), blank=True)
    undo_by = nobody_yet(_("asked by"))
    undo_at = models.DateTimeField(_("asked at"), null=True, blank=True)
    undone_by = nobody_yet(_("agreed by"))
    undone_at = models.DateTimeField(_("taken apart"), null=True, blank=True)

    objects = MergeQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["complaint"], condition=Q(undone_at=None), name="merged_once"),
            models.CheckConstraint(condition=~Q(complaint=F("master")), name="not_merged_with_itself"),
            models.CheckConstraint(
                condition=Q(undone_at=None, undone_by=None)
                | Q(undone_at__isnull=False, undone_by__isnull=False, undo_by__isnull=False),
                name="merge_undone_by_two",
            ),
            by_another("merge_undone_by_another", "undo_by", "undone_by"),
        ]
        verbose_name = _("merge")
        verbose_name_plural = _("merges")

    def __str__(self):
        return f"{self.complaint_id} → {self.master_id}"


class Recovery(Tracked):
    """How a dissatisfied customer is won back: why, by what, at what cost, who approved it, how the customer took it
    (CRM-12, 16; CMP-40). ``limit`` is the amount up to which nobody else has to approve, as it was then.
    """

    complaint = record_of("recoveries")
    reason = models.TextField(_("why the customer is dissatisfied"))
    remedy = models.CharField(_("remedy"), max_length=12, choices=RemedyKind)
    detail = models.TextField(_("what the customer gets"))
    amount = models.DecimalField(
        _("amount (CNY)"), max_digits=10, decimal_places=2, null=True, blank=True, validators=[MinValueValidator(0)]
    )
    limit = models.DecimalField(_("limit without approval (CNY)"), max_digits=10, decimal_places=2)
    state = models.CharField(_("state"), max_length=10, choices=RecoveryState, default=RecoveryState.PROPOSED)
    by = somebody(_("proposed by"))
    approved_by = nobody_yet(_("decided by"))
    approved_at = models.DateTimeField(_("decided at"), null=True, blank=True)
    outcome = models.CharField(_("how the customer took it"), max_length=10, choices=RecoveryOutcome, blank=True)
    outcome_note = models.TextField(_("in the customer's words"), blank=True)
    done_by = nobody_yet(_("carried out by"))
    done_at = models.DateTimeField(_("carried out"), null=True, blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=RecoveryState.values), name="recovery_state_known"),
            models.CheckConstraint(condition=Q(remedy__in=RemedyKind.values), name="recovery_remedy_known"),
            models.CheckConstraint(
                condition=~Q(remedy__in=RemedyKind.paid()) | Q(amount__gt=0), name="recovery_paid_has_amount"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[RecoveryState.APPROVED, RecoveryState.DONE])
                | Q(amount=None)
                | Q(amount__lte=F("limit"))
                | Q(approved_by__isnull=False),
                name="recovery_above_limit_approved",
            ),
            by_another("recovery_approved_by_another", "by", "approved_by"),
            models.CheckConstraint(
                condition=Q(state=RecoveryState.DONE, done_at__isnull=False, done_by__isnull=False) & ~Q(outcome="")
                | ~Q(state=RecoveryState.DONE) & Q(done_at=None, done_by=None, outcome=""),
                name="recovery_done_has_outcome",
            ),
        ]
        verbose_name = _("recovery")
        verbose_name_plural = _("recoveries")

    def __str__(self):
        return f"{self.complaint_id}: {self.remedy}"

    @property
    def state_badge(self):
        return RecoveryState(self.state)


class CustomerRemark(models.Model):
    """What the customer says to our reply, and the final rating of the handling (CMP-23, 46): once per cycle, on the tracking
    page (``by`` None) or told to a colleague. The words stand; staff sort them.
    """

    cycle = models.OneToOneField("complaints.Cycle", models.PROTECT, related_name="remark", verbose_name=_("cycle"))
    score = models.PositiveSmallIntegerField(
        _("satisfaction with the handling"), null=True, blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(5)],
    )  # fmt: skip
    comment = models.TextField(_("what the customer says"), blank=True)
    by = nobody_yet(_("recorded by"))
    at = models.DateTimeField(_("at"), default=moments.now)
    sorted_as = models.CharField(_("sorted as"), max_length=12, choices=Sorting, blank=True)
    sorted_by = nobody_yet(_("sorted by"))
    sorted_at = models.DateTimeField(_("sorted at"), null=True, blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(condition=Q(score=None) | Q(score__range=(1, 5)), name="remark_score_1_to_5"),
            models.CheckConstraint(condition=Q(score__isnull=False) | ~Q(comment=""), name="remark_says_something"),
            models.CheckConstraint(
                condition=Q(sorted_as="", sorted_by=None, sorted_at=None)
                | ~Q(sorted_as="") & Q(sorted_by__isnull=False, sorted_at__isnull=False),
                name="remark_sorted_by_somebody",
            ),
        ]
        verbose_name = _("customer's word on the reply")
        verbose_name_plural = _("customers' words on replies")

    def __str__(self):
        return f"{self.cycle_id}: {self.score}"


class Implementation(Tracked):
    """How an adopted suggestion is put into effect, and who saw that it was: somebody who neither carried it out nor decided
    on it (CMP-13).
    """

    complaint = models.OneToOneField(
        "complaints.Complaint", models.PROTECT, related_name="implementation", verbose_name=_("suggestion")
    )
    plan = models.TextField(_("what is put into effect"))
    unit = unit(_("responsible department"))
    person = somebody(_("carried out by"))
    due_on = models.DateField(_("until"))
    by = somebody(_("planned by"))
    done_by = nobody_yet(_("reported by"))
    done_at = models.DateTimeField(_("reported done"), null=True, blank=True)
    done_note = models.TextField(_("what is in effect now"), blank=True)
    verified_by = nobody_yet(_("verified by"))
    verified_at = models.DateTimeField(_("verified at"), null=True, blank=True)
    verified_note = models.TextField(_("what was looked at"), blank=True)
    told_at = models.DateTimeField(_("told to the proposer"), null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(done_at=None, done_by=None) | Q(done_at__isnull=False, done_by__isnull=False),
                name="implementation_done_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(verified_at=None, verified_by=None)
                | Q(verified_at__isnull=False, verified_by__isnull=False, done_at__isnull=False),
                name="implementation_verified_after_done",
            ),
            by_another("implementation_verified_by_another", "person", "verified_by"),
            by_another("implementation_not_verified_by_reporter", "done_by", "verified_by"),
        ]
        verbose_name = _("implementation of a suggestion")
        verbose_name_plural = _("implementations of suggestions")

    def __str__(self):
        return self.plan[:40]


class ReplyTemplate(Tracked):
    """Words a reply begins with, in both languages; the handler makes them fit (CMP-22). Retired, never deleted."""

    PARTS = ("measures", "result", "meaning", "thanks")

    name_zh = models.CharField(_("name (Chinese)"), max_length=80)
    name_en = models.CharField(_("name (English)"), max_length=80)
    category = models.CharField(_("for the type"), max_length=20, blank=True)
    measures_zh = models.TextField(_("measures taken (Chinese)"))
    measures_en = models.TextField(_("measures taken (English)"))
    result_zh = models.TextField(_("result (Chinese)"))
    result_en = models.TextField(_("result (English)"))
    meaning_zh = models.TextField(_("what it means for the customer (Chinese)"))
    meaning_en = models.TextField(_("what it means for the customer (English)"))
    thanks_zh = models.TextField(_("thanks (Chinese)"))
    thanks_en = models.TextField(_("thanks (English)"))
    retired_at = models.DateTimeField(_("retired"), null=True, blank=True)

    class Meta:
        ordering = ["id"]
        verbose_name = _("reply template")
        verbose_name_plural = _("reply templates")

    def __str__(self):
        return self.name

    @property
    def name(self):
        return pick(self, "name")
