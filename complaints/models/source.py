"""Where a record came from when the channel itself has facts: a letter, a post, a body that passed it on (CMP-01-04)."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.crypto import EncryptedTextField, mask_name


class Source(models.Model):
    """The facts of a letter, a post on social media or a transfer from a hotline. Never changes, except that the account
    is forgotten with the person.
    """

    complaint = models.OneToOneField(
        "complaints.Complaint", models.PROTECT, primary_key=True, related_name="source", verbose_name=_("record")
    )
    dated_on = models.DateField(_("date on the paper"), null=True, blank=True)
    reference = models.CharField(_("their reference"), max_length=100, blank=True)
    place = models.CharField(_("platform or transferring body"), max_length=100, blank=True)
    account = EncryptedTextField(_("account"), blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(dated_on__isnull=False) | ~Q(reference="") | ~Q(place=""), name="source_says_something"
            )
        ]
        verbose_name = _("source of a record")
        verbose_name_plural = _("sources of records")

    @property
    def masked_account(self):
        return mask_name(self.account)

    def __str__(self):
        return " · ".join(filter(None, [self.place, self.reference])) or str(self.dated_on)
