from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.choices import Coloured


class Area(models.TextChoices):
    """What is improved (IMP-03)."""

    NEEDS = "needs", _("Depth of needs research")
    DESIGN = "design", _("Fit of the course design")
    TRAINER = "trainer", _("Choice and development of trainers")
    ORGANISATION = "organisation", _("Organisation in detail")
    EVALUATION = "evaluation", _("Evaluation of effect")
    AFTER_SERVICE = "after_service", _("After-service")
    OTHER = "other", _("Other area")


class CaseState(Coloured):
    PROPOSED = "proposed", pgettext_lazy("improvement case", "Proposed")
    OPEN = "open", pgettext_lazy("improvement case", "Being put right")
    CLOSED = "closed", pgettext_lazy("improvement case", "Closed")
    DISMISSED = "dismissed", pgettext_lazy("improvement case", "Dismissed")

    @classmethod
    def colours(cls):
        return {"proposed": "attention", "open": "accent", "closed": "success"}


class MeasureKind(models.TextChoices):
    """Corrective and preventive measures are told apart (IMP-08)."""

    CORRECTIVE = "corrective", _("Corrective")
    PREVENTIVE = "preventive", _("Preventive")


class MeasureState(Coloured):
    DRAFT = "draft", pgettext_lazy("measure", "Draft")
    ISSUED = "issued", pgettext_lazy("measure", "Issued")
    EXECUTING = "executing", pgettext_lazy("measure", "Being carried out")
    ACCEPTANCE = "acceptance", pgettext_lazy("measure", "Waiting for verification")
    OBSERVING = "observing", pgettext_lazy("measure", "Effect being observed")
    CLOSED = "closed", pgettext_lazy("measure", "Closed")
    CANCELLED = "cancelled", pgettext_lazy("measure", "Cancelled")

    @classmethod
    def colours(cls):
        return {
            "issued": "info",
            "executing": "accent",
            "acceptance": "attention",
            "observing": "info",
            "closed": "success",
        }

    @classmethod
    def pending(cls):
        """The unit owes it."""
        return [cls.ISSUED.value, cls.EXECUTING.value]

    @classmethod
    def running(cls):
        """Issued and not ended."""
        return [*cls.pending(), cls.ACCEPTANCE.value, cls.OBSERVING.value]

    @classmethod
    def submitted(cls):
        return [cls.ACCEPTANCE.value, cls.OBSERVING.value, cls.CLOSED.value]

    @classmethod
    def implemented(cls):
        return [cls.OBSERVING.value, cls.CLOSED.value]

    @classmethod
    def ended(cls):
        return [cls.CLOSED.value, cls.CANCELLED.value]


class GoalIndicator(models.TextChoices):
    TOP2 = "top2", _("Share of satisfied (4 and 5 of 5)")
    MEAN = "mean", _("Mean, 1–5")


class EffectVerdict(Coloured):
    IMPROVED = "improved", pgettext_lazy("effect", "Improved")
    WORSENED = "worsened", pgettext_lazy("effect", "Worsened")
    NOT_PROVEN = "not_proven", pgettext_lazy("effect", "Not proven yet")

    @classmethod
    def colours(cls):
        return {"improved": "success", "worsened": "danger", "not_proven": "attention"}


class ExtensionState(Coloured):
    REQUESTED = "requested", pgettext_lazy("extension", "Asked for")
    APPROVED = "approved", pgettext_lazy("extension", "Approved")
    REFUSED = "refused", pgettext_lazy("extension", "Refused")

    @classmethod
    def colours(cls):
        return {"requested": "attention", "approved": "success"}


class VerificationResult(Coloured):
    ACCEPTED = "accepted", pgettext_lazy("verification", "Carried out")
    RETURNED = "returned", pgettext_lazy("verification", "Sent back")

    @classmethod
    def colours(cls):
        return {"accepted": "success", "returned": "danger"}
