"""Values of inspections and rectification notices."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.choices import Coloured


class Focus(models.TextChoices):
    """What every inspection looks at (SUP-03)."""

    PLAN = "plan", _("Survey plan carried out")
    DATA = "data", _("Data true and accurate")
    VOICES = "voices", _("Complaints and suggestions handled")
    MEASURES = "measures", _("Measures set and carried out")


class Verdict(Coloured):
    CONFORMS = "conforms", pgettext_lazy("inspection", "In order")
    PARTLY = "partly", pgettext_lazy("inspection", "Partly in order")
    FAILS = "fails", pgettext_lazy("inspection", "Not in order")
    NOT_APPLICABLE = "not_applicable", pgettext_lazy("inspection", "Nothing to look at")

    @classmethod
    def colours(cls):
        return {"conforms": "success", "partly": "attention", "fails": "danger"}


class Severity(Coloured):
    MINOR = "minor", pgettext_lazy("observation", "Minor")
    MAJOR = "major", pgettext_lazy("observation", "Major")
    CRITICAL = "critical", pgettext_lazy("observation", "Critical")

    @classmethod
    def colours(cls):
        return {"minor": "info", "major": "attention", "critical": "danger"}


class InspectionState(Coloured):
    OPEN = "open", pgettext_lazy("inspection", "Under way")
    CONCLUDED = "concluded", pgettext_lazy("inspection", "Concluded")

    @classmethod
    def colours(cls):
        return {"open": "accent", "concluded": "success"}


class NoticeState(Coloured):
    DRAFT = "draft", pgettext_lazy("notice", "Draft")
    ISSUED = "issued", pgettext_lazy("notice", "Issued")
    ACKNOWLEDGED = "acknowledged", pgettext_lazy("notice", "Receipt confirmed")
    REPLIED = "replied", pgettext_lazy("notice", "Waiting for verification")
    RETURNED = "returned", pgettext_lazy("notice", "Sent back")
    VERIFIED = "verified", pgettext_lazy("notice", "Verified")
    CLOSED = "closed", pgettext_lazy("notice", "Closed")
    DISCARDED = "discarded", pgettext_lazy("notice", "Discarded")

    @classmethod
    def unsent(cls):
        """Without a number: nobody outside the supervision group ever saw it."""
        return [cls.DRAFT.value, cls.DISCARDED.value]

    @classmethod
    def colours(cls):
        return {
            "issued": "info",
            "acknowledged": "accent",
            "replied": "attention",
            "returned": "danger",
            "verified": "success",
            "closed": "success",
        }

    @classmethod
    def owed(cls):
        """The department owes an answer."""
        return [cls.ISSUED.value, cls.ACKNOWLEDGED.value, cls.RETURNED.value]

    @classmethod
    def open(cls):
        """Issued and not ended."""
        return [*cls.owed(), cls.REPLIED.value, cls.VERIFIED.value]

    @classmethod
    def found_right(cls):
        return [cls.VERIFIED.value, cls.CLOSED.value]
