from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _

from accounts.selectors import units_of
from complaints.choices import (
    Category,
    CodeList,
    Kind,
    Nature,
    Outcome,
    Part,
    Priority,
    Scope,
    Severity,
    State,
    Verdict,
)
from complaints.models.past import Told
from complaints.models.timing import stands_in_for
from complaints.models.work import CodeEntry, Involvement
from core.crypto import EncryptedTextField, mask_email, mask_name, mask_phone
from core.models import Contribution, TimeStamped, Tracked
from customers.choices import Channel
from customers.models.base import BlindIndexField
from customers.names import e164, email_form, name_form

SUBJECT = "complaints.complaint"


class ComplaintQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Everything with ``see_all``; with ``see_unit`` what the person's units handle or received, what the person
        handles or received, or somebody absent whom the person stands in for handles, and for who registers also what
        nobody has yet. Never a record that is about the person or from which the person stepped aside.
        """
        if not user.is_active:
            return self.none()
        rows = self.exclude(pk__in=self._barred(user))  # the other side of barring()
        if user.has_perm("complaints.see_all"):
            return rows
        if not user.has_perm("complaints.see_unit"):
            return self.none()
        units = list(units_of(user))
        seen = Q(handler__in=[user.pk, *stands_in_for(user)]) | Q(receiver=user) | Q(unit__in=units) | Q(desk__in=units)
        seen |= Q(pk__in=Involvement.objects.active().filter(unit__in=units).values("complaint"))
        if user.has_perm("complaints.register"):
            seen |= Q(unit=None, desk=None)
        return rows.filter(seen)

    def barring(self, user):
        """Records that ``user`` may not see whatever their role: about the person, or stepped aside from."""
        return self.filter(pk__in=self._barred(user))

    @staticmethod
    def _barred(user):
        """Keys of those records: few, so they are looked up once instead of for each row."""
        rows = Contribution.objects.filter(subject=SUBJECT, user=user, part__in=Part.barred())
        return rows.values("subject_id")

    def open(self):
        return self.filter(state__in=State.open())

    def overdue(self, at=None):
        """Open, and a clock that still runs is past its end."""
        cycles = self.model._meta.get_field("cycle").related_model.objects
        return self.open().filter(pk__in=cycles.late(at or timezone.now()).values("complaint"))

    def breached(self):
        """Of which a clock was not kept in any cycle."""
        return self.filter(
            Q(cycles__response_breached_at__isnull=False) | Q(cycles__result_breached_at__isnull=False)
        ).distinct()

    def with_complainant(self, *, name="", phone="", email=""):
        """Exact matches of one of them, in any writing."""
        given = (("name_index", name), ("phone_index", phone), ("email_index", email))
        for column, text in given:
            if text:
                digest = Complainant._meta.get_field(column).digest(text)
                return self.filter(**{f"complainant__{column}": digest}) if digest else self.none()
        return self.none()


def known(name):
    """Rows of whom ``name`` is known: a customer's form leaves most of them empty, and writes no index for them."""
    return models.Index(fields=[name], condition=Q(**{f"{name}__isnull": False}), name=f"complaint_of_{name}")


class Complaint(Told, Tracked):
    """A complaint, suggestion, enquiry or praise in the ledger (CMP-08–11). What was said and when never changes; it is
    never deleted. ``cycle`` is the cycle of handling that runs or ran last; ``desk`` the unit that received it.
    """

    kind = models.CharField(_("kind"), max_length=10, choices=Kind, default=Kind.COMPLAINT)
    number = models.CharField(_("number"), max_length=20, unique=True)
    code_hash = models.CharField(_("tracking code"), max_length=64, blank=True, editable=False)
    form_key = models.CharField(_("origin key"), max_length=64, blank=True, editable=False)
    customer = models.ForeignKey(
        "customers.Customer", models.PROTECT, null=True, blank=True, related_name="complaints", verbose_name=_("customer"),
        db_index=False,
    )  # fmt: skip
    contact = models.ForeignKey(
        "customers.ContactPerson", models.PROTECT, null=True, blank=True, related_name="complaints",
        verbose_name=_("contact person"), db_index=False,
    )  # fmt: skip
    interaction = models.ForeignKey(
        "customers.Interaction", models.PROTECT, null=True, blank=True, related_name="complaints",
        verbose_name=_("contact by which it came"), db_index=False,
    )  # fmt: skip
    follow_up = models.OneToOneField(
        "customers.FollowUp",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="complaint",
        verbose_name=_("follow-up"),
    )
    channel = models.CharField(_("channel"), max_length=10, choices=Channel, default=Channel.PHONE)
    language = models.CharField(_("language"), max_length=10, choices=settings.LANGUAGES, default="zh-hans")
    title = models.CharField(_("about"), max_length=200)
    text = models.TextField(_("what was said"))
    received_at = models.DateTimeField(_("received"))
    registered_at = models.DateTimeField(_("registered"))
    receiver = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="received_complaints",
        verbose_name=_("received by"), db_index=False,
    )  # fmt: skip
    desk = models.ForeignKey(
        "accounts.OrgUnit", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("receiving unit"),
        db_index=False,
    )  # fmt: skip
    unit = models.ForeignKey(
        "accounts.OrgUnit", models.PROTECT, null=True, blank=True, related_name="complaints",
        verbose_name=_("responsible unit"), db_index=False,
    )  # fmt: skip
    handler = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="handled_complaints",
        verbose_name=_("handled by"), db_index=False,
    )  # fmt: skip
    category = models.CharField(_("category"), max_length=20, choices=Category, blank=True)
    nature = models.CharField(_("nature"), max_length=10, choices=Nature, blank=True)
    severity = models.CharField(_("severity"), max_length=10, choices=Severity, blank=True)
    scope = models.CharField(_("scope of effect"), max_length=10, choices=Scope, blank=True)
    priority = models.CharField(_("priority"), max_length=2, choices=Priority, blank=True, default="", db_default="")
    repeat_of = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="repeats", verbose_name=_("repeats"),
        db_index=False,
    )  # fmt: skip
    cycle = models.ForeignKey(
        "Cycle", models.PROTECT, null=True, related_name="+", verbose_name=_("current cycle"), db_index=False
    )
    state = models.CharField(_("state"), max_length=20, choices=State, default=State.REGISTERED)

    objects = ComplaintQuerySet.as_manager()

    class Meta:
        ordering = ["-received_at", "-id"]
        indexes = [
            models.Index(fields=["-received_at", "-id"], name="complaint_by_time"),
            models.Index(fields=["-received_at", "-id"], condition=Q(state__in=State.open()), name="complaint_open"),
            models.Index(fields=["kind", "received_at"], name="complaint_by_kind"),
            *(
                models.Index(fields=[name, "-received_at", "-id"], name=f"complaint_by_{name}")
                for name in ("state", "category", "severity", "channel")
            ),
            models.Index(fields=["cycle"], name="complaint_of_cycle"),
            models.Index(fields=["unit", "state"], name="complaint_of_unit"),
            models.Index(fields=["handler", "state"], name="complaint_of_handler"),
            *(known(name) for name in ("customer", "contact", "interaction", "receiver", "desk", "repeat_of")),
        ]
        constraints = [
            models.UniqueConstraint(fields=["form_key"], condition=~Q(form_key=""), name="complaint_once_per_form"),
            models.CheckConstraint(condition=Q(kind__in=Kind.values), name="complaint_kind_known"),
            models.CheckConstraint(condition=Q(state__in=State.values), name="complaint_state_known"),
            models.CheckConstraint(condition=Q(channel__in=Channel.values), name="complaint_channel_known"),
            models.CheckConstraint(
                condition=Q(received_at__lte=F("registered_at")), name="complaint_received_before_registered"
            ),
            models.CheckConstraint(
                condition=~Q(
                    state__in=[
                        State.ASSIGNED,
                        State.HANDLING,
                        State.SUSPENDED,
                        State.REVIEW,
                        State.REPLIED,
                        State.EVALUATING,
                    ]
                )
                | Q(handler__isnull=False),
                name="complaint_at_work_has_handler",
            ),
            models.CheckConstraint(
                condition=~Q(state=State.PAST) | Q(cycle=None, handler=None), name="complaint_of_past_has_no_cycle"
            ),
            models.CheckConstraint(
                condition=Q(contact=None) | Q(customer__isnull=False), name="complaint_contact_has_customer"
            ),
        ]
        permissions = [
            ("see_unit", _("Can see complaints of the own unit")),
            ("see_all", _("Can see all complaints")),
            ("see_figures", _("Can see the figures of the ledger")),
            ("register", _("Can register complaints and suggestions")),
            ("handle", _("Can handle complaints")),
            ("assess", _("Can assess, accept and assign complaints")),
            ("review_reply", _("Can review replies to complaints")),
            ("call_back", _("Can call back after a reply")),
            ("manage", _("Can decide on ends, re-openings and people who step aside")),
            ("decide_suggestion", _("Can decide on suggestions")),
            ("reveal_complainant", _("Can see a complainant's data in full")),
            ("export_ledger", _("Can export the ledger")),
        ]
        verbose_name = _("complaint or suggestion")
        verbose_name_plural = _("complaints and suggestions")

    def __str__(self):
        return f"{self.number} {self.title}"

    def get_absolute_url(self):
        return reverse("complaints:detail", args=[self.pk])

    @property
    def state_badge(self):
        return State(self.state)

    @property
    def severity_badge(self):
        return Severity(self.severity) if self.severity else None

    @property
    def priority_badge(self):
        return Priority(self.priority) if self.priority else None

    def get_category_display(self):
        """Also of a type that a lead added."""
        return CodeEntry.label(CodeList.CATEGORY, self.category)

    @property
    def is_open(self):
        return self.state in State.open()

    @property
    def is_complaint(self):
        return self.kind == Kind.COMPLAINT

    @property
    def is_assessed(self):
        return bool(self.category and self.nature and self.severity and self.scope)

    @property
    def who(self):
        """The customer or, of a person nobody knows, the masked name."""
        person = self.complainant.masked_name
        return " · ".join(filter(None, [str(self.told_customer or ""), person])) or _("Anonymous")

    @property
    def responsible(self):
        """Unit and person, for lists."""
        return " · ".join(str(one) for one in (self.told_unit, self.told_handler) if one)

    @property
    def result(self):
        """What came of it, in a few words; empty while nothing did."""
        if old := self.old:
            words = [Verdict(old.verdict).label if old.verdict else "", Truncator(old.result).chars(60)]
            return " · ".join(str(word) for word in words if word)
        cycle = self.cycle
        words = [Verdict(cycle.verdict).label] if cycle.verdict else []
        if self.kind == Kind.SUGGESTION and self.state in State.decided():
            words.append(State(self.state).label)
        words += [Outcome(cycle.outcome).label] if cycle.outcome else []
        return " · ".join(str(word) for word in words)


class Complainant(TimeStamped):
    """Who said it. Encrypted, found by exact match only, apart from the record so that it can be forgotten alone."""

    complaint = models.OneToOneField(Complaint, models.PROTECT, related_name="complainant", verbose_name=_("complaint"))
    name = EncryptedTextField(_("name"), blank=True)
    name_index = BlindIndexField(source="name", form=name_form, purpose="contact.name")
    phone = EncryptedTextField(_("phone"), blank=True)
    phone_index = BlindIndexField(source="phone", form=e164, purpose="phone")
    email = EncryptedTextField(_("e-mail"), blank=True)
    email_index = BlindIndexField(source="email", form=email_form, purpose="email")
    consent = models.BooleanField(_("agrees that we use the data for this matter"), default=False)
    consent_at = models.DateTimeField(_("consent since"), null=True, blank=True)
    erased_at = models.DateTimeField(_("erased at"), null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=[f"{name}_index"], condition=~Q(**{f"{name}_index": ""}), name=f"complainant_by_{name}")
            for name in ("name", "phone", "email")
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(consent=False) | Q(consent_at__isnull=False), name="complainant_consent_has_time"
            ),
            models.CheckConstraint(
                condition=Q(erased_at=None) | Q(name="", phone="", email="", consent=False),
                name="erased_complainant_is_empty",
            ),
        ]
        verbose_name = _("complainant")
        verbose_name_plural = _("complainants")

    def __str__(self):
        return self.masked_name or str(_("Anonymous"))

    @property
    def masked_name(self):
        return mask_name(self.name)

    @property
    def masked_phone(self):
        return mask_phone(self.phone)

    @property
    def masked_email(self):
        return mask_email(self.email)
